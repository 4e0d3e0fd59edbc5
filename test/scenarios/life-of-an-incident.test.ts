/** From the first firing to resolved, as people see it in the console. */
import { describe, expect, it } from "vitest";
import { isRefused } from "../../alerts/refused.ts";
import { Scenario } from "../support/scenario.ts";

const hot = { id: 1, name: "hot", forMs: 60_000, expression: "cpu_usage_percent > 90" };
const a = { host: "a" };
const b = { host: "b" };
const HOUR = 3_600_000;

function acknowledge(person: string, forMs: number) {
  return async (s: Scenario) =>
    s.commit((change) => {
      const at = s.clock.now();
      return s.alerts.book.acknowledge(change, 1, { person, until: at + forMs, at });
    });
}

function silence(forMs: number) {
  return async (s: Scenario) =>
    s.commit((change) => {
      const at = s.clock.now();
      return s.alerts.book.addSilence(change, {
        matchers: [{ name: "alertname", op: "=", value: "hot" }],
        startsAt: at,
        endsAt: at + forMs,
        person: "console:boss",
        conversation: "console:ops",
        why: "release",
        at,
      });
    });
}

describe.each([["zh-CN"], ["en"]] as const)("the life of an incident, in %s", (locale) => {
  const zh = locale === "zh-CN";
  const two = zh ? " — 2 条告警" : " — 2 alerts";

  it("fires after its for, is acknowledged, forgotten, and resolves: one card and one reminder", async () => {
    const s = await Scenario.open({ locale, rules: [hot] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "1m10s", expect: ["post console:ops firing #1 hot"] },
      { at: "2m", do: acknowledge("console:alice", HOUR), expect: ["edit console:ops acknowledged #1 hot"] },
      { at: "3m", do: (s) => s.sights.bad(1, a, 99) },
      {
        at: "1h1m",
        expect: [
          "edit console:ops firing #1 hot",
          zh
            ? "post console:ops text #1 hot：alice 的认领到期了，告警还没有恢复。"
            : "post console:ops text #1 hot: the acknowledgement by alice has ended, and it still fires.",
        ],
      },
      { at: "1h30m", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "3h" },
    ]);
    expect(s.alerts.book.timeline(1).map(({ what }) => what)).toEqual([
      "fired",
      "told",
      "acknowledged",
      "edited",
      "acknowledge-ended",
      "resolved",
      "edited",
    ]);
    await s.stop();
  });

  it("says nothing of what recovers within its for", async () => {
    const s = await Scenario.open({ locale, rules: [hot] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "50s", do: (s) => s.sights.ok(1, a) },
      { at: "70s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "100s", do: (s) => s.sights.ok(1, a) },
      { at: "10m" },
    ]);
    expect(s.alerts.book.tables.alerts.size).toBe(0);
    await s.stop();
  });

  it("keeps one card while alerts join and leave", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "40s", do: (s) => s.sights.bad(1, b, 96), expect: [`edit console:ops firing #1 hot${two}`] },
      { at: "70s", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops firing #1 hot"] },
      { at: "100s", do: (s) => s.sights.ok(1, b), expect: [`edit console:ops resolved #1 hot${two}`] },
      { at: "130s", do: (s) => s.sights.bad(1, b, 96), expect: ["post console:ops firing #2 hot"] },
      { at: "160s" },
    ]);
    await s.stop();
  });

  it("tells again nothing when the data goes and comes back, and never resolves for want of it", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "40s", do: (s) => s.sights.blind(1, a), expect: ["edit console:ops firing #1 hot"] },
      { at: "1h", do: (s) => s.sights.bad(1, a, 95), expect: ["edit console:ops firing #1 hot"] },
      { at: "2h", do: (s) => s.sights.blind(1, a), expect: ["edit console:ops firing #1 hot"] },
      { at: "3h", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "4h" },
    ]);
    expect(s.alerts.book.timeline(1).map(({ what }) => what)).toEqual([
      "fired",
      "told",
      "nodata",
      "data-back",
      "nodata",
      "resolved",
      "edited",
    ]);
    await s.stop();
  });

  it("holds still after it was closed by hand, until it newly fires", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    const close = (s: Scenario) =>
      s.commit((change) => s.alerts.book.close(change, 1, { person: "console:boss", at: s.clock.now() }));
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "40s", do: close, expect: ["edit console:ops resolved #1 hot"] },
      { at: "10m" },
      { at: "11m", do: (s) => s.restart() },
      { at: "12m", do: (s) => s.sights.ok(1, a) },
      { at: "13m", do: (s) => s.sights.bad(1, a, 97), expect: ["post console:ops firing #2 hot"] },
      { at: "14m" },
    ]);
    expect(s.alerts.book.incident(1)?.closedBy).toBe("console:boss");
    await s.stop();
  });

  it("tells the second of two people who has it", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    s.sights.bad(1, a, 95);
    await s.until("20s");
    const [first, second, again] = await Promise.all([
      acknowledge("console:alice", HOUR)(s),
      acknowledge("console:bob", HOUR)(s),
      acknowledge("console:alice", HOUR)(s),
    ]);
    expect(first).toMatchObject({ news: true });
    expect(second).toMatchObject({ refused: { en: expect.stringContaining("acknowledged by alice until") } });
    expect(again).toMatchObject({ news: false });
    const longer = await acknowledge("console:alice", 2 * HOUR)(s);
    expect(longer).toMatchObject({
      news: true,
      incident: { acknowledgement: { until: s.clock.now() + 2 * HOUR } },
    });
    await s.stop();
  });

  it("lets resolve win over acknowledge", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    s.sights.bad(1, a, 95);
    await s.until("20s");
    s.sights.ok(1, a);
    await s.until("40s");
    const late = await acknowledge("console:alice", HOUR)(s);
    expect(isRefused(late) && late.refused.en).toBe("#1 is resolved already.");
    await s.stop();
  });

  it("tells nobody of what a silence hides, and tells it when the silence ends and it still fires", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    await s.play([
      { at: "1s", do: silence(HOUR) },
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "30m", do: (s) => s.sights.bad(1, b, 95) },
      {
        at: "50m",
        expect: [
          zh
            ? 'post console:ops text 静默 1（{alertname="hot"}）还有10分钟结束（11-25 11:00），它挡住的 2 条告警还没有恢复。'
            : 'post console:ops text Silence 1 ({alertname="hot"}) ends in 10m (Nov 25 11:00), and 2 alerts that it hides still fire.',
        ],
      },
      { at: "1h", expect: [`post console:ops firing #1 hot${two}`] },
      { at: "2h" },
    ]);
    expect(s.alerts.book.timeline(1).map(({ what }) => what)).toEqual([
      "fired",
      "not-told",
      "joined",
      "silence-ended",
      "told",
    ]);
    await s.stop();
  });

  it("never tells of what began and ended under a silence", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    await s.play([
      { at: "1s", do: silence(HOUR) },
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "30m", do: (s) => s.sights.ok(1, a) },
      { at: "2h" },
    ]);
    expect(s.alerts.book.incident(1)?.resolvedAt).toBeDefined();
    await s.stop();
  });

  it("says on the card that it is silenced, and sets it back when somebody ends the silence", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    const end = (s: Scenario) =>
      s.commit((change) => s.alerts.book.endSilence(change, 1, { person: "console:bob", at: s.clock.now() }));
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "1m", do: silence(HOUR), expect: ["edit console:ops silenced #1 hot"] },
      {
        at: "2m",
        do: (s) => s.sights.bad(1, b, 95),
        expect: [`edit console:ops silenced #1 hot${two}`],
      },
      { at: "3m", do: end, expect: [`edit console:ops firing #1 hot${two}`] },
      { at: "2h" },
    ]);
    expect(await end(s)).toMatchObject({ refused: { en: "Silence 1 is over already." } });
    await s.stop();
  });

  it("ends with its rule, and says so", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0 }] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      {
        at: "1m",
        do: (s) => s.changeRules(() => s.rules.splice(0)),
        expect: ["edit console:ops resolved #1 hot"],
      },
      { at: "2m" },
    ]);
    expect(s.alerts.book.timeline(1).slice(-2)).toMatchObject([
      { what: "resolved", note: "rule-removed" },
      { what: "edited", because: "resolved", conversation: "console:ops" },
    ]);
    await s.stop();
  });

  it("keeps firing for as long as it is told after the expression stops holding", async () => {
    const s = await Scenario.open({ locale, rules: [{ ...hot, forMs: 0, keepFiringForMs: 120_000 }] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "1m", do: (s) => s.sights.ok(1, a) },
      { at: "2m", do: (s) => s.sights.bad(1, a, 95) },
      { at: "3m", do: (s) => s.sights.ok(1, a) },
      { at: "4m59s" },
      { at: "5m1s", expect: ["edit console:ops resolved #1 hot"] },
      { at: "6m" },
    ]);
    await s.stop();
  });
});
