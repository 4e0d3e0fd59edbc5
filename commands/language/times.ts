/** Times of day as people say them: `9:30`, `凌晨2点`, `晚上11点一刻`, `下午三点半`, `9am`, `half past nine`, `noon`. */
import { scanNumber } from "./numbers.ts";

/** A time of day found in a text. */
export interface Clock {
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** 1 when the time belongs to the next calendar day: `24:00`, `晚上12点`, and the small hours of a night out. */
  readonly dayShift: 0 | 1;
}

/** A time of day and the index just past its last character. */
export interface FoundClock extends Clock {
  readonly to: number;
}

/** Parts of the day; how a number of the 12-hour dial is read in each. */
type Period = "night" | "morning" | "noon" | "afternoon" | "evening" | "midnight";

const PERIODS: readonly (readonly [word: string, period: Period])[] = [
  ["凌晨", "night"],
  ["清晨", "morning"],
  ["清早", "morning"],
  ["早晨", "morning"],
  ["早上", "morning"],
  ["上午", "morning"],
  ["早", "morning"],
  ["中午", "noon"],
  ["正午", "noon"],
  ["下午", "afternoon"],
  ["午后", "afternoon"],
  ["傍晚", "afternoon"],
  ["黄昏", "afternoon"],
  ["晚上", "evening"],
  ["晚间", "evening"],
  ["夜晚", "evening"],
  ["夜里", "evening"],
  ["夜间", "evening"],
  ["半夜", "midnight"],
  ["深夜", "midnight"],
  ["午夜", "midnight"],
  ["晚", "evening"],
];

/** The part of the day named at `at`. */
export function scanPeriod(
  text: string,
  at: number,
): { period: Period; word: string; to: number } | undefined {
  for (const [word, period] of PERIODS)
    if (text.startsWith(word, at)) return { period, word, to: at + word.length };
  return undefined;
}

/** Reads an hour of the dial in a part of the day; `undefined` for a contradiction such as 早上 20点. */
function inPeriod(hour: number, minute: number, period: Period | undefined): Clock | undefined {
  if (hour === 24) return minute === 0 ? { hour: 0, minute, dayShift: 1 } : undefined;
  const plain = (h: number, dayShift: 0 | 1 = 0): Clock => ({ hour: h, minute, dayShift });
  switch (period) {
    case undefined:
      return plain(hour);
    case "night":
      return hour === 12 ? plain(0) : hour < 12 ? plain(hour) : undefined;
    case "morning":
      return hour <= 12 ? plain(hour) : undefined;
    case "noon":
      return hour >= 10 && hour <= 14 ? plain(hour) : hour >= 1 && hour <= 2 ? plain(hour + 12) : undefined;
    case "afternoon":
      return hour === 0 ? undefined : plain(hour < 12 ? hour + 12 : hour);
    case "evening":
    case "midnight": {
      // 周五晚上12点 and 周五晚上1点 come after Friday's last minute.
      if (hour === 12 || hour === 0) return plain(0, 1);
      if (hour <= (period === "midnight" ? 6 : 4)) return plain(hour, 1);
      return plain(hour < 12 ? hour + 12 : hour);
    }
  }
}

const HOUR = /\d{1,2}|[零〇一二两三四五六七八九十]{1,3}/y;
const COLON = /(\d{1,2}) ?: ?(\d{2})(?::\d{2})?(?!\d)/y;
const AFTER_HOUR = /^ ?(?:点钟?整?|时整?)/;

/** A Chinese time of day beginning at `at`; bare numbers are none, but `中午` and `零点` are. */
export function scanClockZh(text: string, at: number): FoundClock | undefined {
  const period = scanPeriod(text, at);
  let i = period?.to ?? at;
  if (period !== undefined && /[的 ]/.test(text[i] ?? "")) i++;
  const found = scanColon(text, i) ?? scanDial(text, i);
  if (found === undefined) {
    if (period?.word === "中午" || period?.word === "正午")
      return { hour: 12, minute: 0, dayShift: 0, to: period.to };
    if (period?.word === "午夜") return { hour: 0, minute: 0, dayShift: 1, to: period.to };
    return undefined;
  }
  const clock = inPeriod(found.hour, found.minute, period?.period);
  return clock && { ...clock, to: found.to };
}

interface Dial {
  readonly hour: number;
  readonly minute: number;
  readonly to: number;
}

function scanColon(text: string, at: number): Dial | undefined {
  COLON.lastIndex = at;
  const found = COLON.exec(text);
  if (found === null) return undefined;
  return valid(Number(found[1]), Number(found[2]), at + found[0].length);
}

/** `9点`, `九点半`, `9点05分`, `十一点一刻`, `9时30分`. */
function scanDial(text: string, at: number): Dial | undefined {
  const hour = scanSmall(text, at);
  if (hour === undefined) return undefined;
  const mark = AFTER_HOUR.exec(text.slice(hour.to, hour.to + 5));
  if (mark === null) return undefined;
  let to = hour.to + mark[0].length;
  const tail = text.slice(to, to + 3);
  if (tail.startsWith("半")) return valid(hour.value, 30, to + 1);
  if (/^[一1]刻/.test(tail)) return valid(hour.value, 15, to + 2);
  if (/^[三3]刻/.test(tail)) return valid(hour.value, 45, to + 2);
  const minute = scanSmall(text, tail.startsWith(" ") ? to + 1 : to);
  if (minute === undefined || mark[0].endsWith("整")) return valid(hour.value, 0, to);
  const marked = text[minute.to] === "分";
  // 9点5个人: a number that is neither two places wide nor followed by 分 is not the minute.
  if (!marked && (minute.to - to < 2 || text[to] === " " || /[点时:%个]/.test(text[minute.to] ?? "")))
    return valid(hour.value, 0, to);
  to = minute.to + (marked ? 1 : 0);
  return valid(hour.value, minute.value, to);
}

function scanSmall(text: string, at: number): { value: number; to: number } | undefined {
  HOUR.lastIndex = at;
  const found = HOUR.exec(text)?.[0];
  const value = found === undefined ? undefined : scanNumber(found, 0);
  if (found === undefined || value === undefined || value.to !== found.length) return undefined;
  return { value: value.value, to: at + found.length };
}

function valid(hour: number, minute: number, to: number): Dial | undefined {
  return hour <= 24 && minute <= 59 ? { hour, minute, to } : undefined;
}

const ENGLISH_MOMENT = /(?:12 )?(noon|midday|midnight)(?![a-z])/iy;
const PAST = /(half past|quarter past|quarter to|a quarter past|a quarter to) /iy;
const HALF_DAY = /^ ?(?:([ap])\.?m\.?(?![a-z])|o'clock(?![a-z]))/i;
const PART_OF_DAY = /^ (?:in the (morning|afternoon|evening)|at (night))(?![a-z])/i;

/**
 * An English time of day beginning at `at`. A bare hour (`at 9`) counts only when `bare` is set; `part` is the part
 * of the day named before it (`every evening at 6`).
 */
export function scanClockEn(
  text: string,
  at: number,
  { bare, part }: { bare: boolean; part: string | undefined },
): FoundClock | undefined {
  ENGLISH_MOMENT.lastIndex = at;
  const moment = ENGLISH_MOMENT.exec(text);
  if (moment !== null) {
    const midnight = /midnight/i.test(moment[0]);
    return { hour: midnight ? 0 : 12, minute: 0, dayShift: midnight ? 1 : 0, to: at + moment[0].length };
  }
  PAST.lastIndex = at;
  const past = PAST.exec(text);
  const start = past === null ? at : at + past[0].length;
  let dial = past === null ? scanColon(text, start) : undefined;
  const sure = dial !== undefined || past !== null;
  if (dial === undefined) {
    const number = scanNumber(text, start);
    if (number === undefined || !Number.isInteger(number.value) || number.value < 0) return undefined;
    if (number.to - start > 2 && /\d/.test(text[start] as string)) return undefined;
    dial = valid(number.value, 0, number.to);
  }
  if (dial === undefined) return undefined;
  let { hour, minute, to } = dial;
  const half = HALF_DAY.exec(text.slice(to, to + 10));
  if (half === null && !sure && !bare) return undefined;
  // `at 80%` and `at 9点` are not bare hours.
  if (half === null && !sure && !/^(?:[ ,;]|$)/.test(text.slice(to))) return undefined;
  to += half?.[0].length ?? 0;
  const spoken = PART_OF_DAY.exec(text.slice(to, to + 20));
  to += spoken?.[0].length ?? 0;
  const letter = half?.[1]?.toLowerCase();
  if (letter !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (letter === "p" ? 12 : 0);
  }
  if (past !== null) {
    const word = (past[1] as string).toLowerCase();
    minute = word === "half past" ? 30 : 15;
    if (word.endsWith("to")) {
      minute = 45;
      hour = (hour + 23) % 24;
    }
  }
  const named = (spoken?.[1] ?? spoken?.[2] ?? part)?.toLowerCase();
  const clock = letter === undefined ? inPeriod(hour, minute, englishPeriod(named)) : undefined;
  if (letter === undefined && clock === undefined) return undefined;
  return { ...(clock ?? { hour, minute, dayShift: 0 }), to };
}

function englishPeriod(part: string | undefined): Period | undefined {
  if (part === "night") return "evening";
  return part === "morning" || part === "afternoon" || part === "evening" ? part : undefined;
}
