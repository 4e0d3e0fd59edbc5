import { z } from "zod";
import type { Change, Store, Table } from "../storage/store.ts";

const schema = z.strictObject({
  at: z.number(),
  person: z.string(),
  conversation: z.string(),
  /** The line that was said, cut to a readable length. */
  line: z.string(),
});

/** Who changed something, when, where, and with which words. */
export type AuditEntry = z.output<typeof schema>;

/** The newest entries are kept; older ones leave in the commit that adds the next. */
const KEPT = 10_000;

/** How much of a line the trail keeps, in characters. */
const LINE_KEPT = 500;

/** The trail of every change that a person made. */
export interface Audit {
  add(change: Change, entry: AuditEntry): void;
  /** Newest first. */
  latest(count: number): AuditEntry[];
}

export function openAudit(store: Store): Audit {
  const table: Table<AuditEntry> = store.table("audit", (raw) => schema.parse(raw));
  return {
    add(change, entry) {
      const number = change.next("audit");
      change.put(table, String(number), { ...entry, line: entry.line.slice(0, LINE_KEPT) });
      if (number > KEPT) change.remove(table, String(number - KEPT));
    },
    latest: (count) => [...table.values()].slice(-count).reverse(),
  };
}
