/** When runs of a flow are due, and by when each step must be done. Pure. */
import { nextRun, type Schedule } from "../../storage/cron.ts";
import { parseDuration } from "../../storage/duration.ts";
import { scheduleOf } from "../told/options.ts";
import type { FlowOptions } from "./options.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A run that begins so long before its time, or half-way from the one before, is the one that is due. */
const EARLY_MS = HOUR_MS;

export interface PlannedStep {
  readonly name: string;
  /** How long it may take, in milliseconds. */
  readonly allowedMs: number | undefined;
  /** `06:00`. */
  readonly deadline: string | undefined;
}

/** What is asked of a flow; durations in milliseconds. */
export interface FlowPlan {
  readonly steps: readonly PlannedStep[];
  readonly zone: string;
  readonly graceMs: number;
  readonly longestMs: number;
  /** What the moments are at which runs are due: when they begin, when they are done; undefined where none ever is. */
  readonly due: "begin" | "end" | undefined;
  /** The first moment after `at` at which a run is due. */
  dueAfter(at: number): number | undefined;
  /**
   * The moment at which the run is due that begins at `at`, where those until `settled` have had theirs; undefined for
   * one that nobody waits for.
   */
  dueOf(at: number, settled: number): number | undefined;
  /** By when each step must be done, of a run that begins at `from`. */
  deadlines(run: {
    readonly from: number;
    readonly due?: number | undefined;
  }): readonly (number | undefined)[];
}

/** What the options ask for. `zone` is that of the house. */
export function planOf(options: FlowOptions, zone: string): FlowPlan {
  const inZone = options.timezone ?? zone;
  const steps = options.steps.map(({ name, max_duration, deadline }) => ({
    name,
    allowedMs: max_duration === undefined ? undefined : parseDuration(max_duration),
    deadline,
  }));
  const schedule = scheduleIn(options);
  const due = schedule === undefined ? undefined : options.cron === undefined ? "end" : "begin";
  const dueAfter = lastAsked((at) => (schedule === undefined ? undefined : nextRun(schedule, inZone, at)));
  const before = (at: number): number | undefined =>
    schedule === undefined ? undefined : runBefore(schedule, inZone, at);
  const known = new WeakMap<object, readonly (number | undefined)[]>();

  return {
    steps,
    zone: inZone,
    graceMs: parseDuration(options.grace) ?? 0,
    longestMs: parseDuration(options.max_duration) ?? DAY_MS,
    due,
    dueAfter,
    dueOf(at, settled) {
      const last = before(at);
      const next = dueAfter(at);
      const gap = last === undefined || next === undefined ? DAY_MS : next - last;
      if (due === "begin") {
        if (next !== undefined && next - at <= Math.min(EARLY_MS, gap / 2)) return next;
        return last !== undefined && settled < last ? last : undefined;
      }
      // One that is late for the last deadline is that one, until it is nearer to the next.
      if (last !== undefined && settled < last && at - last < Math.min(gap, DAY_MS) / 2) return last;
      return next !== undefined && next - at <= DAY_MS ? next : undefined;
    },
    deadlines(run) {
      const found = known.get(run);
      if (found !== undefined) return found;
      const made =
        due === "end" && run.due !== undefined
          ? backwards(steps, inZone, run.due)
          : forwards(steps, inZone, run.due ?? run.from);
      known.set(run, made);
      return made;
    },
  };
}

/** `days` are the days of the last deadline. */
function scheduleIn({ cron, days, steps }: FlowOptions): Schedule | undefined {
  if (cron !== undefined) return scheduleOf(cron);
  const last = steps.findLast(({ deadline }) => deadline !== undefined)?.deadline;
  return days === undefined || last === undefined ? undefined : scheduleOf(`${cronTime(last)} ${days}`);
}

function cronTime(clock: string): string {
  return `${Number(clock.slice(3))} ${Number(clock.slice(0, 2))}`;
}

function daily(clock: string): Schedule {
  return scheduleOf(`${cronTime(clock)} * * *`);
}

/** Steps follow each other: no deadline comes before that of an earlier step, so one after midnight is tomorrow's. */
function forwards(steps: readonly PlannedStep[], zone: string, from: number): (number | undefined)[] {
  let at = from;
  return steps.map(({ deadline }) => {
    if (deadline === undefined) return undefined;
    at = nextRun(daily(deadline), zone, at - 1) ?? at;
    return at;
  });
}

function backwards(steps: readonly PlannedStep[], zone: string, last: number): (number | undefined)[] {
  let at = last;
  return steps
    .toReversed()
    .map(({ deadline }) => {
      if (deadline === undefined) return undefined;
      at = runBefore(daily(deadline), zone, at) ?? at;
      return at;
    })
    .toReversed();
}

/** Schedules are asked forwards only: from so long before, and then on. */
const BACK_MS = [MINUTE_MS, HOUR_MS, DAY_MS, 8 * DAY_MS, 40 * DAY_MS, 370 * DAY_MS, 1_500 * DAY_MS];

/** The last run at or before `at`; undefined when there was none in years. */
function runBefore(schedule: Schedule, zone: string, at: number): number | undefined {
  for (const back of BACK_MS) {
    let last = nextRun(schedule, zone, at - back);
    if (last === undefined) return undefined;
    if (last > at) continue;
    for (let next: number | undefined = last; next !== undefined && next <= at; ) {
      last = next;
      next = nextRun(schedule, zone, next);
    }
    return last;
  }
  return undefined;
}

/** Every look asks for the same one until something has happened. */
function lastAsked(find: (at: number) => number | undefined): (at: number) => number | undefined {
  let asked: { readonly at: number; readonly due: number | undefined } | undefined;
  return (at) => {
    if (asked?.at !== at) asked = { at, due: find(at) };
    return asked.due;
  };
}
