/** Where an incident may make a sound now: the addresses that have its card, without those of routes that are muted. */

import type { TurnContext } from "../evaluation/turn-context.ts";
import type { Incident } from "../incidents/incident.ts";
import { routeHold } from "../muting/mute.ts";
import { addressesOf, strays } from "./addresses.ts";
import type { IncidentRoute } from "./incident-route.ts";

/** Of all routes that have told it, unless only `among` are meant. */
export function loudAddresses(
  context: Pick<TurnContext, "plan" | "routeMute">,
  incident: Incident,
  at: number,
  among?: readonly IncidentRoute[],
): readonly string[] {
  const plan = context.plan();
  const told = (among ?? incident.routes).filter(({ toldAt }) => toldAt !== undefined);
  const loud = told.filter((route) => routeHold(context, route, at) === undefined);
  const addresses = new Set(loud.flatMap((route) => addressesOf(plan, route)));
  // Those left behind by a receiver that is gone count with everybody, and with a route that has nobody else.
  if (among === undefined || (loud.length > 0 && addresses.size === 0))
    for (const address of strays(plan, incident)) addresses.add(address);
  return [...addresses];
}
