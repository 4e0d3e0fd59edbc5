/** The store itself: tables in memory, commits through a sink that makes them durable. Both stores are this one. */
import type { Clock } from "./clock.ts";
import { Draft, Overlay } from "./draft.ts";
import { byteLength, type JsonPieces } from "./json-pieces.ts";
import { LiveTable } from "./live-table.ts";
import type { Log } from "./log.ts";
import { apply, type Operation, type State, tableOf } from "./state.ts";
import { type Change, type Decode, NotSaved, type Store, type StoreTrouble, type Table } from "./store.ts";
import { StoreError } from "./store-error.ts";

/** Where commits become durable. Calls come one at a time. */
export interface Sink {
  /**
   * Makes commits durable, in order and all of them or none; each is the JSON of a list of operations.
   * Rejects, with `NotSaved` where there are words for it, when none is.
   */
  write(commits: readonly JsonPieces[]): Promise<void>;
  /** Resolves in a moment: what is committed until then shares a write. Without it, what one turn of promises brings. */
  gather?(): Promise<void>;
  /** Releases what it holds; called once, after the last write. */
  close(): Promise<void>;
}

interface Pending {
  readonly number: number;
  readonly operations: readonly Operation[];
  /** Empty when nothing changes: such a commit only waits for those before it. */
  readonly json: JsonPieces;
  readonly done: () => void;
  readonly refused: (error: NotSaved) => void;
}

/** About so many bytes go in one write; under a flood the rest goes out with the next. */
const WRITE_SIZE = 4 * 1024 * 1024;

export class LiveStore implements Store {
  readonly #state: State;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tables = new Map<string, LiveTable>();
  readonly #overlay: Overlay;
  #queue: Pending[] = [];
  #last = 0;
  #editing = false;
  #pumping: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #trouble: StoreTrouble | undefined;

  constructor(state: State, sink: Sink, clock: Clock, log: Log) {
    this.#state = state;
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#overlay = new Overlay(state);
  }

  get trouble(): StoreTrouble | undefined {
    return this.#trouble;
  }

  table<T>(name: string, decode: Decode<T>): Table<T> {
    if (this.#tables.has(name)) throw new Error(`the table ${name} is open already`);
    const documents = tableOf(this.#state, name);
    for (const [id, raw] of documents) {
      try {
        documents.set(id, decode(raw));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new StoreError(
          {
            zh: `表 ${name} 中的文档 ${JSON.stringify(id)} 无法读取：${why}`,
            en: `table ${name}, document ${JSON.stringify(id)} cannot be read: ${why}`,
          },
          { cause: error },
        );
      }
    }
    const table = new LiveTable(name, documents, this.#log);
    this.#tables.set(name, table);
    // Every document was decoded above, and only `put` of this very table adds others.
    return table as Table<unknown> as Table<T>;
  }

  commit<R>(edit: (change: Change) => R): Promise<R> {
    if (this.#closing !== undefined)
      return Promise.reject(new NotSaved({ zh: "存储已关闭", en: "the store is closed" }));
    let result: R;
    let operations: Operation[];
    let json: JsonPieces;
    try {
      [result, operations, json] = this.#edit(edit);
    } catch (error) {
      return Promise.reject(error);
    }
    if (operations.length === 0 && this.#pumping === undefined) return Promise.resolve(result);
    const number = ++this.#last;
    this.#overlay.add(number, operations);
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ number, operations, json, done: () => resolve(result), refused: reject });
      this.#pumping ??= this.#pump();
    });
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#pumping;
      await this.#sink.close();
    })();
    return this.#closing;
  }

  #edit<R>(edit: (change: Change) => R): [R, Operation[], json: JsonPieces] {
    if (this.#editing) throw new Error("a commit cannot be made inside another one's edit");
    const draft = new Draft(this.#overlay, (table) => this.#tables.get(table.name) === table);
    this.#editing = true;
    try {
      const result = edit(draft);
      if (result instanceof Promise) {
        result.catch(() => {});
        throw new TypeError("a commit's edit must be synchronous");
      }
      const operations = draft.finish();
      return [result, operations, operations.length === 0 ? [] : draft.encode(operations)];
    } finally {
      draft.finish();
      this.#editing = false;
    }
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#sink.gather?.();
      const batch = this.#nextBatch();
      const commits = batch.map((pending) => pending.json).filter((json) => json.length > 0);
      try {
        if (commits.length > 0) await this.#sink.write(commits);
      } catch (error) {
        this.#refuse([...batch, ...this.#queue], error);
        continue;
      }
      if (commits.length > 0) this.#recovered();
      for (const pending of batch) this.#show(pending);
    }
    this.#pumping = undefined;
  }

  #nextBatch(): Pending[] {
    let size = 0;
    let count = 0;
    for (const pending of this.#queue) {
      size += byteLength(pending.json);
      if (count > 0 && size > WRITE_SIZE) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** A commit that waited may have read what has just failed, so all of them fall together. */
  #refuse(all: readonly Pending[], cause: unknown): void {
    this.#queue = [];
    this.#overlay.clear();
    const text = cause instanceof NotSaved ? cause.text : String(cause);
    const reason = new NotSaved(text, { cause });
    if (this.#trouble === undefined)
      this.#log.error({ err: cause, commits: all.length }, `commits are not saved: ${reason.message}`);
    this.#trouble = {
      since: this.#trouble?.since ?? this.#clock.now(),
      reason: reason.message,
      text: reason.text,
    };
    for (const pending of all) pending.refused(new NotSaved(text, { cause }));
  }

  #recovered(): void {
    if (this.#trouble === undefined) return;
    this.#log.info({ since: this.#trouble.since }, "commits are saved again");
    this.#trouble = undefined;
  }

  #show(pending: Pending): void {
    this.#overlay.take(pending.number, pending.operations);
    const before = pending.operations.map((operation) =>
      operation[0] === "c" ? undefined : this.#state.tables.get(operation[1])?.get(operation[2]),
    );
    for (const operation of pending.operations) apply(this.#state, operation);
    pending.operations.forEach((operation, i) => {
      if (operation[0] !== "c") this.#tables.get(operation[1])?.tell(operation[2], operation[3], before[i]);
    });
    pending.done();
  }
}
