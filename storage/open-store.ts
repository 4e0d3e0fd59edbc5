/** The store of a house: in a folder of this machine, or in PostgreSQL. */
import { type Clock, systemClock } from "./clock.ts";
import { inFolder, openStore as openEmbedded, readStore } from "./embedded-store.ts";
import { systemFiles } from "./files.ts";
import { type Log, silentLog } from "./log.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Limits } from "./postgres/connection.ts";
import type { Store } from "./store.ts";

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
 * Opens it. A database that is still empty begins with what an embedded store in the folder holds. Throws a StoreError
 * that says what to do when the folder or the database cannot be used, or when another process has one of them.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dir, databaseUrl: url, clock = systemClock, log = silentLog, ...more } = options;
  if (url === undefined) return openEmbedded({ dir, clock, log });
  return inFolder(systemFiles, dir, async (lock) => {
    await lock.verify();
    const { openPostgres } = await import("./postgres/open.ts");
    const before = () => readStore({ dir, log });
    const closed = () => lock.release();
    return openPostgres({ ...more, url, clock, log, migrations: MIGRATIONS, before, closed });
  });
}
