/** Disks as `df` tells them, for Linux: a process of its own, since a network disk that is gone holds whoever asks. */
import { execFile } from "node:child_process";

/** A mounted file system. Sizes in bytes. */
export interface Mounted {
  readonly fs: string;
  readonly type: string;
  readonly mount: string;
  readonly size: number;
  readonly available: number;
  /** Of what others than root may fill. */
  readonly use: number;
}

/** File systems that are no disk: memory, and what is only there for the kernel to speak through. */
const NO_DISK = /rootfs|unionfs|squashfs|cramfs|initrd|initramfs|tmpfs|udev|devfs|specfs|appimaged/i;
/** The name of a device or of a share may have spaces in it, as the place where it is mounted may. */
const LINE = /^(.+?)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(?:\d+%|-)\s+(.+)$/;

/** Reads what `df -kPT` prints. Of what is no disk only that is told which is mounted at `/`, as in a container. */
export function parseDf(text: string): Mounted[] {
  return text.split("\n").flatMap((line) => {
    const [, fs = "", type = "", blocks, used, free, mount = ""] = LINE.exec(line.trim()) ?? [];
    if (fs === "" || (!fs.includes("/") && mount !== "/" && NO_DISK.test(type))) return [];
    const [size, taken, available] = [Number(blocks) * 1024, Number(used) * 1024, Number(free) * 1024];
    const use = Number(((100 * taken) / (taken + available)).toFixed(2));
    return [{ fs, type, mount, size, available, use }];
  });
}

let asked: Promise<string> | undefined;

/**
 * Asks `df`; undefined where it is not there, says nothing that can be read, or tells of ZFS, whose file systems share
 * their pool in a way that it does not know. One that does not come back is waited for, not asked again.
 */
export async function readDf(): Promise<Mounted[] | undefined> {
  asked ??= ask().finally(() => {
    asked = undefined;
  });
  const found = parseDf(await asked);
  return found.length === 0 || found.some(({ type }) => type === "zfs") ? undefined : found;
}

/** What it prints. It complains by its exit code of single file systems that it may not look at, and tells the others. */
function ask(): Promise<string> {
  return new Promise((resolve) => {
    execFile("df", ["-kPT"], { maxBuffer: 1024 * 1024 }, (_error, stdout) => resolve(stdout));
  });
}
