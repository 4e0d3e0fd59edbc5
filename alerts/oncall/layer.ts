/** Whose turn it is in one layer, by the clock on the wall of its zone. Pure. */
import { instantOf, offsetAt } from "../../storage/zone.ts";
import { isInside, nextChange } from "../muting/time-interval.ts";
import type { Layer } from "./rotation.ts";

/** Whose turn it is at a moment; undefined before the first shift and outside of the layer's times. */
export function turnAt(layer: Layer, zone: string, at: number): string | undefined {
  if (layer.active !== undefined && !isInside(layer.active, at)) return undefined;
  const shift = shiftAt(layer, zone, at);
  return shift < 0 ? undefined : layer.people[shift % layer.people.length];
}

/** The next moment after `at` at which that may be another one; undefined when there is none. */
export function nextTurn(layer: Layer, zone: string, at: number): number | undefined {
  const times = layer.active === undefined ? undefined : nextChange(layer.active, at);
  const shift = shiftAt(layer, zone, at);
  // With one person all shifts are one.
  const isOne = layer.people.every((person) => person === layer.people[0]);
  const next = shift < 0 ? 0 : isOne ? undefined : shift + 1;
  if (next === undefined) return times;
  // The clocks skip some beginnings, and then two shifts begin at once.
  let begins = beginOf(layer, zone, next);
  for (let later = next + 1; begins <= at; later++) begins = beginOf(layer, zone, later);
  return Math.min(begins, times ?? Number.POSITIVE_INFINITY);
}

function beginOf({ starts, everyMs }: Layer, zone: string, shift: number): number {
  return instantOf(zone, starts + shift * everyMs);
}

/** The number of the shift that a moment belongs to; below 0 before the first. */
function shiftAt(layer: Layer, zone: string, at: number): number {
  const local = at + offsetAt(zone, at);
  let shift = Math.floor((local - layer.starts) / layer.everyMs);
  // An hour that comes twice, or not at all, is up to one shift off.
  while (beginOf(layer, zone, shift + 1) <= at) shift++;
  while (beginOf(layer, zone, shift) > at) shift--;
  return Math.max(shift, -1);
}
