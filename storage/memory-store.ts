/** A store without a disk, for tests and trials: the same commits, the same order, nothing kept. */
import { type Clock, systemClock } from "./clock.ts";
import { LiveStore, type Sink } from "./live-store.ts";
import { silentLog } from "./log.ts";
import { emptyState } from "./state.ts";
import type { Change, Store } from "./store.ts";

const nowhere: Sink = { write: async () => {}, close: async () => {} };

/**
 * Opens an empty store in memory. Its documents are frozen, so that code which mutates one fails here and not
 * in production. Another `sink` may refuse commits, as a full disk would.
 */
export function memoryStore(clock: Clock = systemClock, sink: Sink = nowhere): Store {
  return new MemoryStore(emptyState(), sink, clock, silentLog);
}

class MemoryStore extends LiveStore {
  override commit<R>(edit: (change: Change) => R): Promise<R> {
    return super.commit((change) =>
      edit({
        get: (table, id) => change.get(table, id),
        put: (table, id, document) => change.put(table, id, frozen(document)),
        remove: (table, id) => change.remove(table, id),
        next: (counter) => change.next(counter),
      }),
    );
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}
