/** One frame and its acknowledgement: what the client rejects with, in the house's words. */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { refusalOf, UnknownOutcome } from "../errcodes.ts";

/** An acknowledgement takes half a second. The client itself waits 5 s; ours ends first, by the house's clock. */
const ACK_MS = 4_500;

/** Waits for the acknowledgement of what `send` sends. Rejects with a SendError only. */
export async function acknowledged<T>(
  send: () => Promise<T>,
  { clock, signal, withinMs = ACK_MS }: { clock: Clock; signal: AbortSignal; withinMs?: number },
): Promise<T> {
  if (signal.aborted)
    throw new SendError("broken off before it was sent", { next: "retry", code: "aborted" });
  const done = new AbortController();
  try {
    return await Promise.race([
      send().catch((error: unknown) => {
        throw errorOf(error);
      }),
      clock.sleep(withinMs, AbortSignal.any([done.signal, signal])).then(() => {
        // Acknowledged: the race is over.
        if (done.signal.aborted) return new Promise<never>(() => {});
        throw signal.aborted
          ? new UnknownOutcome("broken off before it was acknowledged", "aborted")
          : new UnknownOutcome("WeCom did not acknowledge it in time", "ack-timeout");
      }),
    ]);
  } finally {
    done.abort();
  }
}

/**
 * A refusal comes as the bare frame, everything else as an Error whose words say what it was. The words are not passed
 * on: they hold ids.
 */
function errorOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  if (!(error instanceof Error)) return refusalOf(codeOf(error));
  if (/not connected/.test(error.message))
    return new SendError("the connection to WeCom broke before it was sent", {
      next: "retry",
      code: "not-connected",
    });
  if (/exceeds max size/.test(error.message))
    return new SendError("too much waits to be sent already", { next: "retry", code: "queue-full" });
  if (/cancelled$/.test(error.message))
    return new UnknownOutcome("the connection to WeCom broke before it was acknowledged", "connection-lost");
  if (/ack timeout/.test(error.message))
    return new UnknownOutcome("WeCom did not acknowledge it in time", "ack-timeout");
  // An upload's errors hold the answer of the platform as JSON.
  const code = /"errcode":(-?\d+)/.exec(error.message)?.[1];
  return code === undefined
    ? new SendError("WeCom's client failed", { next: "retry", code: "client" })
    : refusalOf(code);
}

/** A frame without a code is no yes. */
function codeOf(frame: unknown): string {
  const code = typeof frame === "object" && frame !== null && "errcode" in frame ? frame.errcode : undefined;
  return Number.isSafeInteger(code) ? String(code) : "errcode";
}
