/** What becomes of incidents when alerts turn: opened, joined, worse, blind, resolved, and who is to be told. */
import { labelValue } from "../storage/labels.ts";
import type { Change } from "../storage/store.ts";
import { type Alert, type AlertIdentity, type FiredAlert, isActive, type Standing } from "./alert.ts";
import type { Severity } from "./card.ts";
import { holdOf, notTold, untoldBy } from "./hold.ts";
import type { Incident, TimelineEntry } from "./incident.ts";
import type { MuteReason } from "./mute.ts";
import type { RuleOrigin } from "./route.ts";
import { note, tell } from "./story.ts";
import type { TurnContext } from "./turn-context.ts";

/** One change of one alert's standing. */
export interface Turn {
  readonly identity: AlertIdentity;
  readonly before: Alert | undefined;
  readonly after: Standing | undefined;
  readonly rule: RuleOrigin;
}

/** Who ended it by hand. */
export interface ByHand {
  readonly person: string;
  readonly note?: string;
}

/** An incident as it becomes during one commit. */
interface Draft {
  readonly before: Incident | undefined;
  readonly blank: Incident;
  active: number;
  severity: Severity;
  tells: readonly string[];
  readonly fired: FiredAlert[];
  readonly blind: FiredAlert[];
  readonly back: FiredAlert[];
  readonly ended: FiredAlert[];
}

/** Puts every turn and draws its consequences, all in the caller's commit. Gives back the incidents that changed. */
export function applyTurns(
  context: TurnContext,
  change: Change,
  turns: readonly Turn[],
  at: number,
  byHand?: ByHand,
): readonly Incident[] {
  const drafts = new Map<string, Draft>();
  for (const turn of turns) applyTurn(context, change, drafts, turn, at);
  return [...drafts.values()].map((draft) => finish(context, change, draft, at, byHand));
}

function applyTurn(
  context: TurnContext,
  change: Change,
  drafts: Map<string, Draft>,
  turn: Turn,
  at: number,
): void {
  const { before, after, identity } = turn;
  const { alerts } = context.tables;
  if (after === undefined) {
    change.remove(alerts, identity.id);
    return;
  }
  if (after.state === "pending") {
    change.put(alerts, identity.id, { ...identity, ...after });
    return;
  }
  const was = before !== undefined && isActive(before) ? before : undefined;
  const starts = was === undefined && after.state !== "resolved";
  const draft = starts
    ? draftFor(context, change, drafts, turn, at)
    : draftOf(context, change, drafts, before);
  const incident = draft?.blank.id ?? (before as FiredAlert).incident;
  const alert: FiredAlert = { ...identity, ...after, incident };
  change.put(alerts, identity.id, alert);
  if (draft === undefined || was?.state === after.state) return;
  if (starts) {
    draft.active++;
    draft.fired.push(alert);
    draft.severity = worse(draft.severity, severityOf(alert));
  } else if (was !== undefined && after.state === "resolved") {
    draft.active--;
    draft.ended.push(alert);
  } else if (was !== undefined) (after.state === "nodata" ? draft.blind : draft.back).push(alert);
}

/** The draft of the incident that a newly firing alert joins or opens. */
function draftFor(
  context: TurnContext,
  change: Change,
  drafts: Map<string, Draft>,
  turn: Turn,
  at: number,
): Draft {
  const group = context.groupOf(turn.identity.labels, turn.rule);
  const tells = context.route(turn.identity.labels, turn.rule);
  let draft = drafts.get(group.key);
  if (draft === undefined) {
    const known = context.index.openByGroup.get(group.key);
    const open = known === undefined ? undefined : change.get(context.tables.incidents, String(known));
    // The index may be a commit behind: somebody may just have closed what it calls open.
    draft =
      open !== undefined && open.resolvedAt === undefined
        ? draftFrom(open)
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
              tells,
            }),
            before: undefined,
          };
    drafts.set(group.key, draft);
  }
  if (tells.some((conversation) => !draft.tells.includes(conversation)))
    draft.tells = [...new Set([...draft.tells, ...tells])];
  return draft;
}

/** The draft of the incident that a turning alert is in; none when nobody will see the turn. */
function draftOf(
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
  const { active, severity, tells } = incident;
  const lists = { fired: [], blind: [], back: [], ended: [] };
  return { before: incident, blank: incident, active, severity, tells, ...lists };
}

function finish(
  context: TurnContext,
  change: Change,
  draft: Draft,
  at: number,
  byHand: ByHand | undefined,
): Incident {
  const { before, blank, fired, blind, back, ended, active, severity, tells } = draft;
  if (fired.length + blind.length + back.length + ended.length === 0) return blank;
  const over = active === 0;
  const gotWorse = before !== undefined && severity !== before.severity;
  const incident = { ...blank, active, severity, tells, peak: Math.max(blank.peak, active) };

  const entry = (what: TimelineEntry["what"], about: readonly FiredAlert[], more: Partial<TimelineEntry>) =>
    about.length > 0 &&
    note(change, context.tables, { incident: blank.id, at, what, ...summary(about), ...more });
  entry(before === undefined ? "fired" : "joined", fired, {});
  if (gotWorse) entry("worse", fired.slice(0, 1), { note: severity });
  entry("nodata", blind, reasonOf(blind[0]));
  entry("data-back", back, {});
  if (byHand !== undefined) entry("closed", ended, byHand);
  else entry(over ? "resolved" : "recovered", ended, reasonOf(ended[0]));

  const hold = holdOf(context, change, incident, over ? ended : [...fired, ...back], !over, at);
  const next = settle(incident, before, {
    over,
    hold,
    news: before === undefined || gotWorse || over,
    at,
    byHand,
  });
  change.put(context.tables.incidents, String(next.id), next);
  if (next.untold === undefined) tell(change, context.tables, next, at);
  else if (before === undefined && hold !== undefined) note(change, context.tables, notTold(next, hold, at));
  return next;
}

/** What the incident becomes: its version, whether this is news, and whether people still wait to be told. */
function settle(
  incident: Incident,
  before: Incident | undefined,
  turn: {
    over: boolean;
    hold: MuteReason | undefined;
    news: boolean;
    at: number;
    byHand: ByHand | undefined;
  },
): Incident {
  const { untold, ...rest } = incident;
  const quiet = before === undefined || untold !== undefined;
  const version = incident.version + 1;
  const { over, hold, at, byHand } = turn;
  const next = {
    ...rest,
    version,
    news: hold === undefined && (turn.news || quiet) ? version : incident.news,
    ...(over ? { resolvedAt: at } : {}),
    ...(over && byHand !== undefined ? { closedBy: byHand.person } : {}),
  };
  // Nobody was told that it began, so nobody needs to hear that it is over.
  if (quiet && over) return { ...next, untold: untold ?? { by: "over" } };
  return quiet && hold !== undefined ? { ...next, untold: untoldBy(hold) } : next;
}

function summary(about: readonly FiredAlert[]): Partial<TimelineEntry> {
  const first = about[0];
  if (first === undefined) return {};
  const count = about.length > 1 ? { count: about.length } : {};
  return { labels: first.labels, value: first.value, rule: first.rule, ...count };
}

function reasonOf(alert: FiredAlert | undefined): Partial<TimelineEntry> {
  if (alert?.state === "nodata") return { reason: alert.reason };
  return alert?.state === "resolved" ? { note: alert.reason } : {};
}

const RANKS: readonly Severity[] = ["info", "warning", "critical"];

function worse(a: Severity, b: Severity): Severity {
  return RANKS.indexOf(b) > RANKS.indexOf(a) ? b : a;
}

/** The severity an alert's label names; a word that is none of ours counts as `warning`. */
export function severityOf(alert: Alert): Severity {
  const word = labelValue(alert.labels, "severity");
  return RANKS.find((severity) => severity === word) ?? "warning";
}
