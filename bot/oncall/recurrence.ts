/**
 * The days on which an event recurs. Written here, although the library can do it: it looks for ever for what never comes
 * (`FREQ=DAILY;INTERVAL=7;BYDAY=MO` from a Sunday), and a calendar is somebody else's. Pure.
 */
import { civil, dayNumber, lengthOfMonth, weekdayOf } from "../../storage/civil.ts";

/** What of RFC 5545, 3.3.10 rotations need. */
export interface RecurrenceRule {
  readonly every: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  readonly interval: number;
  /** 0 is Sunday; empty: that of the first day. Not with months and years. */
  readonly weekdays: readonly number[];
  /** Days of the month, from its end where below 0; empty: that of the first day. With months alone. */
  readonly monthDays: readonly number[];
  /** With which day a week begins, where it recurs every other one. */
  readonly weekStart: number;
}

/** A rule that is never true again comes to an end, too: nobody plans for longer, in days. */
const FURTHEST_DAYS = 100 * 366;

/** The day numbers of a rule in their order, the first one among them; it ends where nobody plans any more. */
export function* daysOf(rule: RecurrenceRule, first: number): Generator<number> {
  const last = first + FURTHEST_DAYS;
  for (const day of candidates(rule, first, last)) {
    if (day > last) return;
    if (day >= first) yield day;
  }
}

function* candidates(rule: RecurrenceRule, first: number, last: number): Generator<number> {
  const { every, interval, weekdays, monthDays, weekStart } = rule;
  const start = civil(first);
  const isWanted = (day: number): boolean => weekdays.length === 0 || weekdays.includes(weekdayOf(day));
  if (every === "DAILY") {
    for (let day = first; day <= last; day += interval) if (isWanted(day)) yield day;
    return;
  }
  if (every === "WEEKLY") {
    const days = weekdays.length === 0 ? [weekdayOf(first)] : weekdays;
    const offsets = days.map((weekday) => (weekday - weekStart + 7) % 7).sort((a, b) => a - b);
    const monday = first - ((weekdayOf(first) - weekStart + 7) % 7);
    for (let week = monday; week <= last; week += 7 * interval)
      for (const offset of offsets) yield week + offset;
    return;
  }
  const months = every === "MONTHLY" ? interval : 12 * interval;
  for (let index = start.year * 12 + start.month - 1; ; index += months) {
    const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
    if (dayNumber(year, month, 1) > last) return;
    const length = lengthOfMonth(year, month);
    const days = (monthDays.length === 0 ? [start.day] : monthDays)
      .map((day) => (day < 0 ? length + 1 + day : day))
      .filter((day) => day >= 1 && day <= length)
      .sort((a, b) => a - b);
    for (const day of days) yield dayNumber(year, month, day);
  }
}
