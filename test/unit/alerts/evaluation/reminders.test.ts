/** Cron rules: once, on time; late and once after an absence; never for the time they were paused. */
import { describe, expect, it } from "vitest";
import type { ReminderRule } from "../../../../alerts/evaluation/reminders.ts";
import { nextRun } from "../../../../storage/cron.ts";
import { Scenario } from "../../../support/scenario.ts";

// The fake clock starts at 10:00 in Shanghai.
const rule = (over: Partial<ReminderRule> = {}): ReminderRule => ({
  id: 7,
  name: "backup",
  tells: [],
  conversation: "console:ops",
  schedule: "*/30 * * * * Asia/Shanghai",
  remind: "check *the* backup",
  nextAfter: (at) => nextRun("*/30 * * * *", "Asia/Shanghai", at),
  ...over,
});
const open = (reminders: ReminderRule[], commits: string[] = []) =>
  Scenario.open({ rules: [], reminders }, commits);

describe("a reminder", () => {
  it("comes on time, each time, as text", async () => {
    const s = await open([rule()]);
    const said = ["post console:ops text backup"];
    await s.play([
      { at: "29m59s", expect: said },
      { at: "31m" },
      { at: "59m59s", expect: said },
      { at: "61m" },
    ]);
    expect(s.console.shown[0]?.card.text).toBe("check \\*the\\* backup");
    await s.stop();
  });

  it("that was missed is said once, late, with when it was for and how many were missed", async () => {
    const s = await open([rule()]);
    await s.until("1m");
    await s.kill();
    await s.until("1h45m");
    await s.start();
    await s.until("1h46m");
    expect(s.console.shown.map(({ card }) => card.text)).toEqual([
      "check \\*the\\* backup\n\n(missed 3 times since Nov 25 10:30, while nobody was on watch)",
    ]);
    await s.restart();
    await s.until("1h59m");
    expect(s.console.shown).toHaveLength(1);
    await s.until("2h1m");
    expect(s.console.shown).toHaveLength(2);
    await s.stop();
  });

  it("is never said twice, whatever commit the process dies after", async () => {
    const s = await open([rule()]);
    await s.until("31m");
    await s.stop();
    expect(s.console.shown).toHaveLength(1);
    const all = [...s.journal.commits];
    for (let kept = 0; kept <= all.length; kept++) {
      const wanted = all.slice(0, kept).some((text) => text.includes('"card-1@console:ops"'));
      const recorded = all.slice(0, kept).some((text) => text.includes('"sent":1'));
      const after = await open([rule()], all.slice(0, kept));
      await after.until("29m");
      expect(after.console.shown).toHaveLength(wanted && !recorded ? 1 : 0);
      await after.stop();
    }
  });

  it("is not said for the time it was paused", async () => {
    const s = await open([rule()]);
    await s.until("10m");
    s.changeRules(() => s.reminders.pop());
    await s.until("50m");
    s.changeRules(() => s.reminders.push(rule()));
    await s.until("59m");
    expect(s.news()).toEqual([]);
    await s.until("61m");
    expect(s.news()).toEqual(["post console:ops text backup"]);
    await s.stop();
  });

  it("is still said when the process died between making the rule and noting its time", async () => {
    const s = await open([]);
    await s.kill();
    const due = s.clock.now() + 60_000;
    await s.until("10m");
    s.reminders.push(rule({ firstAt: due }));
    await s.start();
    await s.until("11m");
    expect(s.console.shown.map(({ card }) => card.text?.split("\n").at(-1))).toEqual([
      "(was due Nov 25 10:01, while nobody was on watch)",
    ]);
    await s.stop();
  });

  it("is not repeated by a clock that is put back, nor lost by one put forward", async () => {
    const s = await open([rule()]);
    await s.until("31m");
    expect(s.news()).toHaveLength(1);
    s.clock.set(s.clock.now() - 3_600_000);
    await s.until("90m");
    expect(s.news()).toEqual([]);
    s.clock.set(s.clock.now() + 3_600_000);
    await s.until("92m");
    expect(s.news()).toHaveLength(1);
    await s.stop();
  });
});
