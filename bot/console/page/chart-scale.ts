/** Where the marks of a chart's axes stand, what is written beside them, and how values are said. */
import type { ChartData } from "../../pictures/chart-data.ts";
import { chinese, say } from "./words.ts";

type Unit = ChartData["unit"];

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly marks: readonly number[];
}

const MOST_STEPS = 5;

/** An axis that holds both values, with round marks. */
export function valueScale(low: number, high: number, unit: Unit): Scale {
  if (unit === "boolean" && low >= 0 && high <= 1) return { low: -0.15, high: 1.15, marks: [0, 1] };
  // Zero belongs into the picture where it is near.
  let from = low > 0 && low < 0.6 * high ? 0 : low;
  let to = high < 0 && high > 0.6 * low ? 0 : high;
  if (!(to - from > Math.max(Math.abs(to), Math.abs(from)) * 1e-9)) {
    from = Math.min(0, 2 * from);
    to = to > 0 ? 2 * to : from === 0 ? 1 : 0;
  }
  const step = stepOf(to - from, unit);
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  const marks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, marks };
}

function stepOf(range: number, unit: Unit): number {
  let size = 1;
  if (unit === "bytes" || unit === "bytes_per_second")
    while (range / size >= 1_024 && size < 2 ** 50) size *= 1_024;
  const least = range / size / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  const round = [1, 2, 5, 10].find((one) => one * power >= least) ?? 10;
  return round * power * size;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 30, 100, 365].map((count) => count * DAY),
];

/** Round moments of the zone's clock between two moments, at most `most`, and what is written below them. */
export function timeMarks(
  from: number,
  to: number,
  { zone, most }: { readonly zone: string; readonly most: number },
): readonly { readonly at: number; readonly words: string }[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? (to - from) * 2;
  const marks: { at: number; words: string }[] = [];
  for (
    let local = Math.ceil((from + offsetAt(zone, from)) / step) * step;
    marks.length < most;
    local += step
  ) {
    const at = local - offsetAt(zone, local - offsetAt(zone, from));
    if (at > to) break;
    if (at < from) continue;
    const kind = step >= DAY || local % DAY === 0 ? "day" : step < MINUTE ? "second" : "minute";
    marks.push({ at, words: formatted(kind, zone, at) });
  }
  return marks;
}

/** A moment in full: `11-28 21:07:30`. */
export function momentWords(zone: string, at: number): string {
  return formatted("moment", zone, at);
}

/** `11-28 15:07 → 21:07`; to the second where it is short. */
export function spanWords(zone: string, from: number, to: number): string {
  const clock = to - from < 10 * MINUTE ? "second" : "minute";
  const [begin, end] = [from, to].map(
    (at) => [formatted("day", zone, at), formatted(clock, zone, at)] as const,
  );
  const until = begin?.[0] === end?.[0] ? end?.[1] : end?.join(" ");
  return `${begin?.join(" ")} → ${until}`;
}

const locale = chinese ? "zh-CN" : "en";
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const date = { month: chinese ? "2-digit" : "short", day: chinese ? "2-digit" : "numeric" } as const;
const KINDS = {
  second: { ...clock, second: "2-digit" },
  minute: clock,
  day: date,
  moment: { ...date, ...clock, second: "2-digit" },
} as const;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatted(kind: keyof typeof KINDS, zone: string, at: number): string {
  const key = `${kind} ${zone}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...KINDS[kind], timeZone: zone });
  formats.set(key, format);
  return format.format(at).replace("/", "-").replace(", ", " ");
}

/** How far the zone's clock is ahead of UTC, in milliseconds. */
function offsetAt(zone: string, at: number): number {
  const key = `offset ${zone}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat("en", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  formats.set(key, format);
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? 0;
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(at / SECOND) * SECOND;
}

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A value in its unit as the bot's answers have it: `42.5%`, `1.5 GiB`, `230 ms`. */
export function valueWords(value: number | null, unit: Unit): string {
  if (value === null) return say("noValue");
  switch (unit) {
    case "percent":
      return `${digits(value)}%`;
    case "celsius":
      return `${digits(value)}°C`;
    case "bytes":
      return bytes(value);
    case "bytes_per_second":
      return `${bytes(value)}/s`;
    case "seconds":
      return seconds(value);
    case "days":
      return `${digits(value)}${chinese ? " 天" : " days"}`;
    case "boolean":
      return value === 0 ? say("down") : value === 1 ? say("up") : digits(value);
    default:
      return digits(value);
  }
}

function seconds(value: number): string {
  if (value !== 0 && Math.abs(value) < 1) return `${digits(value * 1_000)} ${chinese ? "毫秒" : "ms"}`;
  if (Math.abs(value) < 120) return `${digits(value)} ${chinese ? "秒" : "s"}`;
  const spans = [
    [86_400, say("days")],
    [3_600, say("hours")],
    [60, say("minutes")],
  ] as const;
  const [size, unit] = spans.find(([one]) => Math.abs(value) >= one) ?? [60, say("minutes")];
  return `${digits(value / size)}${unit}`;
}

function bytes(value: number): string {
  let size = value;
  let i = 0;
  while (Math.abs(size) >= 1_024 && i < BYTES.length - 1) {
    size /= 1_024;
    i++;
  }
  return `${digits(size)} ${BYTES[i]}`;
}

function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(3)));
}

/** The index of the time nearest to `wanted` in rising times; -1 where there are none. */
export function nearest(times: readonly number[], wanted: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  const closer = before >= 0 && wanted - (times[before] ?? 0) <= (times[low] ?? 0) - wanted;
  return closer ? before : high < 0 ? -1 : low;
}
