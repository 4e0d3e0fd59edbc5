/** What commits come to, folded into what the tables of PostgreSQL take: each document at most once. */
import { decodeText, encode } from "../encode.ts";
import type { JsonPieces } from "../json-pieces.ts";
import { isOperation, type Operation } from "../state.ts";

/** Columns of equal length, one list for each. */
export interface Batch {
  /** Documents that are no more. */
  readonly gone: { readonly tables: string[]; readonly ids: string[] };
  /** New ones, and those that move to the end of their table. */
  readonly placed: { tables: string[]; ids: string[]; places: number[]; documents: string[] };
  /** Those that stay where they are. */
  readonly changed: { tables: string[]; ids: string[]; documents: string[] };
  readonly counters: { names: string[]; values: number[] };
}

type Fate = { readonly is: "gone" } | { readonly is: "placed" | "changed"; readonly document: unknown };

/** Reads the operations of commits back from their JSON. */
export function operationsOf(commits: readonly JsonPieces[]): readonly Operation[] {
  return commits.flatMap((json) => {
    const operations = decodeText(json.join(""));
    if (!Array.isArray(operations) || !operations.every(isOperation)) throw new Error("not a commit");
    return operations;
  });
}

/** Folds operations in their order; `nextPlace` gives a new place at the end. */
export function fold(operations: readonly Operation[], nextPlace: () => number): Batch {
  const fates = new Map<string, Map<string, Fate>>();
  const counters = new Map<string, number>();
  for (const operation of operations) {
    if (operation[0] === "c") counters.set(operation[1], operation[2]);
    else meet(fates, operation);
  }
  const batch: Batch = {
    gone: { tables: [], ids: [] },
    placed: { tables: [], ids: [], places: [], documents: [] },
    changed: { tables: [], ids: [], documents: [] },
    counters: { names: [...counters.keys()], values: [...counters.values()] },
  };
  for (const [table, documents] of fates)
    for (const [id, fate] of documents) {
      const column = batch[fate.is];
      column.tables.push(table);
      column.ids.push(writeId(id));
      if (fate.is === "gone") continue;
      batch[fate.is].documents.push(encode(fate.document));
      if (fate.is === "placed") batch.placed.places.push(nextPlace());
    }
  return batch;
}

function meet(
  fates: Map<string, Map<string, Fate>>,
  operation: Exclude<Operation, readonly ["c", ...unknown[]]>,
) {
  const [kind, table, id] = operation;
  let documents = fates.get(table);
  if (documents === undefined) {
    documents = new Map();
    fates.set(table, documents);
  }
  const before = documents.get(id);
  // What is put anew stands behind all that was put before it.
  if (kind === "i") documents.delete(id);
  if (kind === "r") documents.set(id, { is: "gone" });
  else
    documents.set(id, {
      is: kind === "i" || before?.is === "placed" ? "placed" : "changed",
      document: operation[3],
    });
}

/** An id as the column has it: PostgreSQL's text knows no U+0000, and no half of a pair. Such ids stand there as JSON. */
function writeId(id: string): string {
  return /^"|[\0\p{Surrogate}]/u.test(id) ? JSON.stringify(id) : id;
}

/** The other way. */
export function readId(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
