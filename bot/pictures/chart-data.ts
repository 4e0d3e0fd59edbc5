/** What a picture of a chart shows, as numbers: for a page that draws it itself. */
import type { Chart, ChartLine, Span } from "../../alerts/charts/chart.ts";
import { plain } from "../../alerts/words.ts";
import type { MetricUnit } from "../../rules/metric-word.ts";
import { LARGEST } from "./axis.ts";
import { partsOf } from "./thin.ts";

/** One line of a chart; times are milliseconds since its `from`, and null is a gap. */
export interface LineData {
  readonly name: string;
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A chart as JSON. Texts are plain; times are milliseconds since the Unix epoch. */
export interface ChartData extends Span {
  readonly title: string;
  readonly lines: readonly LineData[];
  /** How many lines are left out. */
  readonly more: number;
  readonly thresholds: readonly number[];
  readonly firing: readonly Span[];
  readonly unit: MetricUnit | null;
  /** IANA name of the time zone. */
  readonly zone: string;
}

/** So many columns of time each keep their first, lowest, highest and last value. */
const COLUMNS = 600;

export function chartData(chart: Chart): ChartData {
  const { from, to, title, lines, more, thresholds, firing, unit, zone } = chart;
  return {
    from,
    to,
    title: plain(title),
    lines: lines.map((line) => lineData(line, chart)),
    more,
    thresholds: thresholds.filter((value) => Math.abs(value) <= LARGEST),
    firing: firing.map((span) => ({ from: span.from, to: span.to })),
    unit: unit ?? null,
    zone,
  };
}

function lineData(line: ChartLine, span: Span): LineData {
  const { from, to } = span;
  const size = Math.max(1, to - from) / (2 * COLUMNS);
  const at: number[] = [];
  const values: (number | null)[] = [];
  // Thinned as for a picture that is so many columns wide, but in time and value instead of pixels.
  const parts = partsOf(line, span, { x: (time) => (time - from) / size, y: (value) => -value });
  for (const part of parts) {
    if (at.length > 0) {
      at.push(at.at(-1) ?? 0);
      values.push(null);
    }
    for (const { x, y } of part) {
      at.push(Math.round(x * size));
      values.push(-y + 0);
    }
  }
  return { name: plain(line.name), at, values };
}
