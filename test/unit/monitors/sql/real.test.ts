/** The `sql` monitor on real databases: what it reads, what it cannot do, and what it says when it may not. */
import { describe, expect, test } from "vitest";
import {
  asking,
  databaseOf,
  type Kind,
  leftOut,
  missing,
  openPeer,
  sleepFor,
} from "../../../support/databases.ts";

const ORDERS: Readonly<Record<Kind, string>> = {
  postgres:
    "create table orders (id bigint, region text, amount numeric(12, 2), paid boolean, at timestamptz)",
  mysql:
    "create table orders (id bigint, region varchar(20), amount decimal(12, 2), paid boolean, at timestamp null)",
  sqlite: "create table orders (id integer, region text, amount real, paid integer, at text)",
};

const FILLED = [
  "insert into orders values (1, '华东', 9.50, true, '2026-01-01 00:00:00')",
  "insert into orders values (2, '华东', 0.25, false, null), (3, '华南', null, true, null)",
  "insert into orders values (9007199254740993, null, 100.00, true, null)",
];

for (const kind of ["postgres", "mysql", "sqlite"] as const) {
  describe.skipIf(leftOut(kind))(
    `${kind}${missing[kind] ? ` (${missing[kind]})` : ""}`,
    { timeout: 30_000 },
    () => {
      const filled = () => openPeer(kind, [ORDERS[kind], ...FILLED]);

      test("columns of numbers are values, the others labels; NULL is neither zero nor a label", async () => {
        const { look } = asking((await filled()).entry);
        const query =
          "select region as 地区, count(*) as 订单量, sum(amount) as revenue from orders group by region order by count(*) desc, 地区";
        const readings = await look(`${query};`);
        expect(readings[0]).toEqual({ name: "sql_rows", value: 3 });
        expect(readings.slice(1)).toHaveLength(5);
        expect(readings).toEqual(
          expect.arrayContaining([
            { name: "订单量", labels: { 地区: "华东" }, value: 2 },
            { name: "sql_revenue", labels: { 地区: "华东" }, value: 9.75 },
            { name: "订单量", labels: { 地区: "华南" }, value: 1 },
            { name: "订单量", labels: {}, value: 1 },
            { name: "sql_revenue", labels: {}, value: 100 },
          ]),
        );
      });

      test("no row is no failure, and a sum of nothing writes nothing", async () => {
        const { look } = asking((await filled()).entry);
        expect(await look("select region, amount from orders where id < 0")).toEqual([
          { name: "sql_rows", value: 0 },
        ]);
        expect(await look("select sum(amount) as revenue from orders where id < 0")).toEqual([
          { name: "sql_rows", value: 1 },
        ]);
      });

      test("a comment at the end, a CTE, a union, large and small numbers", async () => {
        const { look } = asking((await filled()).entry);
        const value = async (query: string) => (await look(query)).at(-1)?.value;
        expect(await value("select max(id) as id from orders -- the last")).toBe(9007199254740992);
        expect(
          await value("with few as (select 1 as n union all select 2) select sum(n) as n from few"),
        ).toBe(3);
        expect(await value("(select 0.1 + 0.2 as x)")).toBeCloseTo(0.3, 12);
      });

      test("what writes is refused by the database, and nothing is written", async () => {
        const peer = await filled();
        const { look } = asking(peer.entry);
        const writing = [
          "select 1; delete from orders",
          "select 1) as x; delete from orders; select * from (select 1",
          "with gone as (delete from orders returning 1) select * from gone",
          "select * from orders for update",
        ];
        for (const query of writing) {
          const outcome = await look(query).then(
            () => "answered",
            (error: { reason?: { code: string } }) => error.reason?.code,
          );
          // A lock that a read-only transaction may take in MySQL goes with it.
          if (!(kind === "mysql" && query.endsWith("for update")))
            expect(outcome).toMatch(/bad_query|not_permitted/);
        }
        expect(Number((await peer.run("select count(*) as n from orders"))[0]?.["n"])).toBe(4);
      });

      test("too many rows, rows that are alike, texts alone, a wrong name: each its own reason", async () => {
        const { look } = asking((await filled()).entry);
        await expect(look("select id as n from orders", { max_rows: 3 })).rejects.toMatchObject({
          reason: { code: "too_many_rows" },
        });
        await expect(look("select amount from orders")).rejects.toMatchObject({
          reason: { code: "duplicate_labels" },
        });
        await expect(look("select region from orders where id = 1")).rejects.toMatchObject({
          reason: { code: "no_value", detail: "found region" },
        });
        await expect(look("select nothing from orders")).rejects.toMatchObject({
          reason: { code: "bad_query", detail: expect.stringContaining("nothing") },
        });
        await expect(look("select * from nowhere")).rejects.toMatchObject({ reason: { code: "bad_query" } });
        expect(
          await look("select id, amount from orders where id < 3", { label_columns: "id", metric: "金额" }),
        ).toEqual([
          { name: "sql_rows", value: 2 },
          { name: "金额", labels: { id: "1" }, value: 9.5 },
          { name: "金额", labels: { id: "2" }, value: 0.25 },
        ]);
      });

      test("what only fails as it runs has another reason than what no database would run", async () => {
        const { look } = asking((await filled()).entry);
        const most = "9223372036854775807";
        const value = kind === "sqlite" ? `abs(-${most} - id)` : `${most} + id`;
        await expect(look(`select ${value} as n from orders where id = 1`)).rejects.toMatchObject({
          reason: { code: "query_failed", detail: expect.stringMatching(/overflow|out of range/) },
        });
        await expect(look("select id as n from orders where")).rejects.toMatchObject({
          reason: { code: "bad_query" },
        });
        if (kind !== "sqlite")
          await expect(look("select (select id from orders) as n")).rejects.toMatchObject({
            reason: { code: "query_failed", detail: expect.stringMatching(/more than (one|1) row/) },
          });
        await expect(look("select id as n from orders where sum(id) > 1")).rejects.toMatchObject({
          reason: { code: "bad_query" },
        });
      });

      test("a statement that takes too long is ended by the database itself", async () => {
        const peer = await filled();
        const { look } = asking({ ...peer.entry, statement_timeout: "200ms" });
        await expect(look(sleepFor(kind))).rejects.toMatchObject({ reason: { code: "timeout" } });
      });

      test("when the look's time is up the statement is ended on the server, and the next one is answered", async () => {
        const peer = await filled();
        const { look, databases } = asking({ ...peer.entry, statement_timeout: "10m" });
        await expect(look(sleepFor(kind), {}, AbortSignal.timeout(300))).rejects.toMatchObject({
          reason: { code: "timeout" },
        });
        // One connection at most: the next is answered only when the one before has been ended.
        expect((await look("select 5 as n"))[1]?.value).toBe(5);
        databases.close();
      });

      test("an answer that is too large is cut", async () => {
        const peer = await filled();
        const { look } = asking(peer.entry);
        const long = {
          postgres: "repeat('x', 20000000)",
          mysql: "repeat('x', 12000000)",
          sqlite: "hex(zeroblob(9000000))",
        };
        await expect(look(`select 1 as n, ${long[kind]} as t`)).rejects.toMatchObject({
          reason: { code: "answer_too_large" },
        });
        await expect(
          look("select 1 as n, substr(region || region, 1, 0) as t from orders where id < 2"),
        ).resolves.toBeDefined();
      });

      if (kind !== "sqlite")
        test("a wrong password is refused, and stands in no reason", async () => {
          const peer = await filled();
          const { look } = asking({ ...peer.entry, password: "wr0ng-pa55" });
          const failed = await look("select 1 as n").catch((error: unknown) => error);
          // A server that trusts everybody on loopback asks for no password.
          if (!Array.isArray(failed)) expect(failed).toMatchObject({ reason: { code: "login_refused" } });
          expect(JSON.stringify(failed)).not.toContain("wr0ng-pa55");
        });

      test("what is not there is said", async () => {
        const peer = await filled();
        const gone = kind === "sqlite" ? "sqlite:/nowhere/shop.db" : databaseUrl(peer.entry);
        const { look } = asking({ ...peer.entry, url: gone });
        await expect(look("select 1 as n")).rejects.toMatchObject({
          reason: { code: kind === "sqlite" ? "unreachable" : "login_refused" },
        });
      });
    },
  );
}

function databaseUrl({ url }: Readonly<Record<string, unknown>>): string {
  expect(databaseOf({ name: "x", url }).place).toBeDefined();
  return String(url).replace(/\/[^/]*$/, "/gengfu_nowhere");
}

describe.skipIf(leftOut("postgres"))("PostgreSQL", { timeout: 30_000 }, () => {
  test("booleans are 1 and 0, moments Unix seconds, in the zone of the session where they have none", async () => {
    const peer = await openPeer("postgres");
    const { look } = asking(peer.entry);
    const [, ...readings] =
      await look(`select true as yes, false as no, timestamptz '2026-01-01 08:00:00.5+08' as at,
      date '2026-01-02' as day, 'infinity'::timestamp as never, 'NaN'::numeric as nan, interval '1 day' as span`);
    const offset = Number((await peer.run("select extract(timezone from now()) as s"))[0]?.["s"]);
    expect(readings.map(({ name, value }) => [name, value])).toEqual([
      ["sql_yes", 1],
      ["sql_no", 0],
      ["sql_at", 1_767_225_600.5],
      ["sql_day", 1_767_312_000 - offset],
    ]);
    expect(readings[0]?.labels).toEqual({ span: "1 day" });
  });

  test("a function that writes fails in the read-only transaction", async () => {
    const peer = await openPeer("postgres", [
      "create table t (n int)",
      "create function sneak() returns int language sql security definer as 'insert into t values (1) returning n'",
    ]);
    await expect(asking(peer.entry).look("select sneak() as n")).rejects.toMatchObject({
      reason: { code: expect.stringMatching(/not_permitted|bad_query/) },
    });
    expect(await peer.run("select * from t")).toEqual([]);
  });

  test("a table that the role may not read: not permitted", async () => {
    const peer = await openPeer("postgres", ["create table secret (n int)"]);
    await peer.run(
      `revoke all on secret from public`,
      `revoke all on secret from ${new URL(String(peer.entry["url"])).username}`,
    );
    await expect(asking(peer.entry).look("select * from secret")).rejects.toMatchObject({
      reason: { code: "not_permitted" },
    });
  });

  test("too many connections of the role: its own reason; a connection that was cut is made anew", async () => {
    const peer = await openPeer("postgres");
    const role = new URL(String(peer.entry["url"])).username;
    const { look } = asking(peer.entry);
    expect((await look("select 1 as n"))[1]?.value).toBe(1);
    await peer.run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
    expect((await look("select 2 as n"))[1]?.value).toBe(2);
    await peer.run(`alter role ${role} connection limit 0`);
    await expect(asking(peer.entry).look("select 1 as n")).rejects.toMatchObject({
      reason: { code: "too_many_connections" },
    });
  });
});

describe.skipIf(leftOut("mysql"))("MySQL and MariaDB", { timeout: 30_000 }, () => {
  test("bits and decimals are numbers, moments Unix seconds as the session's zone has them", async () => {
    const peer = await openPeer("mysql", [
      "create table t (flags bit(12), at datetime, d decimal(30, 4))",
      "insert into t values (b'101000000001', now(), 12345678901234567890.1234)",
    ]);
    const [, ...readings] = await asking(peer.entry).look("select flags, at, d, '0000-00-00' as day from t");
    const [row] = await peer.run("select unix_timestamp(at) as at from t");
    expect(readings.map(({ name, value }) => [name, value])).toEqual([
      ["sql_flags", 2561],
      ["sql_at", Number(row?.["at"])],
      ["sql_d", Number("12345678901234567890.1234")],
    ]);
  });

  test("two columns of one name are refused by name", async () => {
    const peer = await openPeer("mysql");
    await expect(asking(peer.entry).look("select 1 as a, 2 as a")).rejects.toMatchObject({
      reason: { code: "bad_query", detail: expect.stringContaining("'a'") },
    });
  });
});

describe.skipIf(leftOut("sqlite"))("SQLite", { timeout: 30_000 }, () => {
  test("a write that is not in the file yet, only in its log, is seen", async () => {
    const peer = await openPeer("sqlite", ["create table t (n int)", "pragma wal_autocheckpoint = 0"]);
    const { look } = asking(peer.entry);
    await peer.run("insert into t values (41)", "insert into t values (1)");
    expect((await look("select sum(n) as n from t"))[1]?.value).toBe(42);
  });

  test("two columns of one name are told apart; what is no database is said", async () => {
    const peer = await openPeer("sqlite", ["create table t (n int)"]);
    const [, ...readings] = await asking(peer.entry).look("select 1 as a, 2 as a");
    expect(readings.map(({ value }) => value).sort()).toEqual([1, 2]);
    const { look } = asking({ name: "x", url: `sqlite:${process.execPath}` });
    await expect(look("select 1 as n from sqlite_master")).rejects.toMatchObject({
      reason: { code: "bad_answer" },
    });
  });
});
