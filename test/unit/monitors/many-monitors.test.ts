/** Many monitors: they come evenly, and those that went leave nothing behind, whatever they were doing. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { good, pending, watchedWorld } from "../../support/watched-world.ts";

const MONITORS = 10_000;
const AT_ONCE = 500;

/** Bytes in use after a forced collection. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("ten thousand monitors made and removed leave no round, no sleep, no listener and no memory", {
  timeout: 60_000,
}, async () => {
  let looks = 0;
  let ended = 0;
  const hangs = async (signal: AbortSignal) => {
    looks += 1;
    return pending(signal).finally(() => {
      ended += 1;
    });
  };
  const { clock, store, book, watching, spec, sink } = watchedWorld(
    { quick: async () => good, hanging: hangs },
    { atOnce: AT_ONCE },
  );
  watching.start();
  const source = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 0 } as const;
  const lot = async (from: number): Promise<void> => {
    const names = Array.from({ length: AT_ONCE }, (_, i) => `m ${from + i}`);
    await store.commit((change) => {
      names.forEach((name, i) => {
        book.add(change, spec({ name, kind: i % 2 === 0 ? "quick" : "hanging" }), source);
      });
    });
    // All have begun; those that hang are still at it when they are removed.
    await clock.advance(100);
    expect(watching.figures).toMatchObject({ monitors: AT_ONCE, running: AT_ONCE / 2, waiting: 0 });
    await store.commit((change) => {
      for (const name of names) book.remove(change, name);
    });
    await clock.advance(2_000);
    expect(watching.figures).toMatchObject({ monitors: 0, running: 0, waiting: 0 });
    expect(names.filter((name) => watching.status(name) !== undefined)).toEqual([]);
    sink.samples.length = 0;
  };

  await lot(0);
  const sleeping = clock.sleeping;
  const before = heapUsed();
  for (let from = AT_ONCE; from <= MONITORS; from += AT_ONCE) await lot(from);
  expect([looks, ended]).toEqual([(MONITORS + AT_ONCE) / 2, (MONITORS + AT_ONCE) / 2]);
  expect(clock.sleeping).toBe(sleeping);
  // A kilobyte of each would be ten megabytes.
  expect(heapUsed() - before).toBeLessThan(5_000_000);
  await watching.stop();
  expect(clock.sleeping).toBe(0);
});

test("many monitors are spread further, so that they do not come in a rush at every interval", async () => {
  const { book, clock, sink, spec, store, watching } = watchedWorld(
    { thing: async () => good },
    {
      random: (() => {
        let i = 0;
        return () => i++ / 2_000;
      })(),
    },
  );
  const list = Array.from({ length: 2_000 }, (_, i) =>
    spec({ name: `m${i}`, kind: "thing", interval: "30s" }),
  );
  await store.commit((change) => book.syncFileMonitors(change, list));
  watching.start();
  for (const second of [5, 10, 15, 20]) {
    await clock.advance(5_000);
    expect(sink.of("up").length).toBeCloseTo(second * 100, -1);
  }
  await watching.stop();
});
