/** What takes too long is broken off: by whoever waits for it, or by the house's clock. */
import type { Clock } from "../../storage/clock.ts";

export interface Bounds {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `act` with a signal that aborts with the caller's, or after the limit; then it rejects with `late()`. Once `act`
 * is through, nothing breaks off any more what it has opened.
 */
export async function within<T>(
  { clock, limitMs, signal }: Bounds,
  act: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  let isLate = false;
  const stop = (): void => over.abort();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  void clock.sleep(limitMs, done.signal).then(() => {
    if (done.signal.aborted || over.signal.aborted) return;
    isLate = true;
    stop();
  });
  try {
    return await act(over.signal);
  } catch (error) {
    throw isLate ? late() : error;
  } finally {
    done.abort("done");
    signal.removeEventListener("abort", stop);
  }
}
