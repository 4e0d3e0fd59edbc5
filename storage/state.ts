/** Everything a store holds, and the operations that change it. */

/** Tables of documents by name and id, in insertion order, and the last number handed out by each counter. */
export interface State {
  readonly tables: Map<string, Map<string, unknown>>;
  readonly counters: Map<string, number>;
}

/**
 * One step of a commit, in the very form in which it stands in the journal: `i`nsert a new document at the end
 * of its table, `u`pdate one in its place, `r`emove one, set a `c`ounter. Each holds the outcome and not the
 * difference, so that a step may be applied again to a state that already has it.
 */
export type Operation =
  | readonly ["i" | "u", table: string, id: string, document: unknown]
  | readonly ["r", table: string, id: string]
  | readonly ["c", counter: string, value: number];

/** A state that holds nothing. */
export function emptyState(): State {
  return { tables: new Map(), counters: new Map() };
}

/** The documents of a table; an unknown table starts empty. */
export function tableOf(state: State, name: string): Map<string, unknown> {
  let documents = state.tables.get(name);
  if (documents === undefined) {
    documents = new Map();
    state.tables.set(name, documents);
  }
  return documents;
}

/** Applies one operation. */
export function apply(state: State, operation: Operation): void {
  switch (operation[0]) {
    case "c":
      state.counters.set(operation[1], operation[2]);
      return;
    case "r":
      tableOf(state, operation[1]).delete(operation[2]);
      return;
    case "i":
      // Replayed over a snapshot that was taken later, the id may be there already, at an older place.
      tableOf(state, operation[1]).delete(operation[2]);
      tableOf(state, operation[1]).set(operation[2], operation[3]);
      return;
    case "u":
      tableOf(state, operation[1]).set(operation[2], operation[3]);
  }
}

/** Whether something read from disk is an operation. */
export function isOperation(raw: unknown): raw is Operation {
  if (!Array.isArray(raw) || typeof raw[1] !== "string") return false;
  if (raw[0] === "c") return Number.isSafeInteger(raw[2]);
  return (
    typeof raw[2] === "string" && (raw[0] === "r" || ((raw[0] === "i" || raw[0] === "u") && raw.length === 4))
  );
}
