/** The ladder: what cannot be told where it should be is told at the fallback of that receiver, once. */
import type { Change } from "../../storage/store.ts";
import type { Card } from "../card.ts";
import { note, postAs, want } from "../incidents/story.ts";
import type { Index } from "../index-of.ts";
import type { Plan } from "../plan.ts";
import type { Tables } from "../tables.ts";
import { cardNumberOf, type Delivery, isFolded, isPending } from "./delivery.ts";
import { failOverAt, type TargetRecord } from "./target.ts";

const known = new WeakMap<Plan, ReadonlyMap<string, readonly string[]>>();

/** The addresses that are told instead of this one; empty when its receivers name no fallback. */
export function fallbacksOf(plan: Plan, address: string): readonly string[] {
  let ladder = known.get(plan);
  if (ladder === undefined) {
    ladder = ladderOf(plan);
    known.set(plan, ladder);
  }
  return ladder.get(address) ?? [];
}

function ladderOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const ladder = new Map<string, readonly string[]>();
  for (const { fallback, targets } of plan.receivers) {
    if (fallback === undefined) continue;
    const instead = (plan.receiver(fallback)?.targets ?? []).map(({ address }) => address);
    for (const { address } of targets) {
      const all = new Set([...(ladder.get(address) ?? []), ...instead]);
      all.delete(address);
      ladder.set(address, [...all]);
    }
  }
  return ladder;
}

/**
 * The deliveries at a target whose fallback is to hear now, at most `most`: its breaker has been open for too long,
 * or the digest that should have told them was given up.
 */
export function untoldAt(
  index: Index,
  plan: Plan,
  record: TargetRecord,
  at: number,
  most: number,
): readonly string[] {
  const open = index.openDigests.get(record.address);
  const lost = open?.lostAt !== undefined;
  const broken = failOverAt(record) <= at;
  if (!(lost || broken) || fallbacksOf(plan, record.address).length === 0) return [];
  const ids: string[] = [];
  const take = (all: Iterable<Delivery>): void => {
    for (const one of all) {
      if (ids.length >= most) return;
      if (isForOthers(one) && one.failedOverAt === undefined) ids.push(one.id);
    }
  };
  const lanes = index.pending.get(record.address);
  if (broken && lanes !== undefined) for (const lane of Object.values(lanes)) take(lane.values());
  // What an earlier message of the digest has told already is not told again elsewhere.
  if (open !== undefined && (lost || open.wanted > open.sent))
    take(
      [...(index.folded.get(open.id)?.values() ?? [])].filter(
        (one) => (one.folded?.at ?? 0) >= (open.saidAt ?? 0),
      ),
    );
  return ids;
}

/**
 * Whether somebody else should hear of it: an incident, and a card that is about none, such as a reminder. What is
 * said of an incident beside its card is not told to people who have the card from then on; an answer is for whoever
 * asked.
 */
function isForOthers({ about, lane }: Delivery): boolean {
  return "incident" in about || ("card" in about && about.card.incident === undefined && lane !== "reply");
}

/** Tells the fallback of one delivery's target, in the caller's commit; of an incident, its story says so. */
export function failOver(change: Change, tables: Tables, plan: Plan, id: string, at: number): void {
  const delivery = change.get(tables.deliveries, id);
  if (delivery === undefined || !isForOthers(delivery) || delivery.failedOverAt !== undefined) return;
  const waits = isPending(delivery) || delivery.lostAt !== undefined || isFolded(delivery);
  const instead = fallbacksOf(plan, delivery.conversation);
  if (!waits || instead.length === 0) return;
  if ("card" in delivery.about) copyTo(change, tables, delivery, delivery.about.card, instead, at);
  else if ("incident" in delivery.about) join(change, tables, delivery, delivery.about.incident, instead, at);
}

/** Says a card elsewhere as well; one that is or was said there under its number already is not said again. */
function copyTo(
  change: Change,
  tables: Tables,
  delivery: Delivery,
  card: Card,
  instead: readonly string[],
  at: number,
): void {
  change.put(tables.deliveries, delivery.id, { ...delivery, failedOverAt: at });
  postAs(change, tables, cardNumberOf(delivery), instead, card, delivery.lane, at);
}

/** From then on the incident has a card there, too. */
function join(
  change: Change,
  tables: Tables,
  delivery: Delivery,
  about: number,
  instead: readonly string[],
  at: number,
): void {
  const incident = change.get(tables.incidents, String(about));
  if (incident === undefined) return;
  change.put(tables.deliveries, delivery.id, { ...delivery, failedOverAt: at });
  // Who never heard that it began does not need to hear that it is over.
  if (incident.resolvedAt !== undefined && delivery.sent === 0) return;
  const fresh = instead.filter((address) => !incident.tells.includes(address));
  if (fresh.length === 0) return;
  const after = { ...incident, tells: [...incident.tells, ...fresh] };
  change.put(tables.incidents, String(incident.id), after);
  want(change, tables, after, fresh, at);
  note(change, tables, {
    incident: incident.id,
    at,
    what: "failed-over",
    conversation: delivery.conversation,
    note: fresh.join(", "),
  });
}
