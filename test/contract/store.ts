/** What every store must do, whatever it keeps its documents in. */
import { describe, expect, test } from "vitest";
import type { Change, Store, Table } from "../../storage/store.ts";

export interface Note {
  readonly text: string;
  readonly tags?: readonly string[];
  readonly value?: number;
}

/** Reads a note; refuses anything else. */
export function decodeNote(raw: unknown): Note {
  if (typeof raw !== "object" || raw === null || !("text" in raw) || typeof raw.text !== "string")
    throw new Error("a note needs a text");
  return raw as Note;
}

/** Runs the contract over a fresh store per test; `open` also arranges for its end. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  const fresh = async (): Promise<{ store: Store; notes: Table<Note> }> => {
    const store = await open();
    return { store, notes: store.table("notes", decodeNote) };
  };

  describe(`store contract: ${name}`, () => {
    test("a commit shows nothing before it is saved and everything after", async () => {
      const { store, notes } = await fresh();
      const saved = store.commit((change) => {
        change.put(notes, "a", { text: "1" });
        change.put(notes, "b", { text: "2" });
        expect(change.get(notes, "a")).toEqual({ text: "1" });
        return "result";
      });
      expect(notes.size).toBe(0);
      expect(notes.get("a")).toBeUndefined();
      expect(await saved).toBe("result");
      expect([...notes.entries()]).toEqual([
        ["a", { text: "1" }],
        ["b", { text: "2" }],
      ]);
    });

    test("a commit sees those still on their way, and they land in order", async () => {
      const { store, notes } = await fresh();
      const order: string[] = [];
      const add = (text: string): Promise<unknown> =>
        store
          .commit((change) =>
            change.put(notes, "a", { text: `${change.get(notes, "a")?.text ?? ""}${text}` }),
          )
          .then(() => order.push(text));
      await Promise.all(["x", "y", "z"].map(add));
      expect(notes.get("a")).toEqual({ text: "xyz" });
      expect(order).toEqual(["x", "y", "z"]);
    });

    test("an edit that throws changes nothing, nor do numbers it drew", async () => {
      const { store, notes } = await fresh();
      await store.commit((change) => change.put(notes, "a", { text: "kept" }));
      const failed = store.commit((change) => {
        change.put(notes, "a", { text: "lost" });
        change.put(notes, "b", { text: "lost" });
        change.next("incident");
        throw new RangeError("no");
      });
      await expect(failed).rejects.toThrow(RangeError);
      expect([...notes.values()]).toEqual([{ text: "kept" }]);
      expect(store.trouble).toBeUndefined();
      expect(await store.commit((change) => [change.get(notes, "b"), change.next("incident")])).toEqual([
        undefined,
        1,
      ]);
    });

    test("numbers start at 1 and are never handed out twice", async () => {
      const { store } = await fresh();
      const drawn = await Promise.all(
        Array.from({ length: 20 }, () => store.commit((change) => [change.next("a"), change.next("a")])),
      );
      expect(drawn.flat()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      expect(await store.commit((change) => change.next("b"))).toBe(1);
    });

    test("documents keep the order of their insertion", async () => {
      const { store, notes } = await fresh();
      const ids = (): string => [...notes.entries()].map(([id]) => id).join("");
      for (const id of ["c", "a", "b"]) await store.commit((change) => change.put(notes, id, { text: id }));
      await store.commit((change) => change.put(notes, "c", { text: "again" }));
      expect(ids()).toBe("cab");
      await store.commit((change) => {
        change.remove(notes, "c");
        change.put(notes, "d", { text: "d" });
        change.put(notes, "c", { text: "back" });
      });
      expect(ids()).toBe("abdc");
    });

    test("removing what is not there is nothing, and what came and went in one commit is not told", async () => {
      const { store, notes } = await fresh();
      const heard: string[] = [];
      notes.watch((id) => heard.push(id));
      await store.commit((change) => {
        change.remove(notes, "ghost");
        change.put(notes, "brief", { text: "x" });
        change.remove(notes, "brief");
      });
      expect(heard).toEqual([]);
      expect(notes.size).toBe(0);
    });

    test("watchers hear each document once per commit, after the whole commit shows", async () => {
      const { store, notes } = await fresh();
      const heard: unknown[] = [];
      const stop = notes.watch((id, after, before) =>
        heard.push([id, after?.text, before?.text, notes.size]),
      );
      await store.commit((change) => {
        change.put(notes, "a", { text: "0" });
        change.put(notes, "a", { text: "1" });
        change.put(notes, "b", { text: "2" });
      });
      await store.commit((change) => change.remove(notes, "a"));
      stop();
      await store.commit((change) => change.remove(notes, "b"));
      expect(heard).toEqual([
        ["a", "1", undefined, 2],
        ["b", "2", undefined, 2],
        ["a", undefined, "1", 1],
      ]);
    });

    test("a watcher that throws hurts nobody, and one that commits is served", async () => {
      const { store, notes } = await fresh();
      const heard: string[] = [];
      notes.watch(() => {
        throw new Error("broken watcher");
      });
      let second: Promise<unknown> | undefined;
      notes.watch((id) => {
        heard.push(id);
        if (id === "a") second = store.commit((change) => change.put(notes, "b", { text: "b" }));
      });
      await store.commit((change) => change.put(notes, "a", { text: "a" }));
      await second;
      expect(heard).toEqual(["a", "b"]);
    });

    test("a commit that changes nothing waits for those before it", async () => {
      const { store, notes } = await fresh();
      const order: string[] = [];
      const write = store
        .commit((change) => change.put(notes, "a", { text: "a" }))
        .then(() => order.push("write"));
      const read = store
        .commit((change) => change.get(notes, "a"))
        .then((note) => order.push(`read ${note?.text}`));
      await Promise.all([write, read]);
      expect(order).toEqual(["write", "read a"]);
      expect(await store.commit(() => 5)).toBe(5);
    });

    test("what cannot be written is refused, naming the document, and changes nothing", async () => {
      const { store, notes } = await fresh();
      const ring: { text: string; self?: unknown } = { text: "ring" };
      ring.self = ring;
      const put = (document: unknown): Promise<void> =>
        store.commit((change) => change.put(notes, "odd", document as Note));
      await expect(put(ring)).rejects.toThrow(/notes.*odd/);
      await expect(put(undefined)).rejects.toThrow(/notes.*odd/);
      await expect(put({ text: "x", tags: [undefined] })).rejects.toThrow(/notes.*odd/);
      expect(notes.size).toBe(0);
    });

    test("misuse is refused", async () => {
      const { store, notes } = await fresh();
      const other = await fresh();
      let kept: Change | undefined;
      await store.commit((change) => {
        kept = change;
      });
      expect(() => kept?.put(notes, "late", { text: "x" })).toThrow(/after its commit/);
      await expect(store.commit((change) => change.put(other.notes, "a", { text: "x" }))).rejects.toThrow(
        /another store/,
      );
      await expect(store.commit(async () => 1)).rejects.toThrow(/synchronous/);
      let inner: Promise<unknown> | undefined;
      await store.commit(() => {
        inner = store.commit(() => 1).catch((error: Error) => error.message);
      });
      expect(await inner).toMatch(/inside another/);
      expect(() => store.table("notes", decodeNote)).toThrow(/open already/);
      expect(notes.size).toBe(0);
    });

    test("closing waits for what is under way and refuses what comes after", async () => {
      const { store, notes } = await fresh();
      const saved = store.commit((change) => change.put(notes, "a", { text: "a" }));
      await store.close();
      await expect(saved).resolves.toBeUndefined();
      expect(notes.get("a")).toEqual({ text: "a" });
      await expect(store.commit((change) => change.put(notes, "b", { text: "b" }))).rejects.toThrow(/closed/);
      await store.close();
    });
  });
}
