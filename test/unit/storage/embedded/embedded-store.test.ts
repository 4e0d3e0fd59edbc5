/** The embedded store: what it keeps over a restart, and what it refuses. */
import { appendFile, chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedStoreOptions, openStore } from "../../../../storage/embedded/embedded-store.ts";
import { headJson } from "../../../../storage/embedded/read-journal.ts";
import { writeRecords } from "../../../../storage/embedded/record.ts";
import type { Migration } from "../../../../storage/migrations.ts";
import { NotSaved, type Store } from "../../../../storage/store.ts";
import { StoreError } from "../../../../storage/store-error.ts";
import { decodeNote, type Note, storeContract } from "../../../contract/store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type Step, temporaryFolder, testFiles, type Verdict } from "../../../support/test-files.ts";

async function opened(dir: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<Store> {
  const store = await openStore({ dir, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** What is in the notes of a folder, read by a fresh store. */
async function contents(dir: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<[string, Note][]> {
  const store = await openStore({ dir, ...options });
  const entries = [...store.table("notes", decodeNote).entries()];
  await store.close();
  return entries;
}

async function written(dir: string, ...texts: string[]): Promise<string> {
  const store = await openStore({ dir });
  const notes = store.table("notes", decodeNote);
  for (const text of texts) await store.commit((change) => change.put(notes, text, { text }));
  await store.close();
  return join(dir, "journal-1.ndjson");
}

storeContract("embedded", async () => opened(await temporaryFolder()));

test("documents, their order and the counters survive a restart", async () => {
  const dir = await temporaryFolder();
  const first = await opened(dir);
  const notes = first.table("notes", decodeNote);
  await first.commit((change) => {
    change.put(notes, "b", { text: "数据库🔥 \u2028 \u0000", value: Number.NaN });
    change.put(notes, "a", { text: "\u0000NaN", value: Number.NEGATIVE_INFINITY });
    change.put(notes, "gone", { text: "x" });
    change.next("incident");
  });
  await first.commit((change) => {
    change.remove(notes, "gone");
    change.next("incident");
  });
  await first.close();
  const second = await opened(dir);
  expect([...second.table("notes", decodeNote).entries()]).toEqual([
    ["b", { text: "数据库🔥 \u2028 \u0000", value: Number.NaN }],
    ["a", { text: "\u0000NaN", value: Number.NEGATIVE_INFINITY }],
  ]);
  expect(await second.commit((change) => change.next("incident"))).toBe(3);
});

test("the folder is made for the owner alone", async () => {
  const dir = join(await temporaryFolder(), "deep", "data");
  await opened(dir);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dir, "journal-1.ndjson"))).mode & 0o077).toBe(0);
});

test("a folder that cannot be one is refused with its path and the reason", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const refused = openStore({ dir: join(file, "data") });
  await expect(refused).rejects.toBeInstanceOf(StoreError);
  await expect(refused).rejects.toThrow(/cannot use the data folder .*file.data: .*not a folder \(ENOTDIR\)/);
});

test("a read-only folder is refused at the start", async () => {
  const dir = await temporaryFolder();
  const files = testFiles(({ op }) => (op === "create" ? { code: "EROFS" } : undefined));
  await expect(openStore({ dir, files })).rejects.toThrow(/read-only \(EROFS\)/);
  if (process.getuid?.() !== 0) {
    await chmod(dir, 0o500);
    await expect(openStore({ dir })).rejects.toThrow(/EACCES/);
    await chmod(dir, 0o700);
  }
  // The refusals above have left no lock behind.
  await opened(dir);
});

test("a torn last line is dropped and said, and what was saved before it is there", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a", "b", "c");
  const whole = (await stat(journal)).size;
  await truncate(journal, whole - 7);
  const said: [object, string][] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (f: object, m: string) => void said.push([f, m]) };
  expect((await contents(dir, { log })).map(([id]) => id)).toEqual(["a", "b"]);
  expect(said).toHaveLength(1);
  expect(said[0]?.[0]).toMatchObject({ file: journal, line: 4, bytes: expect.any(Number) });
  await written(dir, "d");
  expect((await contents(dir)).map(([id]) => id)).toEqual(["a", "b", "d"]);
});

test("zeros that a power cut left at the end are dropped, but not zeros that a later commit follows", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a", "b");
  await appendFile(journal, Buffer.alloc(4096));
  expect((await contents(dir)).map(([id]) => id)).toEqual(["a", "b"]);
  const data = await readFile(journal);
  const lines = data.toString("latin1").split("\n");
  data.fill(0, (lines[0]?.length ?? 0) + 5, (lines[0]?.length ?? 0) + 40);
  await writeFile(journal, data);
  await expect(openStore({ dir })).rejects.toThrow(/damaged at line 2/);
});

test("damage in the middle refuses to start and says file, line and byte", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a", "b", "c");
  const data = await readFile(journal);
  const start = data.indexOf("\n") + 1;
  const at = data.indexOf('"a"', start);
  data[at + 1] = "z".charCodeAt(0);
  await writeFile(journal, data);
  await expect(openStore({ dir })).rejects.toThrow(
    `${journal} is damaged at line 2, byte ${start}: its checksum`,
  );
  await expect(openStore({ dir })).rejects.toMatchObject({
    text: { zh: expect.stringContaining("第 2 行") },
  });
  expect(await readFile(journal)).toEqual(data);
});

test("damage anywhere in the snapshot refuses to start", async () => {
  const dir = await temporaryFolder();
  await written(dir, "a", "b");
  await contents(dir, { migrations: steps });
  const snapshot = join(dir, "snapshot.ndjson");
  const data = await readFile(snapshot);
  for (let at = 0; at < data.length; at += 3) {
    const changed = Buffer.from(data);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await writeFile(snapshot, changed);
    await expect(openStore({ dir, migrations: steps }), `byte ${at}`).rejects.toThrow(
      /damaged at line|newer Gengfu/,
    );
  }
  await writeFile(snapshot, data.subarray(0, data.length - 30));
  await expect(openStore({ dir, migrations: steps })).rejects.toThrow(/snapshot.ndjson is damaged/);
});

test("a line that somebody deleted is missed", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a", "b", "c");
  const lines = (await readFile(journal, "utf8")).split("\n");
  await writeFile(journal, [...lines.slice(0, 2), ...lines.slice(3)].join("\n"));
  await expect(openStore({ dir })).rejects.toThrow(/line 3, byte \d+: commit 2 is missing, 3 follows/);
});

test("a journal whose end is missing is noticed by the one that follows", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a", "b");
  const head = writeRecords([[headJson({ schema: 1, generation: 2, after: 3 })]]);
  await writeFile(join(dir, "journal-2.ndjson"), head);
  await expect(openStore({ dir })).rejects.toThrow(
    /begins with commit 4, but what precedes it ends with commit 2/,
  );
  expect((await readFile(journal, "utf8")).split("\n")).toHaveLength(4);
});

test("a journal that is missing or is none is refused", async () => {
  const dir = await temporaryFolder();
  const journal = await written(dir, "a");
  const data = await readFile(journal);
  await writeFile(journal, "hello\n");
  await expect(openStore({ dir })).rejects.toThrow(/damaged at line 1/);
  await writeFile(join(dir, "journal-3.ndjson"), data);
  await expect(openStore({ dir })).rejects.toThrow(/journal-2.ndjson is missing/);
});

test("a document that cannot be decoded is named with its table, and the store does not start", async () => {
  const dir = await temporaryFolder();
  await written(dir, "a", "b");
  const store = await opened(dir);
  const decode = (raw: unknown): Note => {
    const note = decodeNote(raw);
    if (note.text === "b") throw new Error("no colour");
    return note;
  };
  expect(() => store.table("notes", decode)).toThrow('table notes, document "b" cannot be read: no colour');
});

test("a disk that is full refuses what waits, keeps what was, and serves again when there is room", async () => {
  const dir = await temporaryFolder();
  const clock = new FakeClock(5_000);
  let verdict: Verdict;
  const files = testFiles(({ op }) => (op === "write" ? verdict : undefined));
  const store = await opened(dir, { files, clock });
  const notes = store.table("notes", decodeNote);
  const put = (id: string): Promise<number> =>
    store.commit((change) => {
      change.put(notes, id, { text: `after ${change.get(notes, "a")?.text ?? "nothing"}` });
      return change.next("n");
    });
  await put("a");
  // Enough bytes that the first of the two commits is whole in the file when the write fails.
  verdict = { code: "ENOSPC", afterBytes: 150 };
  const lost = [put("b"), put("c")];
  for (const one of lost) {
    await expect(one).rejects.toBeInstanceOf(NotSaved);
    await expect(one).rejects.toThrow(`${join(dir, "journal-1.ndjson")}: no space left on the disk (ENOSPC)`);
  }
  expect(store.trouble).toMatchObject({ since: 5_000, reason: expect.stringContaining("ENOSPC") });
  expect(store.trouble?.text.zh).toContain("磁盘已满");
  expect([...notes.entries()].map(([id]) => id)).toEqual(["a"]);
  verdict = undefined;
  expect(await put("d")).toBe(2);
  expect(store.trouble).toBeUndefined();
  await store.close();
  expect((await contents(dir)).map(([id]) => id)).toEqual(["a", "d"]);
});

test("when the failed write cannot even be cut off, the next commit does it first", async () => {
  const dir = await temporaryFolder();
  let broken = false;
  const steps: string[] = [];
  const files = testFiles(({ op }) => {
    if (broken && op === "write") return { code: "EIO", afterBytes: 1_000_000 };
    steps.push(op);
    return broken ? { code: "EIO" } : undefined;
  });
  const store = await opened(dir, { files });
  const notes = store.table("notes", decodeNote);
  await store.commit((change) => change.put(notes, "a", { text: "a" }));
  broken = true;
  await expect(store.commit((change) => change.put(notes, "b", { text: "b" }))).rejects.toThrow(/EIO/);
  await expect(store.commit((change) => change.put(notes, "c", { text: "c" }))).rejects.toThrow(/EIO/);
  broken = false;
  steps.length = 0;
  await store.commit((change) => change.put(notes, "d", { text: "d" }));
  expect(steps).toEqual(["truncate", "datasync", "write", "datasync"]);
  await store.close();
  expect((await contents(dir)).map(([id]) => id)).toEqual(["a", "d"]);
});

test("a commit whose fdatasync fails has not happened", async () => {
  const dir = await temporaryFolder();
  let code: string | undefined;
  const files = testFiles(({ op }) => {
    const failing = op === "datasync" ? code : undefined;
    code = op === "datasync" ? undefined : code;
    return failing === undefined ? undefined : { code: failing };
  });
  const store = await opened(dir, { files });
  const notes = store.table("notes", decodeNote);
  code = "EIO";
  await expect(store.commit((change) => change.put(notes, "a", { text: "a" }))).rejects.toBeInstanceOf(
    NotSaved,
  );
  expect(notes.size).toBe(0);
  await store.close();
  expect(await contents(dir)).toEqual([]);
});

test("commits under load share a write and an fdatasync, and none shows before it", async () => {
  const dir = await temporaryFolder();
  const steps: Step["op"][] = [];
  let shown = -1;
  const files = testFiles(({ op }) => {
    steps.push(op);
    if (op === "datasync") shown = notes?.size ?? -1;
    return undefined;
  });
  let notes: ReturnType<typeof table> | undefined;
  const store = await opened(dir, { files });
  const table = () => store.table("notes", decodeNote);
  notes = table();
  const kept = notes;
  steps.length = 0;
  await Promise.all(
    Array.from({ length: 500 }, (_, i) => store.commit((change) => change.put(kept, `${i}`, { text: "x" }))),
  );
  expect(steps).toEqual(["write", "datasync"]);
  expect(shown).toBe(0);
  expect(kept.size).toBe(500);
});

const steps: Migration[] = [
  {
    what: "notes get a value",
    migrate(state) {
      const notes = state.tables.get("notes");
      for (const [id, raw] of notes ?? []) notes?.set(id, { ...(raw as Note), value: 1 });
    },
  },
  {
    what: "values double",
    migrate(state) {
      const notes = state.tables.get("notes");
      for (const [id, raw] of notes ?? [])
        notes?.set(id, { ...(raw as Note), value: 2 * ((raw as Note).value ?? 0) });
    },
  },
];

test("an older store is brought to the newest schema once", async () => {
  const dir = await temporaryFolder();
  await written(dir, "a", "b");
  const both = { migrations: steps };
  expect((await contents(dir, both)).map(([, note]) => note.value)).toEqual([2, 2]);
  expect((await contents(dir, both)).map(([, note]) => note.value)).toEqual([2, 2]);
  expect((await readdir(dir)).sort()).toEqual(["journal-2.ndjson", "snapshot.ndjson"]);
});

test("a store of one step goes on with the second, and a newer store is refused untouched", async () => {
  const dir = await temporaryFolder();
  await written(dir, "a");
  expect((await contents(dir, { migrations: steps.slice(0, 1) })).map(([, note]) => note.value)).toEqual([1]);
  expect((await contents(dir, { migrations: steps })).map(([, note]) => note.value)).toEqual([2]);
  const refused = openStore({ dir, migrations: steps.slice(0, 1) });
  await expect(refused).rejects.toThrow(/newer Gengfu \(schema 3; this one knows 2\)/);
  expect((await contents(dir, { migrations: steps })).map(([, note]) => note.value)).toEqual([2]);
});

test("a migration that fails says which, and changes nothing", async () => {
  const dir = await temporaryFolder();
  await written(dir, "a");
  const broken: Migration = {
    what: "break",
    migrate() {
      throw new Error("odd document");
    },
  };
  const refused = openStore({ dir, migrations: [...steps.slice(0, 1), broken] });
  await expect(refused).rejects.toThrow(/from schema 2 to 3 \(break\): odd document/);
  expect(await contents(dir)).toEqual([["a", { text: "a" }]]);
});

test("files of others in the folder are left alone", async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, "series"));
  await writeFile(join(dir, "journal-x.ndjson"), "mine");
  await written(dir, "a");
  await contents(dir);
  expect(await readdir(dir)).toEqual(expect.arrayContaining(["series", "journal-x.ndjson"]));
});
