/** "So many in so long", counted over a window that slides. */

export interface Limit {
  readonly most: number;
  readonly withinMs: number;
}

export const perMinute = (most: number): Limit => ({ most, withinMs: 60_000 });
export const perHour = (most: number): Limit => ({ most, withinMs: 3_600_000 });

export interface Rate {
  /** Takes one for `key` at `at`; false when that would be one too many, which is not counted (assumed). */
  take(key: string, at: number): boolean;
}

export function createRate(limits: readonly Limit[]): Rate {
  const taken = new Map<string, number[]>();
  const longest = Math.max(...limits.map(({ withinMs }) => withinMs));
  return {
    take(key, at) {
      const times = (taken.get(key) ?? []).filter((one) => one > at - longest);
      taken.set(key, times);
      const full = limits.some(
        ({ most, withinMs }) => times.filter((one) => one > at - withinMs).length >= most,
      );
      if (!full) times.push(at);
      return !full;
    },
  };
}
