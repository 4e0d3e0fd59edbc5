/** The life of a heartbeat in the chat: made by a sentence, missed, reported, paused, removed. */
import { afterEach, describe, expect, test } from "vitest";
import type { Ping } from "../../monitors/heartbeat/beat.ts";
import { settle } from "../support/fake-clock.ts";
import { cardText, converse, Road } from "../support/road.ts";

const MINUTE = 60_000;
const UUID = "6ba7b810-9dad-41d1-80b4-000000000001";

let road: Road;
afterEach(() => road.close());

async function ping(says: Ping["says"], more: Partial<Ping> = {}): Promise<void> {
  const record = road.world.heartbeats.find(UUID);
  if (record === undefined) throw new Error("there is no heartbeat");
  await road.world.heartbeats.take(record, { says, rid: "", body: "", ...more });
  await settle();
}

/** The incident cards that have been shown since this was asked last. */
let seen = 0;
function shown(): string[] {
  const cards = road.console.shown.slice(seen);
  seen = road.console.shown.length;
  return cards
    .filter(({ card }) => card.kind === "incident")
    .map(({ card }) => `${card.status} ${cardText(card)}`);
}

async function open(line: string, locale: "zh-CN" | "en" = "zh-CN"): Promise<string> {
  road = await Road.open({ locale });
  seen = 0;
  return road.say(line);
}

test("a sentence makes the monitor, the rule that tells, and the lines to paste", async () => {
  const reply = await open("心跳 夜间备份 每天 02:00 宽限 30分钟 没来就告警");
  expect(reply).toContain(
    "已添加心跳 夜间备份：每天 02:00，宽限 30分钟。没来、跑太久或报告失败就告警（规则 1）",
  );
  const lines = reply.split("\n").filter((line) => line.startsWith("curl "));
  expect(lines[0]).toBe(
    `curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null http://gengfu.example/ping/${UUID}`,
  );
  expect(lines[1]).toBe(`${lines[0]}/$?`);
  expect(lines[2]).toBe(`${lines[0]}/start`);
  expect(road.world.monitors.table.get("夜间备份")?.options).toEqual({
    uuid: UUID,
    cron: "0 2 * * *",
    grace: "30m",
  });
});

test("what does not come is told with its reason, and so is that it came after all", async () => {
  await open("monitor add heartbeat 同步库存 period 10m grace 2m");
  await ping("success");
  await road.clock.advance(11 * MINUTE);
  expect(await road.say("监控")).toContain("🟡 迟到：11-25 10:10 就该来了，宽限 2分钟");
  expect(shown()).toEqual([]);
  await road.clock.advance(2 * MINUTE);
  expect(await road.say("监控")).toContain(
    "没来：应在 11-25 10:10 报到，宽限 2分钟 已过；上一次是 11-25 10:00",
  );
  expect(shown()).toEqual([expect.stringMatching(/^firing .*同步库存\n内容: 同步库存：没来/)]);
  await ping("success");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved .*同步库存/)]);
  expect(await road.say("监控 同步库存")).toContain("🟢 正常");
});

test("a failure is told at once, with its exit code and what came with it", async () => {
  await open("心跳 夜间备份 周期 1天 没来就告警");
  await ping("failure", { exit: 3, body: "tar: \u001b[31m磁盘满\u001b[0m\n```\n@all" });
  await road.clock.advance(30_000);
  expect(shown()).toEqual([expect.stringMatching(/^firing .*夜间备份\n内容: 夜间备份：报告失败/)]);
  const one = await road.say("监控 夜间备份");
  expect(one).toContain("失败：11-25 10:00 报告失败，退出码 3：tar:");
  expect(one).toContain("磁盘满\n```\n@all");
  // In a fence that what came cannot close.
  expect(one).toContain("````\ntar: 磁盘满");
  await ping("success");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved /)]);
});

test("a run that does not end is told as running too long", async () => {
  await open("心跳 夜间备份 周期 1天 宽限 30分钟 最多跑 5分钟");
  await ping("start");
  await road.clock.advance(MINUTE);
  expect(await road.say("监控")).toContain("🟡 正在跑，11-25 10:00 开始，已 1分钟");
  await road.clock.advance(5 * MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/内容: 夜间备份：跑太久/)]);
  await ping("success");
  expect(await road.say("监控 夜间备份")).toMatch(/heartbeat_duration_seconds` = 360/);
});

test("one that never came is missed as well, and says so", async () => {
  await open("心跳 夜间备份 周期 2分钟 宽限 1分钟");
  await road.clock.advance(MINUTE);
  expect(await road.say("监控")).toContain("⚪ 还没有报到过，11-25 10:02前应来");
  await road.clock.advance(3 * MINUTE);
  expect(await road.say("监控")).toContain("从来没有报到过");
  expect(shown()).toHaveLength(1);
});

describe("a time in which nobody watched", () => {
  test("is told as unknown, and raises no alarm by itself", async () => {
    await open("心跳 夜间备份 周期 10分钟 宽限 2分钟");
    await ping("success");
    road.clock.set(road.clock.now() + 3 * 60 * MINUTE);
    await road.clock.advance(5 * MINUTE);
    expect(await road.say("监控")).toContain("⚪ 不知道：");
    expect(shown()).toEqual([]);
    const names = road.world.series
      .select([{ name: "monitor", op: "=", value: "夜间备份" }])
      .filter((one) => one.length > 0 && one.at(one.length - 1) > road.clock.now() - 4 * MINUTE)
      .map(({ labels }) => labels["__name__"]);
    expect(names).not.toContain("up");
    expect(names).not.toContain("heartbeat_up");
    expect(names).toContain("heartbeat_runs_total");
    // Nobody comes for another period and its grace: now it is known.
    await road.clock.advance(9 * MINUTE);
    expect(shown()).toEqual([expect.stringMatching(/^firing .*\n内容: 夜间备份：没来/)]);
  });
});

test("it is looked at by asking, and trying it explains that it waits", async () => {
  await open("heartbeat add backup period 1h grace 5m", "en");
  await converse(road, [
    [
      "monitor test backup",
      "does not look; it waits for a job to report: every hour, grace 5m",
      `/ping/${UUID}`,
    ],
    ["monitor test heartbeat other period 1h", "it waits", "Once it is added", "!/ping/"],
    ["monitor backup", `/ping/${UUID}/$?`, "heartbeat_runs_total"],
    ["stranger: monitor backup", "/ping/…/$?", `!${UUID}`],
    ["stranger: heartbeat add x period 1h", "This needs the role operator"],
  ]);
});

test("when it is removed the rule that came with it goes too, and nothing is alarmed", async () => {
  await open("心跳 夜间备份 周期 2分钟 宽限 1分钟");
  await road.clock.advance(5 * MINUTE);
  expect(shown()).toHaveLength(1);
  await converse(road, [
    ["删除监控 夜间备份", "已删除，连同它的规则 1"],
    ["规则", "!夜间备份"],
    ["监控", "!夜间备份"],
  ]);
  await road.clock.advance(5 * MINUTE);
  expect(await road.say("告警")).not.toContain("夜间备份");
});

test("a name that is taken, or nothing to wait for, is refused and makes no rule", async () => {
  await open("心跳 夜间备份 周期 1天");
  await converse(road, [
    ["心跳 夜间备份 周期 1小时", "已有名为“夜间备份”的监控"],
    ["心跳 周报", "没有写：要写 period 或 cron"],
    ["心跳", "等谁报到？例如 `心跳 夜间备份 每天 02:00 宽限 30分钟 没来就告警`"],
    ["心跳 周报 cron 99 2 * * *", "写的是 99"],
    ["心跳 周报 周期 明天", "不是时长"],
  ]);
  expect([...road.world.rules.all()]).toHaveLength(1);
});
