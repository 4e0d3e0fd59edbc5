/** What is to be done next at one target, and when: fold, end a digest, tell a fallback, or say the next thing. */

import { type Channel, canEdit } from "../channel.ts";
import type { Incident } from "../incidents/incident.ts";
import type { Index } from "../index-of.ts";
import type { CurrentPlan } from "../plan.ts";
import type { Tables } from "../tables.ts";
import { findChannel } from "./attempt.ts";
import { limitOf, waitFor } from "./budget.ts";
import { type Delivery, LANES, type Pressure } from "./delivery.ts";
import type { DeliveryMemory } from "./delivery-memory.ts";
import { untoldAt } from "./fail-over.ts";
import { leftUntil } from "./left-to-reply.ts";
import {
  burstMessageAt,
  endsAt,
  foldsAt,
  isStorm,
  type Situation,
  STORM_WINDOW_MS,
  stormMessageAt,
  toFold,
} from "./pressure.ts";
import { failOverAt, quietUntil, type TargetRecord, unknownTarget } from "./target.ts";

/** One unit of work at one target. */
export type Act =
  | { readonly is: "fold"; readonly ids: readonly string[]; readonly why: Pressure }
  | { readonly is: "set-apart"; readonly id: string }
  | { readonly is: "end"; readonly digest: string }
  | { readonly is: "fail-over"; readonly ids: readonly string[] }
  | { readonly is: "send"; readonly delivery: Delivery }
  | { readonly is: "keep" };

/** What is due at once, or when to look again if nothing changes until then. */
export type Next = { readonly act: Act } | { readonly dueAt: number };

export interface AgendaContext {
  readonly tables: Tables;
  readonly index: Index;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly plan: CurrentPlan;
  readonly memory: DeliveryMemory;
  moreIsComing(): boolean;
  /** Whether it, or what it must not pass, is on its way. */
  isUnderWay(delivery: Delivery): boolean;
}

/** After so many refusals a delivery lets others past: it may be that this one alone is refused. */
const STUCK_AFTER = 5;
/** So many of a lane are looked at: where edits need no budget, one may pass news that waits for it. */
const LOOKED_AT = 64;
/** So many documents per commit, so that nobody waits behind a long one. */
const BATCH = 200;
/** While more is being committed, people are told nothing for so long: it may be the beginning of a storm. */
const WAIT_FOR_MORE_MS = 100;
/** A digest that grows is changed at most this often. */
const DIGEST_EDIT_MS = 3_000;
/** Where it cannot be changed it is said again: while it is open, and after that. */
const DIGEST_AGAIN_MS = 60_000;
const DIGEST_LATER_MS = 5 * 60_000;

/** Looks at one target at `at`. */
export function nextAt(context: AgendaContext, address: string, at: number): Next {
  const { index, tables, channels, memory } = context;
  const plan = context.plan();
  const record = tables.targets.get(address) ?? unknownTarget(address);
  const channel = findChannel(channels, address);
  const limit = limitOf(address, plan.limits, plan.robotsAt(address));
  const quiet = quietUntil(record, at);
  const view: View = { context, address, at, record, channel, limit, quiet };
  const wait = Math.max(waitFor(record.bucket, limit, "normal", at), quiet - at);
  const now = channel?.machine === true ? undefined : situationOf(view, wait);
  const storming = now !== undefined && isStorm(now);
  const times: number[] = [];

  if (now !== undefined) {
    const folding = toFold(now);
    if (folding !== undefined) return { act: { is: "fold", ...folding, ids: folding.ids.slice(0, BATCH) } };
    times.push(foldsAt(now));
  }
  const untold = untoldAt(index, plan, record, at, BATCH);
  if (untold.length > 0) return { act: { is: "fail-over", ids: untold } };
  if (index.pending.has(address)) times.push(laterThan(failOverAt(record), at));
  if (now?.open !== undefined) {
    const end = endsAt(now);
    if (end <= at) return { act: { is: "end", digest: now.open.id } };
    times.push(end);
    const picked = storming ? pick(context, now.open) : undefined;
    const pickAt =
      picked === undefined
        ? Number.POSITIVE_INFINITY
        : stormMessageAt(memory.posts(address, STORM_WINDOW_MS, at), at);
    if (picked !== undefined && pickAt <= at) return { act: { is: "set-apart", id: picked.id } };
    times.push(pickAt);
  }
  const next = sendable(view, storming);
  if ("act" in next) return next;
  return { dueAt: Math.min(next.dueAt, ...times) };
}

interface View {
  readonly context: AgendaContext;
  readonly address: string;
  readonly at: number;
  readonly record: TargetRecord;
  readonly channel: Channel | undefined;
  readonly limit: ReturnType<typeof limitOf>;
  readonly quiet: number;
}

function situationOf({ context, address, at, channel, limit }: View, waitMs: number): Situation {
  const { index, memory, tables } = context;
  const { storm } = context.plan();
  const lanes = index.pending.get(address);
  const waiting = (lane: ReadonlyMap<string, Delivery> | undefined): Delivery[] =>
    [...(lane?.values() ?? [])].filter(
      (one) => one.apart === undefined && "incident" in one.about && isMessage(one, channel, tables),
    );
  return {
    at,
    storm,
    starts: storm === undefined ? [] : memory.starts(address, storm.perMs, at),
    open: index.openDigests.get(address),
    foldedAt: memory.foldedAt(address) ?? at,
    urgent: waiting(lanes?.urgent),
    normal: waiting(lanes?.normal),
    waitMs,
    limit,
  };
}

/** Whether it will be a message of its own, and not the change of a card, or nothing. */
function isMessage(delivery: Delivery, channel: Channel | undefined, tables: Tables): boolean {
  const { receipt, about, sent } = delivery;
  if (receipt === undefined) return true;
  if (canEdit(channel, receipt)) return channel?.machine === true;
  if ("digest" in about) return about.digest.news > sent;
  return "card" in about || (incidentOf(delivery, tables)?.news ?? 0) > sent;
}

function incidentOf({ about }: Delivery, tables: Tables): Incident | undefined {
  return "incident" in about ? tables.incidents.get(String(about.incident)) : undefined;
}

/** The next of the folded ones that deserves a card of its own: critical, not over, and nobody has it. */
function pick({ index, tables }: AgendaContext, open: Delivery): Delivery | undefined {
  const lanes = index.pending.get(open.conversation);
  if (open.sent === 0) return undefined;
  for (const one of lanes?.urgent.values() ?? []) if (one.apart === true) return undefined;
  for (const one of index.folded.get(open.id)?.values() ?? []) {
    if (one.folded?.severity !== "critical" || one.apart === true || one.receipt !== undefined) continue;
    const incident = incidentOf(one, tables);
    if (incident !== undefined && incident.resolvedAt === undefined && incident.acknowledgement === undefined)
      return one;
  }
  return undefined;
}

/** The first that may be said now, by lane and in each lane in the order in which they came to be wanted. */
function sendable(view: View, storming: boolean): Next {
  const { context, address, at } = view;
  const lanes = context.index.pending.get(address);
  let dueAt = Number.POSITIVE_INFINITY;
  if (lanes === undefined) return { dueAt };
  let stuck: Delivery | undefined;
  for (const lane of LANES) {
    let looked = 0;
    for (const delivery of lanes[lane].values()) {
      if (context.isUnderWay(delivery)) continue;
      if (delivery.attempts >= STUCK_AFTER) {
        if (stuck === undefined || delivery.dueAt < stuck.dueAt) stuck = delivery;
        continue;
      }
      const backsOffUntil = ownDueAt(view, delivery);
      const due = Math.max(backsOffUntil, mayBeSaidAt(view, delivery, storming));
      if (due <= at) return { act: { is: "send", delivery } };
      dueAt = Math.min(dueAt, due);
      // What is tried again soon keeps its place: nothing of the same target passes it.
      if (backsOffUntil > at) return { dueAt };
      if (++looked === LOOKED_AT) break;
    }
  }
  if (stuck === undefined) return { dueAt };
  const due = Math.max(ownDueAt(view, stuck), mayBeSaidAt(view, stuck, storming));
  return due <= at ? { act: { is: "send", delivery: stuck } } : { dueAt: Math.min(dueAt, due) };
}

/** Only a refusal makes a delivery wait; one that lies in the future was set before the clock was put back. */
function ownDueAt({ at, record }: View, { attempts, dueAt, trouble }: Delivery): number {
  if (attempts === 0 || trouble === undefined || trouble.at > at) return at;
  // The target has taken something since: it was out of order then, and is not any more.
  const recovered = (record.saidAt ?? 0) > trouble.at && attempts < STUCK_AFTER;
  return recovered ? at : dueAt;
}

/** When the target is ready for it: left alone long enough, within its budget, at a pace that people can follow. */
function mayBeSaidAt(
  { context, address, at, record, channel, limit, quiet }: View,
  delivery: Delivery,
  storming: boolean,
): number {
  const { about, lane, receipt, saidAt } = delivery;
  const message = isMessage(delivery, channel, context.tables);
  let ready = quiet;
  if (message || limit?.edits === true) ready = Math.max(ready, at + waitFor(record.bucket, limit, lane, at));
  if (message) ready = Math.max(ready, leftUntil(delivery, at));
  const people = channel?.machine !== true && !("card" in about);
  // A machine is told at once that something began; what it hears after that may be all of it at once, too.
  const waitsForMore = message && (people || receipt !== undefined);
  if (waitsForMore && context.moreIsComing()) ready = Math.max(ready, at + WAIT_FOR_MORE_MS);
  if ("digest" in about) {
    if (receipt === undefined || saidAt === undefined || saidAt > at) return ready;
    const later = about.digest.endedAt === undefined ? DIGEST_AGAIN_MS : DIGEST_LATER_MS;
    const often = Math.max(DIGEST_EDIT_MS, channel?.editPauseMs ?? 0);
    const gap = canEdit(channel, receipt) ? often : message ? later : 0;
    return Math.max(ready, saidAt + gap);
  }
  if (!message && channel?.editPauseMs !== undefined && saidAt !== undefined && saidAt <= at) {
    const moved = incidentOf(delivery, context.tables)?.moved ?? 0;
    if (moved <= delivery.sent) ready = Math.max(ready, saidAt + channel.editPauseMs);
  }
  if (!people || !message) return ready;
  const posts = context.memory.posts(address, STORM_WINDOW_MS, at);
  if (storming) return Math.max(ready, stormMessageAt(posts, at));
  return receipt === undefined ? Math.max(ready, burstMessageAt(posts, at)) : ready;
}

/** A moment that has come brings nothing new by itself: what was to be done then is done. */
function laterThan(moment: number, at: number): number {
  return moment > at ? moment : Number.POSITIVE_INFINITY;
}
