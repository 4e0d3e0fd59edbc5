/** How many alerts each sender has here, and how many it may have. */
import type { Text } from "../../storage/locale.ts";
import type { Table } from "../../storage/store.ts";
import type { Received } from "./received.ts";

export interface Senders {
  /** Whether a sender may have one more than it has on disk, on the way there, and `besides`. */
  mayAdd(sender: string, besides: number): boolean;
  /** Counts alerts that are on their way to disk, until they are released. */
  reserve(sender: string, count: number): void;
  release(sender: string, count: number): void;
  /** Counts a refusal; what to say to the sender. */
  tooMany(sender: string): Text;
  readonly kept: ReadonlyMap<string, number>;
  readonly overLimit: ReadonlyMap<string, number>;
}

export function countSenders(received: Table<Received>, max: () => number): Senders {
  const kept = new Map<string, number>();
  const coming = new Map<string, number>();
  const overLimit = new Map<string, number>();
  for (const { sender } of received.values()) count(kept, sender, 1);
  received.watch((_id, after, before) => {
    if (after?.sender === before?.sender) return;
    if (before !== undefined) count(kept, before.sender, -1);
    if (after !== undefined) count(kept, after.sender, 1);
  });
  return {
    kept,
    overLimit,
    mayAdd: (sender, besides) => (kept.get(sender) ?? 0) + (coming.get(sender) ?? 0) + besides < max(),
    reserve: (sender, some) => count(coming, sender, some),
    release: (sender, some) => count(coming, sender, -some),
    tooMany(sender) {
      count(overLimit, sender, 1);
      return {
        zh: `发送方 ${sender} 已有 ${max()} 条告警，到达上限（intake.alerts_per_sender）`,
        en: `the sender ${sender} has ${max()} alerts, as many as it may (intake.alerts_per_sender)`,
      };
    },
  };
}

function count(counts: Map<string, number>, sender: string, by: number): void {
  const now = (counts.get(sender) ?? 0) + by;
  if (now === 0) counts.delete(sender);
  else counts.set(sender, now);
}
