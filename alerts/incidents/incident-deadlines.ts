/** What time will do to an incident, all of it stored with it. */

import type { IncidentRoute } from "../routing/incident-route.ts";
import type { Incident } from "./incident.ts";

/** The next moment at which something is due; Infinity when nothing is. What a muter holds back has no moment. */
export function nextDeadline({ acknowledgement, flapping, routes, resolvedAt }: Incident): number {
  let next = Number.POSITIVE_INFINITY;
  for (const route of routes) next = Math.min(next, deadlineOf(route));
  if (resolvedAt !== undefined) return next;
  return Math.min(next, acknowledgement?.until ?? next, flapping?.until ?? next);
}

/** Whether any of its routes has something to tell that a muter holds back. */
export function isHeld({ routes }: Incident): boolean {
  return routes.some((route) => route.owes !== undefined && route.heldBy !== undefined);
}

function deadlineOf({ owes, tellAt, heldBy, repeatAt, escalateAt }: IncidentRoute): number {
  const never = Number.POSITIVE_INFINITY;
  const tell = owes === undefined || heldBy !== undefined ? never : (tellAt ?? never);
  return Math.min(tell, repeatAt ?? never, escalateAt ?? never);
}
