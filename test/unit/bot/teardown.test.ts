/** Taking down what stands. */
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { openTeardown } from "../../../bot/teardown.ts";
import { silentLog } from "../../../storage/log.ts";

test("the last that was built goes first, each after the one before has gone", async () => {
  const done: string[] = [];
  const teardown = openTeardown(silentLog);
  teardown.add("store", () => void done.push("store"));
  teardown.add("alerts", async () => {
    done.push("alerts…");
    await setImmediate();
    done.push("alerts");
  });
  teardown.add("http", () => void done.push("http"));
  await teardown.run();
  expect(done).toEqual(["http", "alerts…", "alerts", "store"]);
});

test("one that fails is named, and keeps nobody", async () => {
  const done: string[] = [];
  const errors: [object, string][] = [];
  const teardown = openTeardown({ ...silentLog, error: (fields, message) => errors.push([fields, message]) });
  const [late, early] = [new Error("late"), new Error("at once")];
  teardown.add("store", () => void done.push("store"));
  teardown.add("alerts", () => Promise.reject(late));
  teardown.add("http", () => {
    throw early;
  });
  await teardown.run();
  expect(done).toEqual(["store"]);
  expect(errors).toEqual([
    [{ err: early, what: "http" }, "could not be stopped cleanly"],
    [{ err: late, what: "alerts" }, "could not be stopped cleanly"],
  ]);
});

test("nothing is taken down twice", async () => {
  let times = 0;
  const teardown = openTeardown(silentLog);
  teardown.add("store", async () => {
    times++;
    await setImmediate();
  });
  await Promise.all([teardown.run(), teardown.run()]);
  await teardown.run();
  expect(times).toBe(1);
});
