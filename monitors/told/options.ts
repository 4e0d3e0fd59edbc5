/** Options that monitors share which are told instead of looking: lengths of time, schedules, time zones. */
import { z } from "zod";
import { parseSchedule, type Schedule, ScheduleError } from "../../storage/cron.ts";
import { formatDuration, parseDuration } from "../../storage/duration.ts";
import { issue, wrong } from "../../storage/wrong.ts";
import { isZone } from "../../storage/zone.ts";

/** The longest time that any of them can name. */
export const LONGEST_MS = 366 * 86_400_000;

const MOST_SCHEDULES = 1_000;

/** A length of time; stored as it is written best, so that the schema takes its own output. */
export function span(shortestMs: number) {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= shortestMs && ms <= LONGEST_MS) return formatDuration(ms);
    const from = formatDuration(shortestMs);
    const to = formatDuration(LONGEST_MS);
    context.addIssue(
      issue(
        `要写 ${from} 到 ${to} 的时长，例如 30m、1d`,
        `must be a duration from ${from} to ${to}, such as 30m or 1d`,
      ),
    );
    return z.NEVER;
  });
}

const schedules = new Map<string, Schedule>();

/** The schedule of a text. Thousands of jobs share a few of them, and each costs more to read than to remember. */
export function scheduleOf(text: string): Schedule {
  let schedule = schedules.get(text);
  if (schedule === undefined) {
    schedule = parseSchedule(text);
    if (schedules.size >= MOST_SCHEDULES) schedules.clear();
    schedules.set(text, schedule);
  }
  return schedule;
}

/** A schedule as text: five or six fields, `@daily`, `@every 90m`. */
export const cron = z
  .string()
  .trim()
  .superRefine((text, context) => {
    try {
      scheduleOf(text);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { zh: error.text.zh } });
    }
  });

/** The IANA name of a time zone. */
export const timezone = z
  .string()
  .refine(isZone, wrong("要写时区，例如 Asia/Shanghai", "must be a time zone such as Asia/Shanghai"));
