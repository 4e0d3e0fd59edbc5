/** What is known of each route that an incident took: whom it tells, what it waits for, and what comes next. */

import type { TurnContext } from "../evaluation/turn-context.ts";
import { routeHold } from "../muting/mute.ts";
import type { MuteReason } from "../muting/mute-reason.ts";
import { addressesOf } from "../routing/addresses.ts";
import type { IncidentRoute } from "../routing/incident-route.ts";
import type { Incident } from "./incident.ts";

export interface RouteFacts {
  readonly route: IncidentRoute;
  /** Where its receiver is told; empty when a reload took the receiver away. */
  readonly addresses: readonly string[];
  /** Why its time intervals hold it back now. */
  readonly mute?: MuteReason;
  /** How many steps its escalation has. */
  readonly steps?: number;
}

/** The routes of an incident as things stand at `at`. */
export function routeFacts(context: TurnContext, incident: Incident, at: number): readonly RouteFacts[] {
  const plan = context.plan();
  return incident.routes.map((route): RouteFacts => {
    const mute = routeHold(context, route, at);
    const policy = route.escalation === undefined ? undefined : plan.escalations.get(route.escalation);
    return {
      route,
      addresses: addressesOf(plan, route),
      ...(mute === undefined ? {} : { mute }),
      ...(policy === undefined ? {} : { steps: policy.steps.length }),
    };
  });
}
