/** Escalation: while nobody acknowledges, more people hear of it. Its deadlines are stored with the incident's routes. */
import type { Change } from "../../storage/store.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import type { Plan } from "../plan.ts";
import { addressesOf } from "../routing/addresses.ts";
import { type IncidentRoute, notEscalating } from "../routing/incident-route.ts";
import { formatSpan } from "../words.ts";
import type { EscalationPolicy } from "./escalation-config.ts";
import type { Incident } from "./incident.ts";
import { say } from "./short-text.ts";
import { note, want } from "./story.ts";

/** The incident with its escalations begun where they are to run, and stopped where they are not. */
export function escalating(plan: Plan, incident: Incident, at: number): Incident {
  const runs = incident.resolvedAt === undefined && incident.acknowledgement === undefined;
  let changed = false;
  const routes = incident.routes.map((route) => {
    const policy = runs && route.toldAt !== undefined ? policyOf(plan, route) : undefined;
    const next = policy === undefined ? notEscalating(route) : begun(route, policy, at);
    changed ||= next !== route;
    return next;
  });
  return changed ? { ...incident, routes } : incident;
}

/** The incident with its escalations at their first step again: nobody has it any more, or it is hidden no longer. */
export function fromTheStart(incident: Incident): Incident {
  return { ...incident, routes: incident.routes.map(notEscalating) };
}

/** Takes the step of a route that is due, and stores when the next one is. `held`: it tells nobody just now. */
export function escalate(
  context: TurnContext,
  change: Change,
  incident: Incident,
  route: IncidentRoute,
  held: boolean,
  at: number,
): Incident {
  const plan = context.plan();
  const policy = policyOf(plan, route);
  const put = (next: IncidentRoute, more: Partial<Incident> = {}): Incident => {
    const routes = incident.routes.map((one) => (one === route ? next : one));
    const changed: Incident = { ...incident, ...more, routes };
    change.put(context.tables.incidents, String(changed.id), changed);
    return changed;
  };
  if (policy === undefined) return put(notEscalating(route));
  // Unacknowledged for so long means: for so long in which people could have known.
  if (held || incident.active === 0) return put(begun(notEscalating(route), policy, at));

  const index = route.step ?? 0;
  const step = policy.steps[Math.min(index, policy.steps.length - 1)];
  if (step === undefined) return put(notEscalating(route));
  const { receiver } = step;
  const addresses = addressesOf(plan, { receiver });
  const fresh = addresses.filter((address) => !incident.tells.includes(address));
  const version = incident.version + 1;
  const next = put(after(route, policy, at), {
    version,
    ...(fresh.length === 0 ? {} : { newsOf: "escalated" as const }),
    tells: [...incident.tells, ...fresh],
  });
  note(change, context.tables, {
    incident: incident.id,
    at,
    what: "escalated",
    receiver,
    step: Math.min(index, policy.steps.length - 1) + 1,
    note: policy.name,
  });
  want(change, context.tables, next, fresh, at);
  const span = at - (incident.formerOwner?.at ?? incident.openedAt);
  say(
    context,
    change,
    next,
    addresses.filter((address) => !fresh.includes(address)),
    at,
    {
      zh: `${formatSpan(span, "zh-CN")}没有人认领，升级给 ${receiver}。`,
      en: `nobody has acknowledged it for ${formatSpan(span, "en")}; escalated to ${receiver}.`,
    },
  );
  return next;
}

function begun(route: IncidentRoute, policy: EscalationPolicy, at: number): IncidentRoute {
  const [first] = policy.steps;
  if (route.step !== undefined || first === undefined) return route;
  return { ...route, step: 0, escalateAt: at + first.afterMs };
}

function after(route: IncidentRoute, { steps, repeatMs }: EscalationPolicy, at: number): IncidentRoute {
  const index = route.step ?? 0;
  const [now, next] = [steps[index], steps[index + 1]];
  const { escalateAt: _, ...rest } = route;
  const waitMs = now !== undefined && next !== undefined ? next.afterMs - now.afterMs : repeatMs;
  const step = Math.min(index + 1, steps.length);
  return waitMs === undefined ? { ...rest, step } : { ...rest, step, escalateAt: at + waitMs };
}

function policyOf(plan: Plan, { escalation }: IncidentRoute): EscalationPolicy | undefined {
  return escalation === undefined ? undefined : plan.escalations.get(escalation);
}
