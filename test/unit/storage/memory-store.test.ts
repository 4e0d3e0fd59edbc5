/** The store in memory: the contract, refusals, and frozen documents. */
import { expect, test } from "vitest";
import { memoryStore } from "../../../storage/memory-store.ts";
import { NotSaved } from "../../../storage/store.ts";
import { decodeNote, storeContract } from "../../contract/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

storeContract("memory", async () => memoryStore());

test("a refused write drops every commit that waits, says why, and the next success clears it", async () => {
  const clock = new FakeClock(1_000);
  let refusal: Error | undefined;
  const store = memoryStore(clock, {
    write: async () => {
      await null;
      if (refusal !== undefined) throw refusal;
    },
    close: async () => {},
  });
  const notes = store.table("notes", decodeNote);
  await store.commit((change) => change.put(notes, "a", { text: `old ${change.next("n")}` }));
  refusal = new NotSaved({ zh: "磁盘已满", en: "disk full" });
  const first = store.commit((change) => change.put(notes, "a", { text: `new ${change.next("n")}` }));
  const second = store.commit((change) =>
    change.put(notes, "b", { text: change.get(notes, "a")?.text ?? "" }),
  );
  for (const lost of [first, second]) {
    await expect(lost).rejects.toBeInstanceOf(NotSaved);
    await expect(lost).rejects.toMatchObject({ message: "disk full", text: { zh: "磁盘已满" } });
  }
  expect([...notes.values()]).toEqual([{ text: "old 1" }]);
  clock.set(2_000);
  await expect(store.commit((change) => change.put(notes, "a", { text: "new" }))).rejects.toThrow(
    "disk full",
  );
  expect(store.trouble).toEqual({
    since: 1_000,
    reason: "disk full",
    text: { zh: "磁盘已满", en: "disk full" },
  });
  expect(await store.commit((change) => change.get(notes, "a")?.text)).toBe("old 1");
  refusal = undefined;
  expect(await store.commit((change) => change.next("n"))).toBe(2);
  expect(store.trouble).toBeUndefined();
});

test("documents are frozen, so that a mutation fails in tests", async () => {
  const store = memoryStore();
  const notes = store.table("notes", decodeNote);
  await store.commit((change) => change.put(notes, "a", { text: "a", tags: ["x"] }));
  const tags = notes.get("a")?.tags as string[];
  expect(() => tags.push("y")).toThrow(TypeError);
});

test("one write carries every commit of a turn, and those that come while it is under way", async () => {
  const writes: number[] = [];
  const store = memoryStore(new FakeClock(), {
    write: async (commits) => {
      writes.push(commits.length);
      await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {},
  });
  const notes = store.table("notes", decodeNote);
  const put = (id: string): Promise<void> => store.commit((change) => change.put(notes, id, { text: id }));
  const early = [put("a"), put("b"), put("c")];
  await Promise.resolve();
  await Promise.resolve();
  const late = [put("d"), put("e")];
  await Promise.all([...early, ...late]);
  expect(writes).toEqual([3, 2]);
});
