/** Compaction: a death or a failure at any step of it loses nothing, repeats nothing and blocks nobody. */
import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../../storage/embedded/embedded-store.ts";
import type { Files } from "../../../../storage/files.ts";
import { silentLog } from "../../../../storage/log.ts";
import type { Store, Table } from "../../../../storage/store.ts";
import { decodeNote, type Note } from "../../../contract/store.ts";
import { copyFolder, type Step, temporaryFolder, testFiles } from "../../../support/test-files.ts";

type Entries = [string, Note][];

interface Opened {
  readonly store: Store;
  readonly notes: Table<Note>;
  readonly warnings: string[];
}

async function opened(dir: string, files?: Files): Promise<Opened> {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
  const store = await openStore({ dir, compactAfterBytes: 2_000, log, ...(files && { files }) });
  onTestFinished(() => store.close());
  return { store, notes: store.table("notes", decodeNote), warnings };
}

async function contents(dir: string): Promise<{ entries: Entries; counter: number }> {
  const { store, notes } = await opened(dir);
  const entries = [...notes.entries()];
  const counter = await store.commit((change) => change.next("n"));
  await store.close();
  return { entries, counter };
}

/** One commit of a load that inserts, updates, removes and puts again, over a handful of ids. */
function edit(store: Store, notes: Table<Note>, i: number): Promise<void> {
  return store.commit((change) => {
    change.next("n");
    change.put(notes, `id-${(i * 7) % 23}`, { text: `text of commit ${i}`.padEnd(60, "."), value: i });
    if (i % 3 === 0) change.remove(notes, `id-${(i * 5) % 23}`);
    if (i % 4 === 0) change.put(notes, `id-${(i * 5) % 23}`, { text: `again ${i}` });
  });
}

test("kill -9 before any step of any compaction reopens with exactly what was saved", async () => {
  const dir = await temporaryFolder();
  const seen = new Map<string, number>();
  const copies: { at: string; copy: string; saved: number }[] = [];
  /** The notes after so many commits. */
  const history: Entries[] = [[]];
  const name = (step: Step): string => `${step.op} ${step.path.slice(dir.length + 1) || "folder"}`;
  const { store, notes, warnings } = await opened(
    dir,
    testFiles(
      async (step) => {
        const at = `${name(step)}`.replace(/\d+/, "N");
        const times = (seen.get(at) ?? 0) + 1;
        seen.set(at, times);
        // The journal's own writes are many and alike; every other step is copied each time.
        if (/^(write|datasync) journal/.test(at) && times % 9 !== 0) return undefined;
        const saved = history.length - 1;
        copies.push({ at: name(step), copy: await copyFolder(dir), saved });
        return undefined;
      },
      { inTurn: true },
    ),
  );
  for (let i = 1; i <= 120; i++) {
    await edit(store, notes, i);
    history.push([...notes.entries()]);
  }
  await store.close();
  expect(warnings).toEqual([]);
  const steps = [...seen.keys()];
  for (const step of [
    "create journal-N.ndjson",
    "create snapshot.ndjson.tmp",
    "write snapshot.ndjson.tmp",
    "datasync snapshot.ndjson.tmp",
    "rename snapshot.ndjson",
    "syncFolder folder",
    "remove journal-N.ndjson",
  ])
    expect(steps).toContain(step);
  expect(seen.get("rename snapshot.ndjson")).toBeGreaterThan(3);
  for (const { at, copy, saved } of copies) {
    const found = await contents(copy);
    const commits = found.counter - 1;
    // What was answered is there; a commit that was being written may be there as well, and nothing else.
    expect([saved, saved + 1], at).toContain(commits);
    expect(found.entries, at).toEqual(history[commits]);
  }
  expect((await contents(dir)).entries).toEqual(history.at(-1));
}, 60_000);

test("a failure at any step is said, blocks no commit, and a later compaction succeeds", async () => {
  for (const broken of [
    "create journal-2",
    "write journal-2",
    "datasync journal-2",
    "create snapshot",
    "write snapshot",
    "datasync snapshot",
    "rename snapshot",
    "remove journal-1",
  ]) {
    const dir = await temporaryFolder();
    let failures = 0;
    const files = testFiles(({ op, path }) => {
      const isIt = `${op} ${path.slice(dir.length + 1)}`.startsWith(broken);
      // The new journal's first write is compaction's; later ones are commits'.
      if (!isIt || failures >= 1) return undefined;
      failures++;
      return { code: "ENOSPC" };
    });
    const { store, notes, warnings } = await opened(dir, files);
    for (let i = 1; i <= 200; i++) await edit(store, notes, i);
    expect(failures, broken).toBe(1);
    expect(warnings.length, broken).toBe(1);
    expect(store.trouble, broken).toBeUndefined();
    const kept = [...notes.entries()];
    await store.close();
    const journals = (await readdir(dir)).filter((file) => file.startsWith("journal-"));
    expect(journals.length, broken).toBeLessThanOrEqual(2);
    expect(await readdir(dir), broken).toContain("snapshot.ndjson");
    expect(await contents(dir), broken).toEqual({ entries: kept, counter: 201 });
  }
}, 60_000);

test("what is left of a journal that could not be begun does no harm after more commits and a torn end", async () => {
  const dir = await temporaryFolder();
  // Opening needs the folder to be synced once; the failures are for what comes after.
  let armed = false;
  const files = testFiles(({ op }) =>
    armed && (op === "syncFolder" || op === "remove") ? { code: "EIO" } : undefined,
  );
  const { store, notes, warnings } = await opened(dir, files);
  armed = true;
  for (let i = 1; i <= 60; i++) await edit(store, notes, i);
  const kept = [...notes.entries()];
  expect(await readdir(dir)).toEqual(expect.arrayContaining(["journal-1.ndjson", "journal-2.ndjson"]));
  const copy = await copyFolder(dir);
  expect(warnings.length).toBeGreaterThan(0);
  await appendFile(join(copy, "journal-1.ndjson"), '0000abcd 99 {"n"');
  expect((await contents(copy)).entries).toEqual(kept);
  expect((await contents(copy)).counter).toBe(62);
});

test("a snapshot taken while commits go on gives the same state and order after a restart", async () => {
  const dir = await temporaryFolder();
  let waiting: (() => void) | undefined;
  const files = testFiles(async ({ op, path }) => {
    // Holds every slice of the snapshot until a few more commits have landed.
    if (op === "write" && path.endsWith(".tmp")) await new Promise<void>((resolve) => (waiting = resolve));
    return undefined;
  });
  const store = await openStore({ dir, files, compactAfterBytes: 1 });
  onTestFinished(() => store.close());
  const notes = store.table("notes", decodeNote);
  await store.commit((change) => {
    for (let i = 0; i < 2_000; i++) change.put(notes, `id-${i}`, { text: "x".repeat(300) });
  });
  for (let i = 0; i < 400; i++) {
    const id = (n: number): string => `id-${(i * 7919 + n) % 2_000}`;
    await store.commit((change) => {
      change.remove(notes, id(0));
      change.remove(notes, id(1));
      change.put(notes, `new-${i}`, { text: "new" });
      change.put(notes, id(1), { text: `back ${i}` });
      change.put(notes, id(2), { text: `changed ${i}` });
    });
    if (i % 10 === 0) waiting?.();
  }
  const copy = await copyFolder(dir);
  const kept = [...notes.entries()];
  const again = setInterval(() => waiting?.(), 1);
  onTestFinished(() => clearInterval(again));
  await store.close();
  for (const folder of [copy, dir]) {
    const reopened = await openStore({ dir: folder });
    expect([...reopened.table("notes", decodeNote).entries()]).toEqual(kept);
    await reopened.close();
  }
  expect(await readdir(copy)).toContain("snapshot.ndjson");
});

test("closing in the middle of a compaction leaves it for another time", async () => {
  const dir = await temporaryFolder();
  let closing: Promise<void> | undefined;
  const parts: { store?: Store } = {};
  const files = testFiles(({ op, path }) => {
    if (op === "write" && path.endsWith(".tmp")) closing ??= parts.store?.close();
    return undefined;
  });
  const { store, notes, warnings } = await opened(dir, files);
  parts.store = store;
  let saved = 0;
  for (let i = 1; closing === undefined; i++) {
    await edit(store, notes, i);
    saved = i;
  }
  await closing;
  expect(warnings).toEqual([]);
  expect(await readdir(dir)).not.toContain("snapshot.ndjson.tmp");
  expect((await contents(dir)).counter).toBe(saved + 1);
});
