/** When news no longer goes out one by one: a storm, or a budget that is used up. Pure. */
import type { Limit } from "./budget.ts";
import type { Delivery, Pressure } from "./delivery.ts";
import type { Storm } from "./delivery-config.ts";

/** News that would have to wait longer than this is folded into a digest. */
const PATIENCE_MS = 20_000;
/** Fewer than these are not worth a digest: each will have its own card, only later. */
const FOLDED_AT_LEAST = 3;
/** Messages about incidents in any minute of a storm, the digest among them. */
const STORM_MESSAGES = 3;
export const STORM_WINDOW_MS = 60_000;
/** Before anybody knows whether a burst is a storm, this many cards of new incidents go out in this time. */
const BURST = { messages: 2, perMs: 1_000 } as const;
/** After the last thing was folded because of a budget, its digest stays open for so long. */
const CALM_AFTER_MS = 60_000;

/** What is known of one target at a moment. */
export interface Situation {
  readonly at: number;
  /** Set unless storms are turned off. */
  readonly storm: Storm | undefined;
  /** When incidents began to be told here within the storm's window, oldest first. */
  readonly starts: readonly number[];
  /** The digest that more may be folded into. */
  readonly open: Delivery | undefined;
  /** When something was last folded into it. */
  readonly foldedAt: number;
  /** News of incidents that would be a message, urgent first, each lane in its order; `apart` ones are not among it. */
  readonly urgent: readonly Delivery[];
  readonly normal: readonly Delivery[];
  /** How long one more message of the normal lane has to wait, and how far apart the next ones come. */
  readonly waitMs: number;
  readonly limit: Limit | undefined;
}

/** Whether more incidents have just begun than anybody reads one by one. */
export function isStorm({ storm, starts, open }: Pick<Situation, "storm" | "starts" | "open">): boolean {
  if (storm === undefined) return false;
  return starts.length > storm.incidents || whyOf(open) === "storm";
}

/** What is to be folded now, if anything. */
export function toFold(
  now: Situation,
): { readonly ids: readonly string[]; readonly why: Pressure } | undefined {
  if (isStorm(now)) {
    const all = [...now.urgent, ...now.normal];
    return all.length === 0 ? undefined : { ids: idsOf(all), why: "storm" };
  }
  const { normal, open } = now;
  const enough = open !== undefined || normal.length >= FOLDED_AT_LEAST;
  if (!enough || normal.length === 0) return undefined;
  return open !== undefined || foldsAt(now) <= now.at ? { ids: idsOf(normal), why: "budget" } : undefined;
}

/** When what waits now will have waited too long, or is known to; Infinity when it will not. */
export function foldsAt({ at, normal, waitMs, limit }: Situation): number {
  const [first] = normal;
  if (first === undefined || normal.length < FOLDED_AT_LEAST || waitMs === 0) return Number.POSITIVE_INFINITY;
  const last = waitMs + (normal.length - 1) * (limit?.tokenMs ?? 0);
  if (last > PATIENCE_MS) return at;
  // A moment that lies in the future is from before the clock was put back.
  return Math.min(first.dueAt, at) + PATIENCE_MS;
}

/** When the open digest ends if nothing more happens; Infinity while it was not said once, or there is none. */
export function endsAt({ at, open, storm, starts, foldedAt, waitMs }: Situation): number {
  if (open === undefined || open.sent === 0) return Number.POSITIVE_INFINITY;
  if (whyOf(open) === "storm" && storm !== undefined) {
    // Calm is half of what makes a storm, so that one that hovers about the line does not begin again and again.
    const calm = Math.floor(storm.incidents / 2);
    const last = starts[starts.length - 1 - calm];
    return last === undefined ? at : last + storm.perMs;
  }
  return Math.max(Math.min(foldedAt, at) + CALM_AFTER_MS, at + waitMs);
}

/** When one more message about an incident may go out in a storm, given when the last ones did. */
export function stormMessageAt(posts: readonly number[], at: number): number {
  const nth = posts[posts.length - STORM_MESSAGES];
  return nth === undefined ? at : Math.max(at, nth + STORM_WINDOW_MS);
}

/** When the card of one more new incident may go out in quiet times, given when the last ones did. */
export function burstMessageAt(posts: readonly number[], at: number): number {
  const nth = posts[posts.length - BURST.messages];
  return nth === undefined ? at : Math.max(at, nth + BURST.perMs);
}

function whyOf(open: Delivery | undefined): Pressure | undefined {
  return open !== undefined && "digest" in open.about ? open.about.digest.why : undefined;
}

function idsOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ id }) => id);
}
