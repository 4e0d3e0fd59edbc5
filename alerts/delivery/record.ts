/** Writes down how an attempt went: on what the delivery has become meanwhile, and on what is known of its target. */
import type { Change } from "../../storage/store.ts";
import type { Refusal } from "../channel.ts";
import { note } from "../incidents/story.ts";
import type { Plan } from "../plan.ts";
import type { Tables } from "../tables.ts";
import type { Attempted, Outcome } from "./attempt.ts";
import type { Delivery } from "./delivery.ts";
import { failOver } from "./fail-over.ts";
import { saidByReply } from "./left-to-reply.ts";
import { afterArrival, afterRefusal, type TargetRecord, unknownTarget } from "./target.ts";

/** What a record needs to know besides the attempt. */
export interface RecordContext {
  readonly tables: Tables;
  readonly plan: Plan;
  /** How long the next attempt waits after a refusal, in milliseconds. */
  readonly waitMs: number;
  /** What it does to the target; undefined when the target has nothing to do with it. */
  readonly target: ((before: TargetRecord) => TargetRecord) | undefined;
  readonly at: number;
}

export function record(change: Change, attempted: Attempted, context: RecordContext): void {
  const { tables, target, at } = context;
  const { delivery, outcome } = attempted;
  if (outcome.is === "stopped") return;
  if (target !== undefined) {
    const address = delivery.conversation;
    change.put(
      tables.targets,
      address,
      target(change.get(tables.targets, address) ?? unknownTarget(address)),
    );
  }
  const now = change.get(tables.deliveries, delivery.id);
  if (now === undefined) return;
  if (outcome.is === "gone") change.remove(tables.deliveries, delivery.id);
  else if (outcome.is === "arrived") {
    change.put(tables.deliveries, now.id, arrived(now, attempted.version, outcome, at));
    if (outcome.story !== undefined)
      tellStory(change, tables, now, outcome.story, at, outcome.receipt?.["who"]);
    if (outcome.how !== "skip") saidByReply(change, tables, now, at);
  } else refused(change, now, attempted.version, outcome, context);
}

/** What an attempt does to its target; `costs` is whether it counts against the budget. */
export function effectOn(
  outcome: Outcome,
  about: Parameters<typeof afterRefusal>[2] & Parameters<typeof afterArrival>[1],
): RecordContext["target"] {
  if (outcome.is === "refused") return (before) => afterRefusal(before, outcome, about);
  // What was skipped has not been said.
  if (outcome.is !== "arrived" || outcome.how === "skip") return undefined;
  return (before) => afterArrival(before, about);
}

function refused(
  change: Change,
  now: Delivery,
  version: number,
  outcome: Refusal,
  { tables, plan, waitMs, at }: RecordContext,
): void {
  const lost = outcome.next === "give-up";
  // What came to be wanted during the attempt has not been refused: it gets its own.
  const over = lost && version >= now.wanted;
  const { lostAt: _, ...rest } = now;
  change.put(tables.deliveries, now.id, {
    ...rest,
    trouble: troubleOf(outcome, at),
    attempts: lost ? 0 : now.attempts + 1,
    dueAt: lost ? at : at + waitMs,
    ...(over ? { lostAt: at } : {}),
  });
  if (!over) return;
  tellStory(change, tables, now, "undeliverable", at, `${outcome.code}: ${outcome.message}`);
  failOver(change, tables, plan, now.id, at);
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
    ...(outcome.how === "skip" ? {} : { saidAt: at }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(outcome.beside === undefined ? {} : { trouble: troubleOf(outcome.beside, at) }),
  };
}

function troubleOf({ code, message }: Refusal, at: number): NonNullable<Delivery["trouble"]> {
  return { at, code, message };
}

function tellStory(
  change: Change,
  tables: Tables,
  { about, conversation }: Delivery,
  what: "told" | "edited" | "undeliverable",
  at: number,
  words?: string,
): void {
  if (!("incident" in about)) return;
  const because =
    what === "undeliverable" ? undefined : change.get(tables.incidents, String(about.incident))?.newsOf;
  const noted = {
    ...(words === undefined ? {} : { note: words }),
    ...(because === undefined ? {} : { because }),
  };
  note(change, tables, { incident: about.incident, at, what, conversation, ...noted });
}
