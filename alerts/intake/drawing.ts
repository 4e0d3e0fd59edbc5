/** Draws what is known of received alerts into what is stored, and into incidents. */
import type { Change, Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import { sliceTurns } from "../evaluation/slice-turns.ts";
import type { Turn } from "../evaluation/turn.ts";
import type { Known } from "./received.ts";
import { receivedId, turnReceived } from "./turn-received.ts";

/** By fingerprint. */
export type Some = ReadonlyMap<string, Known>;

export interface Drawing {
  /** The same as `draw` in somebody's commit. */
  put(change: Change, some: Some, at: number, lots?: readonly string[]): void;
  /** One commit: what is known of these alerts, what it brings about, and the end of lots that are worked off. */
  draw(some: Some, at: number, lots?: readonly string[]): Promise<void>;
  /** One commit: only when these were heard of. Nothing comes of it. */
  store(some: Some): Promise<void>;
  /** The worst first, and what belongs to one incident together; those that bring nothing about come last. */
  slices(some: Some, at: number): Promise<readonly Some[]>;
}

export interface DrawingOptions {
  readonly store: Store;
  readonly book: AlertBook;
  fires(known: Known, at: number): boolean;
  breathe(): Promise<void>;
}

/** So many turns in one commit: a few milliseconds of work. */
const TURNS_PER_COMMIT = 50;
/** So many are looked at before other work has its turn. */
const LOOKED_AT_ONCE = 1_000;
/** So many that bring nothing about. */
const STILLS_PER_COMMIT = 500;

export function openDrawing({ store, book, fires, breathe }: DrawingOptions): Drawing {
  const { received, heard, lots: lotsTable, alerts } = book.tables;

  function turnOf(
    id: string,
    known: Known,
    before: ReturnType<typeof alerts.get>,
    at: number,
  ): Turn | undefined {
    return turnReceived(id, known, before, fires(known, at), at);
  }

  function put(change: Change, some: Some, at: number, lots: readonly string[] = []): void {
    const turns: Turn[] = [];
    for (const [id, known] of some) {
      const turn = turnOf(id, known, change.get(alerts, receivedId(id)), at);
      if (turn?.after !== undefined) turns.push(turn);
      if (!fires(known, at)) {
        change.remove(received, id);
        change.remove(heard, id);
        continue;
      }
      if (change.get(received, id) !== known.received) change.put(received, id, known.received);
      if (change.get(heard, id) !== known.heard) change.put(heard, id, known.heard);
    }
    for (const lot of lots) change.remove(lotsTable, lot);
    book.turn(change, turns, at);
  }

  return {
    put,
    draw: (some, at, lots) => store.commit((change) => put(change, some, at, lots)),

    store: (some) =>
      store.commit((change) => {
        for (const [id, known] of some) change.put(heard, id, known.heard);
      }),

    async slices(some, at) {
      const turns: Turn[] = [];
      const still: string[] = [];
      let looked = 0;
      for (const [id, known] of some) {
        if (++looked % LOOKED_AT_ONCE === 0) await breathe();
        const turn = turnOf(id, known, alerts.get(receivedId(id)), at);
        if (turn === undefined) still.push(id);
        else turns.push(turn);
      }
      const cut = await sliceTurns(turns, book.context, TURNS_PER_COMMIT, breathe);
      const ids = cut.map((slice) => slice.map(({ identity }) => identity.id.slice(receivedId("").length)));
      for (let from = 0; from < still.length; from += STILLS_PER_COMMIT)
        ids.push(still.slice(from, from + STILLS_PER_COMMIT));
      return ids.map((slice) => new Map(slice.map((id) => [id, some.get(id) as Known])));
    },
  };
}
