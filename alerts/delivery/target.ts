/** What is known of one place to tell: durable, so that a restart neither doubles a burst nor forgets a breaker. */

import type { Refusal } from "../channel.ts";
import { type Bucket, type Limit, spent } from "./budget.ts";

/** One place to tell, by its address. Everything in it is as of the last attempt that was recorded. */
export interface TargetRecord {
  readonly address: string;
  /** When it last took something. */
  readonly saidAt?: number;
  /** Its last refusal, kept after a success for people to see. */
  readonly trouble?: { readonly at: number; readonly code: string; readonly message: string };
  /** Refusals in a row that say that it is out of order. */
  readonly failures: number;
  /** The breaker: open until then, since then, and how often in this row of failures. */
  readonly breaker?: { readonly since: number; readonly until: number; readonly openings: number };
  /** It asked to be left alone until then. */
  readonly rest?: { readonly at: number; readonly until: number };
  /** It said that it will never take what it was given; a later success clears this. */
  readonly givenUpAt?: number;
  /** What is left of its budget. */
  readonly bucket?: Bucket;
}

/** When it last took or refused something. */
export function heardAt({ saidAt, trouble }: TargetRecord): number {
  return Math.max(saidAt ?? 0, trouble?.at ?? 0);
}

/** Failures in a row after which the breaker opens. */
const FAILURES_BEFORE_OPEN = 5;
const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 5 * 60_000;
/** A breaker that has been open for longer is a reason to tell the fallback. */
const FAIL_OVER_AFTER_MS = 2 * 60_000;

export function unknownTarget(address: string): TargetRecord {
  return { address, failures: 0 };
}

/**
 * After it took a message or an edit; `costs` is whether that counts against `limit`. `overlapped`: it refused something
 * else meanwhile, so this is no sign that it is in order again.
 */
export function afterArrival(
  record: TargetRecord,
  about: {
    readonly costs: boolean;
    readonly limit: Limit | undefined;
    readonly at: number;
    readonly overlapped: boolean;
  },
): TargetRecord {
  const { costs, limit, at, overlapped } = about;
  const bucket = costs && limit !== undefined ? { bucket: spent(record.bucket, limit, at) } : {};
  if (overlapped) return { ...record, ...bucket };
  const { breaker: _, rest: __, givenUpAt: ___, ...kept } = record;
  return { ...kept, failures: 0, saidAt: at, ...bucket };
}

/**
 * After a refusal. Only what says "out of order" counts for the breaker: to be asked to wait, or to be told that this
 * card will never do, is an answer. `random` is 0 ≤ x < 1.
 */
export function afterRefusal(
  record: TargetRecord,
  refusal: Refusal,
  about: {
    readonly waitMs: number;
    readonly costs: boolean;
    readonly limit: Limit | undefined;
    readonly at: number;
    readonly random: number;
  },
): TargetRecord {
  const { at, random, limit, waitMs, costs } = about;
  const { next, code, message, atHome } = refusal;
  // A platform counts what it refuses, too.
  const bucket =
    costs && atHome !== true && limit !== undefined ? { bucket: spent(record.bucket, limit, at) } : {};
  const noted = { ...record, ...bucket, trouble: { at, code, message } };
  if (next === "wait") return { ...noted, rest: { at, until: at + waitMs } };
  if (code === OUR_FAULT || atHome === true) return noted;
  if (next === "give-up") {
    const { breaker: _, ...answered } = noted;
    return { ...answered, failures: 0, givenUpAt: at };
  }
  const failures = record.failures + 1;
  if (failures < FAILURES_BEFORE_OPEN) return { ...noted, failures };
  const openings = (record.breaker?.openings ?? 0) + 1;
  const full = Math.min(FIRST_OPEN_MS * 2 ** Math.min(openings - 1, 10), LONGEST_OPEN_MS);
  const until = at + Math.round(full * (0.75 + random / 4));
  return { ...noted, failures, breaker: { since: record.breaker?.since ?? at, until, openings } };
}

/** The code of an error that is ours and not the platform's. */
export const OUR_FAULT = "fault";

/** Until when it is left alone; `at` when it may be tried. A moment set later than `at` is from before the clock was put back. */
export function quietUntil({ breaker, rest, trouble }: TargetRecord, at: number): number {
  const set = trouble?.at ?? at;
  if (set > at) return at;
  return Math.max(at, breaker?.until ?? at, rest?.until ?? at);
}

/** Whether the last thing it was given gave it no trouble. */
export function isInOrder({ failures, breaker, rest, givenUpAt }: TargetRecord): boolean {
  return failures === 0 && breaker === undefined && rest === undefined && givenUpAt === undefined;
}

/** When what waits there is to be told to its fallback; Infinity while its breaker is closed. */
export function failOverAt({ breaker }: TargetRecord): number {
  return breaker === undefined ? Number.POSITIVE_INFINITY : breaker.since + FAIL_OVER_AFTER_MS;
}
