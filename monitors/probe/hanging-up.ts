/** What every exchange over the network has in common: it comes to one end, in time, and hangs up then. */
import type { LookFailed } from "../reason.ts";
import { type Destroyable, hangUp } from "./dial.ts";
import { exchangeFailed } from "./failure.ts";

/** An exchange that goes on. What is told of it after its end changes nothing. */
export interface Ongoing<T> {
  /** What it has opened and has to close again. */
  readonly opened: Destroyable[];
  readonly done: (result: T) => void;
  /** Ends it with the reason for what was thrown. */
  readonly fail: (error: unknown) => void;
}

/**
 * Lets `begin` open connections and talk; nothing is begun when the time is up already. Rejects with `LookFailed` as soon
 * as it fails or `signal` aborts, whatever it waits for.
 */
export function hangingUp<T>(
  about: {
    readonly watch: { readonly phase: string; timeUp(): LookFailed };
    readonly isTls: boolean;
    readonly signal: AbortSignal;
  },
  begin: (going: Ongoing<T>) => void,
): Promise<T> {
  const { watch, isTls, signal } = about;
  return new Promise((resolve, reject) => {
    const opened: Destroyable[] = [];
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", onAbort);
      hangUp(opened);
      finish();
    };
    const fail = (error: unknown): void => settle(() => reject(exchangeFailed(error, watch, isTls)));
    const onAbort = (): void => fail(watch.timeUp());
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else begin({ opened, done: (result) => settle(() => resolve(result)), fail });
  });
}
