/** The embedded store's sink: the journal that commits go to, and its compaction into a snapshot in the background. */
import type { Low } from "lowdb";
import type { Files } from "../files.ts";
import type { JsonPieces } from "../json-pieces.ts";
import type { Sink } from "../live-store.ts";
import type { Log } from "../log.ts";
import { wordsOf } from "../store-error.ts";
import { Journal } from "./journal.ts";
import { journalPath, journalsIn } from "./load.ts";
import type { SnapshotFile, Stored } from "./snapshot.ts";

/** What a disk is made of. */
export interface DiskParts {
  readonly files: Files;
  readonly folder: string;
  readonly db: Low<Stored>;
  readonly snapshot: SnapshotFile;
  readonly log: Log;
  /** Bytes of journal below which no compaction starts; it also waits until the journal outgrows the snapshot. */
  readonly compactAfterBytes: number;
  readonly stopping: AbortController;
}

export class Disk implements Sink {
  readonly #parts: DiskParts;
  #journal: Journal;
  #generation: number;
  /** Bytes of the journals before the current one that the snapshot does not cover yet. */
  #olderBytes: number;
  #compactAt: number;
  #compacting: Promise<void> | undefined;

  /** Goes on with `journal`, number `generation`; earlier ones that still count have `olderBytes`. */
  constructor(parts: DiskParts, journal: Journal, generation: number, olderBytes: number) {
    this.#parts = parts;
    this.#journal = journal;
    this.#generation = generation;
    this.#olderBytes = olderBytes;
    this.#compactAt = this.#threshold;
  }

  async write(commits: readonly JsonPieces[]): Promise<void> {
    if (this.#compacting === undefined && this.#bytes >= this.#compactAt) await this.#compact();
    await this.#journal.append(commits);
  }

  async close(): Promise<void> {
    this.#parts.stopping.abort();
    await this.#compacting;
    await this.#journal.close();
  }

  get #bytes(): number {
    return this.#olderBytes + this.#journal.length;
  }

  /** Writing a snapshot only after as many bytes of journal keeps the whole cost within twice what is committed. */
  get #threshold(): number {
    return Math.max(this.#parts.compactAfterBytes, this.#parts.snapshot.bytes);
  }

  /**
   * Begins the next journal, here, between two writes, where the state in memory is exactly what the journals
   * so far have made; the snapshot then follows while commits go on in the new one.
   */
  async #compact(): Promise<void> {
    const { files, folder, db, log } = this.#parts;
    const generation = this.#generation + 1;
    const path = journalPath(folder, generation);
    let next: Journal;
    try {
      const head = { schema: db.data.schema, generation, after: this.#journal.last };
      next = await Journal.create(files, folder, path, head);
    } catch (error) {
      this.#postpone();
      log.warn(
        { err: error },
        `cannot begin the next journal, goes on with this one: ${wordsOf(path, error).en}`,
      );
      // What is left of it is harmless (see replay in load.ts), so it matters little whether this succeeds.
      await files.remove(path).catch(() => {});
      return;
    }
    const old = this.#journal;
    this.#olderBytes += old.length;
    this.#journal = next;
    this.#generation = generation;
    this.#compacting = this.#snapshot(generation).finally(() => {
      this.#compacting = undefined;
    });
    await old.close().catch(() => {});
  }

  async #snapshot(generation: number): Promise<void> {
    const { db, snapshot, log, stopping } = this.#parts;
    const covered = this.#olderBytes;
    db.data.generation = generation;
    try {
      await db.write();
    } catch (error) {
      if (stopping.signal.aborted) return;
      this.#postpone();
      log.warn(
        { err: error },
        `the snapshot could not be written, will try again: ${wordsOf(snapshot.path, error).en}`,
      );
      return;
    }
    this.#olderBytes -= covered;
    this.#compactAt = this.#threshold;
    log.debug({ generation, bytes: snapshot.bytes }, "wrote a snapshot");
    await removeJournals(this.#parts, generation);
  }

  #postpone(): void {
    this.#compactAt = this.#bytes + this.#threshold / 4;
  }
}

/** Removes the journals before `generation`, which the snapshot covers. One that stays is removed another time. */
export async function removeJournals(parts: DiskParts, generation: number): Promise<void> {
  const { files, folder, log } = parts;
  try {
    for (const number of await journalsIn(files, folder))
      if (number < generation) await files.remove(journalPath(folder, number));
  } catch (error) {
    log.warn({ err: error }, `an old journal could not be removed: ${wordsOf(folder, error).en}`);
  }
}
