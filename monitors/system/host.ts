/** What the `system` monitor asks of a machine. Counters only grow; who wants a rate takes two and the time between. */

export interface Memory {
  readonly totalBytes: number;
  /** What programs could still get without swapping. */
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapUsedBytes: number;
}

export interface Disk {
  readonly mount: string;
  readonly device: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  readonly usagePercent: number;
}

export interface Traffic {
  readonly interface: string;
  readonly receivedBytes: number;
  readonly transmittedBytes: number;
}

export interface DiskTraffic {
  readonly readBytes: number;
  readonly writtenBytes: number;
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
}

/** A part rejects, or is empty, where the machine does not tell: that part's readings are then missing. */
export interface Host {
  memory(): Promise<Memory>;
  disks(): Promise<readonly Disk[]>;
  traffic(): Promise<readonly Traffic[]>;
  diskTraffic(): Promise<DiskTraffic>;
  processCount(): Promise<number>;
  processes(): Promise<readonly RunningProcess[]>;
}
