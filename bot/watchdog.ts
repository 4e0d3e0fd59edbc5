/**
 * The dead man's switch: an address outside is asked every so often while the watchman does his work, and whoever is
 * behind it raises the alarm when nothing comes. So it stays silent when rules are judged late or nothing can be kept.
 */
import type { Clock } from "../storage/clock.ts";
import type { Log } from "../storage/log.ts";
import { ENVIRONMENT } from "./http-client/proxy.ts";
import { PLAIN_HTTP } from "./receivers/http-config.ts";
import type { WatchdogConfig } from "./receivers/watchdog-config.ts";
import { send } from "./webhook/request.ts";

/** How pings went since the start. `withheld`: there was a reason to keep silent. */
export interface WatchdogFigures {
  readonly sent: number;
  readonly failed: number;
  readonly withheld: number;
  /** When one was last taken. */
  readonly lastSentAt: number | undefined;
}

export interface Watchdog {
  readonly figures: WatchdogFigures;
  start(): void;
  stop(): Promise<void>;
  /** Looks again at once: the configuration may have changed. */
  wake(): void;
}

export interface WatchdogOptions {
  /** What the file in force says; undefined turns it off. */
  config(): WatchdogConfig | undefined;
  /** Why there is to be no ping now: the names of the checks that fail; empty when all is well. */
  troubles(at: number): readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

const HTTP = { ...PLAIN_HTTP, proxy: ENVIRONMENT };
const LONGEST_ANSWER_MS = 10_000;
/** How long to sleep while it is off. */
const OFF_MS = 60_000;

export function openWatchdog({ config, troubles, clock, log }: WatchdogOptions): Watchdog {
  const figures = { sent: 0, failed: 0, withheld: 0, lastSentAt: undefined as number | undefined };
  const halt = new AbortController();
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  /** What was wrong the last time, so that it is logged when it changes and not every minute. */
  let lastTrouble = "";

  function noteTrouble(trouble: string, words: string): void {
    if (trouble !== lastTrouble && trouble !== "") log.warn({ trouble }, words);
    else if (trouble !== lastTrouble) log.info({}, "the watchdog is reached again");
    lastTrouble = trouble;
  }

  async function ping(url: string): Promise<void> {
    const at = clock.now();
    const reasons = troubles(at);
    if (reasons.length > 0) {
      figures.withheld++;
      noteTrouble(reasons.join(", "), "no ping to the watchdog: the watchman is not well");
      return;
    }
    const late = new AbortController();
    const done = new AbortController();
    void clock.sleep(LONGEST_ANSWER_MS, done.signal).then(() => {
      if (!done.signal.aborted) late.abort();
    });
    try {
      const signal = AbortSignal.any([halt.signal, late.signal]);
      const { status } = await send({ method: "GET", url, http: HTTP, headers: {}, body: "" }, signal);
      if (status < 200 || status >= 300) throw new PingRefused(`answered ${status}`);
      figures.sent++;
      figures.lastSentAt = at;
      noteTrouble("", "");
    } catch (error) {
      if (halt.signal.aborted) return;
      figures.failed++;
      // The address may be a secret; our own errors do not hold it.
      noteTrouble(error instanceof Error ? error.message : "unknown", "the watchdog could not be reached");
    } finally {
      done.abort();
    }
  }

  async function run(): Promise<void> {
    while (!halt.signal.aborted) {
      wake = new AbortController();
      const set = config();
      if (set !== undefined) await ping(set.url);
      await clock.sleep(set?.everyMs ?? OFF_MS, AbortSignal.any([halt.signal, wake.signal]));
    }
  }

  return {
    figures,
    start() {
      running ??= run();
    },
    wake: () => wake.abort(),
    async stop() {
      halt.abort();
      await running;
    },
  };
}

class PingRefused extends Error {}
