/** What events make of a run: repeated, reordered, tried again, taken up again. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flowOptions, type State } from "../../../../monitors/flow/options.ts";
import { planOf } from "../../../../monitors/flow/plan.ts";
import {
  beganAt,
  decodeRun,
  type FlowEvent,
  newRun,
  type Run,
  told,
  tookMs,
} from "../../../../monitors/flow/run.ts";

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 27, 18);
const plan = planOf(
  flowOptions.parse({
    steps: [{ name: "a", max_duration: "10m" }, { name: "b" }, { name: "c", deadline: "06:00" }],
  }),
  "Asia/Shanghai",
);

/** `a start`, `b done@7`: the minute at which it came; `b done@7/5`: and when it says it happened. */
function event(text: string): { said: FlowEvent; now: number } {
  const [, what = "", came = "0", at] = /^([^@]*)(?:@([\d.]+))?(?:\/([\d.]+))?$/.exec(text) ?? [];
  const [step = "", state = ""] = what.split(" ");
  const said: FlowEvent = {
    ...(step === "-" ? {} : { step }),
    state: state as State,
    note: "",
    ...(at === undefined ? {} : { at: T0 + Number(at) * MINUTE }),
  };
  return { said, now: T0 + Number(came) * MINUTE };
}

function tell(line: string, run: Run = newRun("t", "1", T0, undefined)): Run {
  for (const one of line.split(", ")) {
    const { said, now } = event(one);
    run = told(run, said, plan, now);
    expect(decodeRun(JSON.parse(JSON.stringify(run)))).toEqual(run);
  }
  return run;
}

const brief = ({ steps, end }: Run): string =>
  [...Object.entries(steps).map(([name, { state }]) => `${name} ${state}`), end?.how ?? "open"].join(", ");

test.each<[line: string, result: string]>([
  ["a start", "a running, open"],
  ["a start, a done@5", "a done, open"],
  ["a done@5, b done@9, c done@12", "a done, b done, c done, done"],
  ["a done, b skip, c done@3", "a done, b skipped, c done, done"],
  ["a done, b fail@3", "a done, b failed, failed"],
  ["a done, b fail@3, b start@9", "a done, b running, open"],
  ["a done, b fail@3, b start@9, b done@12, c done@15", "a done, b done, c done, done"],
  ["a done, b fail@3, b done@12", "a done, b done, open"],
  ["a start, c start@5", "a running, c running, open"],
  ["- start", "open"],
  ["a start, - done@9", "a done, done"],
  ["a start, - fail@9", "a failed, failed"],
  ["- skip", "skipped"],
  ["a start, - fail@9, a start@12", "a running, open"],
  ["a start, - fail@9, a done@12", "a done, open"],
  ["a done, b done, a skip", "a done, b done, open"],
])("%s: %s", (line, result) => {
  expect(brief(tell(line))).toBe(result);
});

describe("what is told twice", () => {
  test.each([
    "a start",
    "a start, a done@5",
    "a done, b fail@5",
    "a done, b skip@5",
    "- start",
    "a start, - done@5",
    "a done, b fail@3, b start@9",
  ])("%s: the last once more changes nothing", (line) => {
    const run = tell(line);
    const last = line.split(", ").at(-1)?.replace(/@.*$/, "") ?? "";
    expect(tell(`${last}@5.1`, run)).toBe(run);
  });

  test("with the moment at which it happened, whatever came meanwhile", () => {
    const run = tell("a start@0/0, a done@5/5, b start@5/5, b done@9/9, c done@12/12");
    for (const line of ["a start@99/0", "a done@99/5", "b start@99/5", "c done@99/12", "a fail@99/3"])
      expect(tell(line, run), line).toBe(run);
  });
});

describe("what comes in another order than it was sent", () => {
  test("a start that its end has overtaken says when it began", () => {
    const run = tell("a done@5/5, a start@6/2");
    expect([tookMs(run, plan, 0), brief(run)]).toEqual([3 * MINUTE, "a done, open"]);
  });

  test("or nothing, where it does not say when it happened", () => {
    const run = tell("a done@5");
    expect(tell("a start@5.5", run)).toBe(run);
  });

  test("with moments, any order comes to the same", () => {
    const events = [
      "a start@99/0",
      "a done@99/5",
      "b start@99/6",
      "b done@99/9",
      "c start@99/9",
      "c done@99/12",
    ];
    const wanted = tell(events.join(", ")).steps;
    const facts = (run: Run): unknown =>
      Object.entries(run.steps)
        .map(([name, { state, from, to }]) => ({ name, state, from, to }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    fc.assert(
      fc.property(fc.shuffledSubarray([...events, ...events], { minLength: 12 }), (order) => {
        expect(facts(tell(order.join(", ")))).toEqual(facts({ ...tell("a done"), steps: wanted }));
      }),
      { numRuns: 300, seed: 20261128 },
    );
  });
});

test("a step without a start begins when the one before it has ended", () => {
  const run = tell("a done@5, b done@12, c start@13, c done@15");
  expect(beganAt(run, plan, 0)).toBeUndefined();
  expect(tookMs(run, plan, 1)).toBe(7 * MINUTE);
  expect(tookMs(run, plan, 2)).toBe(2 * MINUTE);
});

test("a run that has gone well and begins once more is taken up there, and what came after is to be done again", () => {
  const over = tell("a start, a done@5, b done@9, c done@12", newRun("t", "1", T0, T0));
  const again = tell("b start@300", over);
  expect(again).toMatchObject({ from: T0 + 300 * MINUTE, again: true });
  expect([brief(again), again.due]).toEqual(["a done, b running, open", undefined]);
  expect(plan.deadlines(again)[2]).toBe(Date.UTC(2026, 10, 28, 22));
  expect(brief(tell("b done@310, c done@320", again))).toBe("a done, b done, c done, done");
  // Delivered twice, it begins nothing.
  expect(tell("c start@12.1", over)).toBe(over);
});
