/** What has been started and how to undo it, drained backwards; a start that fails half-way uses the same stack. */
import type { Log } from "../storage/log.ts";

export interface Teardown {
  /** Registers the undo of something as soon as it stands. */
  add(name: string, undo: () => Promise<void> | void): void;
  /** Undoes everything, the last first. Every undo runs even when one before it fails; failures are logged. */
  run(): Promise<void>;
}

/** An empty one. */
export function openTeardown(log: Log): Teardown {
  const stack: { name: string; undo: () => Promise<void> | void }[] = [];
  return {
    add(name, undo) {
      stack.push({ name, undo });
    },
    async run() {
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        try {
          await next.undo();
        } catch (err) {
          log.error({ err, what: next.name }, "could not be stopped cleanly");
        }
      }
    },
  };
}
