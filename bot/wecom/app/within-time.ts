/** One request within a time of its own, whatever time its caller has. */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";

/** A request that takes longer has failed; the caller's signal may end it sooner. */
const LONGEST_MS = 8_000;

/** Runs `request` with a signal that aborts in time. Rejects with a SendError. */
export async function withinTime<T>(
  clock: Clock,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw aborted();
  const limit = new AbortController();
  const done = new AbortController();
  void clock.sleep(LONGEST_MS, done.signal).then(() => {
    if (!done.signal.aborted) limit.abort();
  });
  try {
    return await request(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (limit.signal.aborted && !signal.aborted)
      throw new SendError(`WeCom gave no answer within ${LONGEST_MS / 1_000} s`, {
        next: "retry",
        code: "timeout",
      });
    throw error;
  } finally {
    done.abort();
  }
}

/** The caller has no more time for it. */
export function aborted(): SendError {
  return new SendError("broken off before there was an answer", { next: "retry", code: "aborted" });
}
