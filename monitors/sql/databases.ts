/** The databases that may be asked: few connections each, kept for a little while, and never more than is allowed. */
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../storage/clock.ts";
import type { Answer, DatabaseSight } from "../monitor.ts";
import { LookFailed } from "../reason.ts";
import type { Connect, Connection } from "./connection.ts";
import type { Database, Place } from "./database.ts";
import { connectMySql } from "./mysql.ts";
import { connectPostgres } from "./postgres.ts";
import { connectSqlite } from "./sqlite.ts";

/** A connection that nobody wants is kept so long: a little more than the usual interval. */
const IDLE_MS = 90_000;
/** More statements than this do not wait for one database. */
const MOST_WAITING = 200;

const DRIVERS: Readonly<Record<Place["kind"], Connect>> = {
  postgres: connectPostgres,
  mysql: connectMySql,
  sqlite: connectSqlite,
};

export interface Databases extends DatabaseSight {
  /** Ends every connection. */
  close(): void;
}

/** One database: its connections, and who waits for one. */
interface Pool {
  readonly database: Database;
  /** Each with what wakes the sleep after which it is closed. */
  readonly idle: Map<Connection, AbortController>;
  readonly waiting: (() => void)[];
  busy: number;
}

/** One statement on its way. */
interface Asking {
  readonly pool: Pool;
  readonly statement: string;
  readonly most: number;
  readonly signal: AbortSignal;
  /** The place is another's only when the server has been told to end what took too long. */
  readonly place: { ended: Promise<void> };
}

/** Opens nothing until something is asked. `list` is what the file in force says. */
export function openDatabases(options: {
  list: () => readonly Database[];
  clock: Clock;
  drivers?: Readonly<Record<Place["kind"], Connect>>;
}): Databases {
  const { list, clock, drivers = DRIVERS } = options;
  const pools = new Map<string, Pool>();
  const closing = new AbortController();

  /** The pool of a database as it is now; that of one which the file says otherwise of is left to run dry. */
  function poolOf(name: string): Pool {
    const database = list().find((one) => one.name === name);
    const known = pools.get(name);
    if (known !== undefined && isDeepStrictEqual(known.database, database)) return known;
    if (known !== undefined) retire(known);
    if (database === undefined) throw new LookFailed({ code: "no_such_database", detail: name });
    const pool: Pool = { database, idle: new Map(), waiting: [], busy: 0 };
    pools.set(name, pool);
    return pool;
  }

  function retire(pool: Pool): void {
    pools.delete(pool.database.name);
    for (const connection of pool.idle.keys()) {
      take(pool, connection);
      connection.close();
    }
  }

  /** Waits for a place among those that may ask at once. */
  async function enter(pool: Pool, signal: AbortSignal): Promise<void> {
    const full = (): boolean => pool.busy >= pool.database.maxConnections;
    if (full()) {
      if (pool.waiting.length >= MOST_WAITING)
        throw new LookFailed({
          code: "busy",
          detail: `${MOST_WAITING} queries wait for ${pool.database.name}`,
        });
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        };
        const giveUp = (): void => {
          pool.waiting.splice(pool.waiting.indexOf(turn), 1);
          const detail = `waited for ${pool.database.name}; fewer monitors, quicker queries or more max_connections help`;
          reject(new LookFailed({ code: "busy", detail }));
        };
        pool.waiting.push(turn);
        signal.addEventListener("abort", giveUp, { once: true });
        if (signal.aborted) giveUp();
      });
      // Whoever left handed its place on.
      return;
    }
    pool.busy += 1;
  }

  function exit(pool: Pool): void {
    const next = pool.waiting.shift();
    if (next === undefined) pool.busy -= 1;
    else next();
  }

  /** Keeps a connection that has answered well until it has been idle for long enough. */
  function keep(pool: Pool, connection: Connection): void {
    if (closing.signal.aborted || pools.get(pool.database.name) !== pool) {
      connection.close();
      return;
    }
    const awake = new AbortController();
    pool.idle.set(connection, awake);
    void clock.sleep(IDLE_MS, awake.signal).then(() => {
      if (!awake.signal.aborted && take(pool, connection)) connection.close();
    });
  }

  function take(pool: Pool, connection: Connection): boolean {
    pool.idle.get(connection)?.abort();
    return pool.idle.delete(connection);
  }

  /** Asks over one connection; it is kept only when it has answered well. */
  async function use(
    connection: Connection,
    { pool, statement, most, signal, place }: Asking,
  ): Promise<Answer> {
    let timeUp = (): void => {};
    const limit = new Promise<never>((_, reject) => {
      timeUp = () =>
        reject(new LookFailed({ code: "timeout", detail: "waiting for the answer of the database" }));
    });
    signal.addEventListener("abort", timeUp, { once: true });
    if (signal.aborted) timeUp();
    const asked = connection.ask(statement, most);
    try {
      const answer = await Promise.race([asked, limit]);
      keep(pool, connection);
      return answer;
    } catch (error) {
      asked.catch(() => {});
      if (signal.aborted) place.ended = connection.cancel().finally(() => connection.close());
      else connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", timeUp);
    }
  }

  async function connect({ pool, signal }: Asking): Promise<Connection> {
    const late = new LookFailed({ code: "timeout", detail: "waiting for the connection to the database" });
    let connection: Connection;
    try {
      signal.throwIfAborted();
      connection = await drivers[pool.database.place.kind](pool.database, signal);
    } catch (error) {
      throw signal.aborted ? late : error;
    }
    if (signal.aborted || closing.signal.aborted) {
      connection.close();
      throw late;
    }
    connection.onEnd(() => take(pool, connection));
    return connection;
  }

  async function answerTo(asking: Asking): Promise<Answer> {
    const { pool, signal } = asking;
    const [kept] = pool.idle.keys();
    if (kept === undefined) return use(await connect(asking), asking);
    take(pool, kept);
    try {
      return await use(kept, asking);
    } catch (error) {
      // What has been lying about may have been cut meanwhile; that says nothing of the database.
      const isCut = error instanceof LookFailed && error.reason.code === "reset";
      if (!isCut || signal.aborted) throw error;
      return use(await connect(asking), asking);
    }
  }

  return {
    names: () => list().map(({ name }) => name),

    async ask(name, statement, most, signal) {
      const pool = poolOf(name);
      await enter(pool, signal);
      const asking: Asking = { pool, statement, most, signal, place: { ended: Promise.resolve() } };
      try {
        return await answerTo(asking);
      } finally {
        void asking.place.ended.then(() => exit(pool));
      }
    },

    close() {
      closing.abort();
      for (const pool of [...pools.values()]) retire(pool);
    },
  };
}
