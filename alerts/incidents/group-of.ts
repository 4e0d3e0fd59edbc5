/** Which incident an alert belongs to: its aggregation group, and what that is called. */
import { type Labels, labelValue } from "../../storage/labels.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import type { RuleOrigin } from "../routing/route.ts";
import { groupKeyOf } from "../routing/route-tree.ts";
import type { GroupKey, RouteOptions } from "../routing/routing.ts";

/** An aggregation group. */
export interface Group extends GroupKey {
  readonly title: string;
  /** The key that the group had before there were routes. An open incident keeps its key. */
  readonly formerKey: string;
}

/** The group that the first of the routes makes. */
export function groupOf([first]: readonly RouteOptions[], labels: Labels, rule: RuleOrigin): Group {
  const { key, labels: common } =
    first === undefined ? { key: `rule:${rule.id}`, labels: {} } : groupKeyOf(first, labels);
  return { key, labels: common, title: titleOf(common, rule.name), formerKey: `rule:${rule.id}` };
}

/** `hot`, `hot host=a`, `cluster=a service=db`; a group without labels is called like the rule that opened it. */
function titleOf(common: Labels, rule: string): string {
  const others = Object.keys(common)
    .filter((name) => name !== "alertname" && name !== "severity")
    .sort()
    .map((name) => `${name}=${common[name]}`);
  const name = labelValue(common, "alertname");
  const words = name === "" ? others : [name, ...others];
  return words.length === 0 ? rule : maskedAddresses(words.join(" "));
}
