/** The tables in PostgreSQL, and the statements that read and write them. */
import { decodeText } from "../encode.ts";
import { emptyState, type State, tableOf } from "../state.ts";
import { StoreError } from "../store-error.ts";
import { type Batch, readId } from "./batch.ts";
import type { Connection } from "./connection.ts";

/** What stands in `gengfu.store`: the schema of the documents, and how many commits there were. */
export interface Head {
  readonly schema: number;
  readonly last: number;
}

const MAKE = `create schema if not exists gengfu;
create table gengfu.store (
  only_one boolean primary key default true check (only_one), schema integer not null, last bigint not null);
create table gengfu.documents (
  "table" text not null, id text not null, place bigint not null unique, document json not null, primary key ("table", id));
create table gengfu.counters (name text primary key, value bigint not null);`;

/** Documents read at a time. */
const PAGE = 5_000;

/** Whether the tables are there. */
export async function isMade(connection: Connection): Promise<boolean> {
  const [row] = await connection.ask("select to_regclass('gengfu.store') is not null");
  return row?.[0] === "t";
}

/** Makes the tables, all of them or none. */
export async function make(connection: Connection): Promise<void> {
  const [row] = await connection.ask("select to_regnamespace('gengfu') is not null");
  // To ask for a schema that is there already takes a right that somebody who was given one need not have.
  const statements = row?.[0] === "t" ? MAKE.slice(MAKE.indexOf(";") + 1) : MAKE;
  for (const statement of statements.split(";").filter((one) => one.trim() !== ""))
    await connection.ask(statement);
}

/** What stands there; undefined as long as nothing was ever written. */
export async function readHead(connection: Connection): Promise<Head | undefined> {
  const [row] = await connection.ask("select schema, last from gengfu.store");
  return row === undefined ? undefined : { schema: Number(row[0]), last: Number(row[1]) };
}

/** Everything, in its order, and the last place that is taken. */
export async function readState(
  connection: Connection,
): Promise<{ readonly state: State; readonly place: number }> {
  const state = emptyState();
  let place = 0;
  for (;;) {
    const rows = await connection.ask(
      `select "table", id, place, document::text from gengfu.documents where place > $1 order by place limit ${PAGE}`,
      [place],
    );
    for (const [table, id, at, document] of rows) {
      place = Number(at);
      const [name, key] = [String(table), readId(String(id))];
      tableOf(state, name).set(key, decoded(connection.place, name, key, String(document)));
    }
    if (rows.length < PAGE) break;
  }
  for (const [name, value] of await connection.ask("select name, value from gengfu.counters"))
    state.counters.set(String(name), Number(value));
  return { state, place };
}

function decoded(place: string, table: string, id: string, document: string): unknown {
  try {
    return decodeText(document);
  } catch (error) {
    throw new StoreError(
      {
        zh: `PostgreSQL ${place} 的表 gengfu.documents 中，${table} 的文档 ${JSON.stringify(id)} 无法读取`,
        en: `PostgreSQL ${place}: the document ${JSON.stringify(id)} of ${table} in gengfu.documents cannot be read`,
      },
      { cause: error },
    );
  }
}

/** Where the commits before are counted: whoever counts otherwise has been written over by another one. */
export interface Step {
  readonly from: number;
  readonly to: number;
}

/**
 * One statement is one transaction and one round trip. All of it depends on the first line of it: where another one has
 * written meanwhile, nothing at all is done.
 */
const WRITE = `with mine as (update gengfu.store set last = $2 where last = $1 returning 1),
gone as (delete from gengfu.documents d using mine, unnest($3::text[], $4::text[]) g("table", id)
  where d."table" = g."table" and d.id = g.id),
placed as (insert into gengfu.documents ("table", id, place, document)
  select p."table", p.id, p.place, p.document::json
  from mine, unnest($5::text[], $6::text[], $7::bigint[], $8::text[]) p("table", id, place, document)
  on conflict ("table", id) do update set place = excluded.place, document = excluded.document),
changed as (update gengfu.documents d set document = c.document::json
  from mine, unnest($9::text[], $10::text[], $11::text[]) c("table", id, document)
  where d."table" = c."table" and d.id = c.id),
counted as (insert into gengfu.counters (name, value)
  select c.name, c.value from mine, unnest($12::text[], $13::bigint[]) c(name, value)
  on conflict (name) do update set value = excluded.value)
select count(*) from mine`;

/** Writes it down; false when another one has written since `from`. */
export async function write(connection: Connection, { from, to }: Step, batch: Batch): Promise<boolean> {
  const { gone, placed, changed, counters } = batch;
  const values = [
    ...[from, to],
    ...[gone.tables, gone.ids],
    ...[placed.tables, placed.ids, placed.places, placed.documents],
    ...[changed.tables, changed.ids, changed.documents],
    ...[counters.names, counters.values],
  ];
  const [row] = await connection.ask(WRITE, values, "gengfu_write");
  return row?.[0] === "1";
}

/** Runs `act` in a transaction. */
export async function inTransaction<T>(connection: Connection, act: () => Promise<T>): Promise<T> {
  await connection.ask("begin");
  try {
    const result = await act();
    await connection.ask("commit");
    return result;
  } catch (error) {
    await connection.ask("rollback").catch(() => connection.destroy());
    throw error;
  }
}
