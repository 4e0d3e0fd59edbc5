/** How far the clocks of a time zone are from UTC, and when they are moved. */
import { dayNumber } from "./civil.ts";

const HOUR_MS = 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this is the name of a time zone, such as `Asia/Shanghai`. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What to add to an instant to get the local time of a zone, in milliseconds; throws a RangeError for no zone. */
export function offsetAt(zone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  const local = dayNumber(year, month, day) * 24 * HOUR_MS + ((hour * 60 + minute) * 60 + second) * 1000;
  return local - Math.floor(at / 1000) * 1000;
}

/** A piece of a local day in which the clocks run evenly; local times are milliseconds as if they were UTC. */
export interface Stretch {
  readonly offsetMs: number;
  readonly localFrom: number;
  readonly localTo: number;
}

/** A local day: its stretches in order of time, and the local times that do not exist or come a second time. */
export interface LocalDay {
  readonly stretches: readonly Stretch[];
  /** Local times that the clocks skip, and the first instant after them. */
  readonly gap?: { readonly localFrom: number; readonly localTo: number; readonly at: number };
  /** Local times before this one, in the last stretch, have been there already. */
  readonly repeatedUntil?: number;
}

/** Takes a local day apart where its clocks are moved. `days` is its day number. */
export function localDay(zone: string, days: number): LocalDay {
  const from = days * 24 * HOUR_MS;
  const to = from + 24 * HOUR_MS;
  // No zone is further than 14 hours from UTC, so these instants surround the day.
  let before = from - 15 * HOUR_MS;
  let after = to + 15 * HOUR_MS;
  const early = offsetAt(zone, before);
  const late = offsetAt(zone, after);
  if (early === late) return { stretches: [{ offsetMs: early, localFrom: from, localTo: to }] };
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle) === early) before = middle;
    else after = middle;
  }
  const stretches = [
    { offsetMs: early, localFrom: from, localTo: Math.min(to, after + early) },
    { offsetMs: late, localFrom: Math.max(from, after + late), localTo: to },
  ].filter(({ localFrom, localTo }) => localFrom < localTo);
  if (late < early) return { stretches, repeatedUntil: after + early };
  const gap = { localFrom: Math.max(from, after + early), localTo: Math.min(to, after + late), at: after };
  return gap.localFrom < gap.localTo ? { stretches, gap } : { stretches };
}

/**
 * The instant at which the clocks of a zone show a local time, which is milliseconds as if it were UTC: the first such
 * instant where it comes twice, and the first one after a gap in which it does not exist.
 */
export function instantOf(zone: string, local: number): number {
  const { stretches, gap } = localDay(zone, Math.floor(local / (24 * HOUR_MS)));
  const stretch = stretches.find(({ localFrom, localTo }) => local >= localFrom && local < localTo);
  return stretch === undefined ? (gap?.at ?? local - offsetAt(zone, local)) : local - stretch.offsetMs;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    // Names come from people; there are under 700 zones, but many spellings of each.
    if (formats.size > 1_000) formats.clear();
    formats.set(zone, format);
  }
  return format;
}
