/** A delivery: one card on its way to one conversation, durable. */
import type { Card } from "./card.ts";
import type { Receipt } from "./channel.ts";

/** Replies and critical news go before the rest. */
export type Lane = "urgent" | "normal";

/**
 * One card on its way to one conversation. For an incident it is standing: whenever `wanted` is ahead of `sent`,
 * the incident's card as it is *now* is posted (no receipt yet) or edited (receipt). So news coalesces, order per
 * incident is kept, and one incident has one card. Any other card is sent once.
 */
export interface Delivery {
  /** `incident-12@console:ops`, or `card-<n>@…`; stable over retries. */
  readonly id: string;
  readonly conversation: string;
  readonly lane: Lane;
  readonly about: { readonly incident: number } | { readonly card: Card };
  readonly wanted: number;
  readonly sent: number;
  readonly receipt?: Receipt;
  readonly attempts: number;
  /** When to try next; meaningful while `wanted > sent`. */
  readonly dueAt: number;
  readonly createdAt: number;
  /** The last refusal, for people. */
  readonly trouble?: { readonly at: number; readonly code: string; readonly message: string };
  /** Given up: nobody will see `wanted`. */
  readonly lostAt?: number;
}

/** Whether there is still something to send. */
export function isPending(delivery: Delivery): boolean {
  return delivery.wanted > delivery.sent && delivery.lostAt === undefined;
}

/** The id of the standing delivery of an incident's card. */
export function incidentDeliveryId(incident: number, conversation: string): string {
  return `incident-${incident}@${conversation}`;
}
