/** An access token of a platform: asked for once however many want it, and kept until some minutes before its end. */
import type { Clock } from "../../storage/clock.ts";
import { aborted, unlessAborted } from "../aborted.ts";

/** A token as the platform gives it. */
export interface GivenToken {
  readonly token: string;
  readonly lastsMs: number;
}

/** Asks the platform; rejects with a SendError. */
type Ask = (signal: AbortSignal) => Promise<GivenToken>;

export interface TokenKeeper {
  /** One that is good for some minutes at least, asked for by `ask` where none is kept. Rejects with a SendError. */
  get(ask: Ask, signal: AbortSignal): Promise<string>;
  /** Forgets `token`, which the platform would not have; one that was asked for meanwhile stays. */
  drop(token: string): void;
}

interface Flight {
  readonly token: Promise<string>;
  readonly control: AbortController;
  waiting: number;
}

/** It is asked for anew so long before its end; of one that lives shorter, at the half of its life. */
const EARLY_MS = 10 * 60_000;

/** Nothing is asked for before somebody needs it. */
export function keepToken(clock: Pick<Clock, "now">): TokenKeeper {
  let kept: { readonly token: string; readonly until: number } | undefined;
  let flight: Flight | undefined;

  async function fetched(ask: Ask, signal: AbortSignal): Promise<string> {
    const at = clock.now();
    const { token, lastsMs } = await ask(signal);
    kept = { token, until: at + Math.max(lastsMs - EARLY_MS, lastsMs / 2) };
    return token;
  }

  function takeOff(ask: Ask): Flight {
    const control = new AbortController();
    const token = fetched(ask, control.signal).finally(() => {
      if (flight === started) flight = undefined;
    });
    // Whoever waits hears of it; when all have left, nobody does.
    token.catch(() => {});
    const started: Flight = { token, control, waiting: 0 };
    return started;
  }

  return {
    async get(ask, signal) {
      if (signal.aborted) throw aborted();
      if (kept !== undefined && clock.now() < kept.until) return kept.token;
      flight ??= takeOff(ask);
      const mine = flight;
      mine.waiting++;
      try {
        return await unlessAborted(mine.token, signal);
      } finally {
        mine.waiting--;
        // The last one to leave ends it: nobody else is there to have the token.
        if (mine.waiting === 0 && signal.aborted) {
          if (flight === mine) flight = undefined;
          mine.control.abort();
        }
      }
    },
    drop(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
