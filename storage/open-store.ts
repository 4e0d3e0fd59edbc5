/** The store of a house: in a folder of this machine, or in PostgreSQL. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "./clock.ts";
import { inFolder, openStore as openEmbedded, readStore } from "./embedded/embedded-store.ts";
import { systemFiles } from "./files.ts";
import { type Log, silentLog } from "./log.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Limits } from "./postgres/connection.ts";
import type { Store } from "./store.ts";
import { StoreError } from "./store-error.ts";

export interface StoreOptions {
  /** The folder. It is ours alone in both cases: samples and pictures lie there, too. */
  readonly dir: string;
  /** Where PostgreSQL is; the embedded store where nothing is said. */
  readonly databaseUrl?: string | undefined;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Of the database; a few seconds unless told. */
  readonly limits?: Limits;
  /** How long a start waits for a database that is not there yet, in milliseconds; half a minute unless told. */
  readonly patienceMs?: number;
}

/**
 * Stands in the folder once the state is in a database, and says in which. Whoever starts without it then would go on
 * with what was there long ago, or with nothing, and nobody would know.
 */
const MARK = "state-is-in-postgresql.txt";

/**
 * Opens it. A database that is still empty begins with what an embedded store in the folder holds. Throws a StoreError
 * that says what to do when the folder or the database cannot be used, or when another process has one of them.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dir, databaseUrl: url, clock = systemClock, log = silentLog, ...more } = options;
  const mark = join(dir, MARK);
  if (url === undefined) {
    const place = await readFile(mark, "utf8").catch(() => undefined);
    if (place !== undefined) throw hasMoved(mark, place.trim());
    return openEmbedded({ dir, clock, log });
  }
  return inFolder(systemFiles, dir, async (lock) => {
    await lock.verify();
    const { openPostgres } = await import("./postgres/open.ts");
    const before = () => readStore({ dir, log });
    const closed = () => lock.release();
    const store = await openPostgres({ ...more, url, clock, log, migrations: MIGRATIONS, before, closed });
    try {
      await writeFile(mark, `PostgreSQL ${placeOf(url)}\n`, { mode: 0o600 });
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  });
}

/** Where a database is, without user and password: for people. */
export function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

function hasMoved(mark: string, place: string): StoreError {
  return new StoreError({
    zh: `状态已经搬到 ${place}，但没有设置 DATABASE_URL。请设置它；确实要用这个目录里的旧状态，就删掉 ${mark}。`,
    en: `the state has moved to ${place}, and DATABASE_URL is not set. Set it; to go on with the old state of this folder after all, remove ${mark}.`,
  });
}
