/** Small acts on one incident inside a commit: a line in its story, a card wanted. */
import type { Change } from "../storage/store.ts";
import type { Card } from "./card.ts";
import { type Delivery, incidentDeliveryId, isPending } from "./delivery.ts";
import type { Incident, TimelineEntry } from "./incident.ts";
import type { Tables } from "./tables.ts";

/** Adds a line to an incident's story. */
export function note(change: Change, tables: Tables, entry: TimelineEntry): void {
  change.put(tables.timeline, String(change.next("timeline")), entry);
}

/** Wants the incident's card, as it will be after this commit, in every conversation that it tells. */
export function tell(change: Change, tables: Tables, incident: Incident, at: number): void {
  for (const conversation of incident.tells) {
    const id = incidentDeliveryId(incident.id, conversation);
    const before = change.get(tables.deliveries, id);
    change.put(tables.deliveries, id, {
      id,
      conversation,
      lane: incident.severity === "critical" ? "urgent" : "normal",
      about: { incident: incident.id },
      wanted: incident.version,
      ...progress(before, at),
    });
  }
}

/** What a delivery keeps when something newer is wanted: a back-off under way goes on, a lost one tries again. */
function progress(
  before: Delivery | undefined,
  at: number,
): Omit<Delivery, "id" | "conversation" | "lane" | "about" | "wanted"> {
  if (before === undefined) return { sent: 0, attempts: 0, dueAt: at, createdAt: at };
  const { sent, createdAt, receipt, trouble } = before;
  const waits = isPending(before);
  return {
    sent,
    createdAt,
    attempts: waits ? before.attempts : 0,
    dueAt: waits ? before.dueAt : at,
    ...(receipt === undefined ? {} : { receipt }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Wants one card said once. */
export function post(
  change: Change,
  tables: Tables,
  conversation: string,
  card: Card,
  lane: Delivery["lane"],
  at: number,
): string {
  const id = `card-${change.next("cards")}@${conversation}`;
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
  return id;
}
