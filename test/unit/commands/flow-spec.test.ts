/** What people type after `flow add`, in both languages, and what is refused with the words that were not understood. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Refusal } from "../../../commands/command.ts";
import { readFlow } from "../../../commands/flows/spec.ts";
import { normalize } from "../../../commands/language/normalize.ts";

const read = (line: string) => readFlow(normalize(line));
const step = (name: string, max_duration?: string, deadline?: string) => ({
  name,
  ...(max_duration === undefined ? {} : { max_duration }),
  ...(deadline === undefined ? {} : { deadline }),
});
const nightly = [step("拉取", "10m"), step("对账", "30m"), step("出报表", undefined, "06:00")];

test.each<[line: string, name: string, options: object]>([
  [
    "夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 06:00 工作日",
    "夜间结算",
    { steps: nightly, days: "* * 1-5" },
  ],
  [
    "夜间结算：拉取＜10分钟→对账＜30分钟→出报表　截止06：00　工作日",
    "夜间结算",
    { steps: nightly, days: "* * 1-5" },
  ],
  [
    "夜间结算 拉取 <10分钟 -> 对账 ≤30分钟 -> 出报表 06:00前 每天",
    "夜间结算",
    { steps: nightly, days: "* * *" },
  ],
  [
    "夜间结算: 拉取 10分钟内，对账 最多30分钟，出报表 截止 06:00，工作日",
    "夜间结算",
    { steps: nightly, days: "* * 1-5" },
  ],
  [
    "夜间结算 每天 02:00: 拉取 <10分钟 > 对账 <30分钟 > 出报表 截止 06:00",
    "夜间结算",
    { steps: nightly, cron: "0 2 * * *" },
  ],
  [
    "夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 6点 每天凌晨2点开始 宽限 15分钟 最多跑 5小时 时区 Asia/Tokyo",
    "夜间结算",
    { steps: nightly, cron: "0 2 * * *", grace: "15m", max_duration: "5h", timezone: "Asia/Tokyo" },
  ],
  [
    "月结: 关账 → 出报表 截止 09:30 每月1日",
    "月结",
    { steps: [step("关账"), step("出报表", undefined, "09:30")], days: "1 * *" },
  ],
  [
    "settlement run: fetch <10m -> reconcile within 30 minutes -> report by 06:00 weekdays",
    "settlement run",
    {
      steps: [step("fetch", "10m"), step("reconcile", "30m"), step("report", undefined, "06:00")],
      days: "* * 1-5",
    },
  ],
  [
    "etl: load files under 1h -> check by 6am every day at 1:30",
    "etl",
    { steps: [step("load files", "1h"), step("check", undefined, "06:00")], cron: "30 1 * * *" },
  ],
  [
    "sync: down <2m -> up <5m every hour grace 10m alert me",
    "sync",
    { steps: [step("down", "2m"), step("up", "5m")], cron: "0 * * * *", grace: "10m" },
  ],
  ['x: a -> b cron "0 2 * * 1"', "x", { steps: [step("a"), step("b")], cron: "0 2 * * 1" }],
  [
    "订单: 下单 → 支付 <15分钟 → 发货 <2天",
    "订单",
    { steps: [step("下单"), step("支付", "15m"), step("发货", "2d")] },
  ],
  ["x: a → b 每天 2点，卡住就告警", "x", { steps: [step("a"), step("b")], cron: "0 2 * * *" }],
  ["x: 检查 → 告警", "x", { steps: [step("检查"), step("告警")] }],
  ["x: check -> alert", "x", { steps: [step("check"), step("alert")] }],
  [
    "x: check -> load every day at 2:00, alert me if it is late",
    "x",
    { steps: [step("check"), step("load")], cron: "0 2 * * *" },
  ],
  ["备份: 打包", "备份", { steps: [step("打包")] }],
])("%s", (line, name, options) => {
  const spec = read(line);
  expect(spec).toMatchObject({ name, kind: "flow" });
  expect(spec.options).toEqual({ grace: "5m", max_duration: "1d", ...options });
});

test.each<[line: string, said: string]>([
  ["", "哪个流程，有哪些步骤？例如 `流程 添加 夜间结算: 拉取"],
  ["夜间结算", "看不出名字和步骤"],
  ["夜间结算: 拉取 <很快 → 对账", "`<` 后面的“很快”不是时长"],
  ["夜间结算: 拉取 → 对账 截止 天亮 工作日", "`截止` 后面的“天亮”不是时刻"],
  ["夜间结算: 拉取 少于10分钟 → 对账", "“少于10分钟”看不懂"],
  ["夜间结算: 拉取 >10分钟 → 对账", "“\\>10分钟”看不懂"],
  ["夜间结算: 拉取 → → 对账", "有一个箭头的一边没有步骤"],
  ["夜间结算: 拉取 → 对账 工作日", "“工作日”还差一个时刻"],
  ["夜间结算: 拉取 → 拉取", "有两个步骤都叫 拉取"],
  ["夜间结算: 拉取 → 对账 宽限 一会儿", "不是时长"],
  ["夜间结算: 拉取 → 对账 cron 99 2 * * *", "写的是 99"],
  ["夜间结算: 拉取 → 对账 每天 2点 时区 火星", "timezone"],
  ["夜间结算: 拉取 → <10分钟 → 对账", "没有步骤的名字"],
])("%s is refused", (line, said) => {
  try {
    read(line);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.text.zh).toContain(said);
    expect(error.text.en).not.toMatch(/\p{Script=Han}{8}/u);
  }
});

test("whatever is typed is read or refused, never a fault", () => {
  const word = fc.constantFrom(
    "夜间",
    "拉取",
    "对账",
    "→",
    "->",
    ">",
    "<",
    "<10分钟",
    "截止",
    "06:00",
    "6点",
    "工作日",
    "每天",
    "02:00",
    ":",
    "，",
    "宽限",
    "5m",
    "最多",
    "cron",
    "* * * * *",
    "within",
    "by",
    "every",
    "day",
    "at",
    "次日",
    "99:99",
    "〇",
    "\u0000",
    "'",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 14 }), (words) => {
      try {
        read(words.join(" "));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }),
    { numRuns: 2_000, seed: 20261128 },
  );
});
