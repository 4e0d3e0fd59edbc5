/** What the courier has done so far and what still waits: for /metrics and the board. */

import type { Refusal } from "../channel.ts";
import type { Index } from "../index-of.ts";
import type { Attempted } from "./attempt.ts";
import { channelNameOf } from "./budget.ts";
import { isFolded, LANES, type Lane } from "./delivery.ts";

/** Why a notification failed, in Alertmanager's words (`reason` of `alertmanager_notifications_failed_total`). */
export const FAILURES = [
  "clientError",
  "serverError",
  "rateLimited",
  "contextDeadlineExceeded",
  "other",
] as const;

export type Failure = (typeof FAILURES)[number];

/** One attempt that ended, for those who count. */
export interface Notification {
  /** What stands before the colon of the address. */
  readonly channel: string;
  readonly seconds: number;
  /** undefined: it was taken. */
  readonly failure: Failure | undefined;
}

export interface DeliveryStats {
  /** Messages and edits that a platform took, since this start. */
  readonly sent: number;
  /** Refusals by the platform's code, since this start. */
  readonly failed: Readonly<Record<string, number>>;
  /** Given up, since this start. */
  readonly lost: number;
  /** What waits now, by lane. */
  readonly queue: Readonly<Record<Lane, number>>;
  /** Incidents that only an open digest tells now. */
  readonly folded: number;
  /** The oldest moment at which something that waits now was or is to be tried. */
  readonly oldestDueAt: number | undefined;
}

export interface DeliveryTally {
  count(attempted: Attempted, tookMs: number): void;
  stats(): DeliveryStats;
  /** Calls `listener` after each attempt that a platform took or refused; returns how to stop. */
  watch(listener: (notification: Notification) => void): () => void;
}

/** Codes are a platform's words and may be anything; so many different ones are told apart. */
const MOST_CODES = 100;

export function keepTally(index: Index): DeliveryTally {
  let sent = 0;
  let lost = 0;
  const failed: Record<string, number> = Object.create(null);
  const listeners = new Set<(notification: Notification) => void>();
  return {
    count({ outcome, delivery }, tookMs) {
      if (outcome.is === "gone" || outcome.is === "stopped") return;
      if (outcome.is === "arrived" && outcome.how === "skip") return;
      const channel = channelNameOf(delivery.conversation);
      const failure = outcome.is === "refused" ? failureOf(outcome) : undefined;
      for (const listener of listeners) listener({ channel, seconds: tookMs / 1_000, failure });
      if (outcome.is === "arrived") {
        sent++;
        return;
      }
      const code = outcome.code in failed || Object.keys(failed).length < MOST_CODES ? outcome.code : "other";
      failed[code] = (failed[code] ?? 0) + 1;
      if (outcome.next === "give-up") lost++;
    },
    stats() {
      const queue: Record<Lane, number> = { reply: 0, urgent: 0, normal: 0, digest: 0 };
      let oldestDueAt: number | undefined;
      for (const lanes of index.pending.values())
        for (const lane of LANES) {
          queue[lane] += lanes[lane].size;
          for (const { dueAt } of lanes[lane].values())
            if (oldestDueAt === undefined || dueAt < oldestDueAt) oldestDueAt = dueAt;
        }
      let folded = 0;
      for (const { id } of index.openDigests.values())
        for (const one of index.folded.get(id)?.values() ?? []) if (isFolded(one)) folded++;
      return { sent, failed: { ...failed }, lost, queue, folded, oldestDueAt };
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Alertmanager's word for a refusal, from what is to be done about it and the platform's code. */
export function failureOf({ next, code }: Refusal): Failure {
  if (next === "wait") return "rateLimited";
  if (code === "timeout") return "contextDeadlineExceeded";
  if (/^4\d\d$/.test(code)) return "clientError";
  if (/^5\d\d$/.test(code)) return "serverError";
  return "other";
}
