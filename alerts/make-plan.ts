/** Makes a plan from what the file says; without a file, everything goes to the console within one evaluation. */
import { DEFAULT_STORM, type Limits, type Storm } from "./delivery/delivery-config.ts";
import type { EscalationPolicy } from "./incidents/escalation-config.ts";
import { type AcknowledgeSpans, DEFAULT_FLAPPING, type Flapping } from "./incidents/incident-config.ts";
import type { LinkTemplate } from "./incidents/links-config.ts";
import { DEFAULT_INTAKE, type IntakeLimits } from "./intake/intake-config.ts";
import type { InhibitRule } from "./muting/inhibit-config.ts";
import type { TimeInterval } from "./muting/time-interval-config.ts";
import type { Plan } from "./plan.ts";
import type { Receiver } from "./routing/receiver.ts";
import { defaultRoute, type RouteNode } from "./routing/route-config.ts";
import { type Branch, compileTree, makeRouter } from "./routing/route-tree.ts";
import type { Subscription } from "./routing/subscriptions.ts";

/** The parts of a plan. What is undefined is as without a file; `null` turns off what is on by itself. */
export interface PlanParts {
  readonly route?: RouteNode | undefined;
  readonly receivers?: readonly Receiver[];
  readonly inhibitRules?: readonly InhibitRule[];
  readonly timeIntervals?: readonly TimeInterval[];
  readonly escalations?: readonly EscalationPolicy[];
  readonly acknowledge?: AcknowledgeSpans;
  readonly flapping?: Flapping | null;
  readonly storm?: Storm | null;
  readonly limits?: Limits;
  readonly intake?: IntakeLimits;
  readonly links?: readonly LinkTemplate[];
}

/** A plan, and the tree that it routes by, for those who show it. */
export interface MadePlan extends Plan {
  readonly tree: Branch;
  /** Whether the file has a tree of its own. */
  readonly written: boolean;
}

/** Puts a plan together. Everything must have been checked: names that lead nowhere are not noticed here. */
export function makePlan(parts: PlanParts, subscriptions: () => readonly Subscription[] = nobody): MadePlan {
  const tree = compileTree(parts.route ?? defaultRoute);
  const written = parts.route !== undefined;
  const receivers = byName(parts.receivers ?? []);
  const addressed = new Map<string, Receiver>();
  const robots = new Map<string, number>();
  for (const target of (parts.receivers ?? []).flatMap(({ targets }) => targets))
    robots.set(target.address, Math.max(robots.get(target.address) ?? 1, target.robots ?? 1));

  function ownReceiver(address: string): Receiver | undefined {
    let own = addressed.get(address);
    if (own === undefined && /^[a-z_]+:./.test(address)) {
      own = { name: address, targets: [{ address, sendResolved: true }] };
      addressed.set(address, own);
    }
    return own;
  }

  const receiver = (name: string): Receiver | undefined => receivers.get(name) ?? ownReceiver(name);

  return {
    tree,
    written,
    router: makeRouter({ tree, written, subscriptions }),
    receiver,
    addresses() {
      const steps = (parts.escalations ?? []).flatMap((policy) => policy.steps);
      const names = [
        ...receivers.keys(),
        ...receiversOf(tree),
        ...steps.map((step) => step.receiver),
        ...subscriptions().map(({ conversation }) => conversation),
      ];
      return new Set(names.flatMap((name) => receiver(name)?.targets ?? []).map(({ address }) => address));
    },
    robotsAt: (address) => robots.get(address) ?? 1,
    receivers: parts.receivers ?? [],
    inhibitRules: parts.inhibitRules ?? [],
    timeIntervals: byName(parts.timeIntervals ?? []),
    escalations: byName(parts.escalations ?? []),
    acknowledge: parts.acknowledge ?? {},
    flapping: parts.flapping === undefined ? DEFAULT_FLAPPING : (parts.flapping ?? undefined),
    storm: parts.storm === undefined ? DEFAULT_STORM : (parts.storm ?? undefined),
    limits: parts.limits ?? {},
    intake: parts.intake ?? DEFAULT_INTAKE,
    links: parts.links ?? [],
  };
}

function receiversOf({ options, children }: Branch): readonly string[] {
  return [options.receiver, ...children.flatMap(receiversOf)];
}

const NOBODY: readonly Subscription[] = [];

function nobody(): readonly Subscription[] {
  return NOBODY;
}

function byName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((one) => [one.name, one]));
}
