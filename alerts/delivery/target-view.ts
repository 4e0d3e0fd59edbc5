/** How it goes at each target, for the command `channels`, the board and /metrics. */

import type { Channel } from "../channel.ts";
import type { Index } from "../index-of.ts";
import type { Plan } from "../plan.ts";
import type { Tables } from "../tables.ts";
import { findChannel } from "./attempt.ts";
import { limitOf, tokensAt } from "./budget.ts";
import { isFolded, LANES, type Lane } from "./delivery.ts";
import { fallbacksOf } from "./fail-over.ts";
import { quietUntil, type TargetRecord, unknownTarget } from "./target.ts";

/** `resting`: it asked to be left alone. `half-open`: the next attempt decides. `unknown`: nothing was said there yet. */
export type TargetState =
  | "ok"
  | "failing"
  | "resting"
  | "open"
  | "half-open"
  | "given-up"
  | "no-channel"
  | "unknown";

export interface TargetView {
  readonly address: string;
  readonly state: TargetState;
  /** With `resting` and `open`. */
  readonly until?: number;
  readonly saidAt?: number;
  readonly trouble?: TargetRecord["trouble"];
  readonly queue: Readonly<Record<Lane, number>>;
  /** Incidents that only its open digest tells. */
  readonly folded: number;
  readonly storm: boolean;
  /** What may be said at once, of how much; undefined where there is no limit. */
  readonly budget?: { readonly left: number; readonly of: number };
  /** Where it is told instead when this one is given up. */
  readonly fallbacks: readonly string[];
}

/** Looks at every target at `at`, in the order of their addresses. */
export function targetView(
  world: {
    readonly index: Index;
    readonly tables: Tables;
    readonly plan: Plan;
    readonly channels: Readonly<Record<string, Channel>>;
  },
  at: number,
): readonly TargetView[] {
  const { index, tables, plan, channels } = world;
  const named = plan.receivers.flatMap(({ targets }) => targets.map(({ address }) => address));
  const known = [...tables.targets.values()].map(({ address }) => address);
  const all = new Set([...named, ...known, ...index.pending.keys(), ...index.openDigests.keys()]);
  return [...all].sort().map((address): TargetView => {
    const record = tables.targets.get(address) ?? unknownTarget(address);
    const lanes = index.pending.get(address);
    const open = index.openDigests.get(address);
    const limit = limitOf(address, plan.limits, plan.robotsAt(address));
    const { saidAt, trouble } = record;
    return {
      address,
      ...(findChannel(channels, address) === undefined ? { state: "no-channel" } : stateOf(record, at)),
      ...(saidAt === undefined ? {} : { saidAt }),
      ...(trouble === undefined ? {} : { trouble }),
      queue: countLanes((lane) => lanes?.[lane].size ?? 0),
      folded:
        open === undefined ? 0 : [...(index.folded.get(open.id)?.values() ?? [])].filter(isFolded).length,
      storm: open !== undefined && "digest" in open.about && open.about.digest.why === "storm",
      ...(limit === undefined
        ? {}
        : {
            budget: { left: Math.max(0, Math.floor(tokensAt(record.bucket, limit, at))), of: limit.capacity },
          }),
      fallbacks: fallbacksOf(plan, address),
    };
  });
}

function stateOf(record: TargetRecord, at: number): { readonly state: TargetState; readonly until?: number } {
  const until = quietUntil(record, at);
  if (record.breaker !== undefined) return until > at ? { state: "open", until } : { state: "half-open" };
  if (record.rest !== undefined && until > at) return { state: "resting", until };
  if (record.givenUpAt !== undefined) return { state: "given-up" };
  if (record.failures > 0) return { state: "failing" };
  return { state: record.saidAt === undefined ? "unknown" : "ok" };
}

function countLanes(count: (lane: Lane) => number): Record<Lane, number> {
  const counts = {} as Record<Lane, number>;
  for (const lane of LANES) counts[lane] = count(lane);
  return counts;
}
