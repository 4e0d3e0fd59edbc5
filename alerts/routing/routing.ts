/** What the routing tree says of an alert: which group it belongs to, who is told, when, and when not. */
import type { Labels } from "../../storage/labels.ts";
import type { RuleOrigin } from "./route.ts";

/** One matching route with its options, inherited ones filled in. */
export interface RouteOptions {
  /** Where it stands in the tree, as Alertmanager writes it: `{}/{team="db"}/{severity="critical"}`. */
  readonly path: string;
  readonly receiver: string;
  /** Names of the labels that group; "all" for `group_by: ['...']`. */
  readonly groupBy: readonly string[] | "all";
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  /** Name of an escalation policy. */
  readonly escalation?: string;
}

/**
 * The routes that an alert takes, in the order of the tree, never empty; after those of the tree come the ones that
 * people added: subscriptions, and the conversation of the rule. Two may lead to the same target. One incident per alert: the first route
 * makes the group; the others, reached by `continue`, add their receivers to the same incident, each with its own
 * timing. So there is one card per incident and target, whatever the tree looks like.
 */
export type Router = (labels: Labels, origin: RuleOrigin) => readonly RouteOptions[];

/** The aggregation group of an alert under a route: its key, and the labels that its alerts have in common. */
export interface GroupKey {
  readonly key: string;
  readonly labels: Labels;
}
