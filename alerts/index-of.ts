/** What is looked up often, derived from the tables by watching them: no command walks through ten thousand alerts. */
import type { Labels } from "../storage/labels.ts";
import type { Table } from "../storage/store.ts";
import { type Alert, type FiredAlert, isActive, RECEIVED } from "./alert.ts";
import { type Delivery, isOpenDigest, isPending, LANES, type Lane } from "./delivery/delivery.ts";
import type { Incident, TimelineEntry } from "./incidents/incident.ts";
import { isHeld, nextDeadline } from "./incidents/incident-deadlines.ts";
import { type LabelIndex, makeLabelIndex } from "./muting/label-index.ts";
import type { Silence } from "./muting/silence.ts";
import { makeSilenceIndex } from "./muting/silence-index.ts";
import type { Tables } from "./tables.ts";

/** All of it shows what is on disk, never what is still on its way there. */
export interface Index {
  /** By rule: the alerts that the next judgement has to look at, found by it or not. */
  readonly waiting: ReadonlyMap<number, ReadonlyMap<string, Alert>>;
  /** By incident: every alert that fired in it and has not begun another episode since. */
  readonly members: ReadonlyMap<number, ReadonlyMap<string, FiredAlert>>;
  /** The alerts that are trouble now, by their labels. */
  readonly labelled: LabelIndex;
  readonly open: ReadonlyMap<number, Incident>;
  readonly openByGroup: ReadonlyMap<string, number>;
  /** The open ones that somebody has. */
  readonly owned: ReadonlyMap<number, Incident>;
  /** By group: its last episode, open or closed. */
  readonly lastOfGroup: ReadonlyMap<string, number>;
  /** When time will do something to an incident next; absent where it will not. */
  readonly deadlines: ReadonlyMap<number, number>;
  /** The ones that have something to tell which a muter holds back. */
  readonly held: ReadonlyMap<number, Incident>;
  /** In the order in which they closed. */
  readonly closed: ReadonlyMap<number, Incident>;
  /** By incident: its story in order, by the id of each entry. */
  readonly stories: ReadonlyMap<number, ReadonlyMap<string, TimelineEntry>>;
  /** By incident. */
  readonly deliveries: ReadonlyMap<number, ReadonlyMap<string, Delivery>>;
  /** By conversation and lane, in the order in which they came to be wanted. */
  readonly pending: ReadonlyMap<string, Readonly<Record<Lane, ReadonlyMap<string, Delivery>>>>;
  /** By digest: the deliveries folded into it. */
  readonly folded: ReadonlyMap<string, ReadonlyMap<string, Delivery>>;
  /** By conversation: the digest that more may be folded into. */
  readonly openDigests: ReadonlyMap<string, Delivery>;
  /** Cards that were sent once or given up. */
  readonly finished: ReadonlyMap<string, Delivery>;
  /** Silences that are not over, by number. */
  readonly silences: ReadonlyMap<number, Silence>;
  /** Those of them that may match a label set; every one that does is among them. */
  silencesNear(labels: Labels): readonly Silence[];
  /** Grows whenever a silence changes, so that answers about silences can be kept. */
  readonly silenceEpoch: number;
  readonly counts: Readonly<Record<Alert["state"], number>>;
}

type Nest<K, V> = Map<K, Map<string, V>>;

/** Builds the index from what is stored, and keeps it. */
export function keepIndex(tables: Tables): Index {
  const waiting: Nest<number, Alert> = new Map();
  const members: Nest<number, FiredAlert> = new Map();
  const open = new Map<number, Incident>();
  const openByGroup = new Map<string, number>();
  const owned = new Map<number, Incident>();
  const lastOfGroup = new Map<string, number>();
  const deadlines = new Map<number, number>();
  const held = new Map<number, Incident>();
  const closed = new Map<number, Incident>();
  const stories: Nest<number, TimelineEntry> = new Map();
  const deliveries: Nest<number, Delivery> = new Map();
  const pending = new Map<string, Record<Lane, Map<string, Delivery>>>();
  const folded: Nest<string, Delivery> = new Map();
  const openDigests = new Map<string, Delivery>();
  const finished = new Map<string, Delivery>();
  const silences = new Map<number, Silence>();
  const near = makeSilenceIndex();
  const labelled = makeLabelIndex();
  const counts = { pending: 0, firing: 0, nodata: 0, resolved: 0 };
  const index = {
    waiting,
    members,
    labelled,
    open,
    openByGroup,
    owned,
    lastOfGroup,
    deadlines,
    held,
    closed,
    stories,
    deliveries,
    pending,
    folded,
    openDigests,
    finished,
    silences,
    silencesNear: near.near,
    silenceEpoch: 0,
    counts,
  };

  follow(tables.alerts, (id, after, before) => {
    if (before !== undefined) {
      counts[before.state]--;
      if (isActive(before)) labelled.remove(before);
      if (after === undefined || !isWaiting(after)) drop(waiting, before.rule, id);
      if (before.state !== "pending" && !(after !== undefined && incidentOf(after) === before.incident))
        drop(members, before.incident, id);
    }
    if (after === undefined) return;
    counts[after.state]++;
    if (isActive(after)) labelled.add(after);
    if (isWaiting(after)) add(waiting, after.rule, id, after);
    if (after.state !== "pending") add(members, after.incident, id, after);
  });
  follow(tables.incidents, (_id, after, before) => {
    const { id, group } = (after ?? before) as Incident;
    const deadline = after === undefined ? Number.POSITIVE_INFINITY : nextDeadline(after);
    if (deadline < Number.POSITIVE_INFINITY) deadlines.set(id, deadline);
    else deadlines.delete(id);
    if (after !== undefined && isHeld(after)) held.set(id, after);
    else held.delete(id);
    if (after !== undefined) {
      if (id >= (lastOfGroup.get(group) ?? 0)) lastOfGroup.set(group, id);
    } else if (lastOfGroup.get(group) === id) lastOfGroup.delete(group);
    if (before !== undefined && (after === undefined || after.resolvedAt !== undefined)) {
      open.delete(before.id);
      owned.delete(before.id);
      if (openByGroup.get(before.group) === before.id) openByGroup.delete(before.group);
    }
    if (after === undefined) {
      if (before !== undefined) closed.delete(before.id);
    } else if (after.resolvedAt === undefined) {
      open.set(after.id, after);
      if (after.acknowledgement === undefined) owned.delete(after.id);
      else owned.set(after.id, after);
      openByGroup.set(after.group, after.id);
    } else closed.set(after.id, after);
  });
  follow(tables.timeline, (id, after, before) => {
    if (after !== undefined) add(stories, after.incident, id, after);
    else if (before !== undefined) drop(stories, before.incident, id);
  });
  follow(tables.deliveries, (id, after, before) => {
    const incident = aboutIncident(after ?? before);
    if (incident !== undefined) {
      if (after === undefined) drop(deliveries, incident, id);
      else add(deliveries, incident, id, after);
    }
    if (before !== undefined && (after?.lane !== before.lane || !isPending(after))) {
      const lanes = pending.get(before.conversation);
      lanes?.[before.lane].delete(id);
      if (lanes !== undefined && LANES.every((lane) => lanes[lane].size === 0))
        pending.delete(before.conversation);
    }
    if (after !== undefined && isPending(after)) {
      const lanes = pending.get(after.conversation) ?? emptyLanes();
      lanes[after.lane].set(id, after);
      pending.set(after.conversation, lanes);
    }
    if (before?.folded !== undefined && before.folded.into !== after?.folded?.into)
      drop(folded, before.folded.into, id);
    if (after?.folded !== undefined) add(folded, after.folded.into, id, after);
    const open = after !== undefined && isOpenDigest(after);
    if (open) openDigests.set(after.conversation, after);
    else if (before !== undefined && isOpenDigest(before)) openDigests.delete(before.conversation);
    // The card of an incident stays, to be edited; it goes when its incident does.
    if (after !== undefined && !isPending(after) && incident === undefined && !open) finished.set(id, after);
    else finished.delete(id);
  });
  follow(tables.silences, (_id, after, before) => {
    index.silenceEpoch++;
    if (before !== undefined) near.remove(before);
    if (after !== undefined && after.drawn !== "over") {
      silences.set(after.id, after);
      near.put(after);
    } else if (before !== undefined) silences.delete(before.id);
  });
  return index;
}

/** Feeds a table's documents to `each` as if they had just been put, then every change. */
function follow<T>(
  table: Table<T>,
  each: (id: string, after: T | undefined, before: T | undefined) => void,
): void {
  for (const [id, document] of table.entries()) each(id, document, undefined);
  table.watch(each);
}

function emptyLanes(): Record<Lane, Map<string, Delivery>> {
  return { reply: new Map(), urgent: new Map(), normal: new Map(), digest: new Map() };
}

function isWaiting(alert: Alert): boolean {
  // Nobody here judges what other systems send.
  if (alert.rule === RECEIVED) return false;
  return alert.state !== "resolved" || alert.held === true;
}

function incidentOf(alert: Alert): number | undefined {
  return alert.state === "pending" ? undefined : alert.incident;
}

function aboutIncident(delivery: Delivery | undefined): number | undefined {
  return delivery !== undefined && "incident" in delivery.about ? delivery.about.incident : undefined;
}

function add<K, V>(nest: Nest<K, V>, key: K, id: string, value: V): void {
  const inner = nest.get(key);
  if (inner === undefined) nest.set(key, new Map([[id, value]]));
  else inner.set(id, value);
}

function drop<K, V>(nest: Nest<K, V>, key: K, id: string): void {
  const inner = nest.get(key);
  inner?.delete(id);
  if (inner?.size === 0) nest.delete(key);
}
