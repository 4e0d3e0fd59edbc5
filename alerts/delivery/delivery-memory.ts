/** What the courier remembers of each target without writing it down: all of it can be told again from what is stored. */
import type { Table } from "../../storage/store.ts";
import type { Delivery } from "./delivery.ts";

export interface DeliveryMemory {
  /** When incidents began to be told at a target within the last `windowMs`, oldest first. */
  starts(address: string, windowMs: number, at: number): readonly number[];
  /** When messages about incidents, digests among them, went out there within the last `windowMs`, oldest first. */
  posts(address: string, windowMs: number, at: number): readonly number[];
  posted(address: string, at: number): void;
  /** When something was last folded there. */
  foldedAt(address: string): number | undefined;
  folded(address: string, at: number): void;
  /** Leaves a target alone because the disk refuses to record what happens there. */
  hush(address: string, at: number, until: number): void;
  unhush(address: string): void;
  quietUntil(address: string, at: number): number;
  close(): void;
}

/** Nobody looks further back than the longest window of a storm that makes sense. */
const LONGEST_MS = 60 * 60_000;

/** Remembers from now on, and what the table says of the last hour. */
export function openDeliveryMemory(deliveries: Table<Delivery>, at: number): DeliveryMemory {
  const starts = new Map<string, number[]>();
  const posts = new Map<string, number[]>();
  const folds = new Map<string, number>();
  /** A moment in the future at which it was set means that the clock was put back: then it no longer holds. */
  const hushed = new Map<string, { readonly setAt: number; readonly until: number }>();

  for (const { about, conversation, createdAt, saidAt, folded } of deliveries.values()) {
    if ("card" in about) continue;
    if ("incident" in about && at - createdAt < LONGEST_MS) add(starts, conversation, createdAt);
    // An edit is taken for a message here, once after a start.
    if (saidAt !== undefined && at - saidAt < LONGEST_MS) add(posts, conversation, saidAt);
    if (folded !== undefined && folded.at > (folds.get(conversation) ?? 0))
      folds.set(conversation, folded.at);
  }
  for (const list of [...starts.values(), ...posts.values()]) list.sort((a, b) => a - b);
  const close = deliveries.watch((_id, after, before) => {
    if (before === undefined && after !== undefined && "incident" in after.about)
      add(starts, after.conversation, after.createdAt);
  });

  return {
    close,
    starts: (address, windowMs, now) => recent(starts, address, windowMs, now),
    posts: (address, windowMs, now) => recent(posts, address, windowMs, now),
    posted: (address, now) => add(posts, address, now),
    foldedAt: (address) => folds.get(address),
    folded: (address, now) => void folds.set(address, now),
    hush: (address, now, until) => void hushed.set(address, { setAt: now, until }),
    unhush: (address) => void hushed.delete(address),
    quietUntil(address, now) {
      const rest = hushed.get(address);
      return rest === undefined || rest.setAt > now ? now : rest.until;
    },
  };
}

function add(lists: Map<string, number[]>, address: string, at: number): void {
  const list = lists.get(address);
  if (list === undefined) lists.set(address, [at]);
  else list.push(at);
}

/** Forgets what is older than an hour, or in the future, and gives back the rest that lies within the window. */
function recent(
  lists: Map<string, number[]>,
  address: string,
  windowMs: number,
  at: number,
): readonly number[] {
  const list = lists.get(address);
  if (list === undefined) return [];
  while (list.length > 0 && (at - (list[0] ?? at) > LONGEST_MS || (list[list.length - 1] ?? at) > at))
    if ((list[list.length - 1] ?? at) > at) list.pop();
    else list.shift();
  if (list.length === 0) lists.delete(address);
  let from = list.length;
  while (from > 0 && at - (list[from - 1] ?? at) < windowMs) from--;
  return list.slice(from);
}
