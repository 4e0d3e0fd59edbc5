/** The store in PostgreSQL: what it keeps over a restart, what it refuses, and what it does when the line breaks. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../../storage/clock.ts";
import { openStore as openEmbedded } from "../../../../storage/embedded/embedded-store.ts";
import { openStore, type StoreOptions } from "../../../../storage/open-store.ts";
import { openPostgres } from "../../../../storage/postgres/open.ts";
import { NotSaved, type Store } from "../../../../storage/store.ts";
import { StoreError } from "../../../../storage/store-error.ts";
import { decodeNote, type Note, storeContract } from "../../../contract/store.ts";
import { until } from "../../../support/bot.ts";
import { leftOut, missing } from "../../../support/databases.ts";
import { type FreshDatabase, freshDatabase, layCable } from "../../../support/fresh-database.ts";
import { seeded } from "../../../support/seeded.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

async function opened(databaseUrl: string, more: Partial<StoreOptions> = {}): Promise<Store> {
  const dir = more.dir ?? (await temporaryFolder());
  const store = await openStore({ patienceMs: 0, ...more, dir, databaseUrl });
  onTestFinished(() => store.close());
  return store;
}

/** What is in the notes of a database, read by a fresh store. */
async function contents(url: string): Promise<[string, Note][]> {
  const store = await opened(url);
  const entries = [...store.table("notes", decodeNote).entries()];
  await store.close();
  return entries;
}

/** A store with notes, and how to write one. */
async function notebook(url: string, more: Partial<StoreOptions> = {}) {
  const store = await opened(url, more);
  const notes = store.table("notes", decodeNote);
  const put = (id: string, text = id) => store.commit((change) => change.put(notes, id, { text }));
  const texts = () => [...notes.entries()].map(([id, { text }]) => `${id}=${text}`);
  return { store, notes, put, texts };
}

const texts = async (url: string) => (await contents(url)).map(([id, { text }]) => `${id}=${text}`);

describe.skipIf(leftOut("postgres"))(`in PostgreSQL (${missing.postgres ?? "the machine's own"})`, () => {
  /** Emptied each time: to make a database takes longer than most of these tests. */
  let shared: FreshDatabase;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    shared = await freshDatabase("UTF8", (end) => ends.push(end));
  });
  afterAll(() => Promise.all(ends.map((end) => end())));
  const emptied = async (): Promise<FreshDatabase> => {
    await shared.run("drop schema if exists gengfu cascade");
    return shared;
  };

  storeContract("PostgreSQL", async () => opened((await freshDatabase()).url));

  test("documents, their order and the counters survive a restart", async () => {
    const { url } = await emptied();
    const { store, notes } = await notebook(url);
    await store.commit((change) => {
      change.put(notes, "b", { text: "数据库🔥 \u2028 \u0000 \ud800 '\"\\", value: Number.NaN });
      change.put(notes, "a", { text: "\u0000NaN", value: Number.NEGATIVE_INFINITY });
      for (const id of ["gone", "moved", "", '"', "\u0000", "\udfff", "{}", "NULL"])
        change.put(notes, id, { text: id });
      change.next("incident");
    });
    await store.commit((change) => {
      change.remove(notes, "gone");
      change.put(notes, "b", { ...(change.get(notes, "b") as Note), value: 1 });
      change.next("incident");
    });
    // In commits that share a statement: what is removed and put again stands at the end.
    await Promise.all([
      store.commit((change) => change.remove(notes, "moved")),
      store.commit((change) => change.put(notes, "moved", { text: "1" })),
      store.commit((change) => change.put(notes, "moved", { text: "2" })),
      store.commit((change) => change.put(notes, "brief", { text: "1" })),
      store.commit((change) => change.remove(notes, "brief")),
    ]);
    const before = [...notes.entries()];
    await store.close();
    const second = await opened(url);
    expect([...second.table("notes", decodeNote).entries()]).toEqual(before);
    expect(before.map(([id]) => id)).toEqual(["b", "a", "", '"', "\u0000", "\udfff", "{}", "NULL", "moved"]);
    expect(before[0]?.[1]).toEqual({ text: "数据库🔥 \u2028 \u0000 \ud800 '\"\\", value: 1 });
    expect(await second.commit((change) => change.next("incident"))).toBe(3);
  });

  test("documents can be read by whoever knows SQL", async () => {
    const { url, run } = await emptied();
    const { put } = await notebook(url);
    await put("a", "一");
    expect(
      await run(`select document->>'text' as text from gengfu.documents where "table" = 'notes'`),
    ).toEqual([{ text: "一" }]);
  });

  test("a thousand commits at once are all there", async () => {
    const { url } = await emptied();
    const { store, put } = await notebook(url);
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => put(String(i), "x".repeat(500))));
    await store.close();
    expect((await contents(url)).map(([id]) => Number(id))).toEqual(
      Array.from({ length: 1_000 }, (_, i) => i),
    );
  });

  test("a second process is refused in words, and let in when the first is gone", async () => {
    const { url, name } = await emptied();
    const { store, put } = await notebook(url);
    await put("a");
    await expect(opened(url)).rejects.toThrow(
      new RegExp(`another Gengfu uses the database .*/${name} \\(gengfu@.*, pid \\d+\\)`),
    );
    await put("b");
    await store.close();
    expect(await texts(url)).toEqual(["a=a", "b=b"]);
  });

  test("a folder that another process has is refused as well: samples lie there", async () => {
    const dir = await temporaryFolder();
    await opened((await emptied()).url, { dir });
    await expect(opened((await freshDatabase()).url, { dir })).rejects.toBeInstanceOf(StoreError);
  });

  test("what an embedded store holds moves into an empty database, once", async () => {
    const dir = await temporaryFolder();
    const embedded = await openEmbedded({ dir });
    const notes = embedded.table("notes", decodeNote);
    for (let i = 0; i < 3_000; i++)
      void embedded.commit((change) => change.put(notes, String(i), { text: String(change.next("n")) }));
    await embedded.close();
    const files = await readdir(dir);
    const { url } = await emptied();
    const said: string[] = [];
    const log = {
      debug() {},
      warn() {},
      error() {},
      info: (_: object, text: string) => void said.push(text),
    };
    const { store, put, texts: here } = await notebook(url, { dir, log });
    expect(here()).toHaveLength(3_000);
    expect(here()[2_999]).toBe("2999=3000");
    expect(said.join()).toContain("moved into PostgreSQL");
    expect(await store.commit((change) => change.next("n"))).toBe(3_001);
    await put("later");
    await store.close();
    const mark = "state-is-in-postgresql.txt";
    expect((await readdir(dir)).filter((name) => name !== mark)).toEqual(files);
    expect((await texts(url)).at(-1)).toBe("later=later");
    // Whoever forgets the variable is told, instead of going on with what was there then.
    await expect(openStore({ dir })).rejects.toThrow(
      /the state has moved to PostgreSQL .*DATABASE_URL is not set/,
    );
    expect(await readFile(join(dir, mark), "utf8")).toMatch(/^PostgreSQL \S+:\d+\/gengfu_\w+\n$/);
    await rm(join(dir, mark));
    await (await openStore({ dir })).close();
  });

  test.each([
    ["a wrong port", { port: "1" }, /nobody listens there \(ECONNREFUSED\)/],
    ["a database that is not there", { pathname: "/nowhere" }, /no such database \(3D000\)/],
    ["a user who is not there", { username: "nobody_here" }, /PostgreSQL .*\((28000|28P01)\)/],
  ])("%s is refused in words, without the password", async (_, change, words) => {
    const url = new URL((await emptied()).url);
    url.password = "hunter2";
    Object.assign(url, change);
    const refused = await opened(url.href).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    const { text, message } = refused as StoreError;
    expect(message).toMatch(words);
    expect(`${text.zh}${text.en}${(refused as Error).stack}`).not.toContain("hunter2");
  });

  test("a database that cannot hold Chinese is refused", async () => {
    await expect(opened((await freshDatabase("SQL_ASCII")).url)).rejects.toThrow(/encoding SQL_ASCII/);
  });

  test("somebody who may not make tables is told so", async () => {
    const { url, run, name } = await emptied();
    await run(`create role ${name} login`);
    const strangers = new URL(url);
    strangers.username = name;
    try {
      await expect(opened(strangers.href)).rejects.toThrow(/permission denied \(42501\)/);
    } finally {
      await run(`drop role ${name}`);
    }
  });

  test("a start waits for a database that comes up, and says so once", async () => {
    const { url } = await emptied();
    const cable = await layCable(url);
    await cable.set("dead");
    const said: string[] = [];
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (_: object, text: string) => void said.push(text),
    };
    const coming = opened(cable.url, { log, patienceMs: 30_000 });
    await until(async () => said[0]);
    await cable.set("none");
    await coming;
    expect(said).toEqual([expect.stringContaining("waiting for the database")]);
  });

  test("a newer schema is refused, an older one brought to the newest", async () => {
    const { url, run } = await emptied();
    const { store, put } = await notebook(url);
    await put("a");
    await put("b");
    await store.close();
    const parts = { url, clock: systemClock, log: { debug() {}, info() {}, warn() {}, error() {} } };
    const nothing = { before: async () => undefined, closed: async () => {} };
    const migrations = [
      {
        what: "shouts",
        migrate: ({ tables }: { tables: Map<string, Map<string, unknown>> }) => {
          const documents = tables.get("notes") ?? new Map();
          for (const [id] of documents) documents.set(id, { text: id.toUpperCase() });
        },
      },
    ];
    const newer = await openPostgres({ ...parts, ...nothing, migrations });
    await newer.close();
    expect(await run("select schema from gengfu.store")).toEqual([{ schema: 2 }]);
    await expect(opened(url)).rejects.toThrow(/written by a newer Gengfu \(schema 2; this one knows 1\)/);
    await run("update gengfu.store set schema = 1");
    expect(await texts(url)).toEqual(["a=A", "b=B"]);
  });

  describe("when the line breaks", () => {
    const limits = { connectMs: 500, statementMs: 300 };

    test("between two commits, the next one makes a new connection", async () => {
      const { url, run, name } = await emptied();
      const { store, put } = await notebook(url);
      await put("a");
      await run(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name like 'gengfu@%'`,
      );
      await put("b");
      expect(store.trouble).toBeUndefined();
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "b=b"]);
    });

    test("before the answer to a commit, it is found out that it was done", async () => {
      const { url } = await emptied();
      const cable = await layCable(url);
      const { store, put, texts: here } = await notebook(cable.url, { limits });
      await put("a");
      await cable.set("lose-answer");
      await put("b");
      await put("c");
      expect(here()).toEqual(["a=a", "b=b", "c=c"]);
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "b=b", "c=c"]);
    });

    test("before a commit has arrived, it is made again, once", async () => {
      const { url } = await emptied();
      const cable = await layCable(url);
      const { store, put } = await notebook(cable.url, { limits });
      await put("a");
      await cable.set("lose-question");
      await put("b");
      expect(store.trouble).toBeUndefined();
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "b=b"]);
    });

    test("for good, commits are refused in words until it is back", async () => {
      const { url } = await emptied();
      const cable = await layCable(url);
      const { store, put, texts: here } = await notebook(cable.url, { limits });
      await put("a");
      await cable.set("dead");
      const refused = await put("b").catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(NotSaved);
      expect((refused as NotSaved).text.zh).toMatch(/PostgreSQL 127\.0\.0\.1.*没有服务在监听/);
      expect(store.trouble?.reason).toMatch(/nobody listens there/);
      expect(here()).toEqual(["a=a"]);
      await cable.set("none");
      await put("c");
      expect(store.trouble).toBeUndefined();
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "c=c"]);
    });

    test("a commit that was refused and done all the same is undone as soon as the line is back", async () => {
      const { url, run } = await emptied();
      const cable = await layCable(url);
      const { store, notes, put, texts: here } = await notebook(cable.url, { limits });
      for (const id of ["a", "b", "c"]) await put(id);
      await cable.set("lose-answer-and-die");
      const doubtful = store.commit((change) => {
        change.remove(notes, "a");
        change.put(notes, "b", { text: "2" });
        change.put(notes, "d", { text: "d" });
      });
      await expect(doubtful).rejects.toThrow(/nobody listens there/);
      const ids = await run(
        "select string_agg(id || '=' || (document->>'text'), ' ' order by place) from gengfu.documents",
      );
      expect(ids).toEqual([{ string_agg: "b=2 c=c d=d" }]);
      expect(here()).toEqual(["a=a", "b=b", "c=c"]);
      await cable.set("none");
      await put("e");
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "b=b", "c=c", "e=e"]);
    });

    test("again and again at any moment, the database holds what the store shows, in its order", async () => {
      const { url } = await emptied();
      const cable = await layCable(url);
      const { store, notes, put, texts: here } = await notebook(cable.url, { limits });
      const random = seeded(20_261_129);
      const among = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
      let refused = 0;
      for (let i = 0; i < 120; i++) {
        await cable.set(
          among(["none", "none", "lose-question", "lose-answer", "lose-answer-and-die", "dead"]),
        );
        const commits = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          store.commit((change) => {
            for (let n = 0; n < 3; n++) {
              const id = `${Math.floor(random() * 12)}`;
              if (random() < 0.3) change.remove(notes, id);
              else change.put(notes, id, { text: `${change.next("n")}` });
            }
          }),
        );
        const before = here();
        const saved = (await Promise.allSettled(commits)).filter(({ status }) => status === "fulfilled");
        refused += commits.length - saved.length;
        if (saved.length === 0) expect(here()).toEqual(before);
      }
      expect(refused).toBeGreaterThan(20);
      await cable.set("none");
      await put("last");
      await store.close();
      expect(await texts(url)).toEqual(here());
    });

    test("when it hangs, the wait is bounded", async () => {
      const { url } = await emptied();
      const cable = await layCable(url);
      const { store, put } = await notebook(cable.url, { limits });
      await put("a");
      await cable.set("hang");
      await expect(put("b")).rejects.toThrow(/no answer in time|connection was cut/);
      await cable.set("none");
      await put("c");
      await store.close();
      expect(await texts(url)).toEqual(["a=a", "c=c"]);
    });
  });

  test("what the server refuses is refused in its words, and the next commit is taken", async () => {
    const { url, run } = await emptied();
    const { store, put } = await notebook(url);
    await put("a");
    await run("alter table gengfu.documents add check (id <> 'bad')");
    await expect(put("bad")).rejects.toThrow(/check constraint.*\(23514\)/);
    await put("b");
    await store.close();
    expect(await texts(url)).toEqual(["a=a", "b=b"]);
  });

  test("what something else has written is never written over", async () => {
    const { url, run } = await emptied();
    const { put } = await notebook(url);
    await put("a");
    await run("update gengfu.store set last = last + 1");
    await expect(put("b")).rejects.toThrow(/no longer holds what this process wrote/);
    await expect(put("c")).rejects.toThrow(/restart Gengfu/);
    expect(await run("select id from gengfu.documents")).toEqual([{ id: "a" }]);
  });
});
