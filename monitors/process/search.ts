/** What the `process` monitor asks of a machine: the processes that fit, and what they use. */
import type { ProcessOptions } from "./options.ts";

/** Which processes; those that fit all of it are found. */
export type Wanted = Omit<ProcessOptions, "expected_count">;

export interface FoundProcess {
  /** Tells it from every other process, also from one that had the same number before. */
  readonly id: string;
  /** When it began: by this the oldest is found. Any unit, as long as it is the same for all. */
  readonly startedAt: number;
  /** Seconds since it began. */
  readonly ageSeconds?: number;
  /** Unix seconds. */
  readonly startTimeSeconds?: number;
  /** Processor time used since it began, in milliseconds, where the system tells it. */
  readonly cpuMs?: number;
  /** Where it does not: the share of the whole machine lately used. */
  readonly cpuPercent?: number;
  readonly memoryBytes: number;
  readonly threads?: number;
  readonly openFiles?: number;
  readonly mostOpenFiles?: number;
}

/**
 * Finds the processes. Rejects with `LookFailed` where it cannot know: nobody may look, or the pid file is
 * nobody's. Stops soon after `signal` aborts.
 */
export type Search = (wanted: Wanted, signal: AbortSignal) => Promise<readonly FoundProcess[]>;
