/** One end of an exchange: whichever comes first, and everything that was opened is closed after it. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { hangingUp, type Ongoing } from "../../../../monitors/probe/hanging-up.ts";
import { createStopwatch } from "../../../../monitors/probe/stopwatch.ts";

function started() {
  const control = new AbortController();
  const closed: string[] = [];
  let going: Ongoing<number> | undefined;
  const watch = createStopwatch({ resolve: "the name", query: "the answer" }, () => 0);
  watch.enter("query");
  const end = hangingUp<number>({ watch, isTls: false, signal: control.signal }, (one) => {
    for (const name of ["socket", "tls"]) one.opened.push({ destroy: () => closed.push(name) });
    going = one;
  });
  return { control, closed, going: () => going as Ongoing<number>, end, watch };
}

it("is the first result, and what comes after it changes nothing", async () => {
  const { going, end, closed, control } = started();
  going().done(1);
  going().done(2);
  going().fail(new Error("late"));
  control.abort();
  // Not beneath the callback that ended it.
  expect(closed).toEqual([]);
  expect(await end).toBe(1);
  await turn();
  expect(closed).toEqual(["tls", "socket"]);
});

it("is a failure with its reason", async () => {
  const { going, end } = started();
  going().fail(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  await expect(end).rejects.toMatchObject({ reason: { code: "refused" } });
});

it("is the end of its time, whatever it waits for", async () => {
  const { control, end, closed } = started();
  control.abort();
  await expect(end).rejects.toMatchObject({ reason: { code: "timeout" } });
  await turn();
  expect(closed).toEqual(["tls", "socket"]);
});

it("begins nothing when the time is up already", async () => {
  const watch = createStopwatch({ resolve: "the name" }, () => 0);
  const end = hangingUp<number>({ watch, isTls: false, signal: AbortSignal.abort() }, () => {
    throw new Error("it has begun");
  });
  await expect(end).rejects.toMatchObject({ reason: { code: "timeout" } });
});
