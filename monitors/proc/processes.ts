/** What Linux tells of its processes in `/proc` (proc(5)), for the monitors of machines and of processes. */
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";

/** Where Linux tells of its processes. Tests have a folder of their own. */
const PROC = "/proc";

/** USER_HZ: the unit of processor time in `/proc`, the same on every architecture that Node runs on. */
export const MS_PER_TICK = 10;
/** After so many processes the event loop gets its turn: a millisecond or two. */
const PROCESSES_PER_TURN = 50;
const KTHREADD = 2;

/** One line of `/proc/<pid>/stat`. */
export interface ProcessStat {
  readonly pid: number;
  /** The name of its program, of which Linux keeps 15 bytes. */
  readonly name: string;
  readonly kernel: boolean;
  /** It has ended and waits for its parent to notice. */
  readonly zombie: boolean;
  /** Processor time used since it began. */
  readonly cpuMs: number;
  readonly threads: number;
  /** When it began, in ticks since the machine did: with the pid it tells a process from all others of this boot. */
  readonly startTicks: number;
  readonly residentBytes: number;
}

/** Reads `/proc/<pid>/stat`; `undefined` where it is no such line. */
export function parseProcessStat(text: string, pageBytes: number): ProcessStat | undefined {
  // The name is in parentheses and may itself hold parentheses and spaces.
  const end = text.lastIndexOf(")");
  const start = text.indexOf("(");
  if (start < 0 || end < start) return undefined;
  const pid = Number(text.slice(0, start));
  const columns = text.slice(end + 2).split(" ");
  return {
    pid,
    name: Buffer.from(text.slice(start + 1, end), "latin1").toString("utf8"),
    kernel: pid === KTHREADD || Number(columns[1]) === KTHREADD,
    zombie: columns[0] === "Z",
    cpuMs: (Number(columns[11]) + Number(columns[12])) * MS_PER_TICK,
    threads: Number(columns[17]),
    startTicks: Number(columns[19]),
    residentBytes: Number(columns[21]) * pageBytes,
  };
}

/** The numbers of all processes there are. */
export async function listPids(proc = PROC): Promise<string[]> {
  return (await readdir(proc)).filter((name) => /^\d+$/.test(name));
}

/**
 * What `read` makes of every process that is still there when its turn comes; where it throws or gives `undefined`,
 * nothing. Read synchronously, which costs a fifth of the processor time, with pauses. Throws when `signal` aborts.
 */
export async function eachProcess<T>(
  read: (pid: string) => T | undefined,
  { signal, proc = PROC }: { readonly signal?: AbortSignal; readonly proc?: string } = {},
): Promise<T[]> {
  const found: T[] = [];
  for (const [i, pid] of (await listPids(proc)).entries()) {
    if (i % PROCESSES_PER_TURN === PROCESSES_PER_TURN - 1) await breathe();
    signal?.throwIfAborted();
    try {
      const one = read(pid);
      if (one !== undefined) found.push(one);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return found;
}

/** Gives the event loop its turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One process, read now. Throws where there is none of this number. */
export function readProcessStat(pid: string, proc = PROC): ProcessStat | undefined {
  return parseProcessStat(readFileSync(`${proc}/${pid}/stat`, "latin1"), readPageBytes());
}

let knownPageBytes: number | undefined;

/** The size of a memory page: 4 KiB nearly everywhere, 16 or 64 KiB on some ARM kernels. */
function readPageBytes(): number {
  if (knownPageBytes !== undefined) return knownPageBytes;
  try {
    const found = /KernelPageSize:\s+(\d+) kB/.exec(readFileSync("/proc/self/smaps", "latin1"));
    knownPageBytes = found === null ? 4096 : Number(found[1]) * 1024;
  } catch {
    knownPageBytes = 4096;
  }
  return knownPageBytes;
}
