/** Amounts with a unit as people write them, turned into the base unit of a metric: `80%`, `八成`, `500ms`, `10GB`. */
import { scanDuration } from "./durations.ts";
import { exact, scanNumber } from "./numbers.ts";

/** What a written unit measures. `scale` is a bare K, M, G, T: of bytes or of things, the metric decides. */
type Dimension = "none" | "percent" | "bytes" | "bytes_per_second" | "scale" | "celsius" | "count";

/** An amount found in a text, not yet bound to a metric: `5m` may be five minutes or five million. */
export interface Measure {
  /** The amount, unless the text can only be a length of time. */
  readonly amount?: { readonly number: number; readonly dimension: Dimension; readonly unit: string };
  /** The length of time in milliseconds, where the text can be one. */
  readonly durationMs?: number;
  /** Index just past its last character. */
  readonly to: number;
}

const POWERS: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4, P: 5 };
const RATE = /^(?:\/ ?(?:s|sec|second|秒)(?![a-z])| ?每秒| per second(?![a-z])|ps(?![a-z]))/i;

interface FoundUnit {
  readonly dimension: Dimension;
  readonly factor: number;
  /** Characters it takes. */
  readonly length: number;
}

const PLAIN: readonly (readonly [pattern: RegExp, dimension: Dimension, factor: number])[] = [
  [/^(?:%|percent(?:age points?)?(?![a-z])|pct(?![a-z])|个?百分点)/i, "percent", 1],
  [/^成(?=$|[^功为])/, "percent", 10],
  [/^(?:°C|℃|摄氏度|度|degrees?(?![a-z]))/i, "celsius", 1],
  [/^(?:个字节|字节|bytes?(?![a-z]))/i, "bytes", 1],
  [/^B(?![A-Za-z])/, "bytes", 1],
  [/^(?:次|条|件|人|笔|times(?![a-z])|requests(?![a-z])|个(?![半小钟月星礼百KMGTP]))/i, "count", 1],
];

/** Bits, always decimal: `100Mbps`, `1 Gbit/s`, `8Mb/s`. */
const BITS = /^([KMGT]?)(?:bps|bits?\/s|b\/s)(?![A-Za-z])/;
const BITS_LOOSE = /^([kmgt]?)(?:bps|bits?\/s|bits? per second)(?![a-z])/i;
const SIZED = /^(?:个)?([KMGTP])(i?B|ibibytes?|bytes?)?(?![A-Za-z])/i;
const SIZED_RATE = /^([KMGTP])i?Bps(?![A-Za-z])/;
const HAN_SIZED = /^(千|兆|吉)(?:字节)?/;

function scanUnit(text: string, at: number): FoundUnit | undefined {
  const here = text.slice(at, at + 24);
  const bits = SIZED_RATE.test(here) ? null : (BITS.exec(here) ?? BITS_LOOSE.exec(here));
  if (bits !== null) {
    const power = POWERS[(bits[1] as string).toUpperCase()] ?? 0;
    return { dimension: "bytes_per_second", factor: 1000 ** power / 8, length: bits[0].length };
  }
  for (const [pattern, dimension, factor] of PLAIN) {
    const found = pattern.exec(here);
    if (found !== null) return perSecond(here, dimension, factor, found[0].length);
  }
  const rated = SIZED_RATE.exec(here);
  if (rated !== null) return perSecond(here, "bytes", 1024 ** power(rated[1]), rated[0].length - 2);
  const sized = SIZED.exec(here);
  if (sized !== null) {
    const dimension = sized[2] === undefined && !RATE.test(here.slice(sized[0].length)) ? "scale" : "bytes";
    return perSecond(
      here,
      dimension,
      dimension === "scale" ? power(sized[1]) : 1024 ** power(sized[1]),
      sized[0].length,
    );
  }
  const han = HAN_SIZED.exec(here);
  if (han === null) return undefined;
  const size = 1024 ** ({ 千: 1, 兆: 2, 吉: 3 }[han[1] as string] ?? 0);
  return perSecond(here, "bytes", size, han[0].length);
}

function power(letter: string | undefined): number {
  return POWERS[(letter ?? "").toUpperCase()] ?? 0;
}

function perSecond(here: string, dimension: Dimension, factor: number, length: number): FoundUnit {
  const rate = dimension === "bytes" || dimension === "count" ? RATE.exec(here.slice(length)) : null;
  if (rate === null) return { dimension, factor, length };
  return {
    dimension: dimension === "bytes" ? "bytes_per_second" : dimension,
    factor,
    length: length + rate[0].length,
  };
}

/** `百分之八十`, `百分之80`, `一半`. */
function scanShare(text: string, at: number): Measure | undefined {
  if (text.startsWith("百分之", at)) {
    const number = scanNumber(text, text[at + 3] === " " ? at + 4 : at + 3);
    if (number === undefined) return undefined;
    return { amount: { number: number.value, dimension: "percent", unit: "%" }, to: number.to };
  }
  if (text.startsWith("一半", at))
    return { amount: { number: 50, dimension: "percent", unit: "%" }, to: at + 2 };
  return undefined;
}

/** The amount or length of time that begins at `at`; of the two readings the longer, both where they are equal. */
export function scanMeasure(text: string, at: number): Measure | undefined {
  const share = scanShare(text, at);
  if (share !== undefined) return share;
  const eachSecond = /^每秒钟? ?/.exec(text.slice(at, at + 4))?.[0].length ?? 0;
  const start = at + eachSecond;
  const duration = eachSecond > 0 ? undefined : scanDuration(text, start);
  const number = scanNumber(text, start);
  if (number === undefined) return duration && { durationMs: duration.ms, to: duration.to };
  const gap = text[number.to] === " " ? 1 : 0;
  const unit = scanUnit(text, number.to + gap);
  let to = unit === undefined ? number.to : number.to + gap + unit.length;
  if (duration !== undefined && duration.to > to) return { durationMs: duration.ms, to: duration.to };
  let value = number.value;
  let dimension: Dimension = unit?.dimension ?? "none";
  if (unit !== undefined) {
    if (unit.dimension === "percent" && unit.factor === 10) {
      // 八成半 and 九成五.
      const tail = text[to] === "半" ? { value: 5, to: to + 1 } : scanNumber(text, to);
      const counts = tail !== undefined && tail.to === to + 1 && tail.value < 10;
      value = value * 10 + (counts ? tail.value : 0);
      if (counts) to = tail.to;
    } else if (unit.dimension !== "scale") value = exact(value * unit.factor);
    if (eachSecond > 0 && unit.dimension === "bytes") dimension = "bytes_per_second";
  }
  const written = unit === undefined ? "" : text.slice(number.to + gap, number.to + gap + unit.length);
  const amount = { number: value, dimension, unit: written };
  return duration !== undefined && duration.to === to
    ? { amount, durationMs: duration.ms, to }
    : { amount, to };
}

/** Units that count time, in milliseconds each. */
const TIME_UNITS: Readonly<Record<string, number>> = { seconds: 1000, milliseconds: 1, days: 86_400_000 };

/**
 * A measure in the base unit of a metric (`percent`, `bytes`, `bytes_per_second`, `seconds`, `days`, `celsius`; any
 * other name counts things); `undefined` when it cannot be one, such as 5 minutes of CPU. K, M, G, T of bytes are
 * powers of 1024, as `df -h` prints them; of things, powers of 1000; bits are decimal. A bare number stands in the
 * base unit already, except that fewer than 1024 bytes without a unit are more likely a forgotten unit.
 */
export function inUnit(measure: Measure, metricUnit: string): number | undefined {
  const size = TIME_UNITS[metricUnit];
  if (size !== undefined && measure.durationMs !== undefined) return exact(measure.durationMs / size);
  if (measure.amount === undefined) return undefined;
  const { number, dimension, unit } = measure.amount;
  if (dimension === "none") {
    const bytes = metricUnit === "bytes" || metricUnit === "bytes_per_second";
    return bytes && number !== 0 && Math.abs(number) < 1024 ? undefined : number;
  }
  switch (metricUnit) {
    case "percent":
    case "celsius":
      return dimension === metricUnit ? number : undefined;
    case "ratio":
      return dimension === "percent" ? exact(number / 100) : undefined;
    case "bytes":
    case "bytes_per_second":
      if (dimension === "scale") return exact(number * 1024 ** power(unit.replace("个", "")));
      return dimension === "bytes" || dimension === metricUnit ? number : undefined;
    default:
      if (size !== undefined) return undefined;
      if (dimension === "scale" && !unit.endsWith("m"))
        return exact(number * 1000 ** power(unit.replace("个", "")));
      return dimension === "count" ? number : undefined;
  }
}

/** The amount at the start of `text` in the base unit of a metric, the unit as written, and what follows. */
export function parseQuantity(
  text: string,
  metricUnit: string,
): { value: number; unit: string; rest: string } | undefined {
  const start = text.length - text.trimStart().length;
  const measure = scanMeasure(text, start);
  const value = measure && inUnit(measure, metricUnit);
  if (measure === undefined || value === undefined) return undefined;
  const unit = measure.amount?.unit ?? text.slice(start, measure.to).replace(/^[\d., ]+/, "");
  return { value, unit, rest: text.slice(measure.to).trimStart() };
}
