/** The store in PostgreSQL: the same tables in memory, and their every commit in a database. */
import type { Clock } from "../clock.ts";
import { LiveStore } from "../live-store.ts";
import type { Log } from "../log.ts";
import { type Migration, migrate, schemaOf } from "../migrations.ts";
import type { State } from "../state.ts";
import { emptyState } from "../state.ts";
import type { Store } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { fold } from "./batch.ts";
import { type Connection, connect, type Limits } from "./connection.ts";
import { contentsOf, Database } from "./database.ts";
import { takeLock } from "./lock.ts";
import { inTransaction, isMade, make, readHead, readState, write } from "./schema.ts";
import { DatabaseDown, wordsOf } from "./words.ts";

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`, as libpq has it. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly migrations: readonly Migration[];
  /** What a database that is still empty begins with; asked only then. */
  before(): Promise<State | undefined>;
  /** Called when the store is closed. */
  closed(): Promise<void>;
  readonly limits?: Limits;
  /** So long is waited for a database that does not answer yet: both may have been started together. In milliseconds. */
  readonly patienceMs?: number;
}

const LIMITS: Limits = { connectMs: 5_000, statementMs: 10_000 };
const PATIENCE_MS = 30_000;
const AGAIN_MS = 1_000;
/** What passes by itself when a database has just been started. */
const COMING = new Set(["ECONNREFUSED", "ENOENT", "EAI_AGAIN", "57P03"]);
/** Documents written at a time when a store moves in. */
const CHUNK = 2_000;

/**
 * Opens it. Throws a StoreError that says what to do when the database cannot be reached or used, when another Gengfu
 * has it, or when it was written by a newer one.
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { url, clock, log, closed, limits = LIMITS } = options;
  const connection = await firstConnection(options, limits);
  try {
    await takeLock(connection, clock);
    await checkEncoding(connection);
    if (!(await isMade(connection))) await inTransaction(connection, () => make(connection));
    const { state, last, place } = await stateOf(connection, options);
    const database = new Database({ url, limits, clock, log, state, closed }, connection, last, place);
    return new LiveStore(state, database, clock, log);
  } catch (error) {
    await connection.close();
    if (error instanceof StoreError) throw error;
    throw asStoreError(connection.place, error);
  }
}

async function firstConnection(
  { url, clock, log, patienceMs = PATIENCE_MS }: PostgresOptions,
  limits: Limits,
): Promise<Connection> {
  for (let waited = 0; ; waited += AGAIN_MS) {
    try {
      return await connect(url, limits);
    } catch (error) {
      if (!(error instanceof DatabaseDown)) throw error;
      if (waited >= patienceMs || !COMING.has(error.code)) throw new StoreError(error.text, { cause: error });
      if (waited === 0)
        log.warn({ seconds: patienceMs / 1_000 }, `waiting for the database: ${error.message}`);
      await clock.sleep(AGAIN_MS);
    }
  }
}

async function checkEncoding(connection: Connection): Promise<void> {
  const [row] = await connection.ask("show server_encoding");
  if (row?.[0] === "UTF8") return;
  throw new StoreError({
    zh: `数据库 ${connection.place} 的编码是 ${row?.[0]}，存不下所有文字。请用 ENCODING 'UTF8' 新建一个。`,
    en: `the database ${connection.place} has the encoding ${row?.[0]}, which cannot hold all texts. Create one with ENCODING 'UTF8'.`,
  });
}

interface Opened {
  readonly state: State;
  readonly last: number;
  readonly place: number;
}

async function stateOf(connection: Connection, options: PostgresOptions): Promise<Opened> {
  const { migrations, log } = options;
  const head = await readHead(connection);
  const newest = schemaOf(migrations);
  if (head === undefined) return moveIn(connection, (await options.before()) ?? emptyState(), newest, log);
  const { state, place } = await readState(connection);
  const done = migrate(`PostgreSQL ${connection.place}`, state, head.schema, migrations);
  if (done.length === 0) return { state, last: head.last, place };
  log.info({ from: head.schema, to: newest, steps: done }, "brings the store to the newest schema");
  return rewrite(connection, state, { schema: newest, last: head.last });
}

async function moveIn(connection: Connection, state: State, schema: number, log: Log): Promise<Opened> {
  const opened = await rewrite(connection, state, { schema, last: 0 });
  const documents = [...state.tables.values()].reduce((sum, table) => sum + table.size, 0);
  if (documents > 0)
    log.info(
      { documents, place: connection.place },
      "the store of DATA_DIR has moved into PostgreSQL; from now on it is kept there",
    );
  return opened;
}

/** Writes everything anew, in one transaction. */
async function rewrite(
  connection: Connection,
  state: State,
  head: { readonly schema: number; readonly last: number },
): Promise<Opened> {
  let place = 0;
  let last = head.last;
  await inTransaction(connection, async () => {
    await connection.ask("delete from gengfu.documents");
    await connection.ask("delete from gengfu.store");
    await connection.ask("insert into gengfu.store (schema, last) values ($1, $2)", [head.schema, last]);
    const all = contentsOf(state, state.tables.keys());
    for (const [name, value] of state.counters) all.push(["c", name, value]);
    for (let from = 0; from < all.length; from += CHUNK) {
      await write(
        connection,
        { from: last, to: last + 1 },
        fold(all.slice(from, from + CHUNK), () => ++place),
      );
      last++;
    }
  });
  return { state, last, place };
}

function asStoreError(place: string, error: unknown): StoreError {
  return new StoreError(error instanceof DatabaseDown ? error.text : wordsOf(place, error), { cause: error });
}
