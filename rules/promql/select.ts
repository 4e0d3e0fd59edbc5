/** What a selector sees of the series at one moment. */
import { labelValue } from "../../storage/labels.ts";
import type { Series } from "../../storage/series.ts";
import type { Element, Evaluation, RangeNode, SelectorNode, Vector } from "./ast.ts";

/** How old a sample may be and still be the present value, in milliseconds; Prometheus' default. */
export const DEFAULT_LOOKBACK_MS = 300_000;

/** Nothing; shared, because most rules find nothing most of the time. */
export const EMPTY: Vector = [];

/**
 * Index of the sample that is a series' value at `t`, or -1 when there is none younger than the lookback, or when it has
 * ended since.
 */
export function liveIndex(series: Series, t: number, lookbackMs: number): number {
  const i = series.indexAt(t);
  if (i < 0) return -1;
  const at = series.at(i);
  return at > t - lookbackMs && !hasEnded(series, at, t) ? i : -1;
}

/** When anything was last known of a series at `t`: its last sample, or that it has no value; -Infinity for never, and where whoever writes it is blind. */
export function lastKnownAt(series: Series, t: number): number {
  const i = series.indexAt(t);
  if (i < 0) return Number.NEGATIVE_INFINITY;
  const at = series.at(i);
  if (!hasEnded(series, at, t)) return at;
  return series.endedBlind === true ? Number.NEGATIVE_INFINITY : (series.endedAt ?? at);
}

function hasEnded({ endedAt }: Series, lastAt: number, t: number): boolean {
  return endedAt !== undefined && endedAt > lastAt && endedAt <= t;
}

/** The instant vector of a selector. */
export function selectInstant(node: SelectorNode, evaluation: Evaluation): Vector {
  const t = evaluation.at - node.offsetMs;
  let found: Element[] | undefined;
  for (const series of evaluation.source.select(node.matchers)) {
    const i = liveIndex(series, t, evaluation.lookbackMs);
    if (i < 0) continue;
    const element = { labels: series.labels, value: series.value(i) };
    if (found === undefined) found = [element];
    else found.push(element);
  }
  return found ?? EMPTY;
}

/** The samples of one series inside a range; the range is open on the left, as since Prometheus 3. */
export class Window {
  series: Series;
  /** Indexes of the first and the last sample inside. */
  first = 0;
  last = -1;
  /** The range itself, in milliseconds since the epoch. */
  start = 0;
  end = 0;
  /** When the expression is evaluated, whatever the offset. */
  readonly at: number;

  constructor(series: Series, at: number) {
    this.series = series;
    this.at = at;
  }

  get count(): number {
    return this.last - this.first + 1;
  }
}

/** Calls `visit` for each series that has a sample inside the range; the window is one object, moved along. */
export function eachWindow(node: RangeNode, evaluation: Evaluation, visit: (window: Window) => void): void {
  const end = evaluation.at - node.selector.offsetMs;
  const start = end - node.rangeMs;
  let window: Window | undefined;
  for (const series of evaluation.source.select(node.selector.matchers)) {
    const last = series.indexAt(end);
    if (last < 0 || series.at(last) <= start) continue;
    window ??= new Window(series, evaluation.at);
    window.series = series;
    window.last = last;
    window.first = series.indexAt(start) + 1;
    window.start = start;
    window.end = end;
    visit(window);
  }
}

/** The labels that a selector's `=` matchers promise, without the metric name: what `absent()` answers with. */
export function promisedLabels(node: SelectorNode): Record<string, string> {
  const promised: [string, string][] = [];
  for (const { name, op, value } of node.matchers) {
    const once = node.matchers.filter((matcher) => matcher.name === name).length === 1;
    if (op === "=" && once && name !== "__name__" && value !== "") promised.push([name, value]);
  }
  return Object.fromEntries(promised);
}

/** Whether two label sets do not contradict each other: each name that both carry has one value. */
export function consistent(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  for (const name of Object.keys(b))
    if (name !== "__name__" && Object.hasOwn(a, name) && labelValue(a, name) !== labelValue(b, name))
      return false;
  return true;
}
