/** Opening what is on disk: the snapshot, then every journal since, in order. */
import { join } from "node:path";
import type { Low } from "lowdb";
import { type Files, readWhole } from "../files.ts";
import type { Log } from "../log.ts";
import { apply } from "../state.ts";
import { StoreError } from "../store-error.ts";
import { type JournalContent, parseJournal } from "./read-journal.ts";
import type { Stored } from "./snapshot.ts";

/** Where the journals stand after everything in them has been applied. */
export interface Loaded {
  /** The number of the newest journal; 0 when there is none. */
  readonly generation: number;
  /** The newest journal, when it holds commits and can be gone on with. */
  readonly resumable: { readonly schema: number; readonly length: number } | undefined;
  /** The number of the last commit. */
  readonly last: number;
  /** Bytes of all journals since the snapshot. */
  readonly bytes: number;
}

/** The path of a journal. */
export function journalPath(folder: string, generation: number): string {
  return join(folder, `journal-${generation}.ndjson`);
}

/** The numbers of the journals in a folder, in order. */
export async function journalsIn(files: Files, folder: string): Promise<number[]> {
  const names = await files.list(folder);
  const numbers = names.map((name) => /^journal-(\d+)\.ndjson$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Reads the snapshot into `db` and replays the journals over it. Throws a StoreError for damage. */
export async function load(files: Files, folder: string, db: Low<Stored>, log: Log): Promise<Loaded> {
  await db.read();
  const all = await journalsIn(files, folder);
  const first = Math.max(db.data.generation, 1);
  // The process died after a snapshot was in place and before the journals it replaces were gone.
  for (const number of all.filter((number) => number < first))
    await files.remove(journalPath(folder, number));
  const numbers = all.filter((number) => number >= first);
  const missing = numbers.findIndex((number, i) => number !== first + i);
  if (missing >= 0 || (numbers.length === 0 && db.data.generation > 0)) {
    const path = journalPath(folder, first + Math.max(missing, 0));
    throw new StoreError({
      zh: `${path} 不见了，其中的改动会丢失。请从备份恢复 ${folder}。`,
      en: `${path} is missing, and with it changes that were saved. Restore ${folder} from a backup.`,
    });
  }
  const journals: { path: string; content: JournalContent }[] = [];
  for (const number of numbers) {
    const path = journalPath(folder, number);
    journals.push({ path, content: parseJournal(path, await readWhole(files, path)) });
  }
  let last: number | undefined;
  let bytes = 0;
  for (const [i, { path, content }] of journals.entries()) {
    last = replay(db.data, path, content, last);
    bytes += content.goodLength;
    if (content.tornBytes === 0) continue;
    // A journal is only followed by another that holds commits once its own last write was whole.
    if (journals.slice(i + 1).some((later) => later.content.commits.length > 0))
      throw endsEarly(path, content);
    await cut(files, path, content, log);
  }
  const newest = journals.at(-1)?.content;
  return {
    generation: numbers.at(-1) ?? 0,
    resumable:
      newest?.head === undefined || newest.commits.length === 0
        ? undefined
        : { schema: newest.head.schema, length: newest.goodLength },
    last: last ?? 0,
    bytes,
  };
}

/** Applies one journal; the number of its last commit. */
function replay(
  stored: Stored,
  path: string,
  content: JournalContent,
  last: number | undefined,
): number | undefined {
  const { head, commits } = content;
  if (head === undefined) return last;
  const before = last ?? head.after;
  // An empty journal may be left from a compaction that failed, after which its predecessor went on.
  if (head.after > before || (commits.length > 0 && head.after < before))
    throw new StoreError({
      zh: `${path} 从第 ${head.after + 1} 次提交开始，但前面的日志到第 ${before} 次为止。请从备份恢复。`,
      en: `${path} begins with commit ${head.after + 1}, but what precedes it ends with commit ${before}. Restore it from a backup.`,
    });
  if (commits.length === 0) return before;
  if (stored.schema === 0) stored.schema = head.schema;
  if (head.schema !== stored.schema)
    throw new StoreError({
      zh: `${path} 的结构版本是 ${head.schema}，快照的是 ${stored.schema}。请从备份恢复。`,
      en: `${path} has schema ${head.schema} and the snapshot ${stored.schema}. Restore it from a backup.`,
    });
  for (const operations of commits) for (const operation of operations) apply(stored, operation);
  return before + commits.length;
}

async function cut(files: Files, path: string, content: JournalContent, log: Log): Promise<void> {
  log.warn(
    { file: path, line: content.lines + 1, byte: content.goodLength, bytes: content.tornBytes },
    "dropped the torn end of the journal: a write that was under way when the process died and was never confirmed",
  );
  const file = await files.open(path, "edit");
  try {
    await file.truncate(content.goodLength);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function endsEarly(path: string, content: JournalContent): StoreError {
  const [line, byte] = [content.lines + 1, content.goodLength];
  return new StoreError({
    zh: `${path} 已损坏，第 ${line} 行，第 ${byte} 字节：文件在这里被截断，而后面还有日志。请从备份恢复。`,
    en: `${path} is damaged at line ${line}, byte ${byte}: it is cut short, although another journal follows. Restore it from a backup.`,
  });
}
