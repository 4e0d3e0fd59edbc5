import { expect, test } from "vitest";
import { openPace } from "../../../../bot/dingtalk/api/pace.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { never, refusalOf } from "./api-bench.ts";

/** Takes `many` turns and notes when each was given. */
function turns(many: number, pace: ReturnType<typeof openPace>, clock: FakeClock) {
  const given: [number, number][] = [];
  for (let n = 0; n < many; n++)
    void pace.turn(new AbortController().signal).then(() => given.push([n, clock.elapsed]));
  return given;
}

test("gives so many turns at once, then as many in each second, in the order of asking", async () => {
  const clock = new FakeClock();
  const given = turns(7, openPace(clock, 3), clock);
  await clock.advance(10_000);
  expect(given).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1_000],
    [4, 1_000],
    [5, 1_000],
    [6, 2_000],
  ]);
});

test("never gives more within any second, not over a boundary either", async () => {
  const clock = new FakeClock();
  const pace = openPace(clock, 3);
  const times: number[] = [];
  for (let n = 0; n < 40; n++) {
    void pace.turn(new AbortController().signal).then(() => times.push(clock.elapsed));
    await clock.advance((n * 37) % 300);
  }
  await clock.advance(60_000);
  expect(times).toHaveLength(40);
  for (const [n, time] of times.entries())
    if (n >= 3) expect(time - (times[n - 3] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test("lets whoever lost patience go, and the next in their place", async () => {
  const clock = new FakeClock();
  const pace = openPace(clock, 1);
  const control = new AbortController();
  await pace.turn(never);
  const gone = refusalOf(pace.turn(control.signal));
  const order: string[] = [];
  void pace.turn(never).then(() => order.push(`after ${clock.elapsed}`));
  control.abort();
  expect(await gone).toMatchObject({ next: "retry", code: "aborted" });
  await clock.advance(1_000);
  expect(order).toEqual(["after 1000"]);
});

test("refuses whoever is gone already, and gives the turn to another", async () => {
  const clock = new FakeClock();
  const pace = openPace(clock, 1);
  expect(await refusalOf(pace.turn(AbortSignal.abort()))).toMatchObject({ code: "aborted" });
  await pace.turn(never);
});

test("leaves no timer behind when nobody waits any more", async () => {
  const clock = new FakeClock();
  const pace = openPace(clock, 1);
  await pace.turn(never);
  expect(clock.sleeping).toBe(0);
  const control = new AbortController();
  const gone = [refusalOf(pace.turn(control.signal)), refusalOf(pace.turn(control.signal))];
  expect(clock.sleeping).toBe(1);
  control.abort();
  await Promise.all(gone);
  expect(clock.sleeping).toBe(0);
  // And goes on afterwards.
  const given = turns(1, pace, clock);
  await clock.advance(1_000);
  expect(given).toEqual([[0, 1_000]]);
});

test("is not stopped by a clock that is put back", async () => {
  const clock = new FakeClock();
  const pace = openPace(clock, 1);
  await pace.turn(never);
  clock.set(clock.now() - 86_400_000);
  const given = turns(1, pace, clock);
  await clock.advance(1_000);
  expect(given).toHaveLength(1);
});
