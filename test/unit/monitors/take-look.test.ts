import { expect, test } from "vitest";
import { good, watchedWorld } from "../../support/watched-world.ts";

test("the signal of a look aborts when the look has ended, so that nothing it began goes on", async () => {
  const signals: AbortSignal[] = [];
  const { add, clock, watching } = watchedWorld({
    quick: async (signal) => {
      signals.push(signal);
      await clock.sleep(1_000);
      return good;
    },
  });
  await add({ name: "a", kind: "quick" });
  watching.start();
  await clock.advance(500);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  await clock.advance(1_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await watching.stop();
});
