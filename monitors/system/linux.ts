/**
 * What the `system` monitor reads from `/proc` and `/sys` itself on Linux. `systeminformation` starts a process
 * for each of these (for its list of processes one per process), and answers from a cache for as long as the
 * machine's clock is behind the last look, so that a clock set back an hour would freeze the numbers for an hour.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { DiskTraffic, RunningProcess, Traffic } from "./host.ts";

/** USER_HZ: the unit of processor time in `/proc`, the same on every architecture that Node runs on. */
const MS_PER_TICK = 10;
/** `/proc/diskstats` counts in 512-byte sectors whatever the disk's own are (Linux, Documentation/ABI). */
const SECTOR_BYTES = 512;
/** After so many processes the event loop gets its turn. */
const PROCESSES_PER_TURN = 200;
const KTHREADD = 2;

/** Bytes received and sent by every interface, from `/proc/net/dev`. */
export function parseTraffic(text: string): Traffic[] {
  return text.split("\n").flatMap((line) => {
    const [name, counters] = line.split(/:(.*)/);
    const columns = (counters ?? "").trim().split(/\s+/).map(Number);
    if (name === undefined || columns.length < 9) return [];
    return [
      {
        interface: name.trim(),
        receivedBytes: columns[0] ?? Number.NaN,
        transmittedBytes: columns[8] ?? Number.NaN,
      },
    ];
  });
}

/** Sums `/proc/diskstats` over the named devices. */
export function parseDiskTraffic(text: string, devices: ReadonlySet<string>): DiskTraffic {
  let readBytes = 0;
  let writtenBytes = 0;
  for (const line of text.split("\n")) {
    const columns = line.trim().split(/\s+/);
    if (!devices.has(columns[2] ?? "")) continue;
    readBytes += Number(columns[5]) * SECTOR_BYTES;
    writtenBytes += Number(columns[9]) * SECTOR_BYTES;
  }
  return { readBytes, writtenBytes };
}

/**
 * One process from `/proc/<pid>/stat` (proc(5)). Kernel threads go by one name: theirs change with their work,
 * and each would become a series of its own.
 */
export function parseProcess(text: string, pageBytes: number): RunningProcess | undefined {
  // The name is in parentheses and may itself hold parentheses and spaces.
  const end = text.lastIndexOf(")");
  const start = text.indexOf("(");
  if (start < 0 || end < start) return undefined;
  const pid = text.slice(0, start).trim();
  const columns = text.slice(end + 2).split(" ");
  const kernel = Number(pid) === KTHREADD || Number(columns[1]) === KTHREADD;
  return {
    id: `${pid}@${columns[19]}`,
    name: kernel ? "kernel" : text.slice(start + 1, end),
    cpuMs: (Number(columns[11]) + Number(columns[12])) * MS_PER_TICK,
    memoryBytes: Number(columns[21]) * pageBytes,
  };
}

export async function readTraffic(): Promise<Traffic[]> {
  return parseTraffic(await readFile("/proc/net/dev", "latin1"));
}

/** Traffic of the disks themselves: what lies on top (partitions, LVM, RAID) would count the same bytes again. */
export async function readDiskTraffic(): Promise<DiskTraffic> {
  const devices = (await readdir("/sys/block")).filter((name) => !isVirtual(name));
  if (devices.length === 0) throw new Error("no disk in /sys/block");
  return parseDiskTraffic(await readFile("/proc/diskstats", "latin1"), new Set(devices));
}

function isVirtual(device: string): boolean {
  return /^(sr|fd)\d/.test(device) || readlinkSync(`/sys/block/${device}`).includes("/virtual/block/");
}

async function listPids(): Promise<string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
}

export async function countProcesses(): Promise<number> {
  return (await listPids()).length;
}

/** All processes. Read synchronously, which costs a fifth of the processor time, with pauses. */
export async function readProcesses(): Promise<RunningProcess[]> {
  const pageBytes = readPageBytes();
  const found: RunningProcess[] = [];
  for (const [i, pid] of (await listPids()).entries()) {
    if (i % PROCESSES_PER_TURN === PROCESSES_PER_TURN - 1)
      await new Promise((resolve) => setImmediate(resolve));
    try {
      const one = parseProcess(readFileSync(`/proc/${pid}/stat`, "latin1"), pageBytes);
      if (one !== undefined) found.push(one);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return found;
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

/** Whether this machine keeps the files that this module reads. */
export function hasProc(): boolean {
  try {
    return readdirSync("/proc").includes("diskstats");
  } catch {
    return false;
  }
}
