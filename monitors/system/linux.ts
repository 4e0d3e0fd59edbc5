/**
 * What the `system` monitor reads from `/proc` and `/sys` itself on Linux. `systeminformation` starts a process
 * for most of these (for its list of processes one per process), and answers from a cache for as long as the
 * machine's clock is behind the last look, so that a clock set back an hour would freeze the numbers for an hour.
 */
import { readdirSync, readlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { eachProcess, listPids, MS_PER_TICK, type ProcessStat, readProcessStat } from "../proc/processes.ts";
import type {
  CpuTimes,
  DeviceTraffic,
  DiskTraffic,
  Memory,
  Passed,
  RunningProcess,
  Traffic,
} from "./host.ts";

/** `/proc/diskstats` counts in 512-byte sectors whatever the disk's own are (Linux, Documentation/ABI). */
const SECTOR_BYTES = 512;

/** Processor time of all cores by what it was spent on, from `/proc/stat`. */
export function parseCpuTimes(text: string): CpuTimes {
  const [, ...ticks] = (/^cpu .*$/m.exec(text)?.[0] ?? "").split(/\s+/);
  const ms = (...columns: number[]): number =>
    columns.reduce((sum, column) => sum + Number(ticks[column] ?? Number.NaN), 0) * MS_PER_TICK;
  // user and nice have the time of guests in them already.
  return { user: ms(0, 1), system: ms(2, 5, 6), iowait: ms(4), steal: ms(7), idle: ms(3) };
}

/** `/proc/meminfo`. */
export function parseMemory(text: string): Memory {
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? Number.NaN) * 1024;
  const [cached, buffers] = [bytes("Cached"), bytes("Buffers")];
  const available = bytes("MemAvailable");
  return {
    totalBytes: bytes("MemTotal"),
    // Kernels before 3.14 leave the estimate to others.
    availableBytes: Number.isNaN(available) ? bytes("MemFree") + cached + buffers : available,
    swapTotalBytes: bytes("SwapTotal"),
    swapUsedBytes: bytes("SwapTotal") - bytes("SwapFree"),
    cachedBytes: cached,
    buffersBytes: buffers,
  };
}

/** Counters of every interface, from `/proc/net/dev`. */
export function parseTraffic(text: string): Traffic[] {
  return text.split("\n").flatMap((line) => {
    const [name, counters] = line.split(/:(.*)/);
    const columns = (counters ?? "").trim().split(/\s+/).map(Number);
    if (name === undefined || columns.length < 12) return [];
    const passed = (from: number): Passed => {
      const [bytes = Number.NaN, packets = Number.NaN, errors = Number.NaN, drops = Number.NaN] =
        columns.slice(from);
      return { bytes, packets, errors, drops };
    };
    return [{ interface: name.trim(), received: passed(0), transmitted: passed(8) }];
  });
}

/** The named devices of `/proc/diskstats` (Linux, Documentation/admin-guide/iostats). */
export function parseDeviceTraffic(text: string, devices: ReadonlySet<string>): DeviceTraffic[] {
  return text.split("\n").flatMap((line) => {
    const [, , name = "", ...columns] = line.trim().split(/\s+/);
    if (!devices.has(name)) return [];
    const at = (column: number): number => Number(columns[column] ?? Number.NaN);
    return [
      {
        device: `/dev/${name}`,
        reads: at(0),
        readBytes: at(2) * SECTOR_BYTES,
        writes: at(4),
        writtenBytes: at(6) * SECTOR_BYTES,
        waitedMs: at(3) + at(7),
        busyMs: at(9),
      },
    ];
  });
}

export async function readCpuTimes(): Promise<CpuTimes> {
  return parseCpuTimes(await readFile("/proc/stat", "latin1"));
}

export async function readMemory(): Promise<Memory> {
  return parseMemory(await readFile("/proc/meminfo", "latin1"));
}

export async function readTraffic(): Promise<Traffic[]> {
  const found = parseTraffic(await readFile("/proc/net/dev", "latin1"));
  return Promise.all(found.map(async (one) => ({ ...one, ...(await readLink(one.interface)) })));
}

/** The link of an interface (Linux, Documentation/ABI/testing/sysfs-class-net); nothing where it cannot know. */
async function readLink(name: string): Promise<Pick<Traffic, "up" | "speedBytesPerSecond">> {
  const read = async (file: string): Promise<string> =>
    (await readFile(`/sys/class/net/${name}/${file}`, "latin1").catch(() => "")).trim();
  const [state, speed] = [await read("operstate"), Number(await read("speed"))];
  return {
    ...(state === "" || state === "unknown" ? {} : { up: state === "up" }),
    // In megabits per second; -1 where the driver has no idea.
    ...(speed > 0 ? { speedBytesPerSecond: (speed * 1_000_000) / 8 } : {}),
  };
}

/** Traffic of the disks themselves: what lies on top (partitions, LVM, RAID) would count the same bytes again. */
export async function readDeviceTraffic(): Promise<DeviceTraffic[]> {
  const devices = (await readdir("/sys/block")).filter((name) => !isVirtual(name));
  if (devices.length === 0) throw new Error("no disk in /sys/block");
  return parseDeviceTraffic(await readFile("/proc/diskstats", "latin1"), new Set(devices));
}

function isVirtual(device: string): boolean {
  return /^(sr|fd)\d/.test(device) || readlinkSync(`/sys/block/${device}`).includes("/virtual/block/");
}

/** The sum of all disks. */
export async function readDiskTraffic(): Promise<DiskTraffic> {
  const devices = await readDeviceTraffic();
  return {
    readBytes: devices.reduce((sum, { readBytes }) => sum + readBytes, 0),
    writtenBytes: devices.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0),
  };
}

/** Where something is mounted read-only, from `/proc/self/mounts`; what is mounted over it counts. */
export function parseReadOnly(text: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const line of text.split("\n")) {
    const [, mount, , options] = line.split(" ");
    if (mount === undefined || options === undefined) continue;
    // Spaces, tabs, line breaks and backslashes stand as octal numbers.
    const path = mount.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    found.set(Buffer.from(path, "latin1").toString("utf8"), options.split(",").includes("ro"));
  }
  return found;
}

export async function readReadOnly(): Promise<ReadonlyMap<string, boolean>> {
  return parseReadOnly(await readFile("/proc/self/mounts", "latin1"));
}

export async function countProcesses(): Promise<number> {
  return (await listPids()).length;
}

/** Kernel threads go by one name: theirs change with their work, and each would become a series of its own. */
export function asRunning(stat: ProcessStat): RunningProcess {
  return {
    id: `${stat.pid}@${stat.startTicks}`,
    name: stat.kernel ? "kernel" : stat.name,
    cpuMs: stat.cpuMs,
    memoryBytes: stat.residentBytes,
    zombie: stat.zombie,
  };
}

/** All processes. */
export function readProcesses(): Promise<RunningProcess[]> {
  return eachProcess((pid) => {
    const stat = readProcessStat(pid);
    return stat && asRunning(stat);
  });
}

/** Whether this machine keeps the files that this module reads. */
export function hasProc(): boolean {
  try {
    return readdirSync("/proc").includes("diskstats");
  } catch {
    return false;
  }
}
