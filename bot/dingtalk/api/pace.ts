/** So many calls in a second and not more: in the order in which they came, each until its caller loses patience. */
import type { Clock } from "../../../storage/clock.ts";
import { aborted } from "../../aborted.ts";

export interface Pace {
  /** Resolves when it is the caller's turn; rejects with a SendError when `signal` aborts first. */
  turn(signal: AbortSignal): Promise<void>;
}

interface Waiter {
  go(): void;
}

const WINDOW_MS = 1_000;

/** Opens a pace of at most `perSecond` turns in any second. No timer runs while nobody waits. */
export function openPace(clock: Clock, perSecond: number): Pace {
  /** When the last turns were given, the oldest first; never more than `perSecond`. */
  let given: number[] = [];
  let waiting: Waiter[] = [];
  let alarm: AbortController | undefined;

  /** How long until the next turn; 0 when it is free. */
  function restMs(): number {
    const at = clock.now();
    // A clock that was put back would make the turns before it wait for the time that was.
    given = given.map((one) => Math.min(one, at));
    const oldest = given[0];
    return oldest === undefined || given.length < perSecond ? 0 : Math.max(0, oldest + WINDOW_MS - at);
  }

  function take(): void {
    given = [...given, clock.now()].slice(-perSecond);
  }

  async function serve(): Promise<void> {
    if (alarm !== undefined) return;
    while (waiting.length > 0) {
      const rest = restMs();
      if (rest > 0) {
        alarm = new AbortController();
        await clock.sleep(rest, alarm.signal);
        alarm = undefined;
        continue;
      }
      take();
      waiting.shift()?.go();
    }
  }

  return {
    turn(signal) {
      if (signal.aborted) return Promise.reject(aborted());
      if (waiting.length === 0 && restMs() === 0) {
        take();
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting = waiting.filter((one) => one !== waiter);
          if (waiting.length === 0) alarm?.abort();
          reject(aborted());
        };
        const waiter: Waiter = {
          go() {
            signal.removeEventListener("abort", leave);
            resolve();
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(waiter);
        void serve();
      });
    },
  };
}
