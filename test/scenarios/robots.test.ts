/** Incidents at robots of a group: what they say and when, whom they mention, and how much they say at most. */
import { describe, expect, it } from "vitest";
import { makePlan, type PlanParts } from "../../alerts/make-plan.ts";
import { bodyOf } from "../../bot/dingtalk/robot/body.ts";
import type { DingTalkRobotConfig } from "../../bot/receivers/dingtalk-robot-config.ts";
import { RobotRefusal } from "../../bot/robots/answer.ts";
import { robotChannel } from "../../bot/robots/channel.ts";
import type { FakeClock } from "../support/fake-clock.ts";
import { root } from "../support/plans.ts";
import { Scenario } from "../support/scenario.ts";

const MINUTE = 60_000;
const ADDRESS = "dingtalk_robot:team";

const robot = (token: string): DingTalkRobotConfig => ({
  url: undefined,
  token,
  secret: undefined,
  keyword: undefined,
  atMobiles: ["13800000000"],
  atUserIds: [],
  atAll: false,
  oncall: undefined,
  atOn: ["critical"],
});

interface Said {
  readonly token: string;
  readonly at: number;
  readonly title: string;
  readonly text: string;
}

/** A house whose receiver `team` is a group with these robots. */
async function open(tokens: string, parts: PlanParts = {}, groupBy: readonly string[] = ["alertname"]) {
  const said: Said[] = [];
  const stopped = new Set<string>();
  const robots = [...tokens].map(robot);
  let clock: FakeClock | undefined;
  const now = (): number => clock?.now() ?? 0;
  const plan: PlanParts = {
    route: root("team", { groupWaitMs: 0, groupIntervalMs: MINUTE, groupBy }),
    receivers: [
      {
        name: "team",
        targets: [{ address: ADDRESS, sendResolved: true, robots: robots.length }],
        fallback: "console:ops",
      },
    ],
    ...parts,
  };
  const channel = robotChannel({
    find: () => robots,
    allowed: { messages: 20, perMs: MINUTE },
    clock: { now, sleep: async () => {} },
    async say(by, card, attempt) {
      if (stopped.has(by.token)) throw new RobotRefusal("400102", { next: "give-up", whose: "robot" });
      const { markdown } = bodyOf(by, card, attempt, "zh-CN");
      said.push({ token: by.token, at: now(), ...markdown });
    },
  });
  const s = await Scenario.open({
    locale: "zh-CN",
    rules: [
      { id: 1, name: "hot", labels: { severity: "critical" }, expression: "cpu_usage_percent > 90" },
      { id: 2, name: "warm", labels: { severity: "warning" } },
    ],
    channels: { dingtalk_robot: channel },
    plan,
  });
  clock = s.clock;
  return { s, said, stopped };
}

const web = { host: "web-1" };

describe("a robot of a group", () => {
  it("tells each piece of news once, each naming the incident, and mentions people at the beginning only", async () => {
    const { s, said } = await open("a");
    await s.until("10s");
    s.sights.bad(1, web, 95);
    await s.until("2m");
    // No news: the value moves.
    s.sights.bad(1, web, 99);
    await s.until("4m");
    const at = s.clock.now();
    await s.commit((change) =>
      s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + 60 * MINUTE, at }),
    );
    await s.until("6m");
    s.sights.ok(1, web);
    await s.until("10m");
    expect(said.map(({ title }) => title)).toEqual([
      "[严重] web-1 hot 95% · #1",
      "[已认领] web-1 hot 99% · #1",
      "[恢复] web-1 hot · #1",
    ]);
    expect(said.map(({ text }) => text)).toEqual([
      [
        "### 🔴 [严重] #1 hot",
        "",
        "- **内容**：cpu\\_usage\\_percent > 90",
        "- **位置**：host=web-1",
        "- **数值**：95%",
        "- **开始**：11-25 10:00",
        "",
        "@13800000000",
      ].join("\n"),
      [
        "### 🙋 [已认领] #1 hot",
        "",
        "- **内容**：cpu\\_usage\\_percent > 90",
        "- **位置**：host=web-1",
        "- **数值**：99%",
        "- **开始**：11-25 10:00",
        "- **认领**：alice，到 11-25 11:04",
      ].join("\n"),
      [
        "### ✅ [恢复] #1 hot",
        "",
        "- **内容**：cpu\\_usage\\_percent > 90",
        "- **位置**：host=web-1",
        "- **数值**：95%",
        "- **开始**：11-25 10:00",
        "- **结束**：11-25 10:06",
        "- **持续了**：6分钟",
      ].join("\n"),
    ]);
    await s.stop();
  });

  it("mentions people when it gets worse", async () => {
    const { s, said } = await open("a", {}, ["host"]);
    await s.until("10s");
    s.sights.bad(2, web, 50);
    await s.until("2m");
    s.sights.bad(1, web, 95);
    await s.until("4m");
    expect(said.map(({ title }) => title.slice(0, 4))).toEqual(["[警告]", "[严重]"]);
    expect(said.map(({ text }) => text.includes("@138"))).toEqual([false, true]);
    await s.stop();
  });

  it("says that it still fires, in a line that names the incident", async () => {
    const { s, said } = await open("a");
    s.sights.bad(1, web, 95);
    await s.until("62m");
    const [, again] = said;
    expect(again).toMatchObject({
      title: "[严重] hot：仍未恢复（严重），已持续1小时，还没有人认领 · #1",
      text: "### 🔴 [严重] #1 hot：仍未恢复（严重），已持续1小时，还没有人认领。",
    });
    await s.stop();
  });
});

/** Wants so many cards said at once, critical ones. */
async function flood(s: Scenario, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await s.commit((change) =>
      s.alerts.book.post(change, [ADDRESS], { kind: "text", title: `n${i}` }, "urgent", s.clock.now()),
    );
}

function mostInAMinute(said: readonly Said[]): number {
  return Math.max(
    0,
    ...said.map(({ at }) => said.filter((one) => one.at >= at && one.at < at + MINUTE).length),
  );
}

describe("many messages", () => {
  it("are never 20 in a minute by one robot, whatever the file says of its budget", async () => {
    const { s, said } = await open("a", { limits: { dingtalk_robot: { messages: 500, perMs: MINUTE } } });
    await flood(s, 70);
    await s.until("10m");
    expect(said).toHaveLength(70);
    expect(mostInAMinute(said)).toBe(19);
    await s.stop();
  });

  it("are three times as many where three robots take turns", async () => {
    const rates: number[] = [];
    for (const tokens of ["a", "abc"]) {
      const { s, said } = await open(tokens);
      await flood(s, 200);
      await s.until("2m");
      rates.push(said.length);
      for (const token of tokens)
        expect(mostInAMinute(said.filter((one) => one.token === token))).toBeLessThan(20);
      await s.stop();
    }
    const [one = 0, three = 0] = rates;
    expect(one).toBeGreaterThan(20);
    expect(three).toBeGreaterThanOrEqual(3 * one - 3);
    expect(three).toBeLessThanOrEqual(3 * one + 3);
  });
});

it("a robot that was stopped is passed over; when all are, the fallback hears of it", async () => {
  const { s, said, stopped } = await open("ab");
  stopped.add("a");
  s.sights.bad(1, web, 95);
  await s.until("1m");
  expect(said.map(({ token }) => token)).toEqual(["b"]);
  expect(s.console.shown).toEqual([]);
  stopped.add("b");
  s.sights.bad(2, { host: "web-2" }, 95);
  await s.until("3m");
  expect(said).toHaveLength(1);
  expect(s.console.shown.map(({ conversation, card }) => `${conversation} ${card.title}`)).toEqual([
    "console:ops #2 warm",
  ]);
  await s.stop();
});

it("a plan counts the robots of a target, and nothing else has more than one", () => {
  const targets = [{ address: ADDRESS, sendResolved: true, robots: 3 }];
  const plan = makePlan({
    receivers: [
      { name: "team", targets },
      { name: "x", targets: [{ address: "console:x", sendResolved: true }] },
    ],
  });
  expect([ADDRESS, "console:x", "dingtalk_robot:other"].map(plan.robotsAt)).toEqual([3, 1, 1]);
});
