/** Reading a journal back: its commits in order, and where it ends in good health. */
import { decodeText } from "../encode.ts";
import type { JsonPieces } from "../json-pieces.ts";
import type { Text } from "../locale.ts";
import { isOperation, type Operation } from "../state.ts";
import { StoreError } from "../store-error.ts";
import { readRecord } from "./record.ts";

/** What the first line of a journal says. */
export interface JournalHead {
  readonly schema: number;
  readonly generation: number;
  /** The number of the last commit before this journal. */
  readonly after: number;
}

/** A journal as it was read. */
export interface JournalContent {
  /** Absent when the process died while it made the file. */
  readonly head: JournalHead | undefined;
  readonly commits: readonly (readonly Operation[])[];
  /** Bytes up to the end of the last whole commit. */
  readonly goodLength: number;
  /** Bytes after that, which a write that never finished has left. */
  readonly tornBytes: number;
  /** Lines, the first one counted, up to `goodLength`. */
  readonly lines: number;
}

interface Entry {
  readonly number: number;
  /** Bytes of the journal that were safely on disk when this commit was written. */
  readonly durable: number;
  readonly operations: readonly Operation[];
}

/** Takes a journal apart; throws a StoreError that says where, when anything but its end is damaged. */
export function parseJournal(path: string, data: Buffer): JournalContent {
  let position = 0;
  let lines = 0;
  let head: JournalHead | undefined;
  const commits: (readonly Operation[])[] = [];
  while (position < data.length) {
    const found = readRecord(data, position);
    if (found.is === "torn") break;
    if (found.is === "damaged") {
      if (wasNeverSaved(data, position)) break;
      throw damaged(path, lines + 1, position, found.why);
    }
    if (head === undefined) {
      head = asHead(found.json);
      if (head === undefined)
        throw damaged(path, 1, 0, {
          zh: "文件开头不是 Gengfu 的日志",
          en: "it does not begin as a journal of Gengfu does",
        });
    } else {
      const entry = asEntry(found.json);
      if (entry === undefined)
        throw damaged(path, lines + 1, position, { zh: "该行不是一次提交", en: "the line is not a commit" });
      const expected = head.after + commits.length + 1;
      if (entry.number !== expected)
        throw damaged(path, lines + 1, position, {
          zh: `缺少第 ${expected} 次提交，后面是第 ${entry.number} 次`,
          en: `commit ${expected} is missing, ${entry.number} follows`,
        });
      commits.push(entry.operations);
    }
    position = found.end;
    lines++;
  }
  return { head, commits, goodLength: position, tornBytes: data.length - position, lines };
}

/**
 * After a power cut some file systems leave zeros where a write never arrived, with later parts of the same
 * write behind them. That is a write nobody was told of, unless a later commit knew the place to be on disk.
 */
function wasNeverSaved(data: Buffer, position: number): boolean {
  const zeros = data.includes(SECTOR, position) || (data.at(-1) === 0 && data.at(-2) === 0);
  if (!zeros) return false;
  for (let at = data.indexOf(10, position); at >= 0; at = data.indexOf(10, at + 1)) {
    const found = readRecord(data, at + 1);
    const entry = found.is === "line" ? asEntry(found.json) : undefined;
    if (entry !== undefined && entry.durable > position) return false;
  }
  return true;
}

/** The least that a disk leaves out, in bytes; a single zero is damage of another kind. */
const SECTOR = Buffer.alloc(512);

function damaged(path: string, line: number, byte: number, why: Text): StoreError {
  return new StoreError({
    zh: `${path} 已损坏，第 ${line} 行，第 ${byte} 字节：${why.zh}。请从备份恢复；若把文件截断到第 ${byte} 字节，则之后的内容全部丢失。`,
    en: `${path} is damaged at line ${line}, byte ${byte}: ${why.en}. Restore it from a backup; cutting the file at byte ${byte} loses everything after it.`,
  });
}

/** The JSON of a journal's first line. */
export function headJson(head: JournalHead): string {
  return JSON.stringify({ gengfu: "journal", format: 1, ...head });
}

/** The JSON of a commit's line; `operations` is JSON already. */
export function entryJson(number: number, durable: number, operations: JsonPieces): JsonPieces {
  return [`{"n":${number},"d":${durable},"ops":`, ...operations, "}"];
}

function asHead(json: string): JournalHead | undefined {
  const raw = parsed(json);
  if (raw?.["gengfu"] !== "journal" || raw["format"] !== 1) return undefined;
  const { schema, generation, after } = raw;
  const whole = [schema, generation, after].every(Number.isSafeInteger);
  return whole ? { schema: Number(schema), generation: Number(generation), after: Number(after) } : undefined;
}

function asEntry(json: string): Entry | undefined {
  const raw = parsed(json);
  const { n, d, ops } = raw ?? {};
  if (typeof n !== "number" || typeof d !== "number" || !Array.isArray(ops) || !ops.every(isOperation))
    return undefined;
  return { number: n, durable: d, operations: ops };
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const raw = decodeText(json);
    return typeof raw === "object" && raw !== null ? { ...raw } : undefined;
  } catch {
    return undefined;
  }
}
