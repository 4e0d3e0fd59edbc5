/** A rotation as data: who takes turns, for how long, from when, and what stands over it. Pure. */
import type { TimeInterval } from "../muting/time-interval-config.ts";

/** People who take turns. */
export interface Layer {
  /** Ids, in the order of their turns. */
  readonly people: readonly string[];
  /** The length of a shift, in milliseconds of the clock on the wall: a day is a day when clocks are moved, too. */
  readonly everyMs: number;
  /** When the first shift begins, by the clock on the wall: milliseconds as if it were UTC. */
  readonly starts: number;
  /** It covers these times alone; undefined: always. */
  readonly active: TimeInterval | undefined;
}

/** Somebody has the duty from one instant up to another, which no longer belongs to it. */
export interface Span {
  readonly person: string;
  readonly from: number;
  readonly until: number;
}

export interface Rotation {
  readonly name: string;
  /** IANA name. */
  readonly zone: string;
  /** Where more than one covers a moment, the last of them counts. */
  readonly layers: readonly Layer[];
  /** Outside of it nobody is on call; undefined: always. Swaps count all the same. */
  readonly active: TimeInterval | undefined;
  /** What a calendar says; the layers count before it. Where two overlap, the one that begins later counts. */
  readonly calendar: readonly Span[];
  /** What people have agreed on; counts before everything. Where two overlap, the later one in the list counts. */
  readonly swaps: readonly Span[];
}

/** A piece of a schedule; nobody is on call in it where `person` is undefined. */
export interface Shift {
  readonly person: string | undefined;
  readonly from: number;
  readonly until: number;
}
