/** What the `system` monitor asks of a machine. Counters only grow; who wants a rate takes two and the time between. */
import type { Reading } from "../monitor.ts";

/** Milliseconds that all cores together have spent, by what they did; the names are those of `top`. */
export type CpuTimes = Readonly<Record<string, number>> & { readonly idle: number };

export interface Memory {
  readonly totalBytes: number;
  /** What programs could still get without swapping. */
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapUsedBytes: number;
  /** Files kept in memory, which can be given up. */
  readonly cachedBytes?: number;
  readonly buffersBytes?: number;
}

export interface Disk {
  readonly mount: string;
  readonly device: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  readonly usagePercent: number;
  /** How many files there can be, and how many more; not every file system has a limit. */
  readonly inodes?: { readonly total: number; readonly free: number };
  readonly readOnly?: boolean;
}

/** Counters of a network interface, and its link. */
export interface Traffic {
  readonly interface: string;
  readonly received: Passed;
  readonly transmitted: Passed;
  /** Whether there is a link, where the interface can know. */
  readonly up?: boolean;
  readonly speedBytesPerSecond?: number;
}

export interface Passed {
  readonly bytes: number;
  readonly packets?: number;
  readonly errors?: number;
  readonly drops?: number;
}

export interface DiskTraffic {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Counters of one physical disk. */
export interface DeviceTraffic extends DiskTraffic {
  readonly device: string;
  readonly reads: number;
  readonly writes: number;
  /** How long all reads and writes together have taken, in milliseconds: those side by side count each. */
  readonly waitedMs: number;
  /** How long there was something to do. */
  readonly busyMs: number;
}

export interface Temperature {
  readonly chip: string;
  readonly sensor: string;
  readonly celsius: number;
}

/** A number of the kernel's, under the name by which it is written. */
export interface Figure extends Reading {
  /** The value only grows: what is written is its growth per second times this. */
  readonly growth?: number;
}

/** One process; those of one name are counted together. */
export interface RunningProcess {
  /** Tells it from every other process, also from one that had the same number before. */
  readonly id: string;
  readonly name: string;
  /** Processor time used since it began, in milliseconds, where the system tells it. */
  readonly cpuMs?: number;
  /** Where it does not: the share of the whole machine lately used. */
  readonly cpuPercent?: number;
  readonly memoryBytes: number;
  /** It has ended and waits for its parent to notice. */
  readonly zombie: boolean;
}

/** A part rejects, or is empty, where the machine does not tell: that part's readings are then missing. */
export interface Host {
  cpuTimes(): Promise<CpuTimes>;
  memory(): Promise<Memory>;
  disks(): Promise<readonly Disk[]>;
  traffic(): Promise<readonly Traffic[]>;
  /** All physical disks together. */
  diskTraffic(): Promise<DiskTraffic>;
  deviceTraffic(): Promise<readonly DeviceTraffic[]>;
  temperatures(): Promise<readonly Temperature[]>;
  kernel(): Promise<readonly Figure[]>;
  processCount(): Promise<number>;
  processes(): Promise<readonly RunningProcess[]>;
}
