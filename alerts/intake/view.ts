/** What is known of every received alert: what is stored, and every word that was heard since. */
import { fingerprint } from "../../storage/labels.ts";
import type { Table } from "../../storage/store.ts";
import type { Posted, Sender } from "./posted.ts";
import { type Heard, hear, type Known, type Received } from "./received.ts";

/** Words of one sender, heard at one moment. */
export interface Words {
  readonly at: number;
  readonly sender: Sender;
  readonly posted: readonly Posted[];
}

export interface View {
  get(fingerprint: string): Known | undefined;
  entries(): IterableIterator<[fingerprint: string, Known]>;
  /** Takes in words that are on disk; `changed` hears of each alert about which more is known now. */
  take(words: Words, changed: (fingerprint: string, after: Known, before: Known | undefined) => void): void;
  /** What would be known after these words of the alerts that they are about; changes nothing. */
  foresee(words: Words): ReadonlyMap<string, Known>;
  put(fingerprint: string, known: Known): void;
  /** Forgets an alert, unless more was heard of it than `known`; whether it did. */
  forget(fingerprint: string, known: Known): boolean;
}

/** Opens it over what is stored. It is never behind the tables, and may be ahead of them by the lots that wait. */
export function openView(received: Table<Received>, heard: Table<Heard>): View {
  const all = new Map<string, Known>();
  for (const [id, one] of received.entries()) {
    const last = heard.get(id);
    if (last !== undefined) all.set(id, { received: one, heard: last });
  }
  return {
    get: (id) => all.get(id),
    entries: () => all.entries(),
    take({ at, sender, posted }, changed) {
      for (const one of posted) {
        const id = fingerprint(one.labels);
        const before = all.get(id);
        const after = hear(before, one, sender, at);
        if (after === undefined || after === before) continue;
        all.set(id, after);
        changed(id, after, before);
      }
    },
    foresee({ at, sender, posted }) {
      const coming = new Map<string, Known>();
      for (const one of posted) {
        const id = fingerprint(one.labels);
        const before = coming.get(id) ?? all.get(id);
        const after = hear(before, one, sender, at);
        if (after !== undefined && after !== before) coming.set(id, after);
      }
      return coming;
    },
    put: (id, known) => void all.set(id, known),
    forget: (id, known) => all.get(id) === known && all.delete(id),
  };
}
