/** One process per database: an advisory lock, which the server takes away with the session that holds it. */
import type { Clock } from "../clock.ts";
import { StoreError } from "../store-error.ts";
import type { Connection } from "./connection.ts";

/** "gengfu" in ASCII, cut in two: nobody else's. */
const KEY = [0x67656e, 0x676675] as const;

const HELD = `from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.classid = ${KEY[0]} and l.objid = ${KEY[1]} and l.granted
and l.database = (select oid from pg_database where datname = current_database())`;

/** So long the server may take to notice that a session has ended whose process is dead, in milliseconds. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;

/**
 * Takes the lock for as long as the connection lasts. `former`: our own session that broke off; where the server still
 * knows it, it is ended. Throws a StoreError that says who has the lock.
 */
export async function takeLock(connection: Connection, clock: Clock, former?: number): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    const [row] = await connection.ask(`select pg_try_advisory_lock(${KEY[0]}, ${KEY[1]})`);
    if (row?.[0] === "t") return;
    if (former !== undefined)
      await connection.ask(`select pg_terminate_backend(a.pid) ${HELD} and a.pid = $1`, [former]);
    if (waited >= PATIENCE_MS) throw taken(connection.place, await holderOf(connection));
    await clock.sleep(PAUSE_MS);
  }
}

async function holderOf(connection: Connection): Promise<string> {
  const [row] = await connection.ask(
    `select a.application_name, coalesce(host(a.client_addr), 'local'), a.pid ${HELD}`,
  );
  return row === undefined ? "?" : `${row[0]}, ${row[1]}, pid ${row[2]}`;
}

function taken(place: string, holder: string): StoreError {
  return new StoreError({
    zh: `数据库 ${place} 正被另一个 Gengfu 使用（${holder}）。请先停止它，或使用另一个数据库。`,
    en: `another Gengfu uses the database ${place} (${holder}). Stop it first, or use another database.`,
  });
}
