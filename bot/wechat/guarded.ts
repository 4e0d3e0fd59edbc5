/** Listeners that can fail: Wechaty's emitter waits for nobody, and what is thrown there would have no one to catch it. */
import type { Log } from "../../storage/log.ts";

/** The same as a listener that never throws and never rejects. */
export function guarded<Args extends readonly unknown[]>(
  log: Log,
  event: string,
  act: (...args: Args) => unknown,
): (...args: Args) => void {
  return (...args) => {
    void (async () => act(...args))().catch((err: unknown) =>
      log.error({ err, event }, "what WeChat's bot heard could not be dealt with"),
    );
  };
}
