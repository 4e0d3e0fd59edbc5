/** Whether somebody watched: those that are told instead of looking must not call missing what came while nobody was there. */
import { z } from "zod";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store, Table } from "../../storage/store.ts";

/** How often it is put down that somebody watches, in milliseconds. */
const ROUND_MS = 30_000;

/** When nobody said so for longer than this, nobody watched: the machine slept, its clock jumped, the disk was full. */
const GAP_MS = 3 * ROUND_MS;

/**
 * A shorter time is a restart: the printed lines try again for half a minute, and nothing is lost. Nobody is called down
 * for as long after it, since what was sent meanwhile is still on its way.
 */
const SHORT_MS = 60_000;

/** A time in which nobody watched. */
export interface Outage {
  readonly from: number;
  readonly until: number;
}

export interface AttendanceDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** The name of its table. */
  readonly table: string;
  /** What is watched, for the log: `heartbeats`. */
  readonly what: string;
  /** There is nothing to watch, and nothing to reckon with. */
  isIdle(): boolean;
  /** Makes what is stored agree with what there is now, and with the time in which nobody watched. */
  reckon(change: Change, now: number, outage: Outage | undefined): void;
}

export interface Attendance {
  /** Reckons with the time since the last stop; resolves when that is on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What is watched has changed: it is reckoned with soon. */
  changed(): void;
  /** The disk refused something: others may have been turned away. */
  refused(): void;
  /** The time in which nobody watched, where the commit that says so is still on its way or was refused. */
  outageAt(now: number): Outage | undefined;
  /** The moment as of which those stand that were told nothing since. */
  standingAt(now: number): number;
}

const aliveSchema = z.strictObject({ aliveAt: z.number() });

export function openAttendance(deps: AttendanceDeps): Attendance {
  const { store, clock, log, what } = deps;
  const alive: Table<{ readonly aliveAt: number }> = store.table(deps.table, (raw) => aliveSchema.parse(raw));
  const stopping = new AbortController();
  /** When somebody was last known to watch. */
  let seenAt = alive.get("watchman")?.aliveAt ?? clock.now();
  let isStale = true;
  /** The disk refused something since then: a word may have been turned away. */
  let hasRefused = false;
  /** Until the second of these everything stands as it did at the first, unless something was told. */
  let held = { at: 0, until: 0 };
  let wake = new AbortController();
  let loop: Promise<void> | undefined;

  function outageAt(now: number): Outage | undefined {
    return now - seenAt > (hasRefused ? SHORT_MS : GAP_MS) ? { from: seenAt, until: now } : undefined;
  }

  async function round(outage: Outage | undefined): Promise<void> {
    const now = clock.now();
    if (deps.isIdle()) {
      seenAt = now;
      isStale = false;
      hasRefused = false;
      return;
    }
    const stale = isStale || outage !== undefined || now < seenAt;
    isStale = false;
    try {
      await store.commit((change) => {
        if (stale) deps.reckon(change, now, outage);
        change.put(alive, "watchman", { aliveAt: now });
      });
      seenAt = now;
      hasRefused = false;
    } catch (error) {
      isStale = stale;
      hasRefused = true;
      throw error;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      if (!isStale) await clock.sleep(ROUND_MS, wake.signal);
      if (stopping.signal.aborted) return;
      try {
        await round(outageAt(clock.now()));
      } catch (err) {
        log.warn({ err }, `${what} could not be put down; until they can, nobody knows of them`);
        await clock.sleep(ROUND_MS, stopping.signal);
      }
    }
  }

  return {
    outageAt,
    changed() {
      isStale = true;
      wake.abort();
    },
    refused() {
      hasRefused = true;
    },
    standingAt: (now) => (hasRefused ? seenAt : now < held.until ? held.at : now),

    async start() {
      const from = alive.get("watchman")?.aliveAt;
      const now = clock.now();
      if (from !== undefined && from < now) held = { at: from, until: now + SHORT_MS };
      await round(from === undefined || now - from < SHORT_MS ? undefined : { from, until: now });
      loop = run();
    },

    async stop() {
      stopping.abort();
      wake.abort();
      await loop;
      if (outageAt(clock.now()) === undefined)
        await round(undefined).catch((err) => log.warn({ err }, "the end of the watch is not on disk"));
    },
  };
}
