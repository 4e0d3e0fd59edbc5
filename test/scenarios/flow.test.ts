/** The life of a flow in the chat: made by a sentence, told of by its steps, late, stuck, failed, tried again, removed. */
import { afterEach, expect, test } from "vitest";
import type { State } from "../../monitors/flow/options.ts";
import type { FlowEvent } from "../../monitors/flow/run.ts";
import { monitorSchema } from "../../monitors/index.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { settle } from "../support/fake-clock.ts";
import { cardText, converse, Road } from "../support/road.ts";

const MINUTE = 60_000;
const TOKEN = "6ba7b810-9dad-41d1-80b4-000000000001";
const NIGHTLY = "流程 添加 夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 12:00 工作日";

let road: Road;
afterEach(() => road.close());

function record(name: string): MonitorRecord {
  const found = road.world.flows.find(name);
  if (found === undefined) throw new Error(`there is no flow ${name}`);
  return found;
}

async function tell(
  step: string,
  state: State,
  more: Partial<FlowEvent> = {},
  run = "2026-11-25",
): Promise<void> {
  await road.world.flows.take(record("夜间结算"), run, { step, state, note: "", ...more });
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

async function open(line = NIGHTLY, locale: "zh-CN" | "en" = "zh-CN"): Promise<string> {
  road = await Road.open({ locale });
  seen = 0;
  return road.say(line);
}

/** One whole run, told step by step. */
async function runThrough(run: string): Promise<void> {
  for (const [step, took] of [
    ["拉取", 7],
    ["对账", 12],
    ["出报表", 3],
  ] as const) {
    await tell(step, "start", {}, run);
    await road.clock.advance(took * MINUTE);
    await tell(step, "done", {}, run);
  }
}

test("a sentence makes the monitor, the rule that tells, and the lines to paste", async () => {
  const reply = await open();
  expect(reply).toContain(
    "已添加流程 夜间结算：拉取 ≤10分钟 → 对账 ≤30分钟 → 出报表 截止 12:00，每个工作日 12:00 前跑完。没来、迟到、卡住、顺序不对、失败就告警（规则 1）",
  );
  const lines = reply.split("\n").filter((line) => line.startsWith("curl "));
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe(
    "curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null " +
      `-H 'Authorization: Bearer ${TOKEN}' --data-urlencode 'step=拉取' -d state=start ` +
      '"http://gengfu.example/api/v1/flows/%E5%A4%9C%E9%97%B4%E7%BB%93%E7%AE%97/runs/$RUN"',
  );
  expect(road.world.monitors.table.get("夜间结算")?.options).toEqual({
    steps: [
      { name: "拉取", max_duration: "10m" },
      { name: "对账", max_duration: "30m" },
      { name: "出报表", deadline: "12:00" },
    ],
    days: "* * 1-5",
    grace: "5m",
    max_duration: "1d",
    token: TOKEN,
  });
});

test("a step that does not end is told as stuck, with its run, since when, how long allowed, and what is usual", async () => {
  await open();
  await runThrough("2026-11-24");
  expect(shown()).toEqual([]);
  await tell("拉取", "start");
  await road.clock.advance(7 * MINUTE);
  await tell("拉取", "done");
  await tell("对账", "start");
  await road.clock.advance(20 * MINUTE);
  expect(await road.say("监控")).toContain("🟡 正在跑 2026-11-25：对账（2/3），已 20分钟，通常 12分钟");
  expect(shown()).toEqual([]);
  await road.clock.advance(11 * MINUTE);
  const [card = "", ...others] = shown();
  expect(others).toEqual([]);
  expect(card).toMatch(/^firing .*流程 夜间结算\n内容: 夜间结算：对账 卡住/);
  expect(card).toContain(
    "说明: 对账 卡住（2026-11-25）：11-25 10:29 开始，最多 30分钟；通常 12分钟，九成在 12分钟 内（近 1 次）",
  );
  await tell("对账", "done");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved .*夜间结算/)]);
  expect(await road.say("监控 夜间结算")).toMatch(/flow_step_duration_seconds\{step="对账"\}` = 1860/);
});

test("a failure is told at once with what came with it; it is over when the step is done after all", async () => {
  await open();
  await tell("拉取", "done");
  await tell("对账", "fail", { note: "差 3 笔\n@all" });
  await road.clock.advance(30_000);
  expect(shown()).toEqual([expect.stringMatching(/^firing .*\n内容: 夜间结算：对账 报告失败/)]);
  expect(await road.say("流程 夜间结算")).toContain(
    "对账 报告失败（2026-11-25）：11-25 10:00，差 3 笔 \\@all",
  );
  await tell("对账", "start");
  await road.clock.advance(MINUTE);
  expect(await road.say("流程 夜间结算")).toContain("10:00:30 起在重试");
  expect(shown()).toEqual([]);
  await tell("对账", "done");
  await tell("出报表", "done");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved /)]);
  expect(await road.say("流程记录 夜间结算")).toContain("跑完 1 次，其中失败 1 次");
});

test("what is not done by its deadline is late, and a run that never came is missing", async () => {
  await open();
  await tell("拉取", "done");
  await tell("对账", "done");
  await road.clock.advance(121 * MINUTE);
  expect(shown()).toEqual([
    expect.stringMatching(/说明: 出报表 迟到（2026-11-25）：截止 11-25 12:00，还没有开始/),
  ]);
  await tell("出报表", "done");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved /)]);
  await road.clock.advance(24 * 60 * MINUTE);
  expect(shown()).toEqual([
    expect.stringMatching(/^firing .*说明: 没来：11-26 12:00 之前应该跑完，到时一点消息也没有/s),
  ]);
});

test("a step before its turn is out of order, and is kept", async () => {
  await open();
  await tell("拉取", "start");
  await tell("出报表", "start");
  await road.clock.advance(5_000);
  expect(await road.say("流程")).toContain("🟡 正在跑");
  await road.clock.advance(30_000);
  expect(shown()).toEqual([
    expect.stringMatching(/说明: 出报表 顺序不对（2026-11-25）：.* 已经开始，前面的 拉取 还没有完成/),
  ]);
  await tell("拉取", "done");
  await tell("对账", "done");
  await road.clock.advance(MINUTE);
  expect(shown()).toEqual([expect.stringMatching(/^resolved /)]);
});

test("flow NAME draws the run beside the usual, and says it in words", async () => {
  await open();
  await runThrough("2026-11-24");
  await tell("拉取", "start");
  await road.clock.advance(7 * MINUTE);
  await tell("拉取", "done");
  await tell("对账", "start");
  await road.clock.advance(5 * MINUTE);
  const reply = await road.say("流程 夜间结算");
  expect(reply).toContain("运行 `2026-11-25` 11-25 10:22 开始，正在跑，用时 12分钟（通常 22分钟，近 1 次）");
  expect(reply).toContain("- ✅ **拉取** 10:22 → 10:29 · 7分钟 · 通常 7分钟");
  expect(reply).toContain("- 🔵 **对账** 10:29 → … · 5分钟 · 通常 12分钟");
  expect(reply).toContain("- ⚪ **出报表** 还没开始 · 通常 3分钟 · 截止 12:00");
  expect(road.timelines).toHaveLength(1);
  expect(road.timelines[0]).toMatchObject({ title: "夜间结算", run: "2026-11-25", how: "running" });
  await converse(road, [
    ["流程 夜间结算 2026-11-24", "完成，用时 22分钟"],
    ["流程 夜间结算 2026-11-23", "没有运行“2026-11-23”", "最近的是 `2026-11-25`、`2026-11-24`"],
    ["流程 日结", "没有流程“日结”", "有：夜间结算"],
    ["流程 日结: 甲 → 乙", "没有这个流程。要添加就说 `流程 添加 日结: 甲 → 乙`"],
    ["flow runs 夜间结算", "`2026-11-24`", "跑完 1 次"],
  ]);
});

test("that it will be late can be told before it is", async () => {
  await open();
  await runThrough("2026-11-24");
  await road.clock.advance(80 * MINUTE);
  await tell("拉取", "start");
  await road.clock.advance(MINUTE);
  const reply = await road.say("流程 夜间结算");
  expect(reply).toContain(
    "🟡 正在跑 2026-11-25：拉取（1/3），已 1分钟，通常 7分钟；照平时要到 11-25 12:04 才完成 出报表，截止 11-25 12:00",
  );
  expect(await road.say("监控 夜间结算")).toMatch(/flow_deadline_margin_seconds\{step="出报表"\}` = -2\d\d/);
  expect(shown()).toEqual([]);
});

test("it is looked at by asking, and trying it explains that it waits", async () => {
  await open("flow add settlement: fetch <10m -> report by 06:00 weekdays", "en");
  await converse(road, [
    ["flows", "1 flow", "settlement", "fetch ≤10m → report by 06:00; done by every weekday at 06:00"],
    ["monitor test settlement", "does not look", TOKEN],
    ["monitor test flow other: a -> b", "Once it is added", "!Bearer"],
    ["monitor settlement", TOKEN, "flow_runs_total"],
    ["stranger: monitor settlement", "Bearer …", `!${TOKEN}`],
    ["stranger: flow add x: a", "This needs the role operator"],
    ["stranger: flow settlement", "No run has been told of yet"],
    ["flow add settlement: a -> b", 'there is a monitor named "settlement" already'],
    ["monitor add flow orders: pay <15m -> ship <2d", "Nobody said when it is due"],
  ]);
});

test("how long it takes can be named in a sentence", async () => {
  await open();
  await converse(road, [
    ["步骤用时超过30分钟告警", "flow_step_duration_seconds > 1800"],
    ["流程用时超过2小时告警", "flow_run_duration_seconds > 7200"],
    ["alert when deadline margin < 0s", "flow_deadline_margin_seconds < 0"],
  ]);
});

test("when it is removed the rule that came with it goes too, and nothing is alarmed", async () => {
  await open();
  await tell("对账", "fail");
  await road.clock.advance(MINUTE);
  expect(shown()).toHaveLength(1);
  await converse(road, [
    ["删除流程 夜间结算", "已删除，连同它的规则 1"],
    ["规则", "!夜间结算"],
    ["流程", "还没有流程。例如说"],
  ]);
  await road.clock.advance(MINUTE);
  expect(await road.say("告警")).not.toContain("夜间结算");
});

test("lines of a log tell of it in the commit that moves past them", async () => {
  await open();
  const parsed = monitorSchema.parse({
    name: "日志流程",
    kind: "flow",
    steps: [
      {
        name: "拉取",
        log: [
          { monitor: "app", pattern: "begin", state: "start" },
          { monitor: "app", pattern: "fetched" },
        ],
      },
      { name: "对账", log: { monitor: "app", pattern: "reconciled" } },
    ],
  });
  await road.world.store.commit((change) => road.world.monitors.add(change, parsed, { kind: "file" }));
  const line = (pattern: string, groups = {}) => ({
    monitor: "app",
    pattern,
    at: road.clock.now(),
    groups,
    line: `INFO ${pattern}`,
  });
  await road.world.store.commit((change) => road.world.flows.heard(change, [line("begin"), line("other")]));
  await road.clock.advance(2 * MINUTE);
  await road.world.store.commit((change) =>
    road.world.flows.heard(change, [line("fetched"), line("reconciled")]),
  );
  await road.world.store.commit((change) =>
    road.world.flows.heard(change, [line("begin", { run: "batch-7" })]),
  );
  const { runs, state } = road.world.flows.view(record("日志流程"));
  expect(runs.map(({ id, end }) => [id, end?.how])).toEqual([
    ["2026-11-25", "done"],
    ["batch-7", undefined],
  ]);
  expect(state.ended).toBe(1);
});
