/** What holds notifications back: inhibition, time intervals, silences and their reminders. */
import { describe, expect, it } from "vitest";
import type { TimeInterval } from "../../alerts/muting/time-interval-config.ts";
import { parseMatchers } from "../../storage/matchers.ts";
import { node, receiver, root } from "../support/plans.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { type Row, Scenario } from "../support/scenario.ts";

const MINUTE = 60_000;
const hot = { id: 1, name: "hot" };
const down = { id: 2, name: "down" };
const a = { host: "a" };
const b = { host: "b" };

const inhibitRules = [
  {
    name: "host-down",
    source: parseMatchers('alertname="down"'),
    target: parseMatchers('alertname="hot"'),
    equal: ["host"],
  },
];

/** The scenario begins at 10:00 in Shanghai. */
const office = (fromHour: number, toHour: number): TimeInterval => ({
  name: "office",
  spans: [
    {
      times: [{ from: fromHour * 60, to: toHour * 60 }],
      weekdays: undefined,
      daysOfMonth: undefined,
      months: undefined,
      years: undefined,
      zone: "Asia/Shanghai",
    },
  ],
});

function silence(s: Scenario, forMs: number) {
  return s.commit((change) => {
    const at = s.clock.now();
    return s.alerts.book.addSilence(change, {
      matchers: parseMatchers('alertname="hot"'),
      startsAt: at,
      endsAt: at + forMs,
      person: "console:bob",
      conversation: "console:ops",
      why: "",
      at,
    });
  });
}

function extend(s: Scenario, byMs: number) {
  return s.commit((change) =>
    s.alerts.book.extendSilence(change, 1, { person: "console:bob", byMs, at: s.clock.now() }),
  );
}

describe.each([["zh-CN"], ["en"]] as const)("muters, in %s", (locale) => {
  const zh = locale === "zh-CN";

  it("inhibition holds back what fires with its source, and lets it go when the source recovers", async () => {
    const s = await Scenario.open({ rules: [hot, down], locale, plan: { inhibitRules } });
    const both = (s: Scenario): void => {
      s.sights.bad(1, a, 95);
      s.sights.bad(2, a, 1);
    };
    await s.play([
      { at: "10s", do: both, expect: ["post console:ops firing #2 down"] },
      { at: "1m", do: (s) => s.restart() },
      {
        at: "5m",
        do: (s) => s.sights.ok(2, a),
        expect: ["edit console:ops resolved #2 down", "post console:ops firing #1 hot"],
      },
      { at: "10m", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "20m" },
    ]);
    expect(
      s.alerts.book.timeline(1).map(({ what, by }) => (by === undefined ? what : `${what} ${by}`)),
    ).toEqual(["fired", "not-told inhibition", "told", "resolved", "edited"]);
    await s.stop();
  });

  it("is told in the very round in which the last source recovers", async () => {
    const also = { id: 4, name: "down too", labels: { severity: "critical" }, intervalMs: 7_000 };
    const s = await Scenario.open({
      rules: [hot, down, also],
      locale,
      plan: {
        inhibitRules: inhibitRules.map((rule) => ({ ...rule, source: parseMatchers('alertname=~"down.*"') })),
      },
    });
    await s.play([
      {
        at: "10s",
        do: (s) => {
          for (const rule of [1, 2, 4]) s.sights.bad(rule, a, 95);
        },
        expect: ["post console:ops firing #2 down", "post console:ops firing #3 down too"],
      },
      // Its rounds are every 15 s; those of the other are at 16 s, 23 s and so on.
      { at: "59s", do: (s) => s.sights.ok(2, a), expect: ["edit console:ops resolved #2 down"] },
      {
        at: "1m32s999ms",
        do: (s) => s.sights.ok(4, a),
        expect: ["edit console:ops resolved #3 down too", "post console:ops firing #1 hot"],
      },
      { at: "1m33s" },
    ]);
    await s.stop();
  });

  it("inhibition gives its reason", async () => {
    const s = await Scenario.open({ rules: [hot, down], locale, plan: { inhibitRules } });
    s.sights.bad(2, a, 1);
    await s.until("20s");
    s.sights.bad(1, a, 95);
    await s.until("40s");
    const incident = s.alerts.book.incident(2);
    if (incident === undefined) throw new Error("no incident");
    expect(incident.untold).toEqual({ by: "inhibition" });
    const muter = s.alerts.explain(incident, s.clock.now()).muters.find(({ name }) => name === "inhibition");
    expect(muter).toMatchObject({ held: 1, asked: 1 });
    expect(muter?.reason?.why.zh).toContain("#1");
    await s.stop();
  });

  it("news that was held back is told when nothing holds it any more, also where no card can be edited", async () => {
    const plain = new RecordingChannel({ edits: false });
    const s = await Scenario.open({
      rules: [
        { ...hot, tells: ["plain:room"] },
        { ...down, tells: ["console:ops"] },
        { id: 3, name: "hot", labels: { severity: "critical" }, tells: ["plain:room"] },
      ],
      locale,
      channels: { plain },
      plan: { inhibitRules },
    });
    const said = (): string[] => plain.shown.splice(0).map(({ card }) => `${card.severity} ${card.title}`);
    s.sights.bad(1, a, 95);
    await s.until("20s");
    expect(said()).toEqual(["warning #1 hot"]);
    s.sights.bad(2, a, 1);
    await s.until("1m");
    s.sights.bad(3, a, 99);
    await s.until("10m");
    expect(said()).toEqual([]);
    s.sights.ok(2, a);
    await s.until("11m");
    expect(said()).toEqual([`critical #1 hot${zh ? " — 2 条告警" : " — 2 alerts"}`]);
    await s.until("2h");
    expect(said()).toEqual([]);
    await s.stop();
  });

  it("a muted route tells nobody until its time interval is over; the others do not wait", async () => {
    const s = await Scenario.open({
      rules: [hot],
      locale,
      plan: {
        route: root("console:ops", {
          groupWaitMs: 0,
          repeatIntervalMs: 24 * 60 * MINUTE,
          routes: [
            node("day", 'alertname="hot"', { muteTimeIntervals: ["office"], continue: true }),
            node("console:ops", 'alertname="hot"'),
          ],
        }),
        receivers: [receiver("day", ["console:day"])],
        timeIntervals: [office(10, 11)],
      },
    });
    const rows: readonly Row[] = [
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "20m3s", do: (s) => s.restart() },
      { at: "59m59s999ms", expect: ["post console:day firing #1 hot"] },
      { at: "1h" },
      {
        at: "1h30m",
        do: (s) => s.sights.ok(1, a),
        expect: ["edit console:day resolved #1 hot", "edit console:ops resolved #1 hot"],
      },
      { at: "2h" },
    ];
    await s.play(rows);
    await s.stop();
  });

  it("a route outside its active time does not tell either, nor of what is over by then", async () => {
    const s = await Scenario.open({
      rules: [hot],
      locale,
      plan: {
        route: root("console:ops", {
          routes: [node("night", 'alertname="hot"', { groupWaitMs: 0, activeTimeIntervals: ["office"] })],
        }),
        receivers: [receiver("night", ["console:night"])],
        timeIntervals: [office(12, 13)],
      },
    });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "30m", do: (s) => s.sights.ok(1, a) },
      { at: "1h", do: (s) => s.sights.bad(1, a, 95) },
      { at: "1h59m58s", expect: ["post console:night firing #2 hot"] },
      { at: "2h30m", do: (s) => s.sights.ok(1, a), expect: ["edit console:night resolved #2 hot"] },
      { at: "5h" },
    ]);
    expect(s.alerts.book.incident(1)?.untold).toEqual({ by: "time-interval" });
    await s.stop();
  });

  it("reminds once, ten minutes before a silence ends, and not of one that hides nothing", async () => {
    const s = await Scenario.open({ rules: [hot], locale });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "1m", do: (s) => silence(s, 60 * MINUTE), expect: ["edit console:ops silenced #1 hot"] },
      {
        at: "50m59s",
        expect: [
          zh
            ? 'post console:ops text 静默 1（{alertname="hot"}）还有10分钟结束（11-25 11:01），它挡住的 1 条告警还没有恢复。'
            : 'post console:ops text Silence 1 ({alertname="hot"}) ends in 10m (Nov 25 11:01), and 1 alert that it hides still fires.',
        ],
      },
      { at: "52m", do: (s) => s.restart() },
      { at: "55m", do: (s) => extend(s, 60 * MINUTE) },
      {
        at: "1h50m59s",
        expect: [
          zh
            ? 'post console:ops text 静默 1（{alertname="hot"}）还有10分钟结束（11-25 12:01），它挡住的 1 条告警还没有恢复。'
            : 'post console:ops text Silence 1 ({alertname="hot"}) ends in 10m (Nov 25 12:01), and 1 alert that it hides still fires.',
        ],
      },
      { at: "2h59s", expect: ["edit console:ops firing #1 hot"] },
      { at: "2h10m", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "2h20m", do: (s) => silence(s, 60 * MINUTE) },
      { at: "4h" },
    ]);
    await s.stop();
  });

  it("an incident that becomes whole under a silence tells nothing of what joins or gets worse", async () => {
    const rules = [hot, { id: 3, name: "hot", labels: { severity: "critical" } }];
    const s = await Scenario.open({ rules, locale });
    await s.play([
      { at: "1s", do: (s) => silence(s, 9 * MINUTE) },
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "2m", do: (s) => s.sights.bad(3, b, 95) },
      { at: "9m", expect: [`post console:ops firing #1 hot${zh ? " — 2 条告警" : " — 2 alerts"}`] },
      { at: "20m" },
    ]);
    await s.stop();
  });
});
