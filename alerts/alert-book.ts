/** The book of alerts: what is stored, what is asked of it, and every way in which people change it. */
import type { Labels } from "../storage/labels.ts";
import type { Locale } from "../storage/locale.ts";
import type { Change, Store, Table } from "../storage/store.ts";
import { type Alert, type FiredAlert, isActive } from "./alert.ts";
import type { Card, IncidentStatus } from "./card.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { endAlertsOf } from "./evaluation/end-alerts.ts";
import type { Turn } from "./evaluation/turn.ts";
import type { TurnContext } from "./evaluation/turn-context.ts";
import { applyTurns } from "./evaluation/turns.ts";
import type { Incident, TimelineEntry } from "./incidents/incident.ts";
import { type Ownership, ownership } from "./incidents/ownership.ts";
import { note, post } from "./incidents/story.ts";
import { type Index, keepIndex } from "./index-of.ts";
import { keepInhibition } from "./muting/inhibit.ts";
import { muters, silenceView } from "./muting/mute.ts";
import { isInForce, type Silence } from "./muting/silence.ts";
import { activeLabels, type Silencing, silencing } from "./muting/silencing.ts";
import { routeMute } from "./muting/time-interval.ts";
import { PLAIN_PLAN } from "./plain-plan.ts";
import type { CurrentPlan } from "./plan.ts";
import { openTables, type Tables } from "./tables.ts";
import { type NameOf, nameOf as plainName } from "./words.ts";

/**
 * Every operation takes the `change` of a commit, so that the caller's own lines (an audit trail) are in the same
 * one. Questions are answered from what is on disk.
 */
export interface AlertBook extends Ownership, Omit<Silencing, "draw"> {
  /** For those who watch: the board, the courier. */
  readonly tables: Tables;
  readonly index: Index;
  /** What the rest of this room turns and draws with. */
  readonly context: TurnContext;
  readonly draw: Silencing["draw"];

  /** Says one card once in each conversation. */
  post(
    change: Change,
    conversations: readonly string[],
    card: Card,
    lane: Delivery["lane"],
    at: number,
  ): void;
  /** Adds a line to an incident's story. */
  note(change: Change, entry: TimelineEntry): void;
  /** Ends what rules have, in the commit that pauses or removes them; of very many alerts the watch ends the rest. */
  endAlertsOf(
    change: Change,
    rules: readonly number[],
    reason: "rule-removed" | "rule-paused",
    at: number,
  ): void;
  /** Draws the consequences of alerts that turned. */
  turn(change: Change, turns: readonly Turn[], at: number): readonly Incident[];

  /** Open incidents, oldest first. */
  activeIncidents(): readonly Incident[];
  incident(id: number): Incident | undefined;
  /** Every alert that fired in an incident and has not begun another episode since, active ones first. */
  members(id: number): readonly FiredAlert[];
  /** An incident's story, oldest first. */
  timeline(id: number): readonly TimelineEntry[];
  silence(id: number): Silence | undefined;
  /** Silences in force, oldest first. */
  activeSilences(at: number): readonly Silence[];
  /** The alerts of a rule that are pending, firing or blind. */
  alertsOf(rule: number): readonly Alert[];
  /** resolved, else acknowledged, else silenced when every active alert is, else flapping, else firing. */
  statusOf(incident: Incident, at: number): IncidentStatus;
  /** The silences in force over a label set. */
  silencesOver(labels: Labels, at: number): readonly Silence[];
  /** All that are kept: those to come, those in force, and those over until they are forgotten. */
  silences(): Iterable<Silence>;
  /** The silence that hides an incident longest, if all of it is hidden. */
  silenceOf(incident: Incident, at: number): Silence | undefined;
}

export interface BookOptions {
  readonly store: Store;
  /** IANA name of the time zone in which refusals and reasons name times. */
  readonly zone: string;
  /** How people are called; by their ids unless told. */
  readonly nameOf?: NameOf;
  /** The language of short messages; English unless told. */
  readonly locale?: Locale;
  /** Routes, receivers and all that goes with them; everything to the console unless told. */
  readonly plan?: CurrentPlan;
}

/** Opens the book; a store may be asked once. */
export function openAlertBook({
  store,
  zone,
  nameOf = plainName,
  locale = "en",
  plan = () => PLAIN_PLAN,
}: BookOptions): AlertBook {
  const tables = openTables(store);
  const index = keepIndex(tables);
  const silencesOver = silenceView(index);
  const inhibition = keepInhibition(tables.alerts, () => plan().inhibitRules);
  const context: TurnContext = {
    tables,
    index,
    plan,
    muters: muters(silencesOver, inhibition, { zone, nameOf }),
    routeMute: routeMute(() => plan().timeIntervals, zone),
    inhibition,
    opening: new Map(),
    locale,
    zone,
    nameOf,
  };
  tables.incidents.watch((_id, after) => {
    if (after !== undefined && context.opening.get(after.group) === after.id)
      context.opening.delete(after.group);
  });
  const active = remembered(tables.incidents, () => [...index.open.values()].sort((a, b) => a.id - b.id));

  function silenceOf(incident: Incident, at: number): Silence | undefined {
    if (index.silences.size === 0) return undefined;
    let longest: Silence | undefined;
    for (const labels of activeLabels(context, incident.id)) {
      const over = silencesOver(labels, at);
      if (over.length === 0) return undefined;
      for (const silence of over)
        if (longest === undefined || silence.endsAt > longest.endsAt) longest = silence;
    }
    return longest;
  }

  return {
    ...ownership(context),
    ...silencing(context, silencesOver),
    tables,
    index,
    context,

    post: (change, conversations, card, lane, at) => post(change, tables, conversations, card, lane, at),
    note: (change, entry) => note(change, tables, entry),
    endAlertsOf: (change, rules, reason, at) => endAlertsOf(context, change, rules, reason, at),
    turn: (change, turns, at) => applyTurns(context, change, turns, at),

    activeIncidents: active,
    incident: (id) => tables.incidents.get(String(id)),
    members: (id) => {
      const all = [...(index.members.get(id)?.values() ?? [])];
      return [...all.filter(isActive), ...all.filter((alert) => !isActive(alert))];
    },
    timeline: (id) => [...(index.stories.get(id)?.values() ?? [])],
    silence: (id) => tables.silences.get(String(id)),
    activeSilences: (at) => [...index.silences.values()].filter((silence) => isInForce(silence, at)),
    alertsOf: (rule) =>
      [...(index.waiting.get(rule)?.values() ?? [])].filter(({ state }) => state !== "resolved"),
    silencesOver,
    silences: () => tables.silences.values(),
    silenceOf,
    statusOf(incident, at) {
      if (incident.resolvedAt !== undefined) return "resolved";
      const owner = incident.acknowledgement;
      if (owner !== undefined && at < owner.until) return "acknowledged";
      if (silenceOf(incident, at) !== undefined) return "silenced";
      return incident.flapping === undefined ? "firing" : "flapping";
    },
  };
}

/** Makes a list once and again only after its table has changed. */
function remembered<T>(table: Table<unknown>, make: () => readonly T[]): () => readonly T[] {
  let list: readonly T[] | undefined;
  table.watch(() => {
    list = undefined;
  });
  return () => {
    list ??= make();
    return list;
  };
}
