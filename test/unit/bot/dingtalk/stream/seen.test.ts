import { expect, test } from "vitest";
import { openSeen } from "../../../../../bot/dingtalk/stream/seen.ts";
import { FakeClock } from "../../../../support/fake-clock.ts";

const MINUTE = 60_000;

function counted() {
  const work = { times: 0, run: () => Promise.resolve() };
  return {
    get times() {
      return work.times;
    },
    async run() {
      work.times += 1;
    },
  };
}

test("the same is done once within ten minutes, and again after that", async () => {
  const clock = new FakeClock();
  const seen = openSeen(clock);
  const work = counted();
  await seen.once("a", work.run);
  await clock.advance(9 * MINUTE);
  await seen.once("a", work.run);
  expect(work.times).toBe(1);
  await clock.advance(2 * MINUTE);
  await seen.once("a", work.run);
  expect(work.times).toBe(2);
});

test("what failed is done again", async () => {
  const seen = openSeen(new FakeClock());
  await expect(seen.once("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const work = counted();
  await seen.once("a", work.run);
  expect(work.times).toBe(1);
});

test("so many are remembered and no more, the latest of them", async () => {
  const seen = openSeen(new FakeClock());
  for (let i = 0; i < 30_000; i++) void seen.once(String(i), () => Promise.resolve());
  expect(seen.has("29999")).toBe(true);
  expect(seen.has("15000")).toBe(true);
  expect(seen.has("5000")).toBe(false);
});

test("a clock that is set back forgets nothing", async () => {
  const clock = new FakeClock();
  const seen = openSeen(clock);
  await seen.once("a", () => Promise.resolve());
  clock.set(clock.now() - 60 * MINUTE);
  const work = counted();
  await seen.once("a", work.run);
  expect(work.times).toBe(0);
});
