/** Flapping: a group that fires and recovers over and over is one state, and not an episode each time. */
import type { Change } from "../../storage/store.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { speak } from "../routing/telling.ts";
import type { Incident, TimelineEntry } from "./incident.ts";
import type { Flapping } from "./incident-config.ts";
import { note } from "./story.ts";

/**
 * The incident after its group fired or recovered once more as a whole. With enough changes in the time looked at it
 * flaps from now on, until nothing has changed for that long.
 */
export function countFlip(incident: Incident, flapping: Flapping | undefined, at: number): Incident {
  const { flapping: before, ...rest } = incident;
  if (flapping === undefined) return before === undefined ? incident : rest;
  const { changes, withinMs } = flapping;
  const recent = (incident.flips ?? []).filter((flip) => flip > at - withinMs && flip <= at);
  const flips = [...recent, at].slice(-changes);
  const until = at + withinMs;
  if (before !== undefined)
    return { ...incident, flips, flapping: { ...before, changes: before.changes + 1, until } };
  if (flips.length < changes) return { ...rest, flips };
  return { ...rest, flips, flapping: { since: flips[0] ?? at, changes: flips.length, until } };
}

/** What the next episode of a group inherits: nothing after it was steady, or was closed by hand. */
export function inheritedFlips(last: Incident | undefined): Pick<Incident, "flips"> {
  if (last?.flips === undefined || last.closedBy !== undefined) return {};
  return { flips: last.flips };
}

/** An incident that is steady again: what fires goes on as usual, and what had recovered is over now. */
export function steady(context: TurnContext, change: Change, incident: Incident, at: number): Incident {
  const changes = incident.flapping?.changes ?? 0;
  note(change, context.tables, { incident: incident.id, at, what: "steady", count: changes });
  const calm = withoutFlapping({ ...incident, version: incident.version + 1 });
  if (calm.active > 0) return speak(context, change, calm, "steady", at);
  return end(context, change, calm, { what: "resolved", at }, {});
}

/** Ends an incident that was kept open though nothing in it fires. */
export function closeFlapping(
  context: TurnContext,
  change: Change,
  incident: Incident,
  by: { person: string; note?: string; at: number },
): Incident {
  const { person, at } = by;
  const calm = withoutFlapping({ ...incident, version: incident.version + 1 });
  return end(context, change, calm, { what: "closed", ...by }, { closedBy: person, resolvedAt: at });
}

function end(
  context: TurnContext,
  change: Change,
  incident: Incident,
  entry: Omit<TimelineEntry, "incident">,
  more: Partial<Incident>,
): Incident {
  note(change, context.tables, { incident: incident.id, ...entry });
  const over: Incident = { ...incident, resolvedAt: entry.at, ...more };
  return speak(context, change, over, "resolved", entry.at);
}

/** Nothing of it is carried into another episode: it was steady for as long as flapping looks back. */
function withoutFlapping({ flapping: _, flips: __, ...incident }: Incident): Incident {
  return incident;
}
