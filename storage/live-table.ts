/** One table as its readers see it: a Map of what is on disk, and those who want to hear of changes. */
import type { Log } from "./log.ts";
import type { Table } from "./store.ts";

type Listener = (id: string, after: unknown, before: unknown) => void;

export class LiveTable implements Table<unknown> {
  readonly name: string;
  readonly #documents: Map<string, unknown>;
  readonly #log: Log;
  readonly #listeners = new Set<{ readonly listener: Listener }>();

  constructor(name: string, documents: Map<string, unknown>, log: Log) {
    this.name = name;
    this.#documents = documents;
    this.#log = log;
  }

  get size(): number {
    return this.#documents.size;
  }

  get(id: string): unknown {
    return this.#documents.get(id);
  }

  values(): IterableIterator<unknown> {
    return this.#documents.values();
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#documents.entries();
  }

  watch(listener: Listener): () => void {
    // Wrapped, so that one function watching twice is two watchers, each with its own end.
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Tells the watchers. One that throws is logged: the change is on disk and stays, whatever a watcher makes of it. */
  tell(id: string, after: unknown, before: unknown): void {
    for (const { listener } of this.#listeners) {
      try {
        listener(id, after, before);
      } catch (error) {
        this.#log.error({ err: error, table: this.name, id }, "a watcher of a table failed");
      }
    }
  }
}
