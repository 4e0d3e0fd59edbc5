/** How often one heartbeat may be told of: a bucket of pings that fills up again. */

/** So many may come at once. */
const BURST = 60;
/** One more every so many milliseconds. */
const REFILL_MS = 1_000;

export interface Pace {
  /** Takes one ping; else in how many milliseconds there is room for another. `now` never turns back. */
  take(uuid: string, now: number): number;
  forget(uuid: string): void;
}

export function createPace(): Pace {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(uuid, now) {
      const bucket = buckets.get(uuid) ?? { left: BURST, at: now };
      buckets.set(uuid, bucket);
      bucket.left = Math.min(BURST, bucket.left + (now - bucket.at) / REFILL_MS);
      bucket.at = now;
      if (bucket.left < 1) return Math.ceil((1 - bucket.left) * REFILL_MS);
      bucket.left -= 1;
      return 0;
    },
    forget(uuid) {
      buckets.delete(uuid);
    },
  };
}
