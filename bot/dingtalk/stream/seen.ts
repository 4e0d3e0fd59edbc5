/** What was handed over already: whatever comes again is not handed over again, unless the first time failed. */
import type { Clock } from "../../../storage/clock.ts";

export interface Seen {
  has(id: string): boolean;
  /** Does the work, or waits for the end of it where it was begun before. Rejects as the work does. */
  once(id: string, work: () => Promise<void>): Promise<void>;
}

/** DingTalk sends again after some 60 seconds what was not acknowledged. */
const REMEMBER_MS = 10 * 60_000;
const MOST_REMEMBERED = 20_000;
const AT_ONCE = 2_000;

interface Known {
  readonly at: number;
  readonly done: Promise<void>;
}

export function openSeen(clock: Clock): Seen {
  const known = new Map<string, Known>();

  function forget(): void {
    const now = clock.now();
    // A map whose first entry goes with every new one gets slow.
    const most = known.size < MOST_REMEMBERED ? MOST_REMEMBERED : MOST_REMEMBERED - AT_ONCE;
    for (const [id, { at }] of known) {
      if (known.size <= most && now - at < REMEMBER_MS) return;
      known.delete(id);
    }
  }

  return {
    has: (id) => known.has(id),
    once(id, work) {
      forget();
      const before = known.get(id);
      if (before !== undefined) return before.done;
      const done = begin(work);
      known.set(id, { at: clock.now(), done });
      done.catch(() => {
        if (known.get(id)?.done === done) known.delete(id);
      });
      return done;
    },
  };
}

/** A throw is a rejection. */
async function begin(work: () => Promise<void>): Promise<void> {
  await work();
}
