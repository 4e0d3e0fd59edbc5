/** One request within a time of its own, whatever time its caller has. */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { aborted } from "../../aborted.ts";
import { within } from "../../http-client/within.ts";

/** A request that takes longer has failed; the caller's signal may end it sooner. */
const LONGEST_MS = 8_000;

/** Runs `request` with a signal that aborts in time. Rejects with a SendError. */
export async function withinTime<T>(
  clock: Clock,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw aborted();
  return within(
    { clock, limitMs: LONGEST_MS, signal },
    request,
    () =>
      new SendError(`WeCom gave no answer within ${LONGEST_MS / 1_000} s`, {
        next: "retry",
        code: "timeout",
      }),
  );
}
