/** Time intervals: whether a moment is inside one, when that changes, and the muter that routes make of them. */
import { civil, lengthOfMonth, weekdayOf } from "../../storage/civil.ts";
import { localDay, offsetAt } from "../../storage/zone.ts";
import type { RouteOptions } from "../routing/routing.ts";
import { formatTime } from "../words.ts";
import type { MuteReason } from "./mute-reason.ts";
import type { Range, TimeInterval, TimeSpan } from "./time-interval-config.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Nobody plans further ahead; a change later than this counts as none. */
const HORIZON_DAYS = 400;

/** Whether a moment is inside any of the interval's spans. */
export function isInside(interval: TimeInterval, at: number): boolean {
  return interval.spans.some((span) => holds(span, at));
}

/** The first moment after `at` at which being inside turns; undefined when it does not within 400 days. */
export function nextChange(interval: TimeInterval, at: number): number | undefined {
  const now = isInside(interval, at);
  const zones = new Set(interval.spans.map(({ zone }) => zone));
  const minutes = new Set([0]);
  for (const { times = [] } of interval.spans)
    for (const { from, to } of times) minutes.add(from).add(to % 1440);
  const today = Math.floor(at / DAY_MS);
  for (let day = today; day < today + HORIZON_DAYS; day++) {
    const turn = [...zones]
      .flatMap((zone) => momentsOf(zone, day, [...minutes]))
      .sort((a, b) => a - b)
      .find((moment) => moment > at && isInside(interval, moment) !== now);
    if (turn !== undefined) return turn;
  }
  return undefined;
}

/** Says why a route tells nobody at a moment, when one of its time intervals says so. */
export type RouteMute = (
  route: Pick<RouteOptions, "muteTimeIntervals" | "activeTimeIntervals">,
  at: number,
) => MuteReason | undefined;

/**
 * The muter of routes. `intervals` is asked each time, since a reload puts others in their place; a name that is no
 * longer there mutes nobody. `zone` is the one in which times are said, and the one that `Local` means.
 */
export function routeMute(intervals: () => ReadonlyMap<string, TimeInterval>, zone: string): RouteMute {
  function named(names: readonly string[]): readonly TimeInterval[] {
    return names
      .map((name) => known.get(name))
      .filter((one) => one !== undefined)
      .map((one) => located(one, zone));
  }

  function muted(mute: readonly TimeInterval[], active: readonly TimeInterval[], at: number) {
    const by = mute.find((interval) => isInside(interval, at));
    const outside = active.length > 0 && !active.some((interval) => isInside(interval, at));
    return { by, outside };
  }

  /** When the route may speak again. Spans that follow on each other are one silence to people. */
  function endOf(
    mute: readonly TimeInterval[],
    active: readonly TimeInterval[],
    at: number,
  ): number | undefined {
    let moment = at;
    for (let turn = 0; turn < 100; turn++) {
      const next = [...mute, ...active].map((interval) => nextChange(interval, moment));
      const soonest = Math.min(...next.map((one) => one ?? Number.POSITIVE_INFINITY));
      if (!Number.isFinite(soonest)) return undefined;
      const then = muted(mute, active, soonest);
      if (then.by === undefined && !then.outside) return soonest;
      moment = soonest;
    }
    return undefined;
  }

  /** Thousands of alerts are asked about at one moment. */
  const answers = new Map<string, MuteReason | undefined>();
  let answeredAt = Number.NaN;
  let known = intervals();

  function answer(
    muteTimeIntervals: readonly string[],
    activeTimeIntervals: readonly string[],
    at: number,
  ): MuteReason | undefined {
    const mute = named(muteTimeIntervals);
    const active = named(activeTimeIntervals);
    const { by, outside } = muted(mute, active, at);
    if (by === undefined && !outside) return undefined;
    const until = endOf(mute, active, at);
    const name = by?.name ?? active.map((one) => one.name).join(", ");
    const end =
      until === undefined
        ? { zh: "", en: "" }
        : { zh: `，到 ${formatTime(until, zone, "zh-CN")}`, en: `, until ${formatTime(until, zone, "en")}` };
    return {
      by: "time-interval",
      holds: "everything",
      ...(until === undefined ? {} : { until }),
      why:
        by === undefined
          ? { zh: `不在时间段 ${name} 内${end.zh}`, en: `outside the time interval ${name}${end.en}` }
          : { zh: `在静音时间段 ${name} 内${end.zh}`, en: `inside the time interval ${name}${end.en}` },
    };
  }

  return ({ muteTimeIntervals, activeTimeIntervals }, at) => {
    if (muteTimeIntervals.length === 0 && activeTimeIntervals.length === 0) return undefined;
    const now = intervals();
    if (at !== answeredAt || now !== known) answers.clear();
    answeredAt = at;
    known = now;
    const key = JSON.stringify([muteTimeIntervals, activeTimeIntervals]);
    if (!answers.has(key)) answers.set(key, answer(muteTimeIntervals, activeTimeIntervals, at));
    return answers.get(key);
  };
}

/** Go's `Local` is the zone of whoever runs the program. */
export function located(interval: TimeInterval, zone: string): TimeInterval {
  if (!interval.spans.some((span) => span.zone === "Local")) return interval;
  const spans = interval.spans.map((span) => (span.zone === "Local" ? { ...span, zone } : span));
  return { ...interval, spans };
}

function holds({ times, weekdays, daysOfMonth, months, years, zone }: TimeSpan, at: number): boolean {
  const local = at + (zone === "UTC" ? 0 : offsetAt(zone, at));
  const minute = Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS);
  if (times !== undefined && !times.some(({ from, to }) => minute >= from && minute < to)) return false;
  const days = Math.floor(local / DAY_MS);
  if (weekdays !== undefined && !within(weekdays, weekdayOf(days))) return false;
  if (daysOfMonth === undefined && months === undefined && years === undefined) return true;
  const { year, month, day } = civil(days);
  return (
    (daysOfMonth === undefined || isDayOfMonth(daysOfMonth, day, lengthOfMonth(year, month))) &&
    (months === undefined || within(months, month)) &&
    (years === undefined || within(years, year))
  );
}

function within(ranges: readonly Range[], value: number): boolean {
  return ranges.some(({ from, to }) => value >= from && value <= to);
}

/** Days counted from the end, and ranges longer than the month, as Alertmanager takes them. */
function isDayOfMonth(ranges: readonly Range[], day: number, length: number): boolean {
  const real = (wanted: number): number => (wanted < 0 ? length + wanted + 1 : wanted);
  return ranges.some(({ from, to }) => real(from) <= length && day >= real(from) && day <= real(to));
}

/** The moments of a day in UTC at which a zone's clocks show these minutes or are moved. */
function momentsOf(zone: string, day: number, minutes: readonly number[]): readonly number[] {
  const at = (local: number) => (minute: number) => local * DAY_MS + minute * MINUTE_MS;
  if (zone === "UTC") return minutes.map(at(day));
  // A day in UTC is covered by the local days around it.
  return [day - 1, day, day + 1]
    .flatMap((local) =>
      localDay(zone, local).stretches.flatMap(({ offsetMs, localFrom, localTo }) => [
        localFrom - offsetMs,
        ...minutes
          .map(at(local))
          .filter((moment) => moment >= localFrom && moment < localTo)
          .map((moment) => moment - offsetMs),
      ]),
    )
    .filter((moment) => Math.floor(moment / DAY_MS) === day);
}
