/** What goes together, and where it goes. Both are asked with labels, as a routing tree will be. */
import type { Labels } from "../storage/labels.ts";
import { labelValue } from "../storage/labels.ts";

/** What grouping and routing need to know of the rule an alert comes from. */
export interface RuleOrigin {
  readonly id: number;
  readonly name: string;
  /** The conversations that the rule names itself. */
  readonly tells: readonly string[];
  /** The conversation in which the rule was made. */
  readonly conversation: string | undefined;
}

/** An aggregation group. */
export interface Group {
  readonly key: string;
  /** What its alerts have in common. */
  readonly labels: Labels;
  readonly title: string;
}

export type GroupOf = (labels: Labels, rule: RuleOrigin) => Group;

/** The conversations that hear of an alert; never empty. */
export type Route = (labels: Labels, rule: RuleOrigin) => readonly string[];

/** One group per rule, so that one rule has one incident at a time however many machines it finds. */
export const groupByRule: GroupOf = (labels, rule) => ({
  key: `rule:${rule.id}`,
  labels: { alertname: labelValue(labels, "alertname") },
  title: rule.name,
});

/** Whom the rule tells; else the conversation it was made in; else the one everybody has. */
export const tellAsTheRuleSays: Route = (_labels, rule) => {
  if (rule.tells.length > 0) return rule.tells;
  return [rule.conversation ?? DEFAULT_CONVERSATION];
};

/** Where what has no other place to go is said. */
export const DEFAULT_CONVERSATION = "console:ops";
