/** What time brings about in one incident: everything of it that is due, in the commit of the caller. */
import type { Change } from "../../storage/store.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { holdOf } from "../muting/hold.ts";
import { type IncidentRoute, isDue } from "../routing/incident-route.ts";
import { loudAddresses } from "../routing/loud.ts";
import { settle } from "../routing/telling.ts";
import { formatSpan } from "../words.ts";
import { escalate } from "./escalation.ts";
import { steady } from "./flapping.ts";
import type { Incident } from "./incident.ts";
import { nextDeadline } from "./incident-deadlines.ts";
import { loseOwner } from "./owner-lost.ts";
import { say } from "./short-text.ts";
import { note } from "./story.ts";

/** Does what is due at `at`; false when nothing is, since somebody may just have done something else. */
export function elapse(context: TurnContext, change: Change, id: number, at: number): boolean {
  let incident = change.get(context.tables.incidents, String(id));
  if (incident === undefined || nextDeadline(incident) > at) return false;
  const owner = incident.acknowledgement;
  if (incident.resolvedAt === undefined && owner !== undefined && owner.until <= at)
    incident = loseOwner(context, change, incident, owner, "deadline", at);
  if (incident.resolvedAt === undefined && incident.flapping !== undefined && incident.flapping.until <= at)
    incident = steady(context, change, incident, at);
  if (incident.routes.some((route) => route.heldBy === undefined && isDue(route, at)))
    incident = settle(context, change, incident, at);
  for (const route of incident.routes)
    if (isPast(route.repeatAt, at)) incident = repeat(context, change, incident, route, at);
  for (const { escalateAt, path, receiver } of incident.routes) {
    const route = incident.routes.find((one) => one.path === path && one.receiver === receiver);
    if (route !== undefined && isPast(escalateAt, at))
      incident = escalate(context, change, incident, route, isMuted(context, change, incident, at), at);
  }
  return true;
}

/** Says that it still fires, unless something speaks against it; and when to say it next. */
function repeat(
  context: TurnContext,
  change: Change,
  incident: Incident,
  route: IncidentRoute,
  at: number,
): Incident {
  const { repeatAt: _, ...rest } = route;
  const { repeatMs } = route;
  const goesOn = incident.resolvedAt === undefined && repeatMs !== undefined;
  const next = goesOn ? { ...rest, repeatAt: at + repeatMs } : rest;
  const routes = incident.routes.map((one) => (keyIs(one, route) ? next : one));
  const changed: Incident = { ...incident, routes };
  change.put(context.tables.incidents, String(incident.id), changed);
  const owned = incident.acknowledgement !== undefined;
  if (!goesOn || owned || incident.active === 0 || incident.flapping !== undefined) return changed;
  const addresses = loudAddresses(context, changed, at, [next]);
  if (addresses.length === 0 || isMuted(context, change, changed, at)) return changed;
  const { severity, active, openedAt } = incident;
  const lasts = at - openedAt;
  note(change, context.tables, {
    incident: incident.id,
    at,
    what: "repeated",
    receiver: route.receiver,
    because: "repeat",
  });
  const many = active === 1 ? { zh: "", en: "" } : { zh: `，${active} 条`, en: `, ${active} alerts` };
  say(context, change, changed, addresses, at, {
    zh: `仍未恢复（${SEVERITY[severity]}${many.zh}），已持续${formatSpan(lasts, "zh-CN")}，还没有人认领。`,
    en: `still firing (${severity}${many.en}) for ${formatSpan(lasts, "en")}, and nobody has acknowledged it.`,
  });
  return changed;
}

const SEVERITY: Readonly<Record<Incident["severity"], string>> = {
  critical: "严重",
  warning: "警告",
  info: "提示",
};

function isMuted(context: TurnContext, change: Change, incident: Incident, at: number): boolean {
  return holdOf(context, change, incident, at) !== undefined;
}

function keyIs(a: IncidentRoute, b: IncidentRoute): boolean {
  return a.path === b.path && a.receiver === b.receiver;
}

function isPast(moment: number | undefined, at: number): boolean {
  return moment !== undefined && moment <= at;
}
