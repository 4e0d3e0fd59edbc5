/** Whoever waited for it has no more time; what becomes of what goes on is not known. */
import { SendError } from "../alerts/channel.ts";

export function aborted(): SendError {
  return new SendError("broken off before there was an answer", { next: "retry", code: "aborted" });
}

/** What `running` comes to, or the end of the caller's patience: it goes on all the same, for others who wait. */
export function unlessAborted<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(aborted());
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
