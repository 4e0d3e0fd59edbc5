/** The rules as this room needs them: what is to be judged when, what is to be said when, and what they are called. */
import type { RuleFacts } from "../incidents/why.ts";
import type { DueRule } from "./due-rule.ts";
import type { ReminderRule } from "./reminders.ts";

export interface WatchedRules {
  /** The PromQL rules that are not paused, by their interval in milliseconds, in order. The same map while nothing changes. */
  byInterval(): ReadonlyMap<number, readonly DueRule[]>;
  /** The cron rules that are not paused. */
  reminders(): readonly ReminderRule[];
  /** Whether a rule is judged, paused, or gone. */
  standing(rule: number): "judged" | "paused" | "gone";
  facts(rule: number): RuleFacts | undefined;
  /** Calls `listener` after a rule changed; returns how to stop. */
  watch(listener: (rule: number) => void): () => void;
}
