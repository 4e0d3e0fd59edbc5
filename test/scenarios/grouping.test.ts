/** Group wait, group interval, repeat interval, several routes: who is told when, and why. */
import { describe, expect, it } from "vitest";
import { node, receiver, root } from "../support/plans.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { type Row, Scenario } from "../support/scenario.ts";

const hot = { id: 1, name: "hot" };
const a = { host: "a" };
const b = { host: "b" };
const c = { host: "c" };
const HOUR = 3_600_000;

const languages = [["zh-CN"], ["en"]] as const;

function acknowledge(forMs: number) {
  return async (s: Scenario) =>
    s.commit((change) => {
      const at = s.clock.now();
      return s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + forMs, at });
    });
}

function well(s: Scenario, rule: number, hosts: readonly { host: string }[]): void {
  for (const host of hosts) s.sights.ok(rule, host);
}

/** Why each message was told, as the story has it. */
function reasons(s: Scenario, incident = 1): unknown[] {
  return s.alerts.book
    .timeline(incident)
    .filter(({ what }) => what === "told" || what === "repeated")
    .map(({ because }) => because);
}

describe.each(languages)("with a tree, in %s", (locale) => {
  const zh = locale === "zh-CN";
  const many = (count: number): string => (zh ? ` — ${count} 条告警` : ` — ${count} alerts`);

  it("waits for more before it tells, then tells changes once per interval", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan: { route: root("console:ops") } });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "40s", do: (s) => s.sights.bad(1, b, 95) },
      // It opened at 15 s.
      { at: "1m14s", expect: [`post console:ops firing #1 hot${many(2)}`] },
      { at: "2m", do: (s) => s.sights.bad(1, c, 95) },
      { at: "3m", do: (s) => s.sights.ok(1, a) },
      { at: "6m14s", expect: [`edit console:ops firing #1 hot${many(2)}`] },
      { at: "7m", do: (s) => s.sights.ok(1, b) },
      // Resolved waits for nothing, and says all that was still to be said.
      { at: "8m", do: (s) => s.sights.ok(1, c), expect: [`edit console:ops resolved #1 hot${many(3)}`] },
      { at: "30m" },
    ]);
    expect(reasons(s)).toEqual(["first"]);
    await s.stop();
  });

  it("tells nobody of what recovers while it waits", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan: { route: root("console:ops") } });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "40s", do: (s) => s.sights.ok(1, a) },
      { at: "10m" },
    ]);
    expect(s.alerts.book.incident(1)).toMatchObject({ untold: { by: "group-wait" }, tells: [] });
    await s.stop();
  });

  it("repeats what still fires and nobody has, as a short text", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan: { route: root("console:ops") } });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95) },
      { at: "1m14s", expect: ["post console:ops firing #1 hot"] },
      {
        at: "1h1m14s",
        expect: [
          zh
            ? "post console:ops text #1 hot：仍未恢复（警告），已持续1小时1分，还没有人认领。"
            : "post console:ops text #1 hot: still firing (warning) for 1h 1m, and nobody has acknowledged it.",
        ],
      },
      { at: "1h30m", do: acknowledge(HOUR), expect: ["edit console:ops acknowledged #1 hot"] },
      {
        at: "2h29m59s",
        expect: [
          "edit console:ops firing #1 hot",
          zh
            ? "post console:ops text #1 hot：alice 的认领到期了，告警还没有恢复。"
            : "post console:ops text #1 hot: the acknowledgement by alice has ended, and it still fires.",
        ],
      },
      {
        at: "3h29m59s",
        expect: [
          zh
            ? "post console:ops text #1 hot：仍未恢复（警告），已持续3小时29分，还没有人认领。"
            : "post console:ops text #1 hot: still firing (warning) for 3h 29m, and nobody has acknowledged it.",
        ],
      },
      { at: "3h40m", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "9h" },
    ]);
    expect(reasons(s)).toEqual(["first", "repeat", "repeat"]);
    await s.stop();
  });

  it("posts one follow-up per change that matters where a card cannot be edited", async () => {
    const plain = new RecordingChannel({ edits: false });
    const rules = [hot, { id: 2, name: "hot", labels: { severity: "critical" } }];
    const s = await Scenario.open({
      rules,
      locale,
      channels: { plain },
      plan: { route: root("plain:room") },
    });
    const said = (): string[] => plain.shown.splice(0).map(({ card }) => `${card.status} ${card.title}`);
    const rows: readonly [string, ((s: Scenario) => unknown) | undefined, readonly string[]][] = [
      ["10s", (s) => s.sights.bad(1, a, 95), []],
      ["1m14s", undefined, ["firing #1 hot"]],
      ["2m", (s) => s.sights.bad(1, b, 95), []],
      ["3m", (s) => s.sights.bad(1, c, 95), []],
      ["6m14s", undefined, [`firing #1 hot${many(3)}`]],
      ["7m", (s) => s.sights.ok(1, c), []],
      ["13m", undefined, []],
      ["14m", acknowledge(4 * HOUR), [`acknowledged #1 hot${many(2)}`]],
      [
        "15m",
        (s) => s.sights.bad(2, a, 95),
        [
          zh
            ? "undefined #1 hot：级别升为严重，alice 的认领作废。"
            : "undefined #1 hot: it got worse (critical), so the acknowledgement by alice has ended.",
        ],
      ],
      [
        "16m",
        (s) => {
          well(s, 1, [a, b]);
          well(s, 2, [a]);
        },
        [`resolved #1 hot${many(3)}`],
      ],
    ];
    for (const [i, [at, act, expected]] of rows.entries()) {
      await s.until(at);
      await act?.(s);
      await s.until(rows[i + 1]?.[0] ?? "30m");
      expect(said(), `after ${at}`).toEqual(expected);
    }
    expect(reasons(s)).toEqual(["first", "joined", "acknowledged", "resolved"]);
    await s.stop();
  });
});

describe("several routes", () => {
  const twoTeams = root("console:ops", {
    groupWaitMs: 0,
    routes: [
      node("db", 'alertname="hot"', { continue: true }),
      node("late", 'alertname="hot"', { groupWaitMs: 120_000, continue: true }),
      node("db-again", 'alertname="hot"', {}),
    ],
  });
  const receivers = [
    receiver("db", ["console:db"]),
    receiver("late", ["console:late", "console:db"]),
    receiver("db-again", ["console:db"]),
  ];

  it("make one incident, told by each with its own patience, once per target", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { route: twoTeams, receivers } });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:db firing #1 hot"] },
      { at: "2m14s", expect: ["post console:late firing #1 hot"] },
      {
        at: "3m",
        do: (s) => s.sights.ok(1, a),
        expect: ["edit console:db resolved #1 hot", "edit console:late resolved #1 hot"],
      },
      { at: "10m" },
    ]);
    await s.stop();
  });

  it("leave those out of the end who do not want to hear of it", async () => {
    const s = await Scenario.open({
      rules: [hot],
      plan: {
        route: root("both", { groupWaitMs: 0 }),
        receivers: [
          {
            name: "both",
            targets: [
              { address: "console:a", sendResolved: true },
              { address: "console:b", sendResolved: false },
            ],
          },
        ],
      },
    });
    await s.play([
      {
        at: "10s",
        do: (s) => s.sights.bad(1, a, 95),
        expect: ["post console:a firing #1 hot", "post console:b firing #1 hot"],
      },
      { at: "1m", do: (s) => s.sights.ok(1, a), expect: ["edit console:a resolved #1 hot"] },
      { at: "10m" },
    ]);
    await s.stop();
  });

  it("group by the labels that they name, and every alert has its incident", async () => {
    const s = await Scenario.open({
      rules: [hot],
      plan: { route: root("console:ops", { groupWaitMs: 0, groupBy: ["alertname", "dc"] }) },
    });
    for (const [host, dc] of [
      ["a", "x"],
      ["b", "x"],
      ["c", "y"],
    ] as const)
      s.sights.bad(1, { host, dc }, 95);
    await s.until("20s");
    expect(s.news()).toEqual([
      "post console:ops firing #1 hot dc=x — 2 alerts",
      "post console:ops firing #2 hot dc=y",
    ]);
    expect(s.alerts.book.matchersFor(s.alerts.book.incident(2) as never)).toEqual([
      { name: "alertname", op: "=", value: "hot" },
      { name: "dc", op: "=", value: "y" },
    ]);
    await s.stop();
  });
});

describe("a reload", () => {
  it("keeps an open incident where it is, and lets new ones go where the new tree says", async () => {
    const s = await Scenario.open({
      rules: [hot, { id: 2, name: "full" }],
      plan: { route: root("old", { groupWaitMs: 0 }), receivers: [receiver("old", ["console:old"])] },
    });
    const { makePlan } = await import("../../alerts/make-plan.ts");
    const reload = (s: Scenario): void => {
      s.plan = makePlan({
        route: root("new", { groupWaitMs: 0 }),
        receivers: [receiver("new", ["console:new"])],
      });
    };
    const rows: readonly Row[] = [
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:old firing #1 hot"] },
      { at: "1m", do: reload },
      { at: "2m", do: (s) => s.sights.bad(2, a, 95), expect: ["post console:new firing #2 full"] },
      // It joins the open incident, whose receiver is gone; its card is still that of the old conversation.
      {
        at: "3m",
        do: (s) => s.sights.bad(1, b, 95),
        expect: ["post console:new firing #1 hot — 2 alerts", "edit console:old firing #1 hot — 2 alerts"],
      },
      {
        at: "10m",
        do: (s) => well(s, 1, [a, b]),
        expect: [
          "edit console:new resolved #1 hot — 2 alerts",
          "edit console:old resolved #1 hot — 2 alerts",
        ],
      },
      { at: "11m" },
    ];
    await s.play(rows);
    await s.stop();
  });
});
