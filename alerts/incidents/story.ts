/** Small acts on one incident inside a commit: a line in its story, a card wanted. */
import type { Change } from "../../storage/store.ts";
import type { Card } from "../card.ts";
import {
  cardDeliveryId,
  type Delivery,
  incidentDeliveryId,
  isPending,
  laneOf,
} from "../delivery/delivery.ts";
import { foldedStill } from "../delivery/digest.ts";
import type { Tables } from "../tables.ts";
import type { Incident, TimelineEntry } from "./incident.ts";

/** Adds a line to an incident's story. */
export function note(change: Change, tables: Tables, entry: TimelineEntry): void {
  change.put(tables.timeline, String(change.next("timeline")), entry);
}

/** Wants the incident's card, as it will be after this commit, at these addresses. */
export function want(
  change: Change,
  tables: Tables,
  incident: Incident,
  addresses: Iterable<string>,
  at: number,
): void {
  for (const conversation of addresses) {
    const id = incidentDeliveryId(incident.id, conversation);
    const before = change.get(tables.deliveries, id);
    if (before !== undefined && before.wanted === incident.version && before.lostAt === undefined) continue;
    change.put(tables.deliveries, id, {
      id,
      conversation,
      lane: laneOf(incident.severity),
      about: { incident: incident.id },
      wanted: incident.version,
      ...progress(before, at),
      ...foldedStill(change, tables, before, incident, at),
    });
  }
}

/** What a delivery keeps when something newer is wanted: a back-off under way goes on, a lost one tries again. */
function progress(
  before: Delivery | undefined,
  at: number,
): Omit<Delivery, "id" | "conversation" | "lane" | "about" | "wanted"> {
  if (before === undefined) return { sent: 0, attempts: 0, dueAt: at, createdAt: at };
  const { sent, createdAt, receipt, trouble, saidAt } = before;
  const waits = isPending(before);
  return {
    sent,
    createdAt,
    attempts: waits ? before.attempts : 0,
    dueAt: waits ? before.dueAt : at,
    ...(receipt === undefined ? {} : { receipt }),
    ...(saidAt === undefined ? {} : { saidAt }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(waits && before.failedOverAt !== undefined ? { failedOverAt: before.failedOverAt } : {}),
  };
}

/** Wants one card said once in each of these conversations. It has one number in all of them. */
export function post(
  change: Change,
  tables: Tables,
  conversations: readonly string[],
  card: Card,
  lane: Delivery["lane"],
  at: number,
): void {
  postAs(change, tables, change.next("cards"), conversations, card, lane, at);
}

/** The same under a number that the card has already; where it is or was said under it, it is not said again. */
export function postAs(
  change: Change,
  tables: Tables,
  number: number,
  conversations: readonly string[],
  card: Card,
  lane: Delivery["lane"],
  at: number,
): void {
  for (const conversation of conversations) {
    const id = cardDeliveryId(number, conversation);
    if (change.get(tables.deliveries, id) !== undefined) continue;
    change.put(tables.deliveries, id, {
      id,
      conversation,
      lane,
      about: { card },
      wanted: 1,
      sent: 0,
      attempts: 0,
      dueAt: at,
      createdAt: at,
    });
  }
}
