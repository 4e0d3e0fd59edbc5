/** When which rules are judged: all of one interval at one moment, on whole multiples of it. */

/** Rules that are to be judged at one moment. */
export interface DueRound<R> {
  readonly at: number;
  readonly rules: readonly R[];
  /** How late it begins, in milliseconds. */
  readonly lagMs: number;
}

export interface Rounds<R> {
  /** What is due at `now`, and no longer is after this call. Missed moments are not made up for. */
  due(now: number, byInterval: ReadonlyMap<number, readonly R[]>): readonly DueRound<R>[];
  nextAt(): number;
}

/** No first round after a start waits longer than this for its jitter. */
const LONGEST_JITTER_MS = 15_000;

/** `random` is 0 ≤ x < 1. The first rounds come at a random moment, so that a restart is no stampede. */
export function openRounds<R>(startedAt: number, random: () => number): Rounds<R> {
  const next = new Map<number, number>();
  let started = false;

  function nextOf(intervalMs: number, now: number): number {
    const known = next.get(intervalMs);
    // Further away than one interval it can only be because the clock was put back.
    if (known !== undefined && known <= now + intervalMs) return known;
    if (known !== undefined || started) return alignedAfter(now, intervalMs);
    return startedAt + Math.floor(random() * Math.min(intervalMs, LONGEST_JITTER_MS));
  }

  return {
    due(now, byInterval) {
      const rounds = new Map<number, { at: number; rules: R[]; lagMs: number }>();
      for (const intervalMs of next.keys()) if (!byInterval.has(intervalMs)) next.delete(intervalMs);
      for (const [intervalMs, rules] of byInterval) {
        const plannedAt = nextOf(intervalMs, now);
        next.set(intervalMs, plannedAt);
        if (plannedAt > now) continue;
        next.set(intervalMs, alignedAfter(now, intervalMs));
        const at = now - plannedAt < intervalMs ? plannedAt : alignedAfter(now, intervalMs) - intervalMs;
        const round = rounds.get(at) ?? { at, rules: [], lagMs: 0 };
        rounds.set(at, round);
        for (const rule of rules) round.rules.push(rule);
        round.lagMs = Math.max(round.lagMs, now - plannedAt);
      }
      started = true;
      return [...rounds.values()].sort((a, b) => a.at - b.at);
    },
    nextAt: () => Math.min(...next.values(), Number.POSITIVE_INFINITY),
  };
}

function alignedAfter(at: number, intervalMs: number): number {
  return (Math.floor(at / intervalMs) + 1) * intervalMs;
}
