/** The journal: what was committed since the snapshot, one line per commit, appended and forced to disk. */
import type { Files, OpenFile } from "../files.ts";
import type { JsonPieces } from "../json-pieces.ts";
import { NotSaved } from "../store.ts";
import { wordsOf } from "../store-error.ts";
import { entryJson, headJson, type JournalHead } from "./read-journal.ts";
import { writeRecords } from "./record.ts";

/** In bytes; what is longer gets memory of its own. As long as nothing that long was written, it takes up no memory. */
const ROOM = 1024 * 1024;

export class Journal {
  readonly path: string;
  readonly #file: OpenFile;
  #length: number;
  #last: number;
  /** Where lines are put together: one write is under way at a time. */
  readonly #room = Buffer.allocUnsafeSlow(ROOM);
  /** Set while the file may hold bytes of a write that failed. */
  #dirty = false;

  private constructor(path: string, file: OpenFile, length: number, last: number) {
    this.path = path;
    this.#file = file;
    this.#length = length;
    this.#last = last;
  }

  /** Makes a new journal and forces it and its name to disk; an unfinished one in its place is replaced. */
  static async create(files: Files, folder: string, path: string, head: JournalHead): Promise<Journal> {
    const file = await files.open(path, "create", "forced");
    try {
      const line = writeRecords([[headJson(head)]]);
      await file.writeThrough(line, 0);
      await files.syncFolder(folder);
      return new Journal(path, file, line.length, head.after);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** Goes on with a journal whose first `length` bytes are good; anything after them is cut off. */
  static async resume(files: Files, path: string, length: number, last: number): Promise<Journal> {
    const file = await files.open(path, "edit", "forced");
    try {
      if ((await file.size()) > length) {
        await file.truncate(length);
        await file.datasync();
      }
      return new Journal(path, file, length, last);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** Bytes of the file that hold whole commits. */
  get length(): number {
    return this.#length;
  }

  /** The number of the last commit. */
  get last(): number {
    return this.#last;
  }

  /** Writes commits with one write and one fdatasync; rejects with NotSaved when they are not on disk. */
  async append(commits: readonly JsonPieces[]): Promise<void> {
    const entries = commits.map((operations, i) => entryJson(this.#last + 1 + i, this.#length, operations));
    const data = writeRecords(entries, this.#room);
    try {
      if (this.#dirty) await this.#mend();
      this.#dirty = true;
      await this.#file.writeThrough(data, this.#length);
      this.#dirty = false;
    } catch (error) {
      // Whole lines of a write that failed would come back at the next start, after they were refused.
      if (this.#dirty) await this.#mend().catch(() => {});
      throw new NotSaved(wordsOf(this.path, error), { cause: error });
    }
    this.#length += data.length;
    this.#last += commits.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #mend(): Promise<void> {
    await this.#file.truncate(this.#length);
    await this.#file.datasync();
    this.#dirty = false;
  }
}
