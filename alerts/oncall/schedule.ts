/** Who is on call at a moment, when that changes, and the shifts of a span. Pure: tested by tables. */
import { isInside, nextChange as nextChangeOf } from "../muting/time-interval.ts";
import { nextTurn, turnAt } from "./layer.ts";
import type { Rotation, Shift, Span } from "./rotation.ts";

/** Nobody plans further ahead; a change later than this counts as none. */
const HORIZON_MS = 400 * 86_400_000;
/** So many moments are looked at for one change: with a shift an hour, more than half a year. */
const MOST_LOOKS = 5_000;
/** So many shifts are listed. */
const MOST_SHIFTS = 2_000;

/** Who is on call at a moment, by id; undefined when nobody is. */
export function onCallAt(rotation: Rotation, at: number): string | undefined {
  const { zone, layers, active, calendar, swaps } = rotation;
  const swap = swaps.findLast((span) => covers(span, at));
  if (swap !== undefined) return swap.person;
  if (active !== undefined && !isInside(active, at)) return undefined;
  for (const layer of layers.toReversed()) {
    const person = turnAt(layer, zone, at);
    if (person !== undefined) return person;
  }
  let last: Span | undefined;
  for (const span of calendar)
    if (covers(span, at) && (last === undefined || span.from >= last.from)) last = span;
  return last?.person;
}

/** The first moment after `at` at which somebody else is on call, or nobody; undefined when that does not come. */
export function nextChange(rotation: Rotation, at: number): number | undefined {
  const now = onCallAt(rotation, at);
  let moment = at;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    moment = nextMoment(rotation, moment);
    if (moment > at + HORIZON_MS) return undefined;
    if (onCallAt(rotation, moment) !== now) return moment;
  }
  return undefined;
}

/** The shifts of a span, one after the other without a gap; the first and the last are cut to it. */
export function shiftsIn(rotation: Rotation, from: number, until: number): readonly Shift[] {
  const shifts: Shift[] = [];
  let at = from;
  while (at < until && shifts.length < MOST_SHIFTS) {
    const next = Math.min(nextChange(rotation, at) ?? until, until);
    shifts.push({ person: onCallAt(rotation, at), from: at, until: next });
    at = next;
  }
  return shifts;
}

/** The next moment at which anything in the rotation begins or ends; Infinity when nothing does. */
function nextMoment({ zone, layers, active, calendar, swaps }: Rotation, at: number): number {
  const later = (moment: number): number => (moment > at ? moment : Number.POSITIVE_INFINITY);
  let next = Number.POSITIVE_INFINITY;
  for (const span of [...swaps, ...calendar]) next = Math.min(next, later(span.from), later(span.until));
  for (const layer of layers) next = Math.min(next, nextTurn(layer, zone, at) ?? next);
  if (active !== undefined) next = Math.min(next, nextChangeOf(active, at) ?? next);
  return next;
}

function covers({ from, until }: Span, at: number): boolean {
  return from <= at && at < until;
}
