/** The incidents that one commit changes, as they become while its alerts turn. */
import type { Change } from "../../storage/store.ts";
import { type Alert, type FiredAlert, isActive } from "../alert.ts";
import type { Severity } from "../card.ts";
import type { Turn } from "../evaluation/turn.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { type IncidentRoute, joinRoutes } from "../routing/incident-route.ts";
import { inheritedFlips } from "./flapping.ts";
import { groupOf } from "./group-of.ts";
import type { Incident } from "./incident.ts";

/** An incident as it becomes during one commit. */
export interface Draft {
  readonly before: Incident | undefined;
  readonly blank: Incident;
  active: number;
  severity: Severity;
  routes: readonly IncidentRoute[];
  readonly fired: FiredAlert[];
  readonly blind: FiredAlert[];
  readonly back: FiredAlert[];
  readonly ended: FiredAlert[];
}

/** The draft of the incident that a newly firing alert joins or opens. */
export function draftFor(
  context: TurnContext,
  change: Change,
  drafts: Map<string, Draft>,
  turn: Turn,
  at: number,
): Draft {
  const { labels } = turn.identity;
  const taken = context.plan().router(labels, turn.rule);
  const group = groupOf(taken, labels, turn.rule);
  let draft = drafts.get(group.key);
  if (draft === undefined) {
    const { openByGroup, lastOfGroup } = context.index;
    const known =
      comingOf(context, change, group.key) ??
      openByGroup.get(group.key) ??
      openByGroup.get(group.formerKey) ??
      lastOfGroup.get(group.key);
    const last = known === undefined ? undefined : change.get(context.tables.incidents, String(known));
    // The index may be a commit behind: somebody may just have closed what it calls open.
    draft =
      last !== undefined && last.resolvedAt === undefined
        ? (drafts.get(last.group) ?? draftFrom(last))
        : {
            ...draftFrom({
              id: change.next("incidents"),
              group: group.key,
              title: group.title,
              labels: group.labels,
              severity: "info",
              openedAt: at,
              active: 0,
              peak: 0,
              version: 0,
              news: 0,
              tells: [],
              routes: [],
              ...inheritedFlips(last),
            }),
            before: undefined,
          };
    if (draft.before === undefined) context.opening.set(group.key, draft.blank.id);
    drafts.set(draft.blank.group, draft);
  }
  draft.routes = joinRoutes(draft.routes, taken);
  return draft;
}

/** The incident that a commit on its way to disk opens for a group; one that was refused has opened none. */
function comingOf(context: TurnContext, change: Change, group: string): number | undefined {
  const coming = context.opening.get(group);
  if (coming === undefined) return undefined;
  return change.get(context.tables.incidents, String(coming))?.group === group ? coming : undefined;
}

/** The draft of the incident that a turning alert is in; none when nobody will see the turn. */
export function draftOf(
  context: TurnContext,
  change: Change,
  drafts: Map<string, Draft>,
  before: Alert | undefined,
): Draft | undefined {
  if (before === undefined || !isActive(before)) return undefined;
  const incident = change.get(context.tables.incidents, String(before.incident));
  if (incident === undefined || incident.resolvedAt !== undefined) return undefined;
  const draft = drafts.get(incident.group) ?? draftFrom(incident);
  drafts.set(incident.group, draft);
  return draft;
}

function draftFrom(incident: Incident): Draft {
  const { active, severity, routes } = incident;
  const lists = { fired: [], blind: [], back: [], ended: [] };
  return { before: incident, blank: incident, active, severity, routes, ...lists };
}
