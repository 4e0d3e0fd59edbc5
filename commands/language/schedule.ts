/** When something recurs, as a cron line: finds the days, the times of day and the intervals that a text names. */
import type { Days, FoundDays } from "./days.ts";
import { scanDaysEn } from "./days-en.ts";
import { scanDaysZh } from "./days-zh.ts";
import { type Clock, type FoundClock, scanClockEn, scanClockZh, scanPeriod } from "./times.ts";

/** A schedule found in a text. */
export interface FoundSchedule {
  readonly to: number;
  /** Whether it says that something recurs, rather than only a time of day. */
  readonly recurs: boolean;
  /** The cron line, `@every 90m` where cron cannot say it; `undefined` while something is missing or unspeakable. */
  readonly schedule: string | undefined;
  /** Whether a time of day was named. */
  readonly timed: boolean;
}

interface Collected {
  found?: FoundDays;
  extra?: Days;
  clocks: Clock[];
  hours?: readonly [from: number, to: number];
  vague: boolean;
}

const FILLER =
  /^(?: |,|的|在|于|都|准时|定时|整点|整|就|请|要|一次|左右(?=$)|时候?|(?:on|at|please|sharp|exactly|from)(?= ))/i;
/** More small words than this between two parts of a schedule make it no schedule. */
const MOST_FILLERS = 16;
const CLOCK_JOINT = /^ ?(?:[、,和及与] ?|and (?:at )?|& ?)/i;
const HOURS_JOINT = /^ ?(?:到|至|[-~]|to |until |and ) ?/i;

/** The schedule that begins at `at`, in either language or both mixed; `undefined` when there is none. */
export function scanSchedule(text: string, at: number): FoundSchedule | undefined {
  const seen: Collected = { clocks: [], vague: false };
  let i = at;
  let to = at;
  for (let fillers = 0; fillers < MOST_FILLERS; ) {
    const next = scanHours(text, i, seen) ?? scanClocks(text, i, seen) ?? scanDays(text, i, seen);
    if (next !== undefined) {
      i = to = next;
      continue;
    }
    const filler = FILLER.exec(text.slice(i, i + 9));
    if (filler === null) break;
    i += filler[0].length;
    fillers++;
  }
  if (to === at) return undefined;
  return { to, recurs: seen.found !== undefined, schedule: cronOf(seen), timed: seen.clocks.length > 0 };
}

/** Days or an interval. A second one narrows the first: `every hour on weekdays`. */
function scanDays(text: string, at: number, seen: Collected): number | undefined {
  if (at > 0 && /[a-z]/i.test(text[at - 1] as string)) return undefined;
  const found = scanDaysZh(text, at) ?? scanDaysEn(text, at);
  if (found === undefined) return undefined;
  if (seen.found === undefined) seen.found = found;
  else if (seen.extra === undefined && found.days !== undefined && seen.found.days === undefined) {
    seen.extra = found.days;
  } else if (
    seen.found.everyMs === undefined &&
    found.everyMs !== undefined &&
    seen.found.days !== undefined
  ) {
    seen.extra = seen.found.days;
    seen.found = found;
  } else return undefined;
  if (found.days === undefined && found.everyMs === undefined) seen.vague = true;
  return found.to;
}

/** One or several times of day: `9点和18点`. */
function scanClocks(text: string, at: number, seen: Collected): number | undefined {
  if (seen.clocks.length > 0) return undefined;
  let clock = scanClock(text, at, seen);
  if (clock === undefined) return undefined;
  // 下午5点和6点: the second is in the afternoon too.
  const named = scanPeriod(text, at) !== undefined;
  let to = at;
  let from = at;
  while (clock !== undefined && seen.clocks.length < 24) {
    const last = seen.clocks.at(-1)?.hour ?? 0;
    const later =
      named &&
      last >= 12 &&
      clock.hour < 12 &&
      clock.hour + 12 > last &&
      scanPeriod(text, from) === undefined;
    seen.clocks.push(later ? { ...clock, hour: clock.hour + 12 } : clock);
    to = clock.to;
    const joint = CLOCK_JOINT.exec(text.slice(to, to + 8));
    from = to + (joint?.[0].length ?? 0);
    clock = joint === null ? undefined : scanClock(text, from, seen);
  }
  return to;
}

function scanClock(text: string, at: number, seen: Collected): FoundClock | undefined {
  if (at > 0 && /[\d:.]/.test(text[at - 1] as string)) return undefined;
  const bare = /(?:^| )(?:at|from|and|between) $/i.test(text.slice(Math.max(0, at - 9), at));
  return eitherClock(text, at, bare, seen.found?.part);
}

/** The reading that takes more of the text: `9:30` in `9:30pm` is only half of it. */
function eitherClock(
  text: string,
  at: number,
  bare: boolean,
  part: string | undefined,
): FoundClock | undefined {
  const zh = scanClockZh(text, at);
  const en = scanClockEn(text, at, { bare, part });
  return zh === undefined || (en !== undefined && en.to > zh.to) ? en : zh;
}

/** `9点到18点`, `from 9 to 18`, `between 9am and 6pm`: the hours in which an interval applies. */
function scanHours(text: string, at: number, seen: Collected): number | undefined {
  if (seen.hours !== undefined || seen.clocks.length > 0) return undefined;
  const opening = /^(?:从|between |from )/i.exec(text.slice(at, at + 8))?.[0] ?? "";
  const from = scanClock(text, at + opening.length, seen);
  if (from === undefined) return undefined;
  const joint = HOURS_JOINT.exec(text.slice(from.to, from.to + 8));
  if (joint === null || (/and/i.test(joint[0]) && !/between/i.test(opening))) return undefined;
  const bareAt = from.to + joint[0].length;
  const until = eitherClock(text, bareAt, true, undefined);
  if (until === undefined || from.minute !== 0 || until.minute !== 0 || until.hour <= from.hour)
    return undefined;
  seen.hours = [from.hour, until.hour];
  return until.to + (/^(?:之间|期间|内)/.test(text.slice(until.to)) ? 2 : 0);
}

function cronOf(seen: Collected): string | undefined {
  if (seen.vague || seen.found === undefined) return undefined;
  return seen.found.everyMs === undefined
    ? atClocks(seen.found.days ?? {}, seen)
    : atIntervals(seen.found.everyMs, seen);
}

/** Times of day on some days. Two times that differ in both hour and minute do not fit one cron line. */
function atClocks(days: Days, { clocks, hours }: Collected): string | undefined {
  const first = clocks[0];
  if (first === undefined || hours !== undefined) return undefined;
  const at = new Set(clocks.map(({ hour, minute }) => hour * 60 + minute));
  const hour = ascending(clocks.map((clock) => clock.hour));
  const minute = ascending(clocks.map((clock) => clock.minute));
  if (at.size !== hour.length * minute.length) return undefined;
  const everyDay = Object.keys(days).length === 0;
  if (!everyDay && clocks.some(({ dayShift }) => dayShift !== first.dayShift)) return undefined;
  const fields = dayFields(days, everyDay ? 0 : first.dayShift);
  return fields && `${minute.join(",")} ${hour.join(",")} ${fields}`;
}

function atIntervals(everyMs: number, { clocks, hours, extra }: Collected): string | undefined {
  // "Every two days at 9" drifts over the ends of months in cron: better asked than silently wrong.
  if (clocks.length > 0) return undefined;
  const fields = dayFields(extra ?? {}, 0);
  const minutes = everyMs / 60_000;
  const range = hours === undefined ? "*" : `${hours[0]}-${hours[1]}`;
  if (fields === undefined) return undefined;
  if (minutes === 60) return `0 ${range} ${fields}`;
  if (hours !== undefined) return undefined;
  if (Number.isInteger(minutes) && minutes < 60 && 60 % minutes === 0)
    return `${minutes === 1 ? "*" : `*/${minutes}`} * ${fields}`;
  if (Number.isInteger(minutes / 60) && minutes < 1440 && 1440 % minutes === 0)
    return `0 */${minutes / 60} ${fields}`;
  return fields === "* * *" ? `@every ${inOneUnit(everyMs)}` : undefined;
}

/** `90m`, `48h`, `45s`: one whole number of the largest unit that fits. */
function inOneUnit(ms: number): string | undefined {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.round(ms / 1000)}s`;
}

/** Cron's last three fields, `shift` days later; `undefined` when the shifted day cannot be said. */
function dayFields(days: Days, shift: 0 | 1): string | undefined {
  const month = days.month ?? "*";
  if (days.weekdayField !== undefined) return shift === 0 ? `* ${month} ${days.weekdayField}` : undefined;
  if (days.weekdays !== undefined) {
    const list = ascending(days.weekdays.map((day) => (day + shift) % 7));
    return `* ${month} ${list.length === 7 ? "*" : inRanges(list)}`;
  }
  if (days.monthDays === undefined) return `* ${month} *`;
  if (shift === 0) return `${days.monthDays.join(",")} ${month} *`;
  // The night after the last day of the month belongs to the first; the 29th is not there every February.
  const shifted = days.monthDays.map((day) =>
    day === "L" && days.month === undefined
      ? "1"
      : /^\d+$/.test(day) && Number(day) < 28
        ? String(Number(day) + 1)
        : undefined,
  );
  return shifted.includes(undefined) ? undefined : `${shifted.join(",")} ${month} *`;
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `1,3,5`, and runs of three or more as a range: `1-5`. */
function inRanges(list: readonly number[]): string {
  const last = list.at(-1) as number;
  const first = list[0] as number;
  return list.length >= 3 && last - first === list.length - 1 ? `${first}-${last}` : list.join(",");
}
