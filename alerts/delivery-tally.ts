/** What the courier has done so far and what still waits: for /metrics and the board. */
import type { Attempted } from "./attempt.ts";
import { LANES, type Lane } from "./delivery.ts";
import type { Index } from "./index-of.ts";

export interface DeliveryStats {
  /** Messages and edits that a platform took, since this start. */
  readonly sent: number;
  /** Refusals by the platform's code, since this start. */
  readonly failed: Readonly<Record<string, number>>;
  /** Given up, since this start. */
  readonly lost: number;
  /** What waits now, by lane. */
  readonly queue: Readonly<Record<Lane, number>>;
  /** The oldest moment at which something that waits now was or is to be tried. */
  readonly oldestDueAt: number | undefined;
}

export interface DeliveryTally {
  count(attempted: Attempted): void;
  stats(): DeliveryStats;
}

export function keepTally(index: Index): DeliveryTally {
  let sent = 0;
  let lost = 0;
  const failed: Record<string, number> = Object.create(null);
  return {
    count({ outcome }) {
      if (outcome.is === "arrived" && outcome.how !== "skip") sent++;
      if (outcome.is !== "refused") return;
      failed[outcome.code] = (failed[outcome.code] ?? 0) + 1;
      if (outcome.next === "give-up") lost++;
    },
    stats() {
      const queue = { reply: 0, urgent: 0, normal: 0, digest: 0 };
      let oldestDueAt: number | undefined;
      for (const lanes of index.pending.values()) {
        for (const lane of LANES) {
          queue[lane] += lanes[lane].size;
          for (const { dueAt } of lanes[lane].values())
            if (oldestDueAt === undefined || dueAt < oldestDueAt) oldestDueAt = dueAt;
        }
      }
      return { sent, failed: { ...failed }, lost, queue, oldestDueAt };
    },
  };
}
