/** How fast and how often values change: rates of counters, differences of gauges, trends. */
import type { FunctionRow } from "../ast.ts";
import type { Window } from "../select.ts";
import { Sum } from "../statistics.ts";
import { perWindow } from "./kinds.ts";

export const changeFunctions = {
  rate: perWindow(
    (window) => extrapolated(window, true, true),
    "计数器每秒平均增长量（自动处理清零）",
    "how much a counter grows per second, on average over a range; resets are seen through",
  ),
  increase: perWindow(
    (window) => extrapolated(window, true, false),
    "计数器在时间段内的增长量（自动处理清零）",
    "how much a counter grows over a range; resets are seen through",
  ),
  delta: perWindow(
    (window) => extrapolated(window, false, false),
    "时间段首尾之差（用于可升可降的指标）",
    "the difference between the ends of a range, for gauges",
  ),
  irate: perWindow(
    (window) => lastStep(window, true),
    "按最后两个样本算的每秒增长量",
    "how much a counter grows per second by its last two samples",
  ),
  idelta: perWindow(
    (window) => lastStep(window, false),
    "最后两个样本之差",
    "the difference between the last two samples",
  ),
  changes: perWindow(
    (window) => countSteps(window, (before, after) => !Object.is(before + 0, after + 0)),
    "时间段内值变化的次数",
    "how often the value changed in a range",
  ),
  resets: perWindow(
    (window) => countSteps(window, (before, after) => after < before),
    "时间段内计数器清零的次数",
    "how often a counter was reset in a range",
  ),
  deriv: perWindow(
    (window) => trend(window, window.series.at(window.first))?.slope,
    "按线性回归的每秒变化量",
    "the change per second by linear regression",
  ),
  predict_linear: perWindow(
    (window, seconds) => {
      const line = trend(window, window.at);
      return line === undefined ? undefined : line.slope * seconds + line.level;
    },
    "按线性回归预测若干秒后的值",
    "the value in so many seconds by linear regression",
    { args: ["range", "scalar"] },
  ),
} satisfies Record<string, FunctionRow>;

/**
 * The growth over the samples, stretched to the edges of the range: all the way when the nearest sample is not
 * further from the edge than 1.1 mean distances, else by half a mean distance; a counter is never stretched below
 * zero. This is `extrapolatedRate` of Prometheus 3 (promql/functions.go).
 */
function extrapolated(window: Window, isCounter: boolean, perSecond: boolean): number | undefined {
  const { series, first, last } = window;
  if (last <= first) return undefined;
  const firstValue = series.value(first);
  let growth = series.value(last) - firstValue;
  if (isCounter) {
    let before = firstValue;
    for (let i = first + 1; i <= last; i++) {
      const value = series.value(i);
      if (value < before) growth += before;
      before = value;
    }
  }
  const firstAt = series.at(first);
  const lastAt = series.at(last);
  const sampled = (lastAt - firstAt) / 1000;
  const distance = sampled / (last - first);
  let toStart = (firstAt - window.start) / 1000;
  let toEnd = (window.end - lastAt) / 1000;
  if (toStart >= distance * 1.1) toStart = distance / 2;
  if (toEnd >= distance * 1.1) toEnd = distance / 2;
  if (isCounter && growth > 0 && firstValue >= 0)
    toStart = Math.min(toStart, sampled * (firstValue / growth));
  const stretched = growth * ((sampled + toStart + toEnd) / sampled);
  return perSecond ? stretched / ((window.end - window.start) / 1000) : stretched;
}

function lastStep({ series, first, last }: Window, perSecond: boolean): number | undefined {
  if (last <= first) return undefined;
  const before = series.value(last - 1);
  const after = series.value(last);
  if (!perSecond) return after - before;
  const seconds = (series.at(last) - series.at(last - 1)) / 1000;
  return seconds === 0 ? undefined : (after < before ? after : after - before) / seconds;
}

function countSteps(
  { series, first, last }: Window,
  counts: (before: number, after: number) => boolean,
): number {
  let count = 0;
  for (let i = first + 1; i <= last; i++) if (counts(series.value(i - 1), series.value(i))) count += 1;
  return count;
}

/** The line through the samples by least squares: its slope per second, and its level at `at`. */
function trend({ series, first, last }: Window, at: number): { slope: number; level: number } | undefined {
  if (last <= first) return undefined;
  const start = series.value(first);
  const [sumX, sumY, sumXY, sumX2] = [new Sum(), new Sum(), new Sum(), new Sum()];
  let constant = true;
  for (let i = first; i <= last; i++) {
    const x = (series.at(i) - at) / 1000;
    const y = series.value(i);
    if (y !== start) constant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumX2.add(x * x);
  }
  // Rounding would give a flat line a slope.
  if (constant)
    return Number.isFinite(start) ? { slope: 0, level: start } : { slope: Number.NaN, level: Number.NaN };
  const n = last - first + 1;
  const covariance = sumXY.value - (sumX.value * sumY.value) / n;
  const spread = sumX2.value - (sumX.value * sumX.value) / n;
  const slope = covariance / spread;
  return { slope, level: sumY.value / n - (slope * sumX.value) / n };
}
