/** A moment as people say it: `周五18:00`, `明天9点`, `12月1日 9:00`, `friday 18:00`, `tomorrow at 9am`, `2026-12-01 09:00`. */
import { civil, dayNumber, lengthOfMonth, weekdayOf } from "../../storage/civil.ts";
import { instantOf, offsetAt } from "../../storage/zone.ts";
import { hanDigit } from "./numbers.ts";
import { type Clock, scanClockEn, scanClockZh } from "./times.ts";

/** A moment that a text names in full, or why it does not. */
export type Moment =
  | { readonly is: "moment"; readonly at: number }
  /** A day without its time. */
  | { readonly is: "day" }
  | { readonly is: "none" };

interface Day {
  /** Its day number. */
  readonly day: number;
  readonly to: number;
  /** A part of the day that colours the time after it: `今晚8点`. */
  readonly part?: string;
  /** A day of the week, which is that of the week after where its time has passed. */
  readonly weekly?: true;
}

const DAY_MS = 86_400_000;
const NONE: Moment = { is: "none" };

/** Reads a text that is a moment and nothing else; `now` is what it is counted from, `zone` whose clocks it is said in. */
export function readMoment(text: string, now: number, zone: string): Moment {
  const words = text.trim();
  const local = now + offsetAt(zone, now);
  const today = Math.floor(local / DAY_MS);
  const day = scanDay(words, today);
  const rest = words.slice(day?.to ?? 0).replace(/^[ ,的T]*(?:[Aa]t )?/, "");
  if (day !== undefined && rest === "") return { is: "day" };
  const clock = readClock(`${day?.part ?? ""}${rest}`);
  if (clock === undefined) return NONE;
  const at = (from: number): number =>
    instantOf(zone, (from + clock.dayShift) * DAY_MS + (clock.hour * 60 + clock.minute) * 60_000);
  if (day === undefined) return { is: "moment", at: at(today) > now ? at(today) : at(today + 1) };
  return { is: "moment", at: day.weekly && at(day.day) <= now ? at(day.day + 7) : at(day.day) };
}

function readClock(text: string): Clock | undefined {
  const found = [scanClockZh(text, 0), scanClockEn(text, 0, { bare: false, part: undefined })];
  return found.find((clock) => clock?.to === text.length);
}

function scanDay(text: string, today: number): Day | undefined {
  return scanNamed(text, today) ?? scanWeekday(text, today) ?? scanDate(text, today);
}

const NAMED: readonly (readonly [word: RegExp, days: number, part?: string])[] = [
  [/^(?:今天|今日|today)/i, 0],
  [/^(?:今晚|tonight)/i, 0, "晚上"],
  [/^今早/, 0, "早上"],
  [/^大后天/, 3],
  [/^(?:后天|the day after tomorrow)/i, 2],
  [/^(?:明天|明日|tomorrow)/i, 1],
  [/^明晚/, 1, "晚上"],
  [/^明早/, 1, "早上"],
];

function scanNamed(text: string, today: number): Day | undefined {
  for (const [word, days, part] of NAMED) {
    const found = word.exec(text)?.[0];
    if (found !== undefined)
      return { day: today + days, to: found.length, ...(part === undefined ? {} : { part }) };
  }
  return undefined;
}

const WEEKDAY_ZH = /^(下下|下|本|这)?个?(?:周|星期|礼拜)([一二三四五六日天])/;
const WEEKDAY_EN = /^(next )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*/i;
const ENGLISH_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** A bare day of the week is the next one that comes; `下周五` is that of the week that begins next Monday. */
function scanWeekday(text: string, today: number): Day | undefined {
  const zh = WEEKDAY_ZH.exec(text);
  const en = zh === null ? WEEKDAY_EN.exec(text) : null;
  const monday = today - ((weekdayOf(today) + 6) % 7);
  if (zh !== null) {
    const weekday = "日天".includes(zh[2] ?? "?") ? 7 : (hanDigit(zh[2] ?? "") ?? 7);
    const inWeek = (weeks: number): number => monday + weeks * 7 + weekday - 1;
    if (zh[1] === "下" || zh[1] === "下下") return { day: inWeek(zh[1].length), to: zh[0].length };
    if (zh[1] !== undefined) return { day: inWeek(0), to: zh[0].length };
    return { day: soonest(inWeek(0), today), to: zh[0].length, weekly: true };
  }
  if (en === null) return undefined;
  const weekday = ENGLISH_DAYS.indexOf((en[2] ?? "").toLowerCase());
  const day = monday + ((weekday + 6) % 7);
  if (en[1] !== undefined) return { day: day + 7, to: en[0].length };
  return { day: soonest(day, today), to: en[0].length, weekly: true };
}

function soonest(day: number, today: number): number {
  return day < today ? day + 7 : day;
}

const DATE = /^(?:(\d{4})[-/年.])?(\d{1,2})[-/月](\d{1,2})[日号]?(?![\d:])/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DATE_EN =
  /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2})(?:st|nd|rd|th)?(?![\d:])/i;

/** Without a year it is the next such day. */
function scanDate(text: string, today: number): Day | undefined {
  const number = DATE.exec(text);
  const english = DATE_EN.exec(text);
  const found = number ?? english;
  if (found === null) return undefined;
  const month = number === null ? MONTHS.indexOf((english?.[1] ?? "").toLowerCase()) + 1 : Number(number[2]);
  const date = Number(number === null ? english?.[2] : number[3]);
  const year = number?.[1] === undefined ? civil(today).year : Number(number[1]);
  if (month < 1 || month > 12 || date < 1) return undefined;
  const of = (y: number): number | undefined =>
    date <= lengthOfMonth(y, month) ? dayNumber(y, month, date) : undefined;
  const day = of(year);
  const later = number?.[1] === undefined && (day === undefined || day < today) ? of(year + 1) : day;
  return later === undefined ? undefined : { day: later, to: found[0].length };
}
