/** A chart as it is to be drawn: few lines over a span of time, with what the rule says of them. */
import type { MetricUnit } from "../../rules/metric-words.ts";
import type { Locale } from "../../storage/locale.ts";

/** One line; the times rise, and a value of NaN is a gap. */
export interface ChartLine {
  /** Plain text that tells it from the other lines; "" where there is only one. */
  readonly name: string;
  readonly at: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** A stretch of time, in milliseconds since the Unix epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Chart extends Span {
  /** Plain text; whatever a person or a machine wrote. */
  readonly title: string;
  /** At most `MOST_LINES`. */
  readonly lines: readonly ChartLine[];
  /** How many lines are left out. */
  readonly more: number;
  /** Values that the rule compares with. */
  readonly thresholds: readonly number[];
  /** When it fired, in order of time, without overlap. */
  readonly firing: readonly Span[];
  readonly unit: MetricUnit | undefined;
  /** IANA name of the time zone. */
  readonly zone: string;
  readonly locale: Locale;
}

/** More lines cannot be told apart on a phone. */
export const MOST_LINES = 6;
