/** Delivery as people see it: budgets, lanes, breakers, fallbacks; other targets are never delayed by one. */
import { describe, expect, it } from "vitest";
import { SendError } from "../../alerts/channel.ts";
import type { TargetView } from "../../alerts/delivery/target-view.ts";
import type { PlanParts } from "../../alerts/make-plan.ts";
import { receiver, root } from "../support/plans.ts";
import { busy, never, RecordingChannel, slowDown } from "../support/recording-channel.ts";
import { lineOf, Scenario } from "../support/scenario.ts";

const MINUTE = 60_000;
const hot = { id: 1, name: "hot" };
const byHost = root("console:ops", { groupBy: ["host"], groupWaitMs: 0, groupIntervalMs: 0 });

const posts = (channel: RecordingChannel): string[] =>
  channel.shown.filter(({ how }) => how === "post").map(lineOf);
const target = (s: Scenario, address: string): TargetView | undefined =>
  s.alerts.courier.targets(s.clock.now()).find((one) => one.address === address);
const say = (s: Scenario, address: string, title: string, lane: "reply" | "urgent" | "normal") =>
  s.commit((change) => s.alerts.book.post(change, [address], { kind: "text", title }, lane, s.clock.now()));

async function open(more: {
  readonly robot?: RecordingChannel;
  readonly plan?: PlanParts;
  readonly tells?: readonly string[];
}) {
  const { robot = new RecordingChannel({ edits: false }) } = more;
  const s = await Scenario.open({
    rules: [{ ...hot, tells: more.tells ?? ["wecom_robot:x"] }],
    channels: { wecom_robot: robot, dingtalk: robot },
    plan: { route: byHost, ...more.plan },
  });
  return { s, robot };
}

describe("a budget", () => {
  it("is not passed in any minute, goes to replies and critical news first, and nothing is lost", async () => {
    const { s, robot } = await open({ plan: { storm: null } });
    const times: number[] = [];
    const all = Array.from({ length: 30 }, (_, i) => [`n${i}`, "normal"] as const);
    await s.commit((change) => {
      for (const [title, lane] of [...all, ["critical", "urgent"] as const, ["answer", "reply"] as const])
        s.alerts.book.post(change, ["wecom_robot:x"], { kind: "text", title }, lane, s.clock.now());
    });
    for (let second = 0; second < 240; second++) {
      await s.clock.advance(1_000);
      while (times.length < robot.shown.length) times.push(second);
    }
    const titles = robot.shown.map(({ card }) => card.title);
    expect(titles).toHaveLength(32);
    expect(titles.slice(0, 3)).toEqual(["answer", "critical", "n0"]);
    expect(titles.filter((title) => title?.startsWith("n"))).toEqual(
      Array.from({ length: 30 }, (_, i) => `n${i}`),
    );
    for (const from of times)
      expect(times.filter((one) => one >= from && one < from + 60).length).toBeLessThan(20);
    await s.stop();
  });

  it("is where it was after a restart", async () => {
    const { s, robot } = await open({ plan: { storm: null } });
    for (let i = 0; i < 40; i++) await say(s, "wecom_robot:x", `n${i}`, "normal");
    await s.clock.advance(2_000);
    expect(robot.shown).toHaveLength(7);
    expect(target(s, "wecom_robot:x")?.budget).toEqual({ left: 3, of: 10 });
    await s.restart();
    await s.clock.advance(4_000);
    expect(robot.shown).toHaveLength(7);
    await s.clock.advance(2_000);
    expect(robot.shown).toHaveLength(8);
    await s.stop();
  });

  it("used up, folds what would wait too long into one digest, and lets critical cards go alone", async () => {
    const { s, robot } = await open({ plan: { storm: null } });
    await s.until("10s");
    for (let i = 0; i < 30; i++) s.sights.bad(1, { host: `w${i}`, severity: "warning" }, 95);
    for (let i = 0; i < 2; i++) s.sights.bad(1, { host: `c${i}`, severity: "critical" }, 99);
    await s.until("4m");
    const lines = posts(robot);
    const own = lines.filter((line) => line.includes("#"));
    expect(own.filter((line) => line.includes("host=c"))).toHaveLength(2);
    const digests = robot.shown.filter(({ card }) => card.kind === "digest");
    expect(digests[0]?.card.title).toMatch(/^Digest: \d+ incidents$/);
    expect(lines.length).toBeLessThan(20);
    // Everything is either told by its own card or stands in the digest.
    const told = new Set(own.map((line) => /#(\d+)/.exec(line)?.[1]));
    const folded = [...s.alerts.book.tables.deliveries.values()].filter((one) => one.folded !== undefined);
    for (const { about } of folded) told.add("incident" in about ? String(about.incident) : "");
    expect(told.size).toBe(32);
    expect(folded.length).toBeGreaterThan(10);
    await s.stop();
  });

  it("leaves edits alone where they cost nothing", async () => {
    const dingtalk = new RecordingChannel();
    const s = await Scenario.open({
      rules: [{ ...hot, tells: ["dingtalk:x"] }],
      channels: { dingtalk },
      plan: { route: byHost, limits: { dingtalk: { messages: 4, perMs: MINUTE } } },
    });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("31s");
    for (let i = 0; i < 20; i++) {
      await s.commit((change) =>
        s.alerts.book.acknowledge(change, 1, {
          person: "console:a",
          until: s.clock.now() + (i + 1) * MINUTE,
          at: s.clock.now(),
        }),
      );
      await s.clock.advance(500);
    }
    expect(dingtalk.shown.filter(({ how }) => how === "edit").length).toBeGreaterThan(15);
    await s.stop();
  });
});

describe("a burst that is no storm", () => {
  it("goes out card by card, two a second at most", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { route: byHost } });
    await s.until("10s");
    for (let i = 0; i < 6; i++) s.sights.bad(1, { host: `h${i}` }, 95);
    await s.until("15s");
    await s.clock.advance(500);
    expect(posts(s.console)).toHaveLength(2);
    await s.clock.advance(1_000);
    expect(posts(s.console)).toHaveLength(4);
    await s.clock.advance(1_000);
    expect(posts(s.console)).toHaveLength(6);
    expect(s.alerts.book.index.openDigests.size).toBe(0);
    await s.stop();
  });
});

describe("the breaker", () => {
  it("opens after five failures, probes, closes with the first success, and is seen", async () => {
    const robot = new RecordingChannel();
    robot.always = () => busy();
    const { s } = await open({ robot, tells: ["dingtalk:x", "console:ops"] });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("20s");
    // The other target was told at once.
    expect(posts(s.console)).toEqual(["post console:ops firing #1 host=a"]);
    await s.until("1m");
    expect(robot.calls).toHaveLength(6);
    expect(target(s, "dingtalk:x")).toMatchObject({
      state: "open",
      trouble: { code: "500" },
      queue: { normal: 1 },
    });
    await s.until("3m");
    const calls = robot.calls.length;
    // While it is open nothing is tried; half a minute, then a minute, two, at most five.
    expect(calls).toBeLessThan(9);
    robot.always = undefined;
    await s.until("9m");
    expect(robot.calls.length).toBe(calls + 1);
    expect(posts(robot)).toEqual(["post dingtalk:x firing #1 host=a"]);
    expect(target(s, "dingtalk:x")).toMatchObject({
      state: "ok",
      trouble: { code: "500" },
      queue: { normal: 0 },
    });
    await s.stop();
  });

  it("stays open over a restart", async () => {
    const robot = new RecordingChannel();
    robot.always = () => busy();
    const { s } = await open({ robot, tells: ["dingtalk:x"] });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("50s");
    const before = target(s, "dingtalk:x");
    expect(before).toMatchObject({ state: "open" });
    const calls = robot.calls.length;
    await s.restart();
    expect(target(s, "dingtalk:x")?.until).toBe(before?.until);
    await s.clock.advance(5_000);
    expect(robot.calls).toHaveLength(calls);
    await s.stop();
  });

  it("does not count being asked to wait, which is obeyed", async () => {
    const robot = new RecordingChannel();
    robot.tricks = [slowDown(90_000)];
    const { s } = await open({ robot, tells: ["dingtalk:x"] });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("1m");
    expect(target(s, "dingtalk:x")).toMatchObject({ state: "resting", trouble: { code: "429" } });
    expect(robot.calls).toHaveLength(1);
    await s.until("2m");
    expect(posts(robot)).toEqual(["post dingtalk:x firing #1 host=a"]);
    await s.stop();
  });
});

describe("the ladder", () => {
  const plan: PlanParts = {
    route: { ...byHost, receiver: "ops" },
    receivers: [
      { ...receiver("ops", ["dingtalk:x"]), fallback: "duty" },
      { ...receiver("duty", ["wecom_robot:y"]), fallback: "everybody" },
      receiver("everybody", ["console:all"]),
    ],
  };

  it("tells the fallback once when a target gives up, and goes on telling it", async () => {
    const robot = new RecordingChannel();
    robot.always = (_how, conversation) => (conversation === "dingtalk:x" ? never() : undefined);
    const s = await Scenario.open({ rules: [hot], channels: { dingtalk: robot, wecom_robot: robot }, plan });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("5m");
    expect(posts(robot)).toEqual(["post wecom_robot:y firing #1 host=a"]);
    expect(target(s, "dingtalk:x")).toMatchObject({
      state: "given-up",
      trouble: { code: "404" },
      fallbacks: ["wecom_robot:y"],
    });
    expect(
      s.alerts.book.timeline(1).map(({ what, conversation, note }) => [what, conversation, note]),
    ).toEqual(
      [
        ["fired", undefined, undefined],
        ["undeliverable", "dingtalk:x", "404: no such group"],
        ["failed-over", "dingtalk:x", "wecom_robot:y"],
        ["told", "wecom_robot:y", undefined],
      ].map((row) => expect.arrayContaining(row)),
    );
    s.sights.ok(1, { host: "a" });
    await s.until("6m");
    expect(robot.shown.map(lineOf)).toEqual([
      "post wecom_robot:y firing #1 host=a",
      "edit wecom_robot:y resolved #1 host=a",
    ]);
    await s.stop();
  });

  it("climbs on when the fallback is given up as well", async () => {
    const robot = new RecordingChannel();
    robot.always = () => never();
    const s = await Scenario.open({ rules: [hot], channels: { dingtalk: robot, wecom_robot: robot }, plan });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("1m");
    expect(posts(s.console)).toEqual(["post console:all firing #1 host=a"]);
    await s.stop();
  });

  it("tells the fallback when the breaker has been open for two minutes, what begins later too, and both later on", async () => {
    const robot = new RecordingChannel();
    let dead = true;
    robot.always = (_how, conversation) => (dead && conversation === "dingtalk:x" ? busy() : undefined);
    const s = await Scenario.open({ rules: [hot], channels: { dingtalk: robot, wecom_robot: robot }, plan });
    await s.until("10s");
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("2m");
    expect(posts(robot)).toEqual([]);
    await s.until("3m");
    expect(posts(robot)).toEqual(["post wecom_robot:y firing #1 host=a"]);
    s.sights.bad(1, { host: "b" }, 95);
    await s.until("3m30s");
    expect(posts(robot)).toHaveLength(2);
    dead = false;
    await s.until("15m");
    expect(posts(robot).slice(2).sort()).toEqual([
      "post dingtalk:x firing #1 host=a",
      "post dingtalk:x firing #2 host=b",
    ]);
    await s.stop();
  });

  it("tells the fallback what a digest should have told that was given up", async () => {
    const robot = new RecordingChannel();
    robot.always = (_how, conversation) => (conversation === "dingtalk:x" ? never() : undefined);
    const s = await Scenario.open({ rules: [hot], channels: { dingtalk: robot, wecom_robot: robot }, plan });
    await s.until("10s");
    for (let i = 0; i < 20; i++) s.sights.bad(1, { host: `h${i}` }, 95);
    await s.until("1m");
    const there = s.alerts.book.activeIncidents().filter(({ tells }) => tells.includes("wecom_robot:y"));
    expect(there).toHaveLength(20);
    // There it is a storm, too.
    expect(posts(robot).filter((line) => line.includes("wecom_robot:y"))[0]).toContain("Alert storm");
    await s.stop();
  });
});

describe("order", () => {
  it("is kept per incident: after any refusals the last thing said is how things are", async () => {
    const robot = new RecordingChannel();
    let dice = 7;
    robot.always = () => {
      dice = (dice * 48_271) % 2_147_483_647;
      if (dice % 2 === 0) return undefined;
      return dice % 3 === 0 ? new SendError("reset", { next: "retry", code: "ECONNRESET" }) : busy();
    };
    const { s } = await open({ robot, tells: ["dingtalk:x"] });
    for (let round = 0; round < 40; round++) {
      const host = { host: `h${round % 3}` };
      if (round % 6 < 3) s.sights.bad(1, host, 95);
      else s.sights.ok(1, host);
      await s.clock.advance(45_000);
    }
    robot.always = undefined;
    await s.clock.advance(20 * MINUTE);
    const last = new Map(robot.shown.map(({ card }) => [card.incident, card.status]));
    for (const incident of s.alerts.book.tables.incidents.values())
      expect(last.get(incident.id)).toBe(s.alerts.book.statusOf(incident, s.clock.now()));
    await s.stop();
  });
});
