/** Real databases: those of the machine, a schema of the test's own in each, and files of SQLite. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { isBuiltin } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { onTestFinished } from "vitest";
import { type Database, databaseSchema } from "../../monitors/sql/database.ts";
import { openDatabases } from "../../monitors/sql/databases.ts";
import { sql } from "../../monitors/sql/sql.ts";
import { systemClock } from "../../storage/clock.ts";
import { POSTGRES } from "./fresh-database.ts";
import { loopbackNetwork } from "./probe.ts";
import { temporaryFolder } from "./test-files.ts";

export type Kind = "postgres" | "mysql" | "sqlite";

/** Where the machine's own are; another address by the environment. */
const ADMIN = {
  postgres: POSTGRES,
  mysql: process.env["TEST_MYSQL"] ?? "mysql://root@127.0.0.1:3306/test",
};

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Why a kind of database cannot be tried on this machine; `undefined` where it can. CI has them all. */
export const missing: Readonly<Record<Kind, string | undefined>> = {
  postgres: (await answers(ADMIN.postgres)) ? undefined : `no PostgreSQL at ${new URL(ADMIN.postgres).host}`,
  mysql: (await answers(ADMIN.mysql)) ? undefined : `no MariaDB or MySQL at ${new URL(ADMIN.mysql).host}`,
  sqlite:
    spawnSync("sqlite3", ["--version"]).status === 0 || isBuiltin("node:sqlite")
      ? undefined
      : "no sqlite3 here",
};

/** Whether tests of a kind are left out here. */
export function leftOut(kind: Kind): boolean {
  return missing[kind] !== undefined && process.env["CI"] !== "true";
}

export interface Peer {
  /** An entry of `databases:` for somebody who may only read. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Runs statements as somebody who may do everything; gives the rows of the last. */
  run(...statements: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Makes a database of the test's own, filled by `statements`; it is gone after the test. */
export async function openPeer(kind: Kind, statements: readonly string[] = []): Promise<Peer> {
  const peer = await MAKERS[kind](`gengfu_${randomBytes(6).toString("hex")}`);
  await peer.run(...statements);
  return peer;
}

const PASSWORD = "o'hara:@/p%w";

const MAKERS: Readonly<Record<Kind, (name: string) => Promise<Peer>>> = {
  async postgres(name) {
    const admin = new pg.Client({ connectionString: ADMIN.postgres });
    await admin.connect();
    const { host } = new URL(ADMIN.postgres);
    await admin.query(`create role ${name} login password '${PASSWORD.replaceAll("'", "''")}'`);
    await admin.query(`create schema ${name}`);
    await admin.query(`alter role ${name} set search_path = ${name}`);
    await admin.query(`grant usage on schema ${name} to ${name}`);
    await admin.query(`alter default privileges in schema ${name} grant select on tables to ${name}`);
    await admin.query(`set search_path = ${name}`);
    onTestFinished(async () => {
      await admin.query(`drop schema ${name} cascade`);
      await admin.query(`drop owned by ${name}`);
      await admin.query(`drop role ${name}`);
      await admin.end();
    });
    const database = new URL(ADMIN.postgres).pathname;
    return {
      entry: { name: "shop", url: `postgres://${name}@${host}${database}`, password: PASSWORD },
      async run(...statements) {
        let rows: readonly Record<string, unknown>[] = [];
        for (const statement of statements) rows = (await admin.query(statement)).rows;
        return rows;
      },
    };
  },

  async mysql(name) {
    const admin = await createConnection({ uri: ADMIN.mysql });
    const { host } = new URL(ADMIN.mysql);
    await admin.query(`create database ${name} character set utf8mb4`);
    await admin.query(`create user ${name}@'%' identified by ${admin.escape(PASSWORD)}`);
    await admin.query(`create user ${name}@localhost identified by ${admin.escape(PASSWORD)}`);
    for (const from of ["'%'", "localhost"])
      await admin.query(`grant select on ${name}.* to ${name}@${from}`);
    await admin.query(`use ${name}`);
    onTestFinished(async () => {
      await admin.query(`drop database ${name}`);
      await admin.query(`drop user ${name}@'%', ${name}@localhost`);
      await admin.end();
    });
    return {
      entry: { name: "shop", url: `mysql://${name}@${host}/${name}`, password: PASSWORD },
      async run(...statements) {
        let rows: unknown = [];
        for (const statement of statements) [rows] = await admin.query(statement);
        return rows as readonly Record<string, unknown>[];
      },
    };
  },

  async sqlite() {
    const path = join(await temporaryFolder(), "shop.db");
    const run = async (...statements: readonly string[]) => {
      const out = execFileSync("sqlite3", ["-json", path], {
        input: [...statements, ""].join(";\n"),
        encoding: "utf8",
      });
      const last = out.trim().slice(out.trim().lastIndexOf("\n[") + 1);
      return last === "" ? [] : (JSON.parse(last) as Record<string, unknown>[]);
    };
    await run("pragma journal_mode = wal");
    return { entry: { name: "shop", url: `sqlite:${path}` }, run };
  },
};

/** The entry as it is in force. */
export function databaseOf(entry: object): Database {
  return databaseSchema.parse(entry);
}

/** A world with these databases, and one look of a query in it. */
export function asking(...entries: readonly object[]) {
  const list = entries.map(databaseOf);
  const databases = openDatabases({ list: () => list, clock: systemClock });
  onTestFinished(() => databases.close());
  const world = { network: loopbackNetwork(), elapsed: () => performance.now(), databases };
  const look = async (query: string, more: object = {}, signal = AbortSignal.timeout(20_000)) => {
    const options = sql.options.parse({ database: list[0]?.name, query, ...more });
    return (await sql.create(options, world).look(signal)).readings;
  };
  return { look, list, world, databases };
}

/** A query that does not end by itself for a very long time. */
export function sleepFor(kind: Kind): string {
  return {
    postgres: "select count(*) as n from generate_series(1, 100000000000)",
    mysql: "select sum(a.n) as n from (select sleep(600) as n) as a",
    sqlite: "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) as n from c",
  }[kind];
}
