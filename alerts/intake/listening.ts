/** Whether an alert that nobody speaks of any more is over: only who has listened knows that a sender fell silent. */
import type { Known } from "./received.ts";

export interface Listening {
  /** Says that it is `at` now; notices when nobody listened for a while before. */
  note(at: number): void;
  /** Whether an alert counts as firing. An end that the sender gave is believed; silence only by who has listened. */
  fires(known: Known, at: number): boolean;
}

/**
 * After a start, a sleep or a jump of the clock, alerts have this long to be heard of again before they count as over;
 * Alertmanager's default `resolve_timeout`.
 */
const GRACE_MS = 5 * 60_000;
/** The time is said at least every 30 s; when it was not, nobody listened. */
const AWAY_MS = 2 * 60_000;

/** Begins to listen at `at`. */
export function beginListening(at: number): Listening {
  let lastAt = at;
  let since = at;
  return {
    note(now) {
      if (Math.abs(now - lastAt) > AWAY_MS) since = now;
      lastAt = now;
    },
    fires: ({ heard }, now) => heard.endsAt > now || (heard.endsAt > heard.at && now < since + GRACE_MS),
  };
}
