/** Where the marks of a chart's axes stand, and what is written beside them. */
import { formatTime, formatValue } from "../../alerts/words.ts";
import type { MetricUnit } from "../../rules/metric-words.ts";
import type { Locale } from "../../storage/locale.ts";
import { offsetAt } from "../../storage/zone.ts";

export interface Tick {
  readonly at: number;
  readonly words: string;
}

export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
}

/** Further out nothing can be told apart, and a difference would overflow. */
export const LARGEST = 1e300;
/** Between two marks, at most so many steps. */
const MOST_STEPS = 5;
/** From where zero is so near that it belongs into the picture: the lowest value as a share of the highest. */
const NEAR_ZERO = 0.6;

/** An axis that holds `low` and `high`, which are finite and within `LARGEST`. */
export function valueAxis(
  low: number,
  high: number,
  unit: MetricUnit | undefined,
  locale: Locale,
): ValueAxis {
  const words = (value: number): string => formatValue(value, unit, locale);
  if (unit === "boolean" && low >= 0 && high <= 1)
    return { low: -0.15, high: 1.15, ticks: [0, 1].map((at) => ({ at, words: words(at) })) };
  if (unit === "percent" && low >= 0 && high <= 100 && (low === high || (low < 40 && high > 60)))
    return axisOf(0, 100, 25, words);
  let from = low > 0 && low < NEAR_ZERO * high ? 0 : low;
  let to = high < 0 && high > NEAR_ZERO * low ? 0 : high;
  if (to - from <= Math.max(Math.abs(to), Math.abs(from)) * 1e-6) {
    // A flat line: in the middle between nothing and twice as much.
    from = Math.min(0, 2 * from);
    to = to > 0 ? 2 * to : to === 0 && from === 0 ? 1 : 0;
  }
  return axisOf(from, to, stepOf(to - from, unit, to), words);
}

/** From the mark below `low` to the one above `high`. */
function axisOf(low: number, high: number, step: number, words: (value: number) => string): ValueAxis {
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks: ticks.map((at) => ({ at, words: words(at) })) };
}

/** In seconds: what people count spans in, once they are longer than two minutes. */
const SPANS = [30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];

function stepOf(range: number, unit: MetricUnit | undefined, high: number): number {
  if (unit === "seconds" && high >= 120) {
    const known = SPANS.find((step) => range / step <= MOST_STEPS);
    if (known !== undefined) return known;
  }
  let size = 1;
  if (unit === "bytes" || unit === "bytes_per_second")
    while (range / size >= 1_024 && size < 2 ** 50) size *= 1_024;
  const counted = unit === "count" || unit === "code" || unit === "days";
  const step = roundStep(range / size / MOST_STEPS) * size;
  return counted ? Math.max(1, step) : step;
}

/** The least of 1, 2, 5, 10 … that is not below `least`, with steps down to any size. */
function roundStep(least: number): number {
  let power = 1;
  while (power < least) power *= 10;
  while (power / 10 >= least && power > 1e-300) power /= 10;
  for (const part of [5, 2]) if (power / part >= least) return power / part;
  return power;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 30, 100, 365].map((count) => count * DAY),
];

/** Round moments of the zone's clock between two moments, at most `most`. */
export function timeTicks(
  from: number,
  to: number,
  { zone, locale, most }: { readonly zone: string; readonly locale: Locale; readonly most: number },
): readonly Tick[] {
  const step = TIME_STEPS.find((one) => (to - from) / one <= most) ?? (to - from) * 2;
  const ticks: Tick[] = [];
  // A zone may move its clocks in between: each round moment is looked up with the offset that holds there.
  const firstLocal = Math.ceil((from + offsetAt(zone, from)) / step) * step;
  for (let local = firstLocal; ticks.length < most; local += step) {
    const near = local - offsetAt(zone, from);
    const at = local - offsetAt(zone, near);
    if (at > to) break;
    if (at < from) continue;
    const said = formatTime(at, zone, locale, step < MINUTE ? "second" : "minute");
    const clock = /\S+$/.exec(said)?.[0] ?? said;
    const isDay = step >= DAY || local % DAY === 0;
    ticks.push({ at, words: isDay ? said.slice(0, -clock.length).trim() : clock });
  }
  return ticks;
}
