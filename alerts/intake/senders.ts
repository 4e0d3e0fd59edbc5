/** How many alerts each sender has here, and how many it may have. */
import type { Text } from "../../storage/locale.ts";

export interface Senders {
  /** Whether a sender may have so many more. */
  hasRoom(sender: string, more: number): boolean;
  /** Counts alerts that a sender has from now on, or no longer. */
  count(sender: string, by: number): void;
  /** Counts a refusal; what to say to the sender. */
  refuse(sender: string): Text;
  readonly kept: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

export function countSenders(max: () => number): Senders {
  const kept = new Map<string, number>();
  const refused = new Map<string, number>();
  return {
    kept,
    refused,
    hasRoom: (sender, more) => (kept.get(sender) ?? 0) + more <= max(),
    count: (sender, by) => add(kept, sender, by),
    refuse(sender) {
      add(refused, sender, 1);
      return {
        zh: `发送方 ${sender} 的告警已达上限 ${max()} 条（intake.alerts_per_sender）`,
        en: `the sender ${sender} has as many alerts as it may, ${max()} (intake.alerts_per_sender)`,
      };
    },
  };
}

function add(counts: Map<string, number>, sender: string, by: number): void {
  const now = (counts.get(sender) ?? 0) + by;
  if (now === 0) counts.delete(sender);
  else counts.set(sender, now);
}
