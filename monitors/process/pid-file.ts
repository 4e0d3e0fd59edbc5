/** A file that holds the number of a process, and what can be wrong with it. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { LookFailed } from "../reason.ts";

/** Longer than any number; what else stands in the file is never shown. */
const READ_BYTES = 64;

/** The number in the file's first line. Throws `LookFailed`. */
export async function readPidFile(path: string): Promise<string> {
  const text = await readBeginning(path);
  const pid = /^\s*(\d{1,10})\s*(?:\n|$)/.exec(text)?.[1];
  if (pid === undefined) throw new LookFailed({ code: "stale_pid_file", detail: `${path} holds no number` });
  return pid;
}

async function readBeginning(path: string): Promise<string> {
  try {
    // Of a pipe that nobody writes to, an ordinary open would never come back.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new LookFailed({ code: "not_running", detail: `there is no ${path}` });
    const why = code === "EACCES" || code === "EPERM" ? "no_permission" : "error";
    throw new LookFailed({ code: why, detail: `${path} cannot be read: ${code}` }, { cause: error });
  }
}

/** What is wrong with a pid file whose process is not the one that is wanted. `other`: who has the number now. */
export function staleBecause(pid: string, path: string, other: string | undefined): LookFailed {
  const detail =
    other === undefined
      ? `no process ${pid}, which ${path} names`
      : `process ${pid}, which ${path} names, is ${other}`;
  return new LookFailed({ code: "stale_pid_file", detail });
}
