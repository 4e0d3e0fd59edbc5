/** What commits see while they are made: their own changes, over those on their way to disk, over the disk's. */
import { encode } from "./encode.ts";
import { type JsonPieces, offHeap } from "./json-pieces.ts";
import type { Operation, State } from "./state.ts";
import type { Change, Table } from "./store.ts";

/** A document or counter that a commit on its way to disk has set; `undefined` stands for "removed". */
interface Ahead {
  readonly commit: number;
  readonly value: unknown;
}

/** The changes of all commits that are not on disk yet, as one view over the state that is. */
export class Overlay {
  readonly #state: State;
  readonly #documents = new Map<string, Map<string, Ahead>>();
  readonly #counters = new Map<string, Ahead>();

  constructor(state: State) {
    this.#state = state;
  }

  get(table: string, id: string): unknown {
    const ahead = this.#documents.get(table)?.get(id);
    return ahead === undefined ? this.#state.tables.get(table)?.get(id) : ahead.value;
  }

  counter(name: string): number {
    const ahead = this.#counters.get(name);
    return ahead === undefined ? (this.#state.counters.get(name) ?? 0) : Number(ahead.value);
  }

  /** Lays the operations of a commit on top. */
  add(commit: number, operations: readonly Operation[]): void {
    for (const operation of operations)
      this.#place(operation).set(operation[0] === "c" ? operation[1] : operation[2], {
        commit,
        value: operation[0] === "c" ? operation[2] : operation[3],
      });
  }

  /** Takes off what a commit laid on, except where a later one has changed it again. */
  take(commit: number, operations: readonly Operation[]): void {
    for (const operation of operations) {
      const place = this.#place(operation);
      const key = operation[0] === "c" ? operation[1] : operation[2];
      if (place.get(key)?.commit === commit) place.delete(key);
    }
  }

  /** Drops back to what is on disk. */
  clear(): void {
    this.#documents.clear();
    this.#counters.clear();
  }

  #place(operation: Operation): Map<string, Ahead> {
    if (operation[0] === "c") return this.#counters;
    let place = this.#documents.get(operation[1]);
    if (place === undefined) {
      place = new Map();
      this.#documents.set(operation[1], place);
    }
    return place;
  }
}

interface Edited {
  readonly kind: "i" | "u" | "r";
  readonly document: unknown;
}

/** One commit in the making. */
export class Draft implements Change {
  readonly #overlay: Overlay;
  readonly #owns: (table: Table<unknown>) => boolean;
  readonly #tables = new Map<string, Map<string, Edited>>();
  readonly #counters = new Map<string, number>();
  /** By document: its JSON, where it was given. */
  readonly #json = new Map<unknown, JsonPieces>();
  #open = true;

  constructor(overlay: Overlay, owns: (table: Table<unknown>) => boolean) {
    this.#overlay = overlay;
    this.#owns = owns;
  }

  get<T>(table: Table<T>, id: string): T | undefined {
    const edited = this.#edits(table).get(id);
    // The table's own decode or an earlier `put<T>` made this value, so it is a T.
    return (edited === undefined ? this.#overlay.get(table.name, id) : edited.document) as T | undefined;
  }

  put<T>(table: Table<T>, id: string, document: T, json?: JsonPieces): void {
    if (document === undefined)
      throw new TypeError(`table ${table.name}, document ${id}: undefined cannot be stored`);
    const edits = this.#edits(table);
    if (json !== undefined) this.#json.set(document, json);
    const edited = edits.get(id);
    if (edited?.kind === "r") {
      // Removed and put again in one commit: it moves to the end, as it would in two.
      edits.delete(id);
      edits.set(id, { kind: "i", document });
      return;
    }
    const kind = edited?.kind ?? (this.#overlay.get(table.name, id) === undefined ? "i" : "u");
    edits.set(id, { kind, document });
  }

  remove<T>(table: Table<T>, id: string): void {
    const edits = this.#edits(table);
    if (this.#overlay.get(table.name, id) === undefined) edits.delete(id);
    else edits.set(id, { kind: "r", document: undefined });
  }

  next(counter: string): number {
    this.#stillOpen();
    const value = (this.#counters.get(counter) ?? this.#overlay.counter(counter)) + 1;
    this.#counters.set(counter, value);
    return value;
  }

  /** Ends the commit's making; what it came to. */
  finish(): Operation[] {
    this.#open = false;
    const operations: Operation[] = [];
    for (const [table, edits] of this.#tables)
      for (const [id, edited] of edits)
        operations.push(edited.kind === "r" ? ["r", table, id] : [edited.kind, table, id, edited.document]);
    for (const [counter, value] of this.#counters) operations.push(["c", counter, value]);
    return operations;
  }

  /** The operations as the journal has them; throws a TypeError that names the document that cannot be written. */
  encode(operations: readonly Operation[]): JsonPieces {
    if (this.#json.size === 0) return [offHeap(encodeOperations(operations))];
    const pieces: (string | Buffer)[] = [];
    let before = "[";
    for (const operation of operations) {
      const json = operation[0] === "i" || operation[0] === "u" ? this.#json.get(operation[3]) : undefined;
      if (json === undefined) pieces.push(before, offHeap(encodeOperations([operation]).slice(1, -1)));
      else
        pieces.push(
          `${before}["${operation[0]}",${encode(operation[1])},${encode(operation[2])},`,
          ...json,
          "]",
        );
      before = ",";
    }
    return [...pieces, "]"];
  }

  #edits(table: Table<unknown>): Map<string, Edited> {
    this.#stillOpen();
    if (!this.#owns(table)) throw new Error(`the table ${table.name} belongs to another store`);
    let edits = this.#tables.get(table.name);
    if (edits === undefined) {
      edits = new Map();
      this.#tables.set(table.name, edits);
    }
    return edits;
  }

  #stillOpen(): void {
    if (!this.#open) throw new Error("a change cannot be used after its commit's edit has returned");
  }
}

/** The operations as the journal has them; throws a TypeError that names the document that cannot be written. */
export function encodeOperations(operations: readonly Operation[]): string {
  try {
    return encode(operations);
  } catch {
    // One call for all is several times quicker; only when it fails is it worth knowing which document it was.
    for (const operation of operations) if (operation[0] === "i" || operation[0] === "u") check(operation);
    throw new TypeError("the commit cannot be written");
  }
}

function check([, table, id, document]: Extract<Operation, readonly ["i" | "u", ...unknown[]]>): void {
  try {
    encode(document);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`table ${table}, document ${id}: ${why}`, { cause: error });
  }
}
