/** A loop that sleeps exactly until something is due, can be woken, and survives what it runs. */
import type { Clock } from "../storage/clock.ts";
import type { Log } from "../storage/log.ts";

export interface Loop {
  start(): void;
  /** Looks again at once: what is due may have changed. */
  wake(): void;
  /** Ends after the round under way. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly name: string;
  /** One round. One that throws is logged and tried again after a while. */
  run(at: number): Promise<unknown>;
  /** When the next round has something to do; Infinity when nobody knows. */
  nextAt(at: number): number;
}

/** The longest sleep: the clock may be put forward meanwhile. */
const NET_MS = 30_000;
/** The shortest: something that stays due although a round has just looked must not spin. */
const LEAST_MS = 10;
/** After a round that threw. */
const AFTER_FAILURE_MS = 5_000;

export function keepLoop({ clock, log, name, run, nextAt }: LoopOptions): Loop {
  let waker = new AbortController();
  let running: Promise<void> | undefined;
  let stopped = false;
  let failing = false;

  /** May be called for every document of a large commit; an abort without a reason would make an exception each time. */
  function wake(): void {
    if (!waker.signal.aborted) waker.abort("woken");
  }

  async function keep(): Promise<void> {
    while (!stopped) {
      // Before the round: what changes during it must be looked at again.
      waker = new AbortController();
      let sleepMs = AFTER_FAILURE_MS;
      try {
        const at = clock.now();
        await run(at);
        sleepMs = Math.min(Math.max(nextAt(clock.now()) - clock.now(), LEAST_MS), NET_MS);
        failing = false;
      } catch (error) {
        if (!failing) log.error({ loop: name, err: error }, "a round failed; it is tried again");
        failing = true;
        // A wake-up now would be a loop without a pause for as long as the disk refuses.
        waker = new AbortController();
      }
      if (!stopped) await clock.sleep(sleepMs, waker.signal);
    }
  }

  return {
    start() {
      if (running !== undefined)
        throw new Error(`the loop ${name} runs already; a second one would not be stopped`);
      running = keep();
    },
    wake,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
