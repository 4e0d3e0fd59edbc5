/** The routing tree as `alertmanager.yml` has it: its schema, strict, and what is read from it. */
import { z } from "zod";
import type { Matcher } from "../../storage/matchers.ts";
import { complain, duration, named, positiveDuration, scalar } from "../config-parts.ts";
import { joined, matchersList, matchMap, matchRegexMap } from "./matchers-config.ts";

/** One node of the tree. What is undefined is inherited; time intervals never are, as in Alertmanager. */
export interface RouteNode {
  readonly receiver: string | undefined;
  /** In Alertmanager's order: by name, then by value. */
  readonly matchers: readonly Matcher[];
  /** Whether its later siblings are asked too. */
  readonly continue: boolean;
  /** "all" for `['...']`. An empty list inherits, as in Alertmanager. */
  readonly groupBy: readonly string[] | "all" | undefined;
  readonly groupWaitMs: number | undefined;
  readonly groupIntervalMs: number | undefined;
  readonly repeatIntervalMs: number | undefined;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  /** Name of an escalation policy; "none" ends an inherited one. */
  readonly escalation: string | undefined;
  readonly routes: readonly RouteNode[];
}

/** A node that takes everything and inherits all it can. */
export const BLANK_ROUTE: RouteNode = {
  receiver: undefined,
  matchers: [],
  continue: false,
  groupBy: undefined,
  groupWaitMs: undefined,
  groupIntervalMs: undefined,
  repeatIntervalMs: undefined,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  escalation: undefined,
  routes: [],
};

const groupBy = z.array(scalar).transform((names, context): readonly string[] | "all" | undefined => {
  if (names.length === 0) return undefined;
  if (names.includes("...") && names.length > 1)
    complain(context, {
      zh: "'...' 表示按所有标签分组，不能和别的标签写在一起",
      en: "'...' groups by all labels and cannot stand beside others",
    });
  names.forEach((name, i) => {
    if (names.indexOf(name) < i)
      complain(context, { zh: `'${name}' 写了两次`, en: `'${name}' stands here twice` }, [i]);
  });
  return names[0] === "..." ? "all" : names;
});

const route: z.ZodType<RouteNode> = z.lazy(() =>
  z
    .strictObject({
      receiver: scalar.optional(),
      match: matchMap.default([]),
      match_re: matchRegexMap.default([]),
      matchers: matchersList.default([]),
      continue: z.boolean().default(false),
      group_by: groupBy.optional(),
      group_wait: duration.optional(),
      group_interval: positiveDuration.optional(),
      repeat_interval: positiveDuration.optional(),
      mute_time_intervals: z.array(named).default([]),
      active_time_intervals: z.array(named).default([]),
      escalation: named.optional(),
      routes: z.array(route).default([]),
    })
    .transform(
      (one): RouteNode => ({
        receiver: one.receiver === "" ? undefined : one.receiver,
        matchers: joined(one.match, one.match_re, one.matchers),
        continue: one.continue,
        groupBy: one.group_by,
        groupWaitMs: one.group_wait,
        groupIntervalMs: one.group_interval,
        repeatIntervalMs: one.repeat_interval,
        muteTimeIntervals: one.mute_time_intervals,
        activeTimeIntervals: one.active_time_intervals,
        escalation: one.escalation,
        routes: one.routes,
      }),
    ),
);

/** The whole tree, from its root. */
export const routeSchema = route.superRefine((root, context) => {
  if (root.receiver === undefined)
    complain(
      context,
      { zh: "根路由必须写明默认的 receiver", en: "the root route must name a default receiver" },
      ["receiver"],
    );
  if (root.matchers.length > 0)
    complain(context, {
      zh: "根路由接收所有告警，不能有 matchers",
      en: "the root route takes every alert and must not have matchers",
    });
  if (root.muteTimeIntervals.length > 0)
    complain(
      context,
      { zh: "根路由不能有 mute_time_intervals", en: "the root route must not have mute time intervals" },
      ["mute_time_intervals"],
    );
  if (root.activeTimeIntervals.length > 0)
    complain(
      context,
      { zh: "根路由不能有 active_time_intervals", en: "the root route must not have active time intervals" },
      ["active_time_intervals"],
    );
  if (root.continue)
    complain(context, { zh: "根路由不能有 continue", en: "the root route cannot have continue" }, [
      "continue",
    ]);
});

/** The tree where no file has one: everything to the console, told within one evaluation, never repeated. */
export const defaultRoute: RouteNode = {
  receiver: "console:ops",
  matchers: [],
  continue: false,
  groupBy: ["alertname"],
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: Number.POSITIVE_INFINITY,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  escalation: undefined,
  routes: [],
};
