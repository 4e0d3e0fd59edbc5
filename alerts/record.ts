/** Writes down how an attempt went, on what the delivery has become meanwhile. */
import type { Change } from "../storage/store.ts";
import type { AlertBook } from "./alert-book.ts";
import type { Attempted, Outcome, Refusal } from "./attempt.ts";
import type { Delivery } from "./delivery.ts";

/** `waitMs` is how long the next attempt waits after a refusal. */
export function record(
  change: Change,
  book: Pick<AlertBook, "tables" | "note">,
  { delivery: { id }, version, outcome }: Attempted,
  waitMs: number,
  at: number,
): void {
  const { deliveries } = book.tables;
  const now = change.get(deliveries, id);
  if (now === undefined || outcome.is === "stopped") return;
  if (outcome.is === "gone") change.remove(deliveries, id);
  else if (outcome.is === "arrived") {
    change.put(deliveries, id, arrived(now, version, outcome, at));
    if (outcome.how === "post") tellStory(change, book, now, "told", at);
  } else {
    const trouble = troubleOf(outcome, at);
    const { lostAt: _, ...rest } = now;
    const lost = outcome.next === "give-up";
    // What came to be wanted during the attempt has not been refused: it gets its own.
    const over = lost && version >= now.wanted;
    change.put(deliveries, id, {
      ...rest,
      trouble,
      attempts: lost ? 0 : now.attempts + 1,
      dueAt: lost ? at : at + waitMs,
      ...(over ? { lostAt: at } : {}),
    });
    if (over) tellStory(change, book, now, "undeliverable", at, `${outcome.code}: ${outcome.message}`);
  }
}

function arrived(
  now: Delivery,
  version: number,
  outcome: Extract<Outcome, { is: "arrived" }>,
  at: number,
): Delivery {
  const { trouble: _, lostAt: __, receipt: old, ...rest } = now;
  const receipt = outcome.receipt ?? old;
  return {
    ...rest,
    sent: Math.max(now.sent, version),
    attempts: 0,
    dueAt: at,
    ...(receipt === undefined ? {} : { receipt }),
    ...(outcome.beside === undefined ? {} : { trouble: troubleOf(outcome.beside, at) }),
  };
}

function troubleOf({ code, message }: Refusal, at: number): NonNullable<Delivery["trouble"]> {
  return { at, code, message };
}

function tellStory(
  change: Change,
  book: Pick<AlertBook, "note">,
  { about, conversation }: Delivery,
  what: "told" | "undeliverable",
  at: number,
  words?: string,
): void {
  if ("card" in about) return;
  book.note(change, {
    incident: about.incident,
    at,
    what,
    conversation,
    ...(words === undefined ? {} : { note: words }),
  });
}
