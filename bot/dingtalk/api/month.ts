/** The calendar months by which DingTalk counts calls: those of `Asia/Shanghai`. */

/** China has had no summer time since 1991: its clocks are eight hours ahead of UTC all the year. */
const AHEAD_MS = 8 * 60 * 60_000;

/** The month of a moment: `2026-12`. */
export function monthOf(at: number): string {
  return new Date(at + AHEAD_MS).toISOString().slice(0, 7);
}

/** When the next month begins, in milliseconds. */
export function nextMonthAt(at: number): number {
  const there = new Date(at + AHEAD_MS);
  return Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1) - AHEAD_MS;
}
