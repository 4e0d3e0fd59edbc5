/** Where the receivers of an incident are told. */
import type { Incident } from "../incidents/incident.ts";
import type { Plan } from "../plan.ts";
import type { IncidentRoute } from "./incident-route.ts";
import type { Target } from "./receiver.ts";

/** The targets of a receiver by its name; none when a reload removed it. */
export function targetsOf(plan: Plan, receiver: string): readonly Target[] {
  return plan.receiver(receiver)?.targets ?? [];
}

/** The addresses that a route tells. */
export function addressesOf(plan: Plan, { receiver }: Pick<IncidentRoute, "receiver">): readonly string[] {
  return targetsOf(plan, receiver).map(({ address }) => address);
}

/** Addresses that have an incident's card and belong to none of its routes: escalations, receivers of an older file. */
export function strays(plan: Plan, { tells, routes }: Incident): readonly string[] {
  if (tells.length === 0) return tells;
  const known = new Set(routes.flatMap((route) => addressesOf(plan, route)));
  return tells.filter((address) => !known.has(address));
}

/** Addresses that do not want to hear of the end: every target of theirs says so. */
export function deafToTheEnd(plan: Plan, { routes }: Incident): ReadonlySet<string> {
  if (plan.receivers.length === 0) return NOBODY;
  const hears = new Map<string, boolean>();
  for (const { receiver, escalation } of routes) {
    const policy = escalation === undefined ? undefined : plan.escalations.get(escalation);
    const receivers = [receiver, ...(policy?.steps.map((step) => step.receiver) ?? [])];
    for (const { address, sendResolved } of receivers.flatMap((name) => targetsOf(plan, name)))
      hears.set(address, sendResolved || hears.get(address) === true);
  }
  return new Set([...hears].filter(([, wants]) => !wants).map(([address]) => address));
}

const NOBODY: ReadonlySet<string> = new Set();
