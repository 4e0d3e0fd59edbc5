/** The store of samples: in memory for readers, in a log on disk for the next start. */
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import { MemorySeries, type MemoryStats, type SeriesBounds } from "./memory-series.ts";
import { SampleLog } from "./sample-log.ts";
import { replay } from "./sample-replay.ts";
import type { StoreTrouble } from "./store.ts";

export interface SeriesOptions extends SeriesBounds {
  /** The folder of the sample log, made if need be; without it samples are kept in memory only. */
  readonly dir?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How often samples are written, in milliseconds; 2000. Together with the time of a write, what a kill loses. */
  readonly flushEveryMs?: number;
}

/** What the store holds, in memory and on disk. */
export interface SeriesStats extends MemoryStats {
  /** Bytes of the log. */
  readonly logBytes: number;
  /** Samples that are not written yet. */
  readonly pending: number;
  /** Samples that will be missing after a restart because the disk refused them for too long. */
  readonly lost: number;
}

const HOUR = 3_600_000;
const SWEEP_MS = 60_000;
const FLUSH_MS = 2_000;

/**
 * Series that survive a restart. Appending never waits for the disk: samples are written every `flushEveryMs` by
 * `openSeries`, or by `flush`. What `kill -9` can lose is what was appended since the last flush began that came to
 * its end: at most `flushEveryMs` and the time of two writes. There is no fsync, so a power failure can also lose what
 * the operating system had not written yet, half a minute as a rule. What is lost is always the newest; a restart
 * never invents a sample, and never brings back one that was discarded before the last flush.
 */
export class SeriesStore extends MemorySeries {
  #log: SampleLog | undefined;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** Set while the disk refuses samples; they are in memory then, and tried again. */
  get trouble(): StoreTrouble | undefined {
    return this.#log?.trouble;
  }

  override stats(): SeriesStats {
    const { bytes = 0, pending = 0, lost = 0 } = this.#log ?? {};
    return { ...super.stats(), logBytes: bytes, pending, lost };
  }

  /** Writes what has been appended until now. Never rejects; see `trouble`. */
  async flush(): Promise<void> {
    await this.#log?.flush();
  }

  /**
   * Resolves when everything appended until now is on the disk for good: neither `kill -9` nor a power failure loses it.
   * Callers at one time share one write. Rejects with NotSaved when the disk refuses. Without a log it is in memory only.
   */
  async persist(): Promise<void> {
    await this.#log?.persist();
  }

  /** Drops what is too old at `at` from memory, and segments of the log with nothing left that is kept. */
  async sweep(at: number): Promise<void> {
    this.expire(at);
    await this.#log?.forget(this.oldestAt() ?? at);
  }

  /** Writes what is left and closes. Samples appended after this are in memory only. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.copyTo(undefined);
    await this.#log?.close();
  }

  /** Reads the log back, and keeps it from now on; only once, by `openSeries`. */
  async keep(options: SeriesOptions): Promise<void> {
    const { dir, clock, log, flushEveryMs = FLUSH_MS } = options;
    if (dir !== undefined) {
      const began = clock.now();
      const keepFrom = began - this.retentionMs;
      this.restoring = true;
      const found = await replay({ dir, log, keepFrom, ref: (labels) => this.ref(labels) });
      this.restoring = false;
      const segmentMs = Math.max(HOUR, this.retentionMs / 24);
      this.#log = new SampleLog({ dir, clock, log, segmentMs, ...found });
      const { series, samples, refused } = this.stats();
      log.info({ series, samples, refused, segments: found.files.length }, "earlier samples are read");
    }
    this.copyTo(this.#log);
    this.#running = this.#run(clock, dir === undefined ? SWEEP_MS : flushEveryMs);
  }

  async #run(clock: Clock, everyMs: number): Promise<void> {
    const { signal } = this.#stop;
    let sinceSweep = 0;
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      // Elapsed time, since the wall clock may jump.
      sinceSweep += everyMs;
      if (sinceSweep >= SWEEP_MS) {
        sinceSweep = 0;
        await this.sweep(clock.now());
      }
      await this.flush();
    }
  }
}

/**
 * Opens the series: reads what the log has and keeps writing it until `close`. A log that is damaged or cannot be read
 * or written never keeps it from opening; what is wrong is said in the log, and in `trouble`.
 */
export async function openSeries(options: SeriesOptions): Promise<SeriesStore> {
  const store = new SeriesStore(options.log, options);
  await store.keep(options);
  return store;
}
