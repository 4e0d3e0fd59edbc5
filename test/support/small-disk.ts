/** Small file systems of a test's own, for a disk that is full, read-only or broken. Linux, as root. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

type CleanUps = (() => void | Promise<void>)[];

/** Why this machine cannot have one; undefined when it can. */
export const noSmallDisk =
  process.platform !== "linux"
    ? "needs Linux"
    : process.getuid?.() !== 0
      ? "needs root to mount a file system"
      : undefined;

/** Why this machine cannot have one that breaks; undefined when it can. */
export const noBreakingDisk =
  noSmallDisk ??
  (["/dev/loop-control", "/sbin/mkfs.ext4", "/sbin/losetup"].every((path) => existsSync(path))
    ? undefined
    : "needs loop devices, losetup and mkfs.ext4");

export interface SmallDisk {
  readonly dir: string;
  /** Takes all space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  /** Nothing in it may be open. */
  makeReadOnly(): void;
}

/** Mounts `bytes` of memory on a new folder; unmounts it when `cleanUps` run. */
export function mountSmallDisk(bytes: number, cleanUps: CleanUps): SmallDisk {
  const options = `size=${bytes},mode=0700`;
  const dir = mountPoint(["-t", "tmpfs", "-o", options, "gengfu-test"], cleanUps);
  const ballast = join(dir, "ballast");
  return {
    dir,
    fill() {
      const { bavail, bsize } = statfsSync(dir);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    },
    free: () => rmSync(ballast),
    makeReadOnly: () => run("mount", "-o", `remount,ro,${options}`, dir),
  };
}

export interface BreakingDisk {
  readonly dir: string;
  /** Makes the kernel find an error in it: from then on it is read-only, also for files that are open. */
  break(): void;
  /** What an administrator does: unmounts, checks, mounts again. Nothing in it may be open. */
  repair(): void;
}

/** Mounts an ext4 of 16 MiB on a new folder; unmounts it when `cleanUps` run. */
export function mountBreakingDisk(cleanUps: CleanUps): BreakingDisk {
  const image = join(mkdtempSync(join(tmpdir(), "gengfu-image-")), "disk");
  cleanUps.push(() => rmSync(join(image, ".."), { recursive: true }));
  writeFileSync(image, Buffer.alloc(16 * 1024 * 1024));
  run("/sbin/mkfs.ext4", "-q", image);
  const device = execFileSync("/sbin/losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
  // What is broken below is this device and no other.
  if (!/^\/dev\/loop\d+$/.test(device)) throw new Error(`losetup answered ${device}`);
  cleanUps.push(() => run("/sbin/losetup", "--detach", device));
  const how = ["-o", "errors=remount-ro", device];
  const dir = mountPoint(how, cleanUps);
  return {
    dir,
    break: () => writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "1"),
    repair() {
      run("umount", dir);
      try {
        run("/sbin/e2fsck", "-p", device);
      } catch (error) {
        // 1: errors were found and corrected.
        if ((error as { status?: number }).status !== 1) throw error;
      }
      run("mount", ...how, dir);
    },
  };
}

function mountPoint(how: readonly string[], cleanUps: CleanUps): string {
  const dir = mkdtempSync(join(tmpdir(), "gengfu-disk-"));
  cleanUps.push(() => rmdirSync(dir));
  run("mount", ...how, dir);
  // Lazily, since a process that is just dying may still hold it.
  cleanUps.push(() => run("umount", "--lazy", dir));
  return dir;
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
