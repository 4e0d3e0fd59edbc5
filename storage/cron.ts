/** Schedules: cron expressions, `@daily` and `@every 90m`, and when they come next in a time zone. */
import { validateDetailed } from "node-cron";
import { type CivilDate, civil, dayNumber, lengthOfMonth, weekdayOf } from "./civil.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import type { Text } from "./locale.ts";
import { isZone, type LocalDay, localDay, offsetAt } from "./zone.ts";

/** The fields of a cron expression; days may hold `L`, `15W`, `L-3`, weekdays `5L`, `1#2`. */
export interface CronFields {
  readonly kind: "cron";
  readonly text: string;
  /** These three in ascending order. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly (number | string)[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly (number | string)[];
}

export interface Every {
  readonly kind: "every";
  readonly text: string;
  readonly everyMs: number;
}

export type Schedule = CronFields | Every;

/** A schedule or a time zone that cannot be read; `message` is the English of `text`. */
export class ScheduleError extends Error {
  readonly text: Text;

  constructor(zh: string, en: string) {
    super(en);
    this.name = "ScheduleError";
    this.text = { zh, en };
  }
}

const LONGEST = 200;
const SHORTEST_MS = 1_000;
const DAY_MS = 86_400_000;
/** The rarest day, a 29 February that is a given weekday, comes within 40 years. */
const MOST_YEARS = 50;

const FIELDS: Readonly<Record<string, Text>> = {
  second: { zh: "秒", en: "the second" },
  minute: { zh: "分", en: "the minute" },
  hour: { zh: "时", en: "the hour" },
  dayOfMonth: { zh: "日", en: "the day of the month" },
  month: { zh: "月", en: "the month" },
  dayOfWeek: { zh: "星期", en: "the day of the week" },
};

/** Reads a schedule: 5 or 6 cron fields, `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, `@every 90m`. */
export function parseSchedule(text: string): Schedule {
  const trimmed = text.trim();
  const every = /^@every\s+(\S+)$/i.exec(trimmed);
  if (every?.[1] !== undefined) return { kind: "every", text: trimmed, everyMs: readEvery(every[1]) };
  // Before node-cron sees it: it expands every range number by number.
  if (trimmed.length > LONGEST || /\d{3}/.test(trimmed))
    throw new ScheduleError(
      "cron 表达式里的数字太大或太长",
      "a number of the cron expression is too large, or it is too long",
    );
  const { valid, fields, errors } = validateDetailed(trimmed);
  if (!valid || fields === undefined) throw refusalOf(trimmed, errors[0]);
  return {
    kind: "cron",
    text: trimmed,
    seconds: ascending(fields.second),
    minutes: ascending(fields.minute),
    hours: ascending(fields.hour),
    days: fields.dayOfMonth,
    months: ascending(fields.month),
    weekdays: fields.dayOfWeek,
  };
}

/**
 * The first run after `afterAt` (milliseconds since the epoch), or undefined when there is none. A local time that
 * does not exist runs at the first instant after the gap; one that exists twice runs at its first occurrence only.
 * A schedule for every hour keeps its beat instead: it neither makes up for the gap nor rests while time repeats.
 * Throws a ScheduleError for a schedule or a zone that cannot be read.
 */
export function nextRun(schedule: Schedule | string, zone: string, afterAt: number): number | undefined {
  const parsed = typeof schedule === "string" ? parseSchedule(schedule) : schedule;
  if (!isZone(zone)) throw new ScheduleError(`没有时区 ${zone}`, `there is no time zone ${zone}`);
  const offset = offsetAt(zone, afterAt);
  if (parsed.kind === "every") {
    // Counted from local midnight of the first day, so that "every 6 hours" is at 0, 6, 12 and 18 o'clock.
    const { everyMs } = parsed;
    return (Math.floor((afterAt + offset) / everyMs) + 1) * everyMs - offset;
  }
  const first = Math.floor((afterAt + offset) / DAY_MS);
  const lastYear = civil(first).year + MOST_YEARS;
  for (let days = first; ; days++) {
    const date = civil(days);
    if (date.year > lastYear) return undefined;
    if (!parsed.months.includes(date.month)) {
      days += lengthOfMonth(date.year, date.month) - date.day;
      continue;
    }
    if (!isDay(parsed, date, days)) continue;
    const at = firstOfDay(parsed, localDay(zone, days), days * DAY_MS, afterAt);
    if (at !== undefined) return at;
  }
}

function readEvery(text: string): number {
  const ms = parseDuration(text.toLowerCase());
  if (ms === undefined || ms < SHORTEST_MS)
    throw new ScheduleError(
      `@every 后面要写至少 1s 的时间长度，例如 90m，这里是 ${text.slice(0, 40)}`,
      `@every needs a length of time of at least ${formatDuration(SHORTEST_MS)} such as 90m, and this is ${text.slice(0, 40)}`,
    );
  return ms;
}

function refusalOf(
  text: string,
  error: { field: string; value?: string; message: string } | undefined,
): ScheduleError {
  const field = FIELDS[error?.field ?? ""];
  if (field === undefined || error?.value === undefined) {
    const count = text === "" ? 0 : text.split(/\s+/).length;
    return count === 5 || count === 6
      ? new ScheduleError(
          "cron 表达式里有不认识的字符",
          "the cron expression has characters that mean nothing in it",
        )
      : new ScheduleError(
          `cron 表达式要有 5 段（分 时 日 月 星期）或 6 段（前面加秒），这里有 ${count} 段`,
          `a cron expression has 5 fields (minute hour day month weekday), or 6 with seconds before them; this has ${count}`,
        );
  }
  if (error.message.includes("impossible"))
    return new ScheduleError(
      "这个月份没有这一天，永远不会到来",
      "no such month has such a day; it never comes",
    );
  return new ScheduleError(
    `cron 表达式的“${field.zh}”写的是 ${error.value}，不对`,
    `${field.en} of the cron expression is ${error.value}, which is not possible`,
  );
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Both the day of the month and the weekday must fit, as in node-cron; Vixie's cron lets either do. */
function isDay({ days, weekdays }: CronFields, date: CivilDate, number: number): boolean {
  const length = lengthOfMonth(date.year, date.month);
  const weekday = weekdayOf(number);
  return (
    days.some(
      (day) => day === date.day || (typeof day === "string" && specialDay(day, date, length) === date.day),
    ) &&
    weekdays.some(
      (one) => one === weekday || (typeof one === "string" && isSpecialWeekday(one, date, length, weekday)),
    )
  );
}

/** `L` the last day, `L-3` three before it, `15W` the working day nearest to the 15th, `LW` to the last. */
function specialDay(token: string, { year, month }: CivilDate, length: number): number {
  if (token === "L") return length;
  if (token.startsWith("L-")) return length - Number(token.slice(2));
  const day = token === "LW" ? length : Number(token.slice(0, -1));
  if (day > length) return -1;
  const weekday = weekdayOf(dayNumber(year, month, day));
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

/** `5L` the last Friday, `1#2` the second Monday. */
function isSpecialWeekday(token: string, { day }: CivilDate, length: number, weekday: number): boolean {
  if (Number(token[0]) % 7 !== weekday) return false;
  return token[1] === "#" ? Math.ceil(day / 7) === Number(token[2]) : day + 7 > length;
}

function firstOfDay(
  fields: CronFields,
  day: LocalDay,
  midnight: number,
  afterAt: number,
): number | undefined {
  const keepsBeat = fields.hours.length === 24;
  let found: number | undefined;
  const offer = (at: number): void => {
    if (at > afterAt && (found === undefined || at < found)) found = at;
  };
  day.stretches.forEach(({ offsetMs, localFrom, localTo }, i) => {
    const repeated = keepsBeat || i === 0 ? undefined : day.repeatedUntil;
    const from = Math.max(
      localFrom,
      repeated ?? localFrom,
      (Math.floor((afterAt + offsetMs) / 1000) + 1) * 1000,
    );
    const local = firstTime(fields, from - midnight, localTo - midnight);
    if (local !== undefined) offer(midnight + local - offsetMs);
  });
  if (day.gap !== undefined && !keepsBeat) {
    const { localFrom, localTo, at } = day.gap;
    if (firstTime(fields, localFrom - midnight, localTo - midnight) !== undefined) offer(at);
  }
  return found;
}

/** The first time of day in [fromMs, toMs) that the fields allow, in milliseconds since local midnight. */
function firstTime(
  { hours, minutes, seconds }: CronFields,
  fromMs: number,
  toMs: number,
): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= fromMs) continue;
    for (const minute of minutes) {
      if ((hour * 60 + minute + 1) * 60_000 <= fromMs) continue;
      for (const second of seconds) {
        const time = ((hour * 60 + minute) * 60 + second) * 1000;
        if (time >= fromMs) return time < toMs ? time : undefined;
      }
    }
  }
  return undefined;
}
