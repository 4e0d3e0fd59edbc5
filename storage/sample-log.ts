/** The sample log: a folder of append-only segments, so that samples survive a restart. */
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import type { Column } from "./column.ts";
import type { Text } from "./locale.ts";
import type { Log } from "./log.ts";
import type { SampleSink } from "./memory-series.ts";
import { SampleSegment } from "./sample-segment.ts";
import { NotSaved, type StoreTrouble } from "./store.ts";
import { wordsOf } from "./store-error.ts";

/** A segment that is complete. */
export interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  /** No sample in it is later than this. */
  readonly newestAt: number;
}

export interface SampleLogOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How much time goes into one segment, in milliseconds. */
  readonly segmentMs: number;
  /** Samples that may wait for a disk that does not take them; one million. */
  readonly maxPending?: number;
  /** What is in the folder already, and the number of the next segment. */
  readonly files: readonly SegmentFile[];
  readonly sequence: number;
}

const LOST: Text = {
  zh: "等待磁盘的样本太多，有的已被放弃",
  en: "too many samples waited for the disk, and some were given up",
};

/** A segment is full with so many bytes, whatever its age. */
const SEGMENT_BYTES = 64 << 20;

/** The file name of a segment; names sort as the segments were written. */
function segmentName(sequence: number): string {
  return `${String(sequence).padStart(10, "0")}.samples`;
}

/** Takes samples at once and writes them when `flush` is called; the disk is never waited for in between. */
export class SampleLog implements SampleSink {
  readonly #options: SampleLogOptions;
  readonly #maxPending: number;
  #files: SegmentFile[];
  #sequence: number;
  /** Segments that are not complete on disk; the last one takes what comes. */
  #open: SampleSegment[];
  #current: SampleSegment;
  #currentSince = 0;
  #tail: Promise<void> = Promise.resolve();
  /** The `persist` that has not begun, for all who ask until it does. */
  #next: Promise<void> | undefined;
  #lost = 0;
  #trouble: StoreTrouble | undefined;

  constructor(options: SampleLogOptions) {
    this.#options = options;
    this.#maxPending = options.maxPending ?? 1_000_000;
    this.#files = [...options.files];
    this.#sequence = options.sequence;
    this.#current = this.#begin();
    this.#open = [this.#current];
  }

  /** Set while the disk refuses. */
  get trouble(): StoreTrouble | undefined {
    return this.#trouble;
  }

  /** Samples that were given up because the disk refused for too long. */
  get lost(): number {
    return this.#lost;
  }

  /** Samples that are not written yet. */
  get pending(): number {
    return this.#open.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Bytes on disk. */
  get bytes(): number {
    const sum = (all: readonly { bytes: number }[]): number =>
      all.reduce((total, { bytes }) => total + bytes, 0);
    return sum(this.#files) + sum(this.#open);
  }

  add(column: Column, at: number, value: number): void {
    this.#current.add(column, at, value);
    if (this.#current.pending >= this.#maxPending || this.#open.length > 1) this.#bound();
  }

  /**
   * Writes what has been added until now and hands it to the operating system, without fsync. Never rejects: where the
   * disk refuses, `trouble` says so, the samples wait, and the next flush tries again.
   */
  flush(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#flush());
    return this.#tail;
  }

  /**
   * Writes what has been added until now and forces it to the disk: a power failure leaves it there. Those who ask while
   * one is under way share the next. Rejects with NotSaved when the disk refuses; the samples then wait as after a flush.
   */
  async persist(): Promise<void> {
    const lost = this.#lost;
    if (this.#next === undefined) {
      this.#next = this.#tail.then(() => {
        this.#next = undefined;
        return this.#force();
      });
      this.#tail = this.#next.catch(() => undefined);
    }
    await this.#next;
    // Given up while the disk was waited for: those of this caller may be among them.
    if (this.#lost !== lost) throw new NotSaved(LOST);
  }

  /** Deletes complete segments that have nothing from `oldestAt` or later. */
  async forget(oldestAt: number): Promise<void> {
    const old = this.#files.filter(({ newestAt }) => newestAt < oldestAt);
    this.#files = this.#files.filter(({ newestAt }) => newestAt >= oldestAt);
    for (const { path } of old)
      await unlink(path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
        this.#options.log.warn(
          { reason: wordsOf(path, error).en },
          "an old sample segment cannot be deleted",
        );
      });
  }

  /** Writes what is left, if the disk takes it, and closes. */
  async close(): Promise<void> {
    await this.flush();
    for (const segment of this.#open) await segment.close().catch(() => undefined);
    if (this.pending > 0)
      this.#options.log.error({ samples: this.pending }, "samples were not saved before the end");
  }

  async #force(): Promise<void> {
    await this.#flush();
    if (this.#trouble !== undefined) throw new NotSaved(this.#trouble.text);
    try {
      await this.#current.force();
    } catch (error) {
      this.#say([this.#current.path, error]);
      throw new NotSaved(wordsOf(this.#current.path, error), { cause: error });
    }
  }

  async #flush(): Promise<void> {
    this.#rotate();
    let failure: [path: string, error: unknown] | undefined;
    // One segment that cannot be written need not stop the others.
    for (const segment of [...this.#open]) {
      try {
        await segment.write();
        if (segment !== this.#current) await this.#complete(segment);
      } catch (error) {
        failure ??= [segment.path, error];
      }
    }
    this.#say(failure);
  }

  #rotate(): void {
    const now = this.#options.clock.now();
    // A segment begins with its first write.
    if (this.#current.bytes === 0) this.#currentSince = now;
    // The absolute distance, because the clock may have gone back.
    const old = Math.abs(now - this.#currentSince) >= this.#options.segmentMs;
    if (!old && this.#current.bytes < SEGMENT_BYTES) return;
    this.#current = this.#begin();
    this.#currentSince = now;
    this.#open.push(this.#current);
  }

  #begin(): SampleSegment {
    const sequence = this.#sequence++;
    return new SampleSegment(join(this.#options.dir, segmentName(sequence)), sequence);
  }

  async #complete(segment: SampleSegment): Promise<void> {
    // What somebody waits for may be in it, and after this nobody forces it any more.
    await segment.force();
    this.#open = this.#open.filter((other) => other !== segment);
    const { path, bytes, newestAt } = segment;
    if (bytes > 0) this.#files.push({ path, bytes, newestAt });
    await segment.close();
  }

  #bound(): void {
    while (this.pending > this.#maxPending) {
      const dropped = this.#open.find(({ pending }) => pending > 0)?.dropOldest() ?? 0;
      // Nothing to drop: it is all on its way.
      if (dropped === 0) return;
      if (this.#lost === 0)
        this.#options.log.error(
          { maxPending: this.#maxPending },
          "more samples wait for the disk than may; the oldest of them will be missing after a restart",
        );
      this.#lost += dropped;
    }
  }

  #say(failure: [path: string, error: unknown] | undefined): void {
    if (failure === undefined) {
      if (this.#trouble !== undefined)
        this.#options.log.info({ lost: this.#lost }, "samples are saved again");
      this.#trouble = undefined;
      return;
    }
    if (this.#trouble !== undefined) return;
    const text = wordsOf(...failure);
    this.#trouble = { since: this.#options.clock.now(), reason: text.en, text };
    this.#options.log.error(
      { reason: text.en },
      "samples cannot be saved; they are kept in memory and tried again",
    );
  }
}
