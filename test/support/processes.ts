/** Real processes with names of their own, and a folder that looks like `/proc`, for tests of the `process` monitor. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that goes when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-process-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Sleeper {
  readonly pid: number;
  end(): Promise<void>;
}

/** Starts a shell that waits, under another name and with these words on its command line; it ends with the test. */
export async function startSleeper(
  name: string,
  folder: string,
  words: readonly string[] = [],
): Promise<Sleeper> {
  const path = join(folder, name);
  if (!existsSync(path)) copyFileSync("/bin/sh", path);
  // When nobody holds its input any more it ends by itself.
  const stdio = ["pipe", "ignore", "ignore"] as const;
  const child: ChildProcess = spawn(path, ["-c", "read line", "waits", ...words], { stdio: [...stdio] });
  await once(child, "spawn");
  const ended = once(child, "exit");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(end);
  return { pid: child.pid ?? 0, end };
}

/** One process of a made-up machine; what is not said is as of a plain one. */
export interface MadeUp {
  readonly pid: number;
  readonly name: string;
  readonly state?: string;
  readonly command?: string;
  readonly uid?: number;
  readonly startTicks?: number;
  readonly cpuTicks?: number;
  /** Names of its open files: `socket:[12]`; a word instead where nobody may see them. */
  readonly files?: readonly string[] | "hidden";
  readonly limit?: number;
}

/** A folder that looks like `/proc` with these processes; `others` are files by their path in it. */
export function madeUpProc(
  processes: readonly MadeUp[],
  others: Readonly<Record<string, string>> = {},
): string {
  const folder = temporaryFolder();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("stat", "cpu  1 2 3 4\nbtime 1700000000\n");
  write("uptime", "5000.00 9000.00\n");
  for (const [path, text] of Object.entries(others)) write(path, text);
  for (const one of processes) {
    const { pid, name, state = "S", startTicks = 100_000, cpuTicks = 0, files = [], limit = 1024 } = one;
    write(
      `${pid}/stat`,
      `${pid} (${name}) ${state} 1 1 1 0 -1 4194304 97 0 0 0 ${cpuTicks} 0 0 0 20 0 3 0 ${startTicks} 3133440 100 18446744073709551615\n`,
    );
    write(`${pid}/cmdline`, (one.command ?? name).replaceAll(" ", "\0"));
    write(`${pid}/status`, `Name:\t${name}\nUid:\t0\t${one.uid ?? 0}\t0\t0\n`);
    write(
      `${pid}/limits`,
      `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${limit}   524288  files\n`,
    );
    if (files === "hidden") write(`${pid}/fd`, "");
    else {
      mkdirSync(join(folder, `${pid}/fd`), { recursive: true });
      for (const [i, file] of files.entries()) symlinkSync(file, join(folder, `${pid}/fd/${i}`));
    }
  }
  return folder;
}
