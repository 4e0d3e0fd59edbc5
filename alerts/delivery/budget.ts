/**
 * How much may be said at one target, and how fast: a token bucket that stays below the platform's limit over every
 * window of its length, with a reserve that only replies and critical news may use. Pure.
 */

import type { Lane } from "./delivery.ts";
import type { Limits } from "./delivery-config.ts";

/** A bucket's shape. Half of what a platform allows may come at once, the rest drop by drop. */
export interface Limit {
  /** Tokens when it is full. */
  readonly capacity: number;
  /** One more token every so many milliseconds. */
  readonly tokenMs: number;
  /** The last so many are for replies and critical news only. */
  readonly reserve: number;
  /** Whether an edit costs as much as a message. */
  readonly edits: boolean;
}

/** What was left at a moment. It is stored, so that a restart goes on with it. */
export interface Bucket {
  readonly at: number;
  readonly tokens: number;
}

/** What a platform allows: so many messages in so much time. */
interface Allowance {
  readonly messages: number;
  readonly perMs: number;
  readonly edits?: boolean;
}

const MINUTE_MS = 60_000;

/**
 * What the platforms allow, by what stands before the colon of an address; what is not here has no limit.
 * `dingtalk_robot`: 20 a minute, then silence for ten (open.dingtalk.com, custom robots). `wecom_robot`: 20 a minute
 * per webhook. `wecom`: 30 a minute and 1,000 an hour per conversation, replies included; at the pace below an hour
 * has at most 855. `wecom_app`: the same per member. `dingtalk`: 20 calls a second per app, and a group that is told
 * something every second is told nothing. `feishu`: 100 a minute per hook. `slack`: one a second per hook. Mail and phone have providers with limits of their own; these are courtesy.
 */
const ALLOWANCES: Readonly<Record<string, Allowance>> = {
  dingtalk: { messages: 40, perMs: MINUTE_MS },
  dingtalk_robot: { messages: 20, perMs: MINUTE_MS },
  wecom: { messages: 30, perMs: MINUTE_MS, edits: true },
  wecom_app: { messages: 30, perMs: MINUTE_MS },
  wecom_robot: { messages: 20, perMs: MINUTE_MS },
  feishu: { messages: 100, perMs: MINUTE_MS },
  slack: { messages: 60, perMs: MINUTE_MS },
  wechat: { messages: 30, perMs: MINUTE_MS },
  email: { messages: 60, perMs: MINUTE_MS },
  sms: { messages: 10, perMs: MINUTE_MS },
  voice: { messages: 6, perMs: MINUTE_MS },
};

/** The channel that an address belongs to: what stands before its colon. */
export function channelNameOf(address: string): string {
  return address.slice(0, Math.max(0, address.indexOf(":")));
}

/**
 * The limit of a target; undefined where there is none. What the file says goes before what the platforms allow. Where
 * `robots` take turns there are as many buckets in one.
 */
export function limitOf(address: string, limits: Limits, robots = 1): Limit | undefined {
  const name = channelNameOf(address);
  const usual = Object.hasOwn(ALLOWANCES, name) ? ALLOWANCES[name] : undefined;
  const set = Object.hasOwn(limits, name) ? limits[name] : undefined;
  const allowed = set ?? usual;
  if (allowed === undefined) return undefined;
  const one = bucketOf({ ...usual, ...allowed });
  return {
    ...one,
    capacity: one.capacity * robots,
    tokenMs: one.tokenMs / robots,
    reserve: one.reserve * robots,
  };
}

/**
 * A bucket that, in whatever window of `perMs`, gives out fewer than `messages`: what is in it at most plus what
 * drips in is one less, for the message on its way when a process died. One message in the window is one.
 */
function bucketOf({ messages, perMs, edits = false }: Allowance): Limit {
  const capacity = Math.max(1, Math.floor(messages / 2));
  const drips = Math.max(1, messages - capacity - 1);
  return { capacity, tokenMs: perMs / drips, reserve: Math.floor(capacity * 0.3), edits };
}

/** Whether what goes by a lane may use the reserve. */
function usesReserve(lane: Lane): boolean {
  return lane === "reply" || lane === "urgent";
}

/** Tokens at `at`. A bucket whose time lies in the future was left before the clock was put back: it drips from now. */
export function tokensAt(bucket: Bucket | undefined, limit: Limit, at: number): number {
  if (bucket === undefined) return limit.capacity;
  return Math.min(limit.capacity, bucket.tokens + Math.max(0, at - bucket.at) / limit.tokenMs);
}

/** What is left after one more message. It may be less than nothing: what was said counts, allowed or not. */
export function spent(bucket: Bucket | undefined, limit: Limit, at: number): Bucket {
  return { at, tokens: tokensAt(bucket, limit, at) - 1 };
}

/** How long a lane has to wait until it may say one more thing, in milliseconds; 0 when it may now. */
export function waitFor(
  bucket: Bucket | undefined,
  limit: Limit | undefined,
  lane: Lane,
  at: number,
): number {
  if (limit === undefined) return 0;
  const needed = 1 + (usesReserve(lane) ? 0 : limit.reserve);
  const missing = needed - tokensAt(bucket, limit, at);
  // A bucket filled by drips is never exactly full.
  return missing <= 1e-9 ? 0 : Math.ceil(missing * limit.tokenMs);
}
