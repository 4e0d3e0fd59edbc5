/** The store in a folder of this machine: lowdb's snapshot, a journal beside it, one process at a time. */
import { Low } from "lowdb";
import { type Clock, systemClock } from "../clock.ts";
import { type Files, systemFiles } from "../files.ts";
import type { JsonPieces } from "../json-pieces.ts";
import { LiveStore } from "../live-store.ts";
import { type Log, silentLog } from "../log.ts";
import { MIGRATIONS, type Migration, migrate, schemaOf } from "../migrations.ts";
import { emptyState, type State } from "../state.ts";
import type { Store } from "../store.ts";
import { StoreError, wordsOf } from "../store-error.ts";
import { Disk, type DiskParts, removeJournals } from "./disk.ts";
import { Journal } from "./journal.ts";
import { journalPath, load } from "./load.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { SnapshotFile, type Stored } from "./snapshot.ts";

/** How to open an embedded store. */
export interface EmbeddedStoreOptions {
  /** The folder; it is made, for the owner alone, if it is not there. */
  readonly dir: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Bytes of journal after which it is compacted into a snapshot; default 32 MiB (a fifth of a second at the next start), and never before it outgrows the snapshot. */
  readonly compactAfterBytes?: number;
  /** The steps between schemas; default the house's own. */
  readonly migrations?: readonly Migration[];
  /** The file system; tests hand in one that fails. */
  readonly files?: Files;
}

/**
 * Opens the store. Throws a StoreError that says what to do when another process has the folder, when it cannot
 * be written, when a file in it is damaged, or when it was written by a newer Gengfu. A torn last line, which a
 * death in the middle of a write leaves, is dropped and logged as a warning.
 */
export async function openStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { dir, clock = systemClock, log = silentLog, files = systemFiles } = options;
  return inFolder(files, dir, async (lock) => {
    const parts = partsOf(options, files, log);
    const disk = await openDisk(parts, options.migrations ?? MIGRATIONS);
    await lock.verify().catch((error) => disk.close().then(() => Promise.reject(error)));
    const sink = {
      write: (commits: readonly JsonPieces[]) => disk.write(commits),
      // What came in together, from however many connections: a write costs the one thread as much as a small request.
      gather: () => new Promise<void>((resolve) => setImmediate(resolve)),
      close: () => disk.close().finally(() => lock.release()),
    };
    return new LiveStore(parts.db.data, sink, clock, log);
  });
}

/**
 * What an embedded store holds, brought to the newest schema, for one that takes its place; the files stay as they are.
 * Undefined where there is none. For whoever has the folder's lock. Throws a StoreError as `openStore` does.
 */
export async function readStore(options: EmbeddedStoreOptions): Promise<State | undefined> {
  const { dir, log = silentLog, files = systemFiles, migrations = MIGRATIONS } = options;
  const { db } = partsOf(options, files, log);
  await load(files, dir, db, log);
  if (db.data.schema === 0) return undefined;
  migrate(dir, db.data, db.data.schema, migrations);
  return { tables: db.data.tables, counters: db.data.counters };
}

/**
 * Makes the folder, takes its lock, and lets it go again when `act` fails. Throws a StoreError that says what to do
 * where the folder cannot be used.
 */
export async function inFolder<T>(files: Files, dir: string, act: (lock: Lock) => Promise<T>): Promise<T> {
  let lock: Lock | undefined;
  try {
    await files.makeFolder(dir);
    lock = await lockFolder(dir);
    return await act(lock);
  } catch (error) {
    await lock?.release();
    if (error instanceof StoreError) throw error;
    const { zh, en } = wordsOf(dir, error);
    throw new StoreError(
      { zh: `无法使用数据目录 ${zh}`, en: `cannot use the data folder ${en}` },
      { cause: error },
    );
  }
}

function partsOf(options: EmbeddedStoreOptions, files: Files, log: Log): DiskParts {
  const { dir, compactAfterBytes = 32 * 1024 * 1024 } = options;
  const stopping = new AbortController();
  const snapshot = new SnapshotFile(files, dir, stopping.signal);
  const db = new Low<Stored>(snapshot, { ...emptyState(), schema: 0, generation: 0 });
  return { files, folder: dir, db, snapshot, log, compactAfterBytes, stopping };
}

async function openDisk(parts: DiskParts, migrations: readonly Migration[]): Promise<Disk> {
  const { files, folder, db, log } = parts;
  const loaded = await load(files, folder, db, log);
  const newest = schemaOf(migrations);
  const from = db.data.schema === 0 ? newest : db.data.schema;
  const done = migrate(folder, db.data, from, migrations);
  db.data.schema = newest;
  if (done.length === 0 && loaded.resumable?.schema === newest) {
    const path = journalPath(folder, loaded.generation);
    const journal = await Journal.resume(files, path, loaded.resumable.length, loaded.last);
    return new Disk(parts, journal, loaded.generation, loaded.bytes - journal.length);
  }
  // A journal without commits is made anew in its place, since its first line may be torn or of another schema.
  const generation = Math.max(loaded.resumable === undefined ? loaded.generation : loaded.generation + 1, 1);
  const head = { schema: newest, generation, after: loaded.last };
  const journal = await Journal.create(files, folder, journalPath(folder, generation), head);
  if (done.length === 0) return new Disk(parts, journal, generation, loaded.bytes);
  // From here on the journal speaks the new schema, so the snapshot must, before the first commit.
  db.data.generation = generation;
  await db.write();
  await removeJournals(parts, generation);
  log.info({ from, to: newest, steps: done }, "brought the store to the newest schema");
  return new Disk(parts, journal, generation, 0);
}
