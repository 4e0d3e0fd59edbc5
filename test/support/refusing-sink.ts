/** A store in memory whose disk can be told to refuse. */
import type { Sink } from "../../storage/live-store.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { NotSaved, type Store } from "../../storage/store.ts";

export interface RefusableStore {
  readonly store: Store;
  /** From now on commits are refused for this reason; `undefined` lets them through again. */
  refuse(reason: string | undefined): void;
  /** From now on writes never end. */
  hang(): void;
}

/** Opens an empty store. */
export function refusableStore(): RefusableStore {
  let reason: string | undefined;
  let hanging = false;
  const sink: Sink = {
    write: async () => {
      if (hanging) await new Promise(() => {});
      if (reason !== undefined) throw new NotSaved(reason);
    },
    close: async () => {},
  };
  return {
    store: memoryStore(undefined, sink),
    refuse: (why) => {
      reason = why;
    },
    hang: () => {
      hanging = true;
    },
  };
}
