/** How often one monitor may be told something: a bucket of words that fills up again. */
export interface Pace {
  /** Takes one; else in how many milliseconds there is room for another. `now` never turns back. */
  take(id: string, now: number): number;
  forget(id: string): void;
}

/** `burst` may come at once, and one more every `refillMs` milliseconds. */
export function createPace(burst: number, refillMs: number): Pace {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(id, now) {
      const bucket = buckets.get(id) ?? { left: burst, at: now };
      buckets.set(id, bucket);
      bucket.left = Math.min(burst, bucket.left + (now - bucket.at) / refillMs);
      bucket.at = now;
      if (bucket.left < 1) return Math.ceil((1 - bucket.left) * refillMs);
      bucket.left -= 1;
      return 0;
    },
    forget(id) {
      buckets.delete(id);
    },
  };
}
