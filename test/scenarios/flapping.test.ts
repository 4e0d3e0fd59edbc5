/** A group that fires and recovers over and over becomes one state, and is told once. */
import { describe, expect, it } from "vitest";
import { Scenario } from "../support/scenario.ts";

const hot = { id: 1, name: "hot" };
const a = { host: "a" };
const b = { host: "b" };
const plan = { flapping: { changes: 6, withinMs: 30 * 60_000 } };

/** Turns it bad and well so often, a minute each, beginning with bad. */
async function flip(s: Scenario, from: number, changes: number): Promise<void> {
  for (let i = 0; i < changes; i++) {
    await s.until(`${from + i}m`);
    if (i % 2 === 0) s.sights.bad(1, a, 95);
    else s.sights.ok(1, a);
  }
}

describe.each([["zh-CN"], ["en"]] as const)("flapping, in %s", (locale) => {
  it("folds the sixth change within half an hour into one open incident, silent until it is steady", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan });
    await flip(s, 1, 6);
    await s.until("7m");
    expect(s.news()).toEqual([
      "post console:ops firing #1 hot",
      "edit console:ops resolved #1 hot",
      "post console:ops firing #2 hot",
      "edit console:ops resolved #2 hot",
      "post console:ops firing #3 hot",
      "edit console:ops flapping #3 hot",
    ]);
    await flip(s, 8, 9);
    await s.restart();
    await flip(s, 17, 3);
    await s.until("20m");
    expect(s.news()).toEqual([]);
    const { book } = s.alerts;
    const incident = book.incident(3);
    if (incident === undefined) throw new Error("no incident");
    expect(incident).toMatchObject({ active: 1, flapping: { changes: 17 } });
    expect(book.activeIncidents()).toHaveLength(1);
    const card = s.alerts.card(incident, s.clock.now());
    expect(
      card.fields?.find(({ name }) => name === (locale === "en" ? "Flapping" : "抖动"))?.value,
    ).toContain(locale === "en" ? "17 changes since" : "变化 17 次");
    expect(s.alerts.explain(incident, s.clock.now()).muters.at(-2)).toMatchObject({
      name: "flapping",
      held: 1,
      reason: { by: "flapping", holds: "repeats" },
    });
    // The last change was seen by the evaluation after 19 minutes.
    await s.until("49m");
    expect(s.news()).toEqual([]);
    await s.until("49m30s");
    expect(s.news()).toEqual(["edit console:ops firing #3 hot"]);
    s.sights.ok(1, a);
    await s.until("52m");
    expect(s.news()).toEqual(["edit console:ops resolved #3 hot"]);
    expect(s.alerts.book.timeline(3).map(({ what }) => what)).toEqual([
      "fired",
      "told",
      "recovered",
      "flapping",
      "edited",
      "steady",
      "edited",
      "resolved",
      "edited",
    ]);
    await s.stop();
  });

  it("is over when it was well at the end of the quiet time", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan });
    await flip(s, 1, 6);
    await s.until("7m");
    s.news();
    await s.until("36m30s");
    expect(s.news()).toEqual(["edit console:ops resolved #3 hot"]);
    s.sights.bad(1, a, 95);
    await s.until("40m");
    // Steady for so long, it begins to count anew.
    expect(s.news()).toEqual(["post console:ops firing #4 hot"]);
    await s.stop();
  });

  it("tells while it flaps that it got worse, and lets people close it", async () => {
    const rules = [hot, { id: 2, name: "hot", labels: { severity: "critical" } }];
    const s = await Scenario.open({ rules, locale, plan });
    await flip(s, 1, 6);
    await s.until("7m");
    s.news();
    s.sights.bad(2, b, 99);
    await s.until("8m");
    expect(s.news()).toEqual(["edit console:ops flapping #3 hot"]);
    s.sights.ok(2, b);
    await s.until("9m");
    const close = (): Promise<unknown> =>
      s.commit((change) => s.alerts.book.close(change, 3, { person: "console:boss", at: s.clock.now() }));
    await close();
    await s.until("10m");
    expect(s.news()).toEqual(["edit console:ops resolved #3 hot"]);
    expect(s.alerts.book.incident(3)).toMatchObject({ closedBy: "console:boss" });
    s.sights.bad(1, a, 95);
    await s.until("11m");
    expect(s.news()).toEqual(["post console:ops firing #4 hot"]);
    await s.stop();
  });
});

describe("flapping", () => {
  it("can be turned off, and slow changes are none", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { flapping: null } });
    await flip(s, 1, 12);
    await s.until("14m");
    expect(s.news()).toHaveLength(12);
    await s.stop();
    const slow = await Scenario.open({
      rules: [hot],
      plan: { flapping: { changes: 6, withinMs: 4 * 60_000 } },
    });
    await flip(slow, 1, 12);
    await slow.until("14m");
    expect(slow.news().filter((line) => line.includes("flapping"))).toEqual([]);
    await slow.stop();
  });
});
