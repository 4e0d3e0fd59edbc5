/** A delivery: one card on its way to one conversation, durable. */
import type { Card, Severity } from "../card.ts";
import type { Receipt } from "../channel.ts";

/** In the order in which they go: what somebody asked for, critical news, other news, what had to wait. */
export const LANES = ["reply", "urgent", "normal", "digest"] as const;

export type Lane = (typeof LANES)[number];

/** Why news was folded: more incidents began than anybody reads, or the platform takes no more just now. */
export type Pressure = "storm" | "budget";

/** What a digest is: the list of the incidents folded into it, as they are now. */
export interface DigestFacts {
  readonly why: Pressure;
  readonly since: number;
  /** When the pressure ended; nothing more is folded in after that. */
  readonly endedAt?: number;
  /** The `wanted` of its last change worth a message of its own where a card cannot be edited. */
  readonly news: number;
}

/**
 * One card on its way to one conversation. For an incident it is standing: whenever `wanted` is ahead of `sent`,
 * the incident's card as it is *now* is posted (no receipt yet) or edited (receipt). So news coalesces, order per
 * incident is kept, and one incident has one card. A digest stands likewise. Any other card is sent once.
 */
export interface Delivery {
  /** `incident-12@console:ops`, `digest-<n>@…` or `card-<n>@…`; stable over retries. */
  readonly id: string;
  readonly conversation: string;
  readonly lane: Lane;
  readonly about: { readonly incident: number } | { readonly card: Card } | { readonly digest: DigestFacts };
  readonly wanted: number;
  readonly sent: number;
  readonly receipt?: Receipt;
  readonly attempts: number;
  /** When to try next; meaningful while `wanted > sent`. */
  readonly dueAt: number;
  readonly createdAt: number;
  /** What is wanted is left to the reply of the command that did it until then; see `left-to-reply.ts`. */
  readonly replyBy?: number;
  /** When the platform last took it. */
  readonly saidAt?: number;
  /** The last refusal, for people. */
  readonly trouble?: { readonly at: number; readonly code: string; readonly message: string };
  /** Given up: nobody will see `wanted`. */
  readonly lostAt?: number;
  /** That digest tells it, and no card of its own does unless it stands `apart`. `severity` is as it was then. */
  readonly folded?: { readonly into: string; readonly at: number; readonly severity: Severity };
  /** Picked out of its digest to have a card of its own as well: in a storm the worst, later what got worse. */
  readonly apart?: true;
  /** When the fallback was told instead. */
  readonly failedOverAt?: number;
}

/** Whether there is still something to send. */
export function isPending(delivery: Delivery): boolean {
  return delivery.wanted > delivery.sent && delivery.lostAt === undefined && !isFolded(delivery);
}

/** Whether only a digest tells it. */
export function isFolded({ folded, apart }: Delivery): boolean {
  return folded !== undefined && apart === undefined;
}

/** Whether it is a digest, and more may be folded into it. */
export function isOpenDigest({ about }: Delivery): boolean {
  return "digest" in about && about.digest.endedAt === undefined;
}

/** The lane of news about an incident. */
export function laneOf(severity: Severity): Lane {
  return severity === "critical" ? "urgent" : "normal";
}

/** The id of the standing delivery of an incident's card. */
export function incidentDeliveryId(incident: number, conversation: string): string {
  return `incident-${incident}@${conversation}`;
}

/** The id of the delivery of any other card; its number is the same in every conversation. */
export function cardDeliveryId(number: number, conversation: string): string {
  return `card-${number}@${conversation}`;
}

/** The number of such a card. */
export function cardNumberOf({ id }: Delivery): number {
  return Number(/^card-(\d+)@/.exec(id)?.[1]);
}
