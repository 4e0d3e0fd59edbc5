/**
 * The snapshot: everything the store holds, in one file of lines, as an adapter for lowdb.
 * It is written while commits go on. It may therefore hold part of what the journal of its own generation says,
 * and that does no harm, because the journal's operations can be applied twice (see state.ts).
 */
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Adapter } from "lowdb";
import { decodeText, encode } from "../encode.ts";
import { type Files, type OpenFile, readWhole } from "../files.ts";
import type { Text } from "../locale.ts";
import { emptyState, type State } from "../state.ts";
import { StoreError } from "../store-error.ts";

/** What the store keeps, with what is needed to go on from it. */
export interface Stored extends State {
  schema: number;
  /** The journal of this number and all later ones come after the snapshot. */
  generation: number;
}

const NAME = "snapshot.ndjson";
const DRAFT = "snapshot.ndjson.tmp";
/** Characters encoded before the event loop gets its turn: about a millisecond of work. */
const SLICE = 64 * 1024;
/** Bytes after which the disk gets its share, so that a commit's fdatasync never waits for all of it. */
const SYNC_EVERY = 4 * 1024 * 1024;

export class SnapshotFile implements Adapter<Stored> {
  readonly path: string;
  readonly #files: Files;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #bytes = 0;

  /** When `signal` aborts, a write that is under way rejects and leaves the old snapshot standing. */
  constructor(files: Files, folder: string, signal: AbortSignal) {
    this.path = join(folder, NAME);
    this.#files = files;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Size of the snapshot that was last read or written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reads the snapshot; null when there is none. Throws a StoreError when it is damaged. */
  async read(): Promise<Stored | null> {
    const names = await this.#files.list(this.#folder);
    if (names.includes(DRAFT)) await this.#files.remove(join(this.#folder, DRAFT));
    if (!names.includes(NAME)) return null;
    const data = await readWhole(this.#files, this.path);
    this.#bytes = data.length;
    return parseSnapshot(this.path, data);
  }

  /** Writes beside the old snapshot, forces to disk, and only then takes its name. */
  async write(stored: Stored): Promise<void> {
    const draft = join(this.#folder, DRAFT);
    try {
      const bytes = await this.#writeDraft(draft, stored);
      this.#signal.throwIfAborted();
      await this.#files.rename(draft, this.path);
      await this.#files.syncFolder(this.#folder);
      this.#bytes = bytes;
    } catch (error) {
      // On a full disk, half a snapshot would take the room that commits need.
      await this.#files.remove(draft).catch(() => {});
      throw error;
    }
  }

  async #writeDraft(draft: string, stored: Stored): Promise<number> {
    const file = await this.#files.open(draft, "create");
    try {
      const bytes = await writeLines(file, linesOf(stored), this.#signal);
      await file.datasync();
      return bytes;
    } finally {
      await file.close();
    }
  }
}

function* linesOf(stored: Stored): Generator<string> {
  const { schema, generation } = stored;
  yield JSON.stringify({ gengfu: "snapshot", format: 1, schema, generation });
  for (const [table, documents] of stored.tables) {
    yield encode({ table });
    for (const [id, document] of documents) yield `[${encode(id)},${encode(document)}]`;
  }
  yield JSON.stringify({ counters: Object.fromEntries(stored.counters) });
}

async function writeLines(file: OpenFile, lines: Iterable<string>, signal: AbortSignal): Promise<number> {
  let position = 0;
  let synced = 0;
  let checksum = 0;
  let slice = "";
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    const data = Buffer.from(slice);
    slice = "";
    checksum = crc32(data, checksum);
    await file.write(data, position);
    position += data.length;
    if (position - synced < SYNC_EVERY) return;
    await file.datasync();
    synced = position;
  };
  for (const line of lines) {
    slice += `${line}\n`;
    if (slice.length >= SLICE) await flush();
  }
  await flush();
  slice = `${JSON.stringify({ end: checksum })}\n`;
  await flush();
  return position;
}

function parseSnapshot(path: string, data: Buffer): Stored {
  const wrong = (line: number, byte: number, why: Text): StoreError =>
    new StoreError({
      zh: `${path} 已损坏，第 ${line} 行，第 ${byte} 字节：${why.zh}。请从备份恢复。`,
      en: `${path} is damaged at line ${line}, byte ${byte}: ${why.en}. Restore it from a backup.`,
    });
  const state = emptyState();
  let head: { schema: number; generation: number } | undefined;
  let documents: Map<string, unknown> | undefined;
  let position = 0;
  for (let line = 1; position < data.length; line++) {
    const newline = data.indexOf(10, position);
    if (newline < 0) throw wrong(line, position, { zh: "最后一行不完整", en: "its last line is cut short" });
    let raw: unknown;
    try {
      raw = decodeText(data.toString("utf8", position, newline));
    } catch {
      throw wrong(line, position, { zh: "该行不是 JSON", en: "the line is not JSON" });
    }
    const fields = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
    if (head === undefined) {
      head = { schema: Number(fields["schema"]), generation: Number(fields["generation"]) };
      const known = fields["gengfu"] === "snapshot" && fields["format"] === 1;
      if (!known || !Number.isSafeInteger(head.schema) || !Number.isSafeInteger(head.generation))
        throw wrong(line, position, {
          zh: "文件开头不是 Gengfu 的快照",
          en: "it does not begin as a snapshot of Gengfu does",
        });
    } else if (Array.isArray(raw) && documents !== undefined) {
      documents.set(String(raw[0]), raw[1]);
    } else if (typeof fields["table"] === "string") {
      documents = new Map();
      state.tables.set(fields["table"], documents);
    } else if (typeof fields["counters"] === "object" && fields["counters"] !== null) {
      for (const [name, value] of Object.entries(fields["counters"])) state.counters.set(name, Number(value));
    } else if (typeof fields["end"] === "number") {
      if (newline + 1 !== data.length)
        throw wrong(line, newline + 1, { zh: "结尾之后还有内容", en: "there is more after its end" });
      if (crc32(data.subarray(0, position)) !== fields["end"])
        throw wrong(line, position, { zh: "校验和不符", en: "its checksum does not match" });
      return { ...state, ...head };
    } else throw wrong(line, position, { zh: "该行不属于快照", en: "the line is none of a snapshot" });
    position = newline + 1;
  }
  throw wrong(1, position, { zh: "缺少结尾", en: "its end is missing" });
}
