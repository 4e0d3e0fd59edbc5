/** What becomes of incidents when alerts turn: opened, joined, worse, blind, resolved, and who is to be told. */
import { labelValue } from "../../storage/labels.ts";
import type { Change } from "../../storage/store.ts";
import { type Alert, type FiredAlert, isActive, RECEIVED } from "../alert.ts";
import { SEVERITIES, type Severity, worseThan } from "../card.ts";
import { countFlip } from "../incidents/flapping.ts";
import type { Incident, TimelineEntry } from "../incidents/incident.ts";
import { type Draft, draftFor, draftOf } from "../incidents/incident-draft.ts";
import { endedByWorse } from "../incidents/owner-lost.ts";
import { note } from "../incidents/story.ts";
import type { Because } from "../routing/incident-route.ts";
import { speak } from "../routing/telling.ts";
import type { ByHand, Turn } from "./turn.ts";
import type { TurnContext } from "./turn-context.ts";

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
  const fired = [...drafts.values()].flatMap((draft) => draft.fired);
  // What fires in this very commit may inhibit what fires with it.
  const forget = context.inhibition.foresee(fired);
  try {
    return [...drafts.values()].map((draft) => finish(context, change, draft, at, byHand));
  } finally {
    forget();
  }
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
    const severity = severityOf(alert);
    if (worseThan(severity, draft.severity)) draft.severity = severity;
  } else if (was !== undefined && after.state === "resolved") {
    draft.active--;
    draft.ended.push(alert);
  } else if (was !== undefined) (after.state === "nodata" ? draft.blind : draft.back).push(alert);
}

function finish(
  context: TurnContext,
  change: Change,
  draft: Draft,
  at: number,
  byHand: ByHand | undefined,
): Incident {
  const { before, blank, fired, blind, back, ended, active, severity, routes } = draft;
  if (fired.length + blind.length + back.length + ended.length === 0) return blank;
  const quiet = active === 0;
  const recovered = quiet && byHand === undefined && recoveredAll(ended);
  const counted = { ...blank, active, severity, routes, peak: Math.max(blank.peak, active) };
  const flips = recovered || (active > 0 && blank.active === 0);
  const incident = flips ? countFlip(counted, context.plan().flapping, at) : counted;
  const flapped = before?.flapping !== undefined;
  const over = quiet && !(recovered && incident.flapping !== undefined);
  const gotWorse = before !== undefined && worseThan(severity, before.severity);

  const entry = (what: TimelineEntry["what"], about: readonly FiredAlert[], more: Partial<TimelineEntry>) =>
    about.length > 0 &&
    note(change, context.tables, { incident: blank.id, at, what, ...summary(about), ...more });
  // While it flaps, single changes are counted, and neither told nor written down one by one.
  const still = flapped && incident.flapping !== undefined && !over && !gotWorse;
  if (!still) {
    entry(before === undefined ? "fired" : "joined", fired, {});
    if (gotWorse) entry("worse", fired.slice(0, 1), { note: severity });
    entry("nodata", blind, reasonOf(blind[0]));
    entry("data-back", back, {});
    if (byHand !== undefined) entry("closed", ended, byHand);
    else entry(over ? "resolved" : "recovered", ended, reasonOf(ended[0]));
  }
  if (!flapped && incident.flapping !== undefined)
    note(change, context.tables, {
      incident: blank.id,
      at,
      what: "flapping",
      count: incident.flapping.changes,
    });

  const asked = { first: over ? ended : [...fired, ...back], andMembers: !over };
  if (over) return speak(context, change, resolved(incident, at, byHand), "resolved", at, asked);
  const lost = endedByWorse(context, change, incident, gotWorse, at, asked);
  if (lost !== undefined) return lost;
  if (still) {
    change.put(context.tables.incidents, String(incident.id), incident);
    return incident;
  }
  const because = becauseOf(draft, !flapped && incident.flapping !== undefined, gotWorse);
  return speak(context, change, { ...incident, version: incident.version + 1 }, because, at, asked);
}

function recoveredAll(ended: readonly FiredAlert[]): boolean {
  return ended.every((alert) => alert.state === "resolved" && alert.reason === "recovered");
}

function resolved(incident: Incident, at: number, byHand: ByHand | undefined): Incident {
  const { flapping: _, ...rest } = incident;
  return {
    ...rest,
    version: incident.version + 1,
    resolvedAt: at,
    ...(byHand === undefined ? {} : { closedBy: byHand.person }),
  };
}

function becauseOf({ before, fired }: Draft, flapsNow: boolean, gotWorse: boolean): Because {
  if (before === undefined) return "first";
  if (flapsNow) return "flapping";
  if (gotWorse) return "worse";
  return fired.length > 0 ? "joined" : "changed";
}

function summary(about: readonly FiredAlert[]): Partial<TimelineEntry> {
  const first = about[0];
  if (first === undefined) return {};
  const count = about.length > 1 ? { count: about.length } : {};
  // Whoever judged elsewhere sends no value.
  if (first.rule === RECEIVED) return { labels: first.labels, rule: first.rule, ...count };
  return { labels: first.labels, value: first.value, rule: first.rule, ...count };
}

function reasonOf(alert: FiredAlert | undefined): Partial<TimelineEntry> {
  if (alert?.state === "nodata") return { reason: alert.reason };
  return alert?.state === "resolved" ? { note: alert.reason } : {};
}

/** The severity an alert's label names; a word that is none of ours counts as `warning`. */
export function severityOf(alert: Alert): Severity {
  const word = labelValue(alert.labels, "severity");
  return SEVERITIES.find((severity) => severity === word) ?? "warning";
}
