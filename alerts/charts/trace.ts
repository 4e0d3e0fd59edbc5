/** How what an expression measures went over a span of time: the lines that a chart shows. */
import type { SelectorNode } from "../../rules/promql/ast.ts";
import type { CompiledExpr } from "../../rules/promql/compile.ts";
import { evaluate } from "../../rules/promql/evaluate.ts";
import { withoutName } from "../../rules/promql/grouping.ts";
import { DEFAULT_LOOKBACK_MS } from "../../rules/promql/select.ts";
import { type Labels, labelsKey } from "../../storage/labels.ts";
import type { Series, SeriesSource } from "../../storage/series.ts";
import { type ChartLine, MOST_LINES, type Span } from "./chart.ts";
import { lineNames } from "./line-names.ts";
import { measuredBy } from "./measured.ts";

export interface Trace {
  /** Those that matter most, first; at most `MOST_LINES`. */
  readonly lines: readonly ChartLine[];
  /** How many there were beside them. */
  readonly more: number;
  readonly thresholds: readonly number[];
  /** When a line was beyond all thresholds; nowhere where there are none. */
  readonly beyond: readonly Span[];
}

export interface TraceOptions {
  /** Which label sets are wanted, without the metric's name; all unless told. */
  wants?(labels: Labels): boolean;
  /** Lets other work run. */
  breathe(): Promise<void>;
}

/** So many moments are looked at, where an expression must be evaluated; fewer where each gives very many series. */
const LOOKS = 240;
const FEW_LOOKS = 60;
const MANY_SERIES = 500;
/** More series than these are not followed. */
const MOST_SERIES = 5_000;

/** A line before it has a name. */
interface Found {
  readonly labels: Labels;
  readonly at: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Throws a PromqlError where the expression has no result on the series that there are. */
export async function trace(
  expr: CompiledExpr,
  source: SeriesSource,
  span: Span,
  options: TraceOptions,
): Promise<Trace> {
  const measured = measuredBy(expr);
  const limits = measured.limits.map(({ node, sign, holds }) => {
    const value = evaluate({ text: expr.text, type: "scalar", root: node }, source, span.to);
    return { sign, holds, value: value.type === "scalar" ? value.value : Number.NaN };
  });
  const { root } = measured.expr;
  const found =
    root.kind === "selector"
      ? await recorded(root, source, span, options)
      : await evaluated(measured.expr, source, span, options);
  const downwards = limits.some(({ sign }) => sign === "<" || sign === "<=");
  const shown = worstFirst(found, downwards).slice(0, MOST_LINES);
  const names = lineNames(shown.map(({ labels }) => labels));
  const lines = shown.map(({ at, values }, i) => ({ name: names[i] ?? "", at, values }));
  const isBeyond = (value: number): boolean =>
    limits.length > 0 && limits.every((limit) => limit.holds(value, limit.value));
  return {
    lines,
    more: found.length - shown.length,
    thresholds: [...new Set(limits.map(({ value }) => value).filter(Number.isFinite))],
    beyond: merged(found.flatMap((line) => spansWhere(line, span, isBeyond))),
  };
}

/** The samples themselves, so that a spike between two looks is not lost. */
async function recorded(
  { matchers, offsetMs }: SelectorNode,
  source: SeriesSource,
  { from, to }: Span,
  { wants, breathe }: TraceOptions,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  let read = 0;
  for (const series of source.select(matchers)) {
    if (wants?.(withoutName(series.labels)) === false) continue;
    const line = samplesOf(series, from, to, offsetMs);
    if (line.at.length > 0) found.push(line);
    if (found.length >= MOST_SERIES) break;
    read += line.at.length;
    if (read > 20_000) {
      read = 0;
      await breathe();
    }
  }
  return found;
}

function samplesOf(series: Series, from: number, to: number, offsetMs: number): Found {
  const at: number[] = [];
  const values: number[] = [];
  const last = series.indexAt(to - offsetMs);
  for (let i = series.indexAt(from - offsetMs - 1) + 1; i <= last; i++) {
    const moment = series.at(i) + offsetMs;
    const before = at.at(-1);
    // Nothing is known of the time after a sample for longer than a look goes back.
    if (before !== undefined && moment - before > DEFAULT_LOOKBACK_MS) {
      at.push(before + DEFAULT_LOOKBACK_MS);
      values.push(Number.NaN);
    }
    at.push(moment);
    values.push(series.value(i));
  }
  return { labels: series.labels, at, values };
}

async function evaluated(
  expr: CompiledExpr,
  source: SeriesSource,
  { from, to }: Span,
  { wants, breathe }: TraceOptions,
): Promise<readonly Found[]> {
  const now = evaluate(expr, source, to);
  const looks = now.type === "vector" && now.elements.length > MANY_SERIES ? FEW_LOOKS : LOOKS;
  const at = Array.from({ length: looks }, (_, i) => from + Math.round(((to - from) * i) / (looks - 1)));
  const found = new Map<string, { labels: Labels; at: number[]; values: number[] }>();
  for (const [i, moment] of at.entries()) {
    const result = evaluate(expr, source, moment);
    const elements = result.type === "scalar" ? [{ labels: {}, value: result.value }] : result.elements;
    for (const { labels, value } of elements) {
      if (wants?.(withoutName(labels)) === false) continue;
      const key = labelsKey(labels);
      let line = found.get(key);
      if (line === undefined) {
        if (found.size >= MOST_SERIES) continue;
        line = { labels, at, values: new Array<number>(looks).fill(Number.NaN) };
        found.set(key, line);
      }
      line.values[i] = value;
    }
    await breathe();
  }
  return [...found.values()];
}

/** What went furthest towards trouble; in the order of their names where they went as far. */
function worstFirst(found: readonly Found[], downwards: boolean): readonly Found[] {
  return found
    .map((line) => {
      let worst = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < line.values.length; i++) {
        const value = (line.values[i] ?? Number.NaN) * (downwards ? -1 : 1);
        if (value > worst) worst = value;
      }
      return { line, worst, key: labelsKey(line.labels) };
    })
    .sort((a, b) => (a.worst === b.worst ? (a.key < b.key ? -1 : 1) : b.worst - a.worst))
    .map(({ line }) => line);
}

/** From each look at which it was so until the next look. */
function spansWhere({ at, values }: Found, { to }: Span, isSo: (value: number) => boolean): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  let open: { from: number; to: number } | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const here = at[i] ?? to;
    if (Number.isNaN(value) || !isSo(value)) {
      if (open !== undefined) open.to = here;
      open = undefined;
    } else if (open === undefined) {
      open = { from: here, to };
      spans.push(open);
    }
  }
  return spans;
}

/** The same stretches of time without overlap, in order. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const whole: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else whole.push({ from, to });
  }
  return whole;
}
