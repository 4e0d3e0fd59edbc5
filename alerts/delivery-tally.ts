/** What the courier has done so far and what still waits: for /metrics and the board. */
import type { Attempted } from "./attempt.ts";
import { channelNameOf } from "./budget.ts";
import type { Refusal } from "./channel.ts";
import { LANES, type Lane } from "./delivery.ts";
import type { Index } from "./index-of.ts";

/** Why a notification failed, in Alertmanager's words (`reason` of `alertmanager_notifications_failed_total`). */
export const FAILURES = [
  "clientError",
  "serverError",
  "rateLimited",
  "contextDeadlineExceeded",
  "other",
] as const;

export type Failure = (typeof FAILURES)[number];

/** Upper bounds of the histogram of how long an attempt took, in seconds: Alertmanager's, and shorter ones. */
export const LATENCY_BOUNDS = [0.05, 0.25, 1, 5, 10, 15, 20] as const;

/** What went through one channel since this start. */
export interface ChannelFigures {
  /** Attempts that ended, failed ones included. */
  readonly attempts: number;
  readonly failed: Readonly<Record<Failure, number>>;
  /** How many took at most as long as each bound of `LATENCY_BOUNDS`, and all of them together in seconds. */
  readonly within: readonly number[];
  readonly seconds: number;
}

export interface DeliveryStats {
  /** Messages and edits that a platform took, since this start. */
  readonly sent: number;
  /** Refusals by the platform's code, since this start. */
  readonly failed: Readonly<Record<string, number>>;
  /** Given up, since this start. */
  readonly lost: number;
  /** What waits now, by lane. */
  readonly queue: Readonly<Record<Lane, number>>;
  /** Incidents that only an open digest tells now. */
  readonly folded: number;
  /** The oldest moment at which something that waits now was or is to be tried. */
  readonly oldestDueAt: number | undefined;
  /** By what stands before the colon of an address. */
  readonly channels: Readonly<Record<string, ChannelFigures>>;
}

export interface DeliveryTally {
  count(attempted: Attempted, tookMs: number): void;
  stats(): DeliveryStats;
}

interface Figures {
  attempts: number;
  seconds: number;
  readonly failed: Record<Failure, number>;
  readonly within: number[];
}

/** Codes are a platform's words and may be anything; so many different ones are told apart. */
const MOST_CODES = 100;

/** `names` are the channels that are set up: they are counted from nothing on. */
export function keepTally(index: Index, names: readonly string[]): DeliveryTally {
  let sent = 0;
  let lost = 0;
  const failed: Record<string, number> = Object.create(null);
  const channels = new Map<string, Figures>(names.map((name) => [name, nothing()]));

  function figuresOf(address: string): Figures {
    const name = channelNameOf(address);
    let figures = channels.get(name);
    if (figures === undefined) {
      figures = nothing();
      channels.set(name, figures);
    }
    return figures;
  }

  return {
    count({ outcome, delivery }, tookMs) {
      if (outcome.is === "gone" || outcome.is === "stopped") return;
      if (outcome.is === "arrived" && outcome.how === "skip") return;
      const figures = figuresOf(delivery.conversation);
      figures.attempts++;
      figures.seconds += tookMs / 1_000;
      LATENCY_BOUNDS.forEach((bound, i) => {
        if (tookMs <= bound * 1_000) figures.within[i] = (figures.within[i] ?? 0) + 1;
      });
      if (outcome.is === "arrived") {
        sent++;
        return;
      }
      figures.failed[failureOf(outcome)]++;
      const code = outcome.code in failed || Object.keys(failed).length < MOST_CODES ? outcome.code : "other";
      failed[code] = (failed[code] ?? 0) + 1;
      if (outcome.next === "give-up") lost++;
    },
    stats() {
      const queue: Record<Lane, number> = { reply: 0, urgent: 0, normal: 0, digest: 0 };
      let oldestDueAt: number | undefined;
      for (const lanes of index.pending.values())
        for (const lane of LANES) {
          queue[lane] += lanes[lane].size;
          for (const { dueAt } of lanes[lane].values())
            if (oldestDueAt === undefined || dueAt < oldestDueAt) oldestDueAt = dueAt;
        }
      let folded = 0;
      for (const { id } of index.openDigests.values()) folded += index.folded.get(id)?.size ?? 0;
      return {
        sent,
        failed: { ...failed },
        lost,
        queue,
        folded,
        oldestDueAt,
        channels: Object.fromEntries(channels),
      };
    },
  };
}

/** Alertmanager's word for a refusal, from what is to be done about it and the platform's code. */
export function failureOf({ next, code }: Refusal): Failure {
  if (next === "wait") return "rateLimited";
  if (code === "timeout") return "contextDeadlineExceeded";
  if (/^4\d\d$/.test(code)) return "clientError";
  if (/^5\d\d$/.test(code)) return "serverError";
  return "other";
}

function nothing(): Figures {
  const failed = Object.fromEntries(FAILURES.map((failure) => [failure, 0])) as Record<Failure, number>;
  return { attempts: 0, seconds: 0, failed, within: LATENCY_BOUNDS.map(() => 0) };
}
