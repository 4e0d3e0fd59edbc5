/** Samples in memory: takes them in, finds series, keeps within the bounds of time, samples and series. */
import { Column } from "./column.ts";
import { ColumnRef, type Columns } from "./column-ref.ts";
import type { Labels } from "./labels.ts";
import type { Log } from "./log.ts";
import type { Matcher } from "./matchers.ts";
import { LATEST, SampleArena } from "./sample-arena.ts";
import type { Series, SeriesRecorder, SeriesRef, SeriesSource } from "./series.ts";
import { SeriesIndex } from "./series-index.ts";
import { SeriesLimit } from "./series-limit.ts";

/** How much is kept. */
export interface SeriesBounds {
  /** How long samples are kept, in milliseconds; 3 days unless said otherwise. Enforced once a minute. */
  readonly retentionMs?: number;
  /** How many samples are kept at most (14 bytes each); the oldest of all go first. 20 million. */
  readonly maxSamples?: number;
  /** How many series there may be at a time; new ones beyond are refused with a SeriesLimit. 100,000. */
  readonly maxSeries?: number;
}

/** Where appended samples also go, so that they survive. */
export interface SampleSink {
  add(column: Column, at: number, value: number): void;
}

/** What is held, and what has been let go. */
export interface MemoryStats {
  readonly series: number;
  readonly samples: number;
  /** Bytes of memory taken for samples, the free part included. */
  readonly bytes: number;
  /** New series refused since the start. */
  readonly refused: number;
  /** Samples that went because there were more than `maxSamples`. */
  readonly evicted: number;
  /** Samples that lay in the future when the clock went back. */
  readonly discarded: number;
}

const DAY = 86_400_000;
/** Jumps of the clock are said at most this often. */
const JUMP_QUIET_MS = 60_000;

/**
 * Samples in memory. Every series is in time order:
 * - An append at the time of the last sample replaces its value.
 * - An append earlier than the last sample means that the clock has gone back, and samples later than the new one
 *   are discarded. They carry times that have not come yet; if they stayed, everything appended until then would
 *   have to be refused or hidden, and a clock set back an hour would blind us for that hour.
 * - NaN and the infinities are values like any other.
 */
export class MemorySeries implements SeriesSource, SeriesRecorder {
  readonly retentionMs: number;
  /** While set, jumps of the clock are not said: they were said when they happened. */
  protected restoring = false;
  readonly #maxSamples: number;
  readonly #maxSeries: number;
  readonly #log: Log;
  readonly #arena = new SampleArena();
  readonly #index = new SeriesIndex();
  /** The series of label objects seen before, so that a writer that keeps its labels is not looked up again. */
  readonly #byIdentity = new WeakMap<Labels, Column>();
  readonly #columns: Columns = {
    find: (labels) => this.#index.get(labels),
    findOrMake: (labels) => this.#columnOf(labels),
    write: (column, at, value) => this.#write(column, at, value),
  };
  #alsoTo: SampleSink | undefined;
  #samples = 0;
  #refused = 0;
  #evicted = 0;
  #discarded = 0;
  #jump = { from: 0, to: Number.POSITIVE_INFINITY, saidAt: Number.NEGATIVE_INFINITY };

  constructor(log: Log, bounds: SeriesBounds = {}) {
    this.#log = log;
    this.retentionMs = bounds.retentionMs ?? 3 * DAY;
    this.#maxSamples = bounds.maxSamples ?? 20_000_000;
    this.#maxSeries = bounds.maxSeries ?? 100_000;
  }

  /** From now on appended samples are handed on as well. */
  protected copyTo(sink: SampleSink | undefined): void {
    this.#alsoTo = sink;
  }

  /**
   * Appends one sample. Labels with an empty value count as absent; times are cut to whole milliseconds.
   * The labels object must not be changed afterwards: the same object is taken to be the same series.
   * Throws a SeriesLimit when the series is new and one too many, a RangeError when `at` is no time after 1970.
   */
  append(labels: Labels, at: number, value: number): void {
    let column = this.#byIdentity.get(labels);
    if (column === undefined || !column.listed) {
      column = this.#columnOf(labels);
      // Only an object that comes again is worth remembering: most writers make a new one for every sample.
      if (column.foundBy === labels) this.#byIdentity.set(labels, column);
      else column.foundBy = labels;
    }
    this.#write(column, at, value);
  }

  ref(labels: Labels): SeriesRef {
    return new ColumnRef(this.#columns, labels);
  }

  end(labels: Labels, at: number, blind: boolean): void {
    this.#index.get(labels)?.end(at, blind);
  }

  select(matchers: readonly Matcher[]): readonly Series[] {
    return this.#index.select(matchers);
  }

  /** Metric names with the number of series of each. */
  names(): ReadonlyMap<string, number> {
    return this.#index.names();
  }

  /** The time of the oldest sample kept; `undefined` when there is none. */
  oldestAt(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    for (const column of this.#index.all) oldest = Math.min(oldest, column.at(0));
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  stats(): MemoryStats {
    return {
      series: this.#index.all.length,
      samples: this.#samples,
      bytes: this.#arena.bytes,
      refused: this.#refused,
      evicted: this.#evicted,
      discarded: this.#discarded,
    };
  }

  /**
   * Drops what is older than the retention allows at `at`, and series that have no samples left. A clock that is set
   * forward by more than the retention therefore empties the store.
   */
  expire(at: number): void {
    this.#dropUntil(at - this.retentionMs - 1, Number.POSITIVE_INFINITY);
  }

  /** The series of a label set: the one that is there, or a new one that the index does not know yet. */
  #columnOf(labels: Labels): Column {
    const known = this.#index.get(labels);
    if (known !== undefined) return known;
    if (this.#index.all.length >= this.#maxSeries) {
      this.#refused++;
      throw new SeriesLimit(this.#maxSeries, labels);
    }
    return new Column(this.#arena, this.#index.own(labels));
  }

  #write(column: Column, time: number, value: number): void {
    const at = Math.floor(time);
    if (!(at >= 0 && at <= LATEST)) throw new RangeError(`${time} is not a time in milliseconds since 1970`);
    if (at > column.lastAt) {
      column.push(at, value);
      this.#samples++;
    } else if (at === column.lastAt) column.replaceLast(value);
    else this.#goBack(column, at, value);
    if (!column.listed) this.#index.add(column);
    this.#alsoTo?.add(column, at, value);
    if (this.#samples > this.#maxSamples) this.#evict();
  }

  #goBack(column: Column, at: number, value: number): void {
    const before = column.length;
    const lastAt = column.lastAt;
    column.keepFirst(column.indexAt(at) + 1);
    const discarded = before - column.length;
    this.#samples -= discarded;
    this.#discarded += discarded;
    if (column.lastAt === at) column.replaceLast(value);
    else {
      column.push(at, value);
      this.#samples++;
    }
    this.#sayJump(lastAt, at);
  }

  /** One jump shows itself in every series, at the next sample of each; it is said once. */
  #sayJump(from: number, to: number): void {
    const jump = this.#jump;
    const same = from <= jump.from && to >= jump.to;
    if (same || Math.abs(to - jump.saidAt) < JUMP_QUIET_MS) {
      jump.from = Math.max(jump.from, from);
      return;
    }
    this.#jump = { from, to, saidAt: to };
    if (this.restoring) return;
    this.#log.warn(
      { from, to, backMs: from - to },
      "the clock went back; samples from what is now the future are discarded",
    );
  }

  /** Makes room: drops the oldest sixteenth of all samples, so that this need not be done for every append. */
  #evict(): void {
    const wanted = this.#samples - Math.floor((this.#maxSamples * 15) / 16);
    // Looks for the earliest time up to which there are enough samples; it need not be found exactly.
    let low = (this.oldestAt() ?? 0) - 1;
    let high = low + 1;
    for (const { lastAt } of this.#index.all) high = Math.max(high, lastAt);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      let count = 0;
      for (const column of this.#index.all) count += column.indexAt(middle) + 1;
      if (count < wanted) low = middle;
      else high = middle;
      if (count >= wanted && count < wanted * 1.25) break;
    }
    const before = this.#samples;
    if (high - low > 1) this.#dropUntil(high, Number.POSITIVE_INFINITY);
    else {
      // Many samples of one instant: only as many of them go as must.
      this.#dropUntil(low, Number.POSITIVE_INFINITY);
      this.#dropUntil(high, wanted - (before - this.#samples));
    }
    if (this.#evicted === 0)
      this.#log.warn(
        { maxSamples: this.#maxSamples, oldestAt: this.oldestAt() },
        "there are more samples than may be kept; the oldest go before their time",
      );
    this.#evicted += before - this.#samples;
  }

  /** Drops samples with `at <= until`, at most so many, and takes series without samples out of the index. */
  #dropUntil(until: number, most: number): void {
    const empty: Column[] = [];
    let left = most;
    for (const column of this.#index.all) {
      if (left <= 0) break;
      column.foundBy = undefined;
      if (column.at(0) > until) continue;
      const count = Math.min(column.indexAt(until) + 1, left);
      column.dropFirst(count);
      this.#samples -= count;
      left -= count;
      if (column.length === 0) empty.push(column);
    }
    this.#index.remove(empty);
  }
}
