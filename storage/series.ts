import type { Labels } from "./labels.ts";
import type { Matcher } from "./matchers.ts";

/** One series as its readers see it: columns in time order. Indexes run from 0 (oldest kept) to `length - 1`. */
export interface Series {
  readonly labels: Labels;
  readonly length: number;
  /** Milliseconds since the Unix epoch of sample `i`. */
  at(i: number): number;
  value(i: number): number;
  /** Index of the last sample with `at <= t`, or -1. */
  indexAt(t: number): number;
  /** Since when it has no present value, until a later sample, by whoever writes it; absent or -Infinity for never. */
  readonly endedAt?: number;
  /** Whether that is because nobody knows its value, and not because it is known to have none. */
  readonly endedBlind?: boolean;
}

/** What `rules/` needs: find series. */
export interface SeriesSource {
  /**
   * Series whose labels satisfy every matcher, in a stable order. The metric name is the label `__name__`.
   * The same array instance is returned for the same matcher array while the set of series has not changed.
   */
  select(matchers: readonly Matcher[]): readonly Series[];
}

/** What `monitors/` needs: write samples. */
export interface SeriesSink {
  /** Appends one sample to the series of this label set (`__name__` included), creating it if it is new. */
  append(labels: Labels, at: number, value: number): void;
  /** A way to write to one series that skips the look-up. The series itself begins with its first sample. */
  ref(labels: Labels): SeriesRef;
}

/** One series to write to again and again without looking it up. */
export interface SeriesRef {
  /** As `SeriesSink.append`. */
  append(at: number, value: number): void;
  /** The time of the series' last sample in milliseconds since the epoch; `-Infinity` while it has none. */
  readonly lastAt: number;
  /** As `SeriesRecorder.end`. */
  end(at: number, blind: boolean): void;
}

/** What a recording rule needs: write samples, and say of a series that it has none any more. */
export interface SeriesRecorder extends SeriesSink {
  /**
   * From `at` on the series of this label set has no present value, until its next sample: known to have none, or
   * `blind`, since nobody can know. Kept in memory only.
   */
  end(labels: Labels, at: number, blind: boolean): void;
}
