import type { JsonPieces } from "./json-pieces.ts";
import type { Text } from "./locale.ts";

/**
 * What must not be forgotten: named tables of documents, changed only by commits.
 * A document is a plain JSON value (NaN and the infinities are kept too), or one that `toJSON` makes of it, and is
 * never mutated: a change puts a new one.
 */
export interface Table<T> {
  readonly name: string;
  readonly size: number;
  get(id: string): T | undefined;
  /** All documents on disk, in insertion order of their ids. */
  values(): IterableIterator<T>;
  entries(): IterableIterator<[id: string, document: T]>;
  /** Calls `listener` for each document after the commit that changed it is on disk; returns how to stop. */
  watch(listener: (id: string, after: T | undefined, before: T | undefined) => void): () => void;
}

/** The view inside a commit: reads see this commit's own changes and those of commits still on their way to disk. */
export interface Change {
  get<T>(table: Table<T>, id: string): T | undefined;
  /** `json`: the document as JSON on one line, from whoever has it at hand and knows that it says the same. */
  put<T>(table: Table<T>, id: string, document: T, json?: JsonPieces): void;
  remove<T>(table: Table<T>, id: string): void;
  /** The next whole number of a named counter, starting at 1. Two commits that are saved never get the same one. */
  next(counter: string): number;
}

/** Turns what was read from disk into a document; throws an error that says what is wrong with it. */
export type Decode<T> = (raw: unknown) => T;

/** Why the store does not accept commits just now. */
export interface StoreTrouble {
  readonly since: number;
  /** English; `text` says it in both languages. */
  readonly reason: string;
  readonly text: Text;
}

export interface Store {
  /** Opens a table. Each name is opened once; every stored document is decoded at that moment. */
  table<T>(name: string, decode: Decode<T>): Table<T>;
  /**
   * Runs `edit` at once and resolves with its result when its changes are on disk, and only then shows them to
   * readers. Whole or nothing: if `edit` throws or the disk refuses, nothing changes and the promise rejects
   * (with `NotSaved` when it was the disk). `edit` must be synchronous.
   */
  commit<R>(edit: (change: Change) => R): Promise<R>;
  /** Set while the last commit could not be written; cleared by the next one that can. */
  readonly trouble: StoreTrouble | undefined;
  /** Waits for what is under way, then closes; commits after this reject. */
  close(): Promise<void>;
}

/** The disk refused a commit; nothing of it has happened. */
export class NotSaved extends Error {
  /** The reason in both languages; `message` is the English. */
  readonly text: Text;

  constructor(reason: string | Text, options?: ErrorOptions) {
    const text = typeof reason === "string" ? { zh: reason, en: reason } : reason;
    super(text.en, options);
    this.name = "NotSaved";
    this.text = text;
  }
}
