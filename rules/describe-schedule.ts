/** Says a schedule in words: "每天 02:00", "every weekday at 09:30". */

import { type CronFields, parseSchedule, type Schedule } from "../storage/cron.ts";
import { durationWords } from "../storage/duration.ts";
import { inLocale, type Locale, type Text } from "../storage/locale.ts";

const WEEKDAYS_ZH = ["日", "一", "二", "三", "四", "五", "六"];
const WEEKDAYS_EN = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS_EN =
  "January February March April May June July August September October November December".split(" ");
/** More times of day than this are not read out. */
const MOST_TIMES = 6;

/** The schedule in words; a cron expression that is too rich for words is quoted instead. */
export function describeSchedule(schedule: Schedule | string, locale: Locale): string {
  const parsed = typeof schedule === "string" ? parseSchedule(schedule) : schedule;
  return inLocale(locale, parsed.kind === "every" ? describeEvery(parsed.everyMs) : describeCron(parsed));
}

function describeEvery(ms: number): Text {
  const units: readonly [size: number, zh: string, en: string][] = [
    [86_400_000, "天", "day"],
    [3_600_000, "小时", "hour"],
    [60_000, "分钟", "minute"],
    [1_000, "秒", "second"],
  ];
  for (const [size, zh, en] of units) {
    if (ms % size !== 0) continue;
    const n = ms / size;
    return n === 1
      ? { zh: `每${zh}`, en: `every ${en}` }
      : { zh: `每隔 ${n} ${zh}`, en: `every ${n} ${en}s` };
  }
  const { zh, en } = durationWords(ms);
  return { zh: `每隔 ${zh}`, en: `every ${en}` };
}

function describeCron(fields: CronFields): Text {
  const days = daysOf(fields);
  const times = timesOf(fields);
  if (days === undefined || times === undefined)
    return { zh: `按 cron 表达式 ${fields.text}`, en: `by the cron expression ${fields.text}` };
  if (times.beat)
    return days.every
      ? times.words
      : { zh: `${days.words.zh}，${times.words.zh}`, en: `${times.words.en}, ${days.words.en}` };
  return { zh: `${days.words.zh} ${times.words.zh}`, en: `${days.words.en} at ${times.words.en}` };
}

/** Times of day, or a beat such as "every 5 minutes". */
function timesOf({ seconds, minutes, hours }: CronFields): { words: Text; beat: boolean } | undefined {
  if (seconds.length !== 1) {
    const step = stepOf(seconds, 60);
    if (step === undefined || minutes.length < 60 || hours.length < 24) return undefined;
    return {
      words: step === 1 ? { zh: "每秒", en: "every second" } : describeEvery(step * 1000),
      beat: true,
    };
  }
  const second = seconds[0] ?? 0;
  if (hours.length === 24 && second === 0) {
    const step = stepOf(minutes, 60);
    if (step !== undefined && minutes.length > 1) return { words: describeEvery(step * 60_000), beat: true };
    if (minutes.length > 1) return undefined;
    const minute = minutes[0] ?? 0;
    const words =
      minute === 0
        ? { zh: "每小时整点", en: "every hour on the hour" }
        : { zh: `每小时第 ${minute} 分`, en: `every hour at minute ${minute}` };
    return { words, beat: true };
  }
  if (hours.length * minutes.length > MOST_TIMES) return undefined;
  const times = hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute, second)));
  return { words: { zh: times.join("、"), en: listed(times) }, beat: false };
}

/** The distance between values that run evenly from 0 through the whole field. */
function stepOf(values: readonly number[], size: number): number | undefined {
  const step = values.length > 1 ? (values[1] ?? 0) - (values[0] ?? 0) : undefined;
  if (step === undefined || size % step !== 0 || values.length !== size / step) return undefined;
  return values.every((value, i) => value === i * step) ? step : undefined;
}

function daysOf({ days, months, weekdays }: CronFields): { words: Text; every: boolean } | undefined {
  const anyDay = days.length === 31;
  const anyMonth = months.length === 12;
  const anyWeekday = weekdays.length === 7;
  if (!anyWeekday && !anyDay) return undefined;
  if (!anyWeekday) {
    const words = weekdayWords(weekdays);
    if (words === undefined) return undefined;
    return anyMonth ? { words, every: false } : { words: inMonths(words, months), every: false };
  }
  if (anyDay && anyMonth) return { words: { zh: "每天", en: "every day" }, every: true };
  if (anyDay) return { words: inMonths({ zh: "每天", en: "every day" }, months), every: false };
  const dates = dateWords(days);
  if (dates === undefined) return undefined;
  if (anyMonth)
    return { words: { zh: `每月${dates.zh}`, en: `on ${dates.en} of every month` }, every: false };
  const names = months.map((month) => MONTHS_EN[month - 1] ?? "");
  return {
    words: { zh: `每年 ${months.join("、")} 月${dates.zh}`, en: `on ${dates.en} of ${listed(names)}` },
    every: false,
  };
}

function inMonths(words: Text, months: readonly number[]): Text {
  const names = months.map((month) => MONTHS_EN[month - 1] ?? "");
  return { zh: `${months.join("、")} 月${words.zh}`, en: `${words.en} in ${listed(names)}` };
}

function weekdayWords(weekdays: readonly (number | string)[]): Text | undefined {
  const numbers = weekdays.filter((one) => typeof one === "number").sort((a, b) => a - b);
  if (numbers.length < weekdays.length) {
    const token = weekdays.length === 1 ? String(weekdays[0]) : "";
    const day = Number(token[0]) % 7;
    if (token[1] === "#")
      return {
        zh: `每月第 ${token[2]} 个星期${WEEKDAYS_ZH[day]}`,
        en: `on the ${ordinal(Number(token[2]))} ${WEEKDAYS_EN[day]} of every month`,
      };
    if (token[1] !== "L") return undefined;
    return {
      zh: `每月最后一个星期${WEEKDAYS_ZH[day]}`,
      en: `on the last ${WEEKDAYS_EN[day]} of every month`,
    };
  }
  const set = numbers.join();
  if (set === "1,2,3,4,5") return { zh: "每个工作日", en: "every weekday" };
  if (set === "0,6") return { zh: "每个周末", en: "every weekend" };
  // The week of people here begins on Monday.
  const fromMonday = [...numbers.filter((day) => day > 0), ...numbers.filter((day) => day === 0)];
  return {
    zh: `每周${fromMonday.map((day) => WEEKDAYS_ZH[day]).join("、")}`,
    en: `every ${listed(fromMonday.map((day) => WEEKDAYS_EN[day] ?? ""))}`,
  };
}

function dateWords(days: readonly (number | string)[]): Text | undefined {
  if (days.length === 1 && days[0] === "L") return { zh: "最后一天", en: "the last day" };
  const numbers = days.filter((day) => typeof day === "number").sort((a, b) => a - b);
  if (numbers.length < days.length || numbers.length > MOST_TIMES) return undefined;
  return { zh: ` ${numbers.join("、")} 日`, en: `the ${listed(numbers.map(ordinal))}` };
}

function clock(hour: number, minute: number, second: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(hour)}:${two(minute)}${second === 0 ? "" : `:${two(second)}`}`;
}

function ordinal(n: number): string {
  const end = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${end}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
