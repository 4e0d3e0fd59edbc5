/** One process per folder, and a store under `kill -9`, with real processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../../storage/embedded/embedded-store.ts";
import { lockFolder } from "../../../../storage/embedded/lock.ts";
import { StoreError } from "../../../../storage/store-error.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

interface Child {
  readonly process: ChildProcess;
  /** Resolves with the first line that starts with one of these words. */
  line(...words: string[]): Promise<string>;
  /** Kills it with SIGKILL; resolves with all it has said. */
  kill(): Promise<string[]>;
}

function child(dir: string, mode = "idle"): Child {
  const script = fileURLToPath(new URL("../../../support/store-child.js", import.meta.url));
  const running = spawn(process.execPath, [script, dir, mode], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void running.kill("SIGKILL"));
  let text = "";
  const lines = (): string[] => text.split("\n").slice(0, -1);
  running.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => running.stdout.once("close", () => resolve()));
  return {
    process: running,
    async line(...words) {
      for (;;) {
        const found = lines().find((line) => words.some((word) => line.startsWith(word)));
        if (found !== undefined) return found;
        if (running.stdout.destroyed || running.stdout.readableEnded)
          throw new Error(`the child said only: ${text}`);
        await Promise.race([new Promise((resolve) => running.stdout.once("data", resolve)), ended]);
      }
    },
    async kill() {
      running.kill("SIGKILL");
      await ended;
      return lines();
    },
  };
}

test("a second process is refused with the first one's number, and kill -9 frees the folder", async () => {
  const dir = await temporaryFolder();
  const first = child(dir);
  expect(await first.line("open", "refused")).toBe(`open ${first.process.pid}`);
  const second = child(dir);
  const refusal = await second.line("open", "refused");
  expect(refusal).toContain(`${dir} is in use by another Gengfu process (pid ${first.process.pid})`);
  await first.kill();
  const third = child(dir);
  expect(await third.line("open", "refused")).toBe(`open ${third.process.pid}`);
  await third.kill();
  await (await openStore({ dir })).close();
  expect((await readdir(dir)).filter((name) => name.endsWith(".sock"))).toEqual([]);
}, 60_000);

test("what was answered survives kill -9 at any moment, and no number is given twice", async () => {
  const dir = await temporaryFolder();
  let saved = 0;
  for (let round = 0; round < 12; round++) {
    const running = child(dir, "load");
    expect(await running.line("open", "refused")).toMatch(/^open/);
    await running.line("saved");
    // A different moment each time: after so many lines more.
    for (let n = 0; n < (round * 5) % 17; n++)
      await new Promise((resolve) => running.process.stdout?.once("data", resolve));
    const numbers = (await running.kill())
      .filter((line) => line.startsWith("saved"))
      .map((line) => Number(line.slice(6)));
    expect(Math.min(...numbers)).toBeGreaterThan(saved);
    expect(new Set(numbers).size).toBe(numbers.length);
    saved = Math.max(saved, ...numbers);
  }
  const store = await openStore({ dir });
  const notes = store.table("notes", (raw) => raw as { number: number });
  const highest = Math.max(...[...notes.values()].map((note) => note.number));
  const next = await store.commit((change) => change.next("n"));
  await store.close();
  expect(highest).toBeGreaterThanOrEqual(saved);
  // At most the commits of the three workers that were under way were saved and not answered.
  expect(highest).toBeLessThanOrEqual(saved + 3);
  expect(next).toBe(highest + 1);
}, 120_000);

test("one process cannot open a folder twice, and can after closing it", async () => {
  const dir = await temporaryFolder();
  const store = await openStore({ dir });
  await expect(openStore({ dir })).rejects.toBeInstanceOf(StoreError);
  await expect(openStore({ dir })).rejects.toThrow(`pid ${process.pid}`);
  await store.close();
  await (await openStore({ dir })).close();
});

test("of many that start at once over a dead one's lock, exactly one gets it", async () => {
  const dir = await temporaryFolder();
  for (let round = 0; round < 5; round++) {
    const dead = child(dir);
    await dead.line("open", "refused");
    await dead.kill();
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir)));
    const got = tries.filter((result) => result.status === "fulfilled").map((result) => result.value);
    const held = await Promise.allSettled(got.map((lock) => lock.verify()));
    expect(held.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const lock of got) await lock.release();
  }
}, 60_000);

test("a path too long for a socket is locked all the same", async () => {
  const dir = join(await temporaryFolder(), "x".repeat(120), "y".repeat(60));
  await mkdir(dir, { recursive: true });
  const lock = await lockFolder(dir);
  await expect(lockFolder(dir)).rejects.toThrow(`pid ${process.pid}`);
  await lock.release();
  const again = await lockFolder(dir);
  await again.release();
  expect(await readdir(dir)).toEqual([]);
});
