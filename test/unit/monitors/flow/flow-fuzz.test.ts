/** Whatever is told, whenever, through restarts and jumps of the clock: bounded, readable from disk, and never a fault. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { explainReason } from "../../../../monitors/reason.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { flowLife } from "../../../support/flows.ts";
import { Journal } from "../../../support/journaled-store.ts";

const MINUTE = 60_000;
const CONFIGS = [
  {
    steps: [{ name: "a", max_duration: "10m" }, { name: "b" }, { name: "c", deadline: "12:00" }],
    days: "1-5",
  },
  {
    steps: [{ name: "a" }, { name: "b", deadline: "23:30" }, { name: "c", deadline: "06:00" }],
    cron: "*/30 * * * *",
  },
  { steps: [{ name: "c" }], timezone: "America/New_York", cron: "30 2 * * *", max_duration: "20m" },
];

const told = fc.record({
  run: fc.constantFrom(undefined, "1", "2", "3"),
  step: fc.constantFrom("", "a", "b", "c"),
  state: fc.constantFrom("start" as const, "done" as const, "fail" as const, "skip" as const),
  agoMs: fc.option(fc.integer({ min: 0, max: 90 * MINUTE }), { nil: undefined }),
});
const act = fc.oneof(
  { weight: 5, arbitrary: told },
  fc.integer({ min: 1_000, max: 45 * MINUTE }).map((forward) => ({ forward })),
  fc.integer({ min: -3 * 60 * MINUTE, max: 40 * 60 * MINUTE }).map((jump) => ({ jump })),
  fc.constant({ restart: true }),
);

test("it stands for something, in both languages", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...CONFIGS), fc.array(act, { maxLength: 25 }), async (config, acts) => {
      const clock = new FakeClock();
      const journal = new Journal();
      let life = flowLife(journal, clock);
      await life.flows.start();
      await life.add("f", config);
      for (const one of acts) {
        if ("forward" in one) await clock.advance(one.forward);
        else if ("jump" in one) clock.set(clock.now() + one.jump);
        else if ("restart" in one) {
          await life.flows.stop();
          life = flowLife(journal, clock);
          await life.flows.start();
        } else {
          const names = config.steps.map(({ name }) => name);
          const at = one.agoMs === undefined ? {} : { at: clock.now() - one.agoMs };
          await life.tell("f", one.run, names.includes(one.step) ? one.step : "", one.state, at);
        }
        const { failure, remark, readings } = await life.look("f");
        const words = failure ?? remark;
        if (words !== undefined) expect(explainReason(words).zh).not.toMatch(/undefined|NaN/);
        for (const { name, value } of readings)
          if (name !== "flow_deadline_margin_seconds") expect(value, name).toBeGreaterThanOrEqual(0);
      }
      const { runs, state } = life.flows.view(life.record("f"));
      expect(runs.length).toBe(state.runs.length);
      expect(runs.filter(({ end }) => end === undefined).length).toBeLessThanOrEqual(20);
      expect(state.failures).toBeLessThanOrEqual(state.ended);
      await life.flows.stop();
    }),
    { numRuns: 150, seed: 20261129 },
  );
});
