/** What of on call must not be forgotten: swaps, rotations made in chat, what calendars said, and whose duty was told. */
import { z } from "zod";
import type { Store, Table } from "../../storage/store.ts";

const swap = z.strictObject({
  id: z.number(),
  rotation: z.string(),
  /** Who takes over. */
  person: z.string(),
  /** Who would have been on call then, as it stood when it was made. */
  replaces: z.array(z.string()),
  from: z.number(),
  until: z.number(),
  by: z.string(),
  at: z.number(),
});

/** Somebody takes over for a span; made in chat. */
export type Swap = z.output<typeof swap>;

const made = z.strictObject({
  name: z.string(),
  zone: z.string(),
  people: z.array(z.string()).min(1),
  everyMs: z.number(),
  /** By the clock on the wall: milliseconds as if it were UTC. */
  starts: z.number(),
  /** Where a change of hands is told. */
  conversations: z.array(z.string()),
  by: z.string(),
  at: z.number(),
});

/** A rotation made in chat. */
export type MadeRotation = z.output<typeof made>;

const calendar = z.strictObject({
  rotation: z.string(),
  /** A digest of where it was read, so that another source begins anew. */
  source: z.string(),
  spans: z.array(z.strictObject({ person: z.string(), from: z.number(), until: z.number() })),
  /** Names in it that are nobody's. */
  unknown: z.array(z.string()),
  /** When it was read last, with success. */
  readAt: z.number().exactOptional(),
  /** Why it could not be read since. */
  trouble: z.strictObject({ at: z.number(), zh: z.string(), en: z.string() }).exactOptional(),
});

/** The last good copy of a calendar, and how it goes with reading it. */
export type CalendarCopy = z.output<typeof calendar>;

const duty = z.strictObject({
  rotation: z.string(),
  /** Who had it when that was last looked at; absent: nobody. */
  person: z.string().exactOptional(),
  /** When it changes hands next, as it stood then; absent: never. */
  nextAt: z.number().exactOptional(),
});

/** Whose duty people were told last. */
export type Duty = z.output<typeof duty>;

export interface OnCallTables {
  /** By number, so that the later one stands later. */
  readonly swaps: Table<Swap>;
  /** By name. */
  readonly made: Table<MadeRotation>;
  /** By the name of the rotation. */
  readonly calendars: Table<CalendarCopy>;
  /** By the name of the rotation. */
  readonly duties: Table<Duty>;
}

/** Opens the tables; a store may be asked once. */
export function openOnCallTables(store: Store): OnCallTables {
  return {
    swaps: store.table("oncallSwaps", (raw) => swap.parse(raw)),
    made: store.table("oncallRotations", (raw) => made.parse(raw)),
    calendars: store.table("oncallCalendars", (raw) => calendar.parse(raw)),
    duties: store.table("oncallDuties", (raw) => duty.parse(raw)),
  };
}
