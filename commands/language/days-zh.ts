/** Which days and how often, in Chinese: `每天`, `工作日`, `每周一三五`, `每月1号`, `每月最后一天`, `每隔30分钟`. */

import { daysUntil, type FoundDays } from "./days.ts";
import { scanDuration } from "./durations.ts";
import { hanDigit, scanNumber } from "./numbers.ts";
import { scanPeriod } from "./times.ts";

const DAY_MS = 86_400_000;
const WORKDAYS = /(?:每个?|逢)?(?:工作日|上班日)(?:每天)?/y;
const EVERY_DAY = /(?:每一?天|每日|天天)(?:都)?/y;
const WEEK = /(每逢|每个?|逢)?(周|星期|礼拜)/y;
const WEEKEND = /(?:每个?|每逢)?(?:周末|双休日)/y;
const MONTH = /每个?月的?(?:月)?/y;
const MONTH_END = /每个?月?(?:月底|月末|底)/y;
const YEAR = /每年的?/y;
const EVERY = /每(隔|过)? ?/y;
const SEPARATOR = /^ ?(?:[、,和及与] ?)/;
const RANGE = /^ ?(?:到|至|[-~]) ?/;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The Chinese words for days, or for how often, that begin at `at`. */
export function scanDaysZh(text: string, at: number): FoundDays | undefined {
  const workdays = match(WORKDAYS, text, at);
  if (workdays !== undefined) return { to: at + workdays[0].length, days: { weekdays: [1, 2, 3, 4, 5] } };
  const daily = match(EVERY_DAY, text, at);
  if (daily !== undefined) return { to: at + daily[0].length, days: {} };
  const weekend = match(WEEKEND, text, at);
  if (weekend !== undefined) return { to: at + weekend[0].length, days: { weekdays: [0, 6] } };
  if (text[at] === "每" && scanPeriod(text, at + 1) !== undefined) return { to: at + 1, days: {} };
  return scanWeek(text, at) ?? scanMonth(text, at) ?? scanYear(text, at) ?? scanEvery(text, at);
}

function scanWeek(text: string, at: number): FoundDays | undefined {
  const found = match(WEEK, text, at);
  if (found === undefined) return undefined;
  const start = at + found[0].length;
  const every = found[1] !== undefined;
  const first = weekday(text, start);
  // 周报 is no day; 每周 alone says that it recurs and leaves open when.
  if (first === undefined) return every ? { to: start } : undefined;
  const weekdays = [first];
  let i = start + 1;
  for (;;) {
    const range = RANGE.exec(text.slice(i, i + 3));
    if (range !== null) {
      const to = skipWeek(text, i + range[0].length);
      const last = weekday(text, to);
      if (last !== undefined) {
        weekdays.push(...daysUntil(weekdays.at(-1) as number, last));
        i = to + 1;
        continue;
      }
    }
    const gap = SEPARATOR.exec(text.slice(i, i + 3))?.[0].length ?? 0;
    const to = skipWeek(text, i + gap);
    const next = weekday(text, to);
    if (next === undefined) break;
    weekdays.push(next);
    i = to + 1;
  }
  // One bare 周五 is a single day; 周一到周五 recurs even without 每.
  if (!every && weekdays.length === 1) return undefined;
  return { to: i, days: { weekdays: weekdays.map((day) => day % 7) } };
}

/** The day of the week whose character stands at `at`; a number that an hour follows is an hour. */
function weekday(text: string, at: number): number | undefined {
  const char = text[at];
  if (char === undefined || /^[点时:：十分个半月号\d]/.test(text.slice(at + 1))) return undefined;
  if (char === "日" || char === "天") return 0;
  const day = char >= "1" && char <= "7" ? Number(char) : hanDigit(char);
  return day !== undefined && day >= 1 && day <= 7 ? day : undefined;
}

function skipWeek(text: string, at: number): number {
  return at + (/^(?:星期|礼拜|周)/.exec(text.slice(at, at + 2))?.[0].length ?? 0);
}

function scanMonth(text: string, at: number): FoundDays | undefined {
  const end = match(MONTH_END, text, at);
  if (end !== undefined) return { to: at + end[0].length, days: { monthDays: ["L"] } };
  const month = match(MONTH, text, at);
  if (month === undefined) return undefined;
  const start = at + month[0].length;
  const here = text.slice(start, start + 12);
  for (const [pattern, field] of SPECIAL_DAYS) {
    const found = pattern.exec(here);
    if (found !== null) return { to: start + found[0].length, days: { monthDays: [field] } };
  }
  const nth = /^ ?(?:第([一二三四五1-5])|(最后一))个?(?:周|星期|礼拜)([一二三四五六日天])/.exec(here);
  if (nth !== null) {
    const day = weekday(`${nth[3]} `, 0) ?? 0;
    const field = nth[2] === undefined ? `${day}#${scanNumber(nth[1] as string, 0)?.value}` : `${day}L`;
    return { to: start + nth[0].length, days: { weekdayField: field } };
  }
  return scanDates(text, start) ?? { to: start };
}

const SPECIAL_DAYS: readonly (readonly [pattern: RegExp, field: string])[] = [
  [/^ ?(?:最后一个?(?:工作日|上班日))/, "LW"],
  [/^ ?(?:的?第一个?(?:工作日|上班日))/, "1W"],
  [/^ ?(?:最后一[天日]|倒数第一天)/, "L"],
  [/^ ?(?:第一天|月初)/, "1"],
  [/^ ?倒数第[二两]天/, "L-1"],
  [/^ ?倒数第三天/, "L-2"],
];

/** `1号`, `1号和15号`, `1、15日`, `1到5号`. */
function scanDates(text: string, at: number): FoundDays | undefined {
  const dates: string[] = [];
  let i = at;
  let marked = false;
  for (;;) {
    const gap = dates.length === 0 ? /^ ?/.exec(text.slice(i, i + 1)) : SEPARATOR.exec(text.slice(i, i + 3));
    if (gap === null) break;
    const date = scanDate(text, i + gap[0].length);
    if (date === undefined) break;
    i = date.to;
    marked = date.marked;
    const range = RANGE.exec(text.slice(i, i + 3));
    const last = range === null ? undefined : scanDate(text, i + range[0].length);
    if (last !== undefined && last.day > date.day) {
      dates.push(`${date.day}-${last.day}`);
      i = last.to;
      marked = last.marked;
    } else dates.push(String(date.day));
  }
  // 每月 9点: without 号 it was not a date.
  return dates.length > 0 && marked ? { to: i, days: { monthDays: dates } } : undefined;
}

function scanDate(text: string, at: number): { day: number; to: number; marked: boolean } | undefined {
  const number = scanNumber(text, at);
  if (number === undefined || !Number.isInteger(number.value) || number.value < 1 || number.value > 31)
    return undefined;
  const mark = /^ ?[号日]/.exec(text.slice(number.to, number.to + 2));
  return { day: number.value, to: number.to + (mark?.[0].length ?? 0), marked: mark !== null };
}

function scanYear(text: string, at: number): FoundDays | undefined {
  const year = match(YEAR, text, at);
  if (year === undefined) return undefined;
  const start = at + year[0].length;
  const month = scanNumber(text, text[start] === " " ? start + 1 : start);
  if (month === undefined || text[month.to] !== "月") return { to: start };
  const date = scanDate(text, month.to + 1);
  if (!(month.value >= 1 && month.value <= 12) || !date?.marked) return { to: start };
  return { to: date.to, days: { month: month.value, monthDays: [String(date.day)] } };
}

function scanEvery(text: string, at: number): FoundDays | undefined {
  const every = match(EVERY, text, at);
  if (every === undefined) return undefined;
  const start = at + every[0].length;
  const single = /^(?:个?小时|个?钟头|个钟|整点|分钟|秒钟?)/.exec(text.slice(start, start + 4))?.[0];
  if (single !== undefined) {
    const everyMs = /时|钟头|个钟|整/.test(single) ? 3_600_000 : single.startsWith("分") ? 60_000 : 1000;
    return { to: start + single.length, everyMs };
  }
  const length = scanDuration(text, start);
  if (length === undefined || length.ms < 1000) return undefined;
  const to = length.to + (text.startsWith("一次", length.to) ? 2 : 0);
  if (every[1] !== "隔" || length.ms % DAY_MS !== 0) return { to, everyMs: length.ms };
  // 每隔一天 is every other day; whether 每隔三天 means three days or four nobody agrees, so it is asked.
  return length.ms === DAY_MS ? { to, everyMs: 2 * DAY_MS } : { to };
}
