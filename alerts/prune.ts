/** What may be forgotten: closed incidents with all that hangs on them, cards said, silences over, targets unused. */
import type { Change, Store } from "../storage/store.ts";
import { isActive } from "./alert.ts";
import type { AlertBook } from "./alert-book.ts";
import { heardAt, type TargetRecord } from "./delivery/target.ts";
import type { Incident } from "./incidents/incident.ts";

const DAY_MS = 24 * 60 * 60_000;

/** How long things are kept, and how many. */
export const KEPT = {
  closedMs: 30 * DAY_MS,
  closedCount: 10_000,
  saidMs: DAY_MS,
  lostMs: 7 * DAY_MS,
  silenceMs: 30 * DAY_MS,
  targetMs: 30 * DAY_MS,
} as const;

/** So many documents' owners per commit, so that nobody waits behind a long one. */
const BATCH = 200;

/** Forgets a batch of what is old at `at`; true when something was, and there may be more. */
export async function prune(store: Store, book: AlertBook, at: number): Promise<boolean> {
  const incidents = oldIncidents(book, at);
  const cards = oldCards(book, at);
  const silences = oldSilences(book, at);
  const targets = oldTargets(book, at);
  if (incidents.length + cards.length + silences.length + targets.length === 0) return false;
  await store.commit((change) => {
    for (const incident of incidents) forget(change, book, incident);
    for (const id of cards) change.remove(book.tables.deliveries, id);
    for (const id of silences) change.remove(book.tables.silences, id);
    for (const target of targets) forgetTarget(change, book, target);
  });
  return true;
}

function oldIncidents({ index }: AlertBook, at: number): Incident[] {
  const old: Incident[] = [];
  let over = index.closed.size - KEPT.closedCount;
  for (const incident of index.closed.values()) {
    if (old.length === BATCH) break;
    // They stand in the order in which they closed, so the first that is young ends the search.
    if (over <= 0 && at - (incident.resolvedAt ?? at) <= KEPT.closedMs) break;
    old.push(incident);
    over--;
  }
  return old;
}

function oldCards({ index }: AlertBook, at: number): string[] {
  const old: string[] = [];
  for (const { id, lostAt, dueAt } of index.finished.values()) {
    // A digest goes when the last incident in it has gone.
    if (index.folded.has(id)) continue;
    if (at - dueAt > (lostAt === undefined ? KEPT.saidMs : KEPT.lostMs)) old.push(id);
    if (old.length === BATCH) break;
  }
  return old;
}

function oldSilences({ tables }: AlertBook, at: number): string[] {
  const old: string[] = [];
  for (const { id, drawn, endsAt } of tables.silences.values())
    if (drawn === "over" && at - endsAt > KEPT.silenceMs && old.length < BATCH) old.push(String(id));
  return old;
}

/** Those that nobody names any more, and of which nothing was heard for long. */
function oldTargets({ tables, context }: AlertBook, at: number): TargetRecord[] {
  const old = [...tables.targets.values()].filter((target) => at - heardAt(target) > KEPT.targetMs);
  if (old.length === 0) return old;
  const named = new Set(context.plan().addresses());
  for (const { conversation } of tables.deliveries.values()) named.add(conversation);
  return old.filter(({ address }) => !named.has(address)).slice(0, BATCH);
}

function forgetTarget(change: Change, { tables }: AlertBook, target: TargetRecord): void {
  // An attempt on its way to disk may have made it new.
  if (change.get(tables.targets, target.address) === target) change.remove(tables.targets, target.address);
}

function forget(change: Change, { tables, index }: AlertBook, { id }: Incident): void {
  for (const key of index.members.get(id)?.keys() ?? []) {
    const alert = change.get(tables.alerts, key);
    // One that was closed by hand and never seen well since still has to hold still.
    const held = alert?.state === "resolved" && alert.held === true;
    if (
      alert !== undefined &&
      alert.state !== "pending" &&
      alert.incident === id &&
      !isActive(alert) &&
      !held
    )
      change.remove(tables.alerts, key);
  }
  for (const key of index.stories.get(id)?.keys() ?? []) change.remove(tables.timeline, key);
  for (const key of index.deliveries.get(id)?.keys() ?? []) change.remove(tables.deliveries, key);
  change.remove(tables.incidents, String(id));
}
