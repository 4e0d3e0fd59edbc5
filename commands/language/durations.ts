/** Lengths of time as people write them: `5m`, `1h30m`, `2小时30分`, `半小时`, `一个半小时`, `half an hour`. */
import { scanNumber } from "./numbers.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time found in a text. */
export interface FoundDuration {
  readonly ms: number;
  /** Index just past its last character. */
  readonly to: number;
}

/** A month is counted as 30 days and a year as 365: these are lengths, not dates. Longer words stand first. */
const UNITS: readonly (readonly [ms: number, ...words: string[]])[] = [
  [1, "毫秒", "milliseconds", "millisecond", "msec", "ms"],
  [SECOND, "秒钟", "秒", "seconds", "second", "secs", "sec", "s"],
  [MINUTE, "分钟", "分", "minutes", "minute", "mins", "min", "m"],
  [HOUR, "个小时", "小时", "个钟头", "钟头", "个钟", "hours", "hour", "hrs", "hr", "h"],
  [30 * DAY, "个月", "months", "month"],
  [DAY, "天", "days", "day", "d"],
  [7 * DAY, "个星期", "星期", "个礼拜", "礼拜", "周", "weeks", "week", "wks", "w"],
  [365 * DAY, "年", "years", "year", "y"],
];

const WORDS = UNITS.flatMap(([ms, ...words]) => words.map((word) => ({ word, ms }))).sort(
  (a, b) => b.word.length - a.word.length,
);
const LONGEST_UNIT = Math.max(...WORDS.map(({ word }) => word.length));

/** The unit of time that begins at `at`. */
function scanUnit(text: string, at: number): FoundDuration | undefined {
  const here = text.slice(at, at + LONGEST_UNIT + 1).toLowerCase();
  for (const { word, ms } of WORDS) {
    if (!here.startsWith(word)) continue;
    if (/^[a-z]/.test(word) && /^[a-z_]/.test(here.slice(word.length))) continue;
    // 星期一, 周五 and 周末 are days, not lengths.
    if (/[周期拜]$/.test(word) && /^[一二三四五六日天末]/.test(text.slice(at + word.length))) continue;
    return { ms, to: at + word.length };
  }
  return undefined;
}

function skipSpace(text: string, at: number): number {
  return text[at] === " " ? at + 1 : at;
}

const WORDED: readonly (readonly [pattern: RegExp, ms: number])[] = [
  [/half an hour|half-hour|half hour/iy, HOUR / 2],
  [/half a minute/iy, MINUTE / 2],
  [/half a day/iy, DAY / 2],
  [/(?:a )?quarter of an hour/iy, HOUR / 4],
  [/an hour and a half/iy, 1.5 * HOUR],
  [/an hour/iy, HOUR],
  [/a minute/iy, MINUTE],
  [/a second/iy, SECOND],
  [/a day/iy, DAY],
  [/a week/iy, 7 * DAY],
  [/半个?(?:小时|钟头|钟)/y, HOUR / 2],
  [/半分钟/y, MINUTE / 2],
  [/半天/y, DAY / 2],
  [/半个月/y, 15 * DAY],
  [/[一1] ?刻钟?/y, HOUR / 4],
  [/[三3] ?刻钟?/y, (HOUR * 3) / 4],
];

function scanWorded(text: string, at: number): FoundDuration | undefined {
  for (const [pattern, ms] of WORDED) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined && !/^[A-Za-z]/.test(text.slice(at + found.length)))
      return { ms, to: at + found.length };
  }
  return undefined;
}

/** One number with its unit, `2小时`, `1.5 hours`, and the halves: `一个半小时`, `两天半`, `two and a half hours`. */
function scanPart(text: string, at: number): (FoundDuration & { unit: number }) | undefined {
  const number = scanNumber(text, at);
  if (number === undefined || number.value < 0) return undefined;
  let half = 0;
  let to = number.to;
  if (text.startsWith("个半", to)) {
    half = 0.5;
    to += 2;
  } else if (/^ and a half/i.test(text.slice(to, to + 11))) {
    half = 0.5;
    to += 11;
  }
  const unit = scanUnit(text, skipSpace(text, to));
  if (unit === undefined) return undefined;
  to = unit.to;
  if (text[to] === "半" && half === 0) {
    half = 0.5;
    to++;
  }
  return { ms: (number.value + half) * unit.ms, unit: unit.ms, to };
}

/** The length of time that begins at `at`; parts follow each other from large to small. */
export function scanDuration(text: string, at: number): FoundDuration | undefined {
  const worded = scanWorded(text, at);
  if (worded !== undefined) return worded;
  let part = scanPart(text, at);
  if (part === undefined) return undefined;
  let ms = 0;
  let to = at;
  let unit = Number.POSITIVE_INFINITY;
  while (part !== undefined && part.unit < unit) {
    ms += part.ms;
    to = part.to;
    unit = part.unit;
    part = scanPart(text, scanJoint(text, to));
  }
  ms = Math.round(ms);
  return Number.isSafeInteger(ms) ? { ms, to } : undefined;
}

/** What may stand between two parts: a space, 零, 又, `and`. */
function scanJoint(text: string, at: number): number {
  const joint = /^(?: ?and | ?[零又] ?| )/i.exec(text.slice(at, at + 5));
  return at + (joint?.[0].length ?? 0);
}

/** The length of time at the start of `text`, in milliseconds, and what follows it. */
export function parseDurationWords(text: string): { ms: number; rest: string } | undefined {
  const start = text.length - text.trimStart().length;
  const found = scanDuration(text, start);
  return found === undefined ? undefined : { ms: found.ms, rest: text.slice(found.to).trimStart() };
}
