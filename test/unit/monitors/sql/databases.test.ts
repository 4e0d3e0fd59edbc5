/** The pool: how many connections there are, how long they are kept, who waits, and what a reload changes. */
import { expect, test } from "vitest";
import { LookFailed } from "../../../../monitors/reason.ts";
import type { Connection } from "../../../../monitors/sql/connection.ts";
import type { Database } from "../../../../monitors/sql/database.ts";
import { openDatabases } from "../../../../monitors/sql/databases.ts";
import { databaseOf } from "../../../support/databases.ts";
import { FakeClock, settle } from "../../../support/fake-clock.ts";

const ONE = { columns: [{ name: "n", holds: "numbers" }], rows: [[1]] } as const;

/** Databases whose connections answer when the test says so. */
function pool(...entries: readonly object[]) {
  const clock = new FakeClock();
  let list: readonly Database[] = entries.map(databaseOf);
  const opened: { password: string | undefined; closed: boolean; cancelled: boolean; end: () => void }[] = [];
  const asked: { statement: string; answer: (error?: Error) => void }[] = [];
  const connect = async (database: Database): Promise<Connection> => {
    const { place } = database;
    const one = {
      password: place.kind === "sqlite" ? undefined : place.password,
      closed: false,
      cancelled: false,
      end: (): void => {},
    };
    opened.push(one);
    return {
      ask: (statement) =>
        new Promise((resolve, reject) => {
          asked.push({ statement, answer: (error) => (error === undefined ? resolve(ONE) : reject(error)) });
        }),
      cancel: async () => {
        one.cancelled = true;
      },
      close: () => {
        one.closed = true;
      },
      onEnd: (listener) => {
        one.end = listener;
      },
    };
  };
  const drivers = { postgres: connect, mysql: connect, sqlite: connect };
  const databases = openDatabases({ list: () => list, clock, drivers });
  const ask = (statement: string, signal = new AbortController().signal) =>
    databases.ask("shop", statement, 10, signal).then(
      () => "answered",
      (error: unknown) => (error instanceof LookFailed ? error.reason.code : String(error)),
    );
  const rewrite = (...next: readonly object[]): void => {
    list = next.map(databaseOf);
  };
  const open = (): number => opened.filter(({ closed }) => !closed).length;
  return { clock, databases, ask, asked, opened, open, rewrite };
}

const SHOP = { name: "shop", url: "postgres://gengfu@db.example/shop", password: "one" };

test("nothing is opened until something is asked; then one connection serves, and is closed when nobody asks", async () => {
  const { ask, asked, opened, open, clock } = pool(SHOP);
  expect(opened).toHaveLength(0);
  for (let i = 0; i < 3; i++) {
    const asking = ask(`select ${i}`);
    await settle();
    asked[i]?.answer();
    expect(await asking).toBe("answered");
    await clock.advance(60_000);
  }
  expect(opened).toHaveLength(1);
  expect(open()).toBe(1);
  await clock.advance(60_000);
  expect(open()).toBe(0);
  expect(clock.sleeping).toBe(0);
});

test("never more at once than is allowed; the others wait their turn, and those that wait too long say so", async () => {
  const { ask, asked, opened } = pool({ ...SHOP, max_connections: 2 });
  const limit = new AbortController();
  const all = [ask("a"), ask("b"), ask("c"), ask("d", limit.signal)];
  await settle();
  expect(asked.map(({ statement }) => statement)).toEqual(["a", "b"]);
  expect(opened).toHaveLength(2);
  limit.abort();
  expect(await all[3]).toBe("busy");
  asked[0]?.answer();
  await settle();
  expect(asked.map(({ statement }) => statement)).toEqual(["a", "b", "c"]);
  asked[1]?.answer();
  asked[2]?.answer();
  expect(await Promise.all(all)).toEqual(["answered", "answered", "answered", "busy"]);
  expect(opened).toHaveLength(2);
});

test("more than 200 do not wait", async () => {
  const { ask } = pool(SHOP);
  const all = Array.from({ length: 202 }, () => ask("a"));
  await settle();
  expect(await all[201]).toBe("busy");
});

test("a statement whose time is up is ended on the server, its connection is closed, and the next has another", async () => {
  const { ask, asked, opened } = pool(SHOP);
  const limit = new AbortController();
  const [late, next] = [ask("late", limit.signal), ask("next")];
  await settle();
  limit.abort();
  expect(await late).toBe("timeout");
  await settle();
  expect(opened[0]).toMatchObject({ cancelled: true, closed: true });
  // An answer that comes after all is nobody's.
  asked[0]?.answer();
  asked[1]?.answer();
  expect(await next).toBe("answered");
  expect(opened).toHaveLength(2);
});

test("a connection that failed is not kept; one that was cut while nobody asked is made anew, once", async () => {
  const { ask, asked, opened } = pool(SHOP);
  const cut = new LookFailed({ code: "reset", detail: "cut" });
  const fail = async (i: number, error?: Error): Promise<void> => {
    await settle();
    asked[i]?.answer(error);
    await settle();
  };
  const first = ask("a");
  await fail(0);
  expect(await first).toBe("answered");
  const second = ask("b");
  await fail(1, cut);
  await fail(2);
  expect(await second).toBe("answered");
  const third = ask("c");
  await fail(3, cut);
  await fail(4, cut);
  expect(await third).toBe("reset");
  const fourth = ask("d");
  await fail(5, new LookFailed({ code: "bad_query", detail: "no" }));
  expect(await fourth).toBe("bad_query");
  expect(opened.every(({ closed }) => closed)).toBe(true);
});

test("one that the other side ended is forgotten", async () => {
  const { ask, asked, opened } = pool(SHOP);
  for (const i of [0, 1]) {
    const asking = ask("a");
    await settle();
    asked[i]?.answer();
    await asking;
    opened[i]?.end();
  }
  expect(opened).toHaveLength(2);
});

test("what the file says otherwise of a database holds from the next statement on", async () => {
  const { ask, asked, opened, rewrite, databases } = pool(SHOP);
  const before = ask("a");
  await settle();
  asked[0]?.answer();
  await before;
  rewrite({ ...SHOP, password: "two" });
  const after = ask("b");
  await settle();
  asked[1]?.answer();
  expect(await after).toBe("answered");
  expect(opened.map(({ password, closed }) => [password, closed])).toEqual([
    ["one", true],
    ["two", false],
  ]);
  rewrite({ ...SHOP, name: "other" });
  expect(databases.names()).toEqual(["other"]);
  expect(await ask("c")).toBe("no_such_database");
});

test("at the end every connection is closed, and none is kept any more", async () => {
  const { ask, asked, databases, open, clock } = pool({ ...SHOP, max_connections: 2 });
  const [first, second] = [ask("a"), ask("b")];
  await settle();
  asked[0]?.answer();
  await first;
  databases.close();
  asked[1]?.answer();
  await second;
  expect(open()).toBe(0);
  expect(clock.sleeping).toBe(0);
});
