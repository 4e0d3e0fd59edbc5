/** What people say about turns and swaps, and what each of it means on one Saturday evening. */
import { describe, expect, test } from "vitest";
import { formatTime } from "../../../alerts/words.ts";
import { readSwap } from "../../../commands/oncall/swap-words.ts";
import { readTurns } from "../../../commands/oncall/turns.ts";
import { instantOf } from "../../../storage/zone.ts";

const zone = "Asia/Shanghai";
/** Saturday, 28 November 2026, 20:30. */
const now = instantOf(zone, Date.parse("2026-11-28T20:30:00Z"));
const HOUR = 3_600_000;

describe("turns", () => {
  test.each<readonly [said: string, people: readonly string[], hours: number, starts: string]>([
    ["张三 李四 王五 每周一 09:00 轮换", ["张三", "李四", "王五"], 168, "2026-11-23T09:00"],
    ["张三、李四 每周六 20:30", ["张三", "李四"], 168, "2026-11-28T20:30"],
    ["张三，李四 每周六 21:00 交接".replace("，", ","), ["张三", "李四"], 168, "2026-11-21T21:00"],
    ["张三 李四 每天早上9点", ["张三", "李四"], 24, "2026-11-28T09:00"],
    ["张三 李四 每天 21:00 轮换", ["张三", "李四"], 24, "2026-11-27T21:00"],
    ["张三 李四 每天 9点和21点", ["张三", "李四"], 12, "2026-11-28T09:00"],
    ["张三 李四 每12小时", ["张三", "李四"], 12, "2026-11-28T12:00"],
    ["张三 李四 每12小时 09:00 起", ["张三", "李四"], 12, "2026-11-28T09:00"],
    ["张三 李四 每两周 周一 09:00", ["张三", "李四"], 336, "2026-11-23T09:00"],
    ["@张三 dingtalk:0123 每周一 09:00", ["@张三", "dingtalk:0123"], 168, "2026-11-23T09:00"],
    ["zhangsan lisi every monday 09:00", ["zhangsan", "lisi"], 168, "2026-11-23T09:00"],
    ["Zhang San, Li Si every monday at 9am", ["Zhang San", "Li Si"], 168, "2026-11-23T09:00"],
    ["zhangsan and lisi every day at 18:00 rotate", ["zhangsan", "lisi"], 24, "2026-11-28T18:00"],
    ["zhangsan lisi every 12h from 09:00", ["zhangsan", "lisi"], 12, "2026-11-28T09:00"],
    ["zhangsan lisi every 12h from 21:00", ["zhangsan", "lisi"], 12, "2026-11-28T09:00"],
    ["zhangsan lisi every two weeks monday 09:00", ["zhangsan", "lisi"], 336, "2026-11-23T09:00"],
  ])("%s", (said, people, hours, starts) => {
    const turns = readTurns(said, now, zone);
    expect(turns?.people).toEqual(people);
    expect((turns?.everyMs ?? 0) / HOUR).toBe(hours);
    expect(new Date(turns?.starts ?? 0).toISOString().slice(0, 16)).toBe(starts);
  });

  test.each([
    "",
    "张三 李四",
    "每周一 09:00",
    "张三 每周一",
    "张三 李四 每周一和周三 09:00",
    "张三 李四 每月1号 09:00",
    "张三 李四 每天 9点和20点",
    "张三 李四 每30分钟",
    "张三 李四 每周一 09:00 还有别的",
    "zhangsan lisi every 5 weeks monday 09:00",
  ])("%s is none", (said) => {
    expect(readTurns(said, now, zone)).toBeUndefined();
  });
});

describe("swaps", () => {
  test.each([
    ["张三 到 周五18:00", "张三", "11-28 20:30", "12-04 18:00"],
    ["张三到周五18:00", "张三", "11-28 20:30", "12-04 18:00"],
    ["李四 从 明天9:00 到 后天9:00", "李四", "11-29 09:00", "11-30 09:00"],
    ["李四 从明天9点到后天9点", "李四", "11-29 09:00", "11-30 09:00"],
    ["李四 从 周五18:00 到 周一9:00", "李四", "12-04 18:00", "12-07 09:00"],
    ["张三 到 22:00", "张三", "11-28 20:30", "11-28 22:00"],
    ["张三 从 22:00 到 6:00", "张三", "11-28 22:00", "11-29 06:00"],
    ["从飞 到 周五18:00", "从飞", "11-28 20:30", "12-04 18:00"],
    ["到一 到 周五18:00", "到一", "11-28 20:30", "12-04 18:00"],
    ["@张三 持续 8小时", "@张三", "11-28 20:30", "11-29 04:30"],
    ["zhangsan until friday 18:00", "zhangsan", "11-28 20:30", "12-04 18:00"],
    ["zhangsan from tomorrow 9:00 until friday 6pm", "zhangsan", "11-29 09:00", "12-04 18:00"],
    ["zhangsan from tomorrow 9:00 to monday 9:00", "zhangsan", "11-29 09:00", "11-30 09:00"],
    ["zhangsan for 8h", "zhangsan", "11-28 20:30", "11-29 04:30"],
    ["Zhang San until 2026-12-01 09:00", "Zhang San", "11-28 20:30", "12-01 09:00"],
  ])("%s", (said, who, from, until) => {
    const swap = readSwap(said, now, zone);
    if (swap.is !== "swap") throw new Error(`it is ${swap.is}`);
    expect([swap.who, formatTime(swap.from, zone, "zh-CN"), formatTime(swap.until, zone, "zh-CN")]).toEqual([
      who,
      from,
      until,
    ]);
  });

  test.each([
    ["张三 到 周五", "周五"],
    ["zhangsan until friday", "friday"],
    ["张三 从 明天 到 周五18:00", "明天"],
  ])("%s leaves open when on %s", (said, words) => {
    expect(readSwap(said, now, zone)).toEqual({ is: "untimed", words });
  });

  test.each(["", "张三", "到 周五18:00", "张三 到 那时候", "从 明天9:00 到 后天9:00", "until friday 18:00"])(
    "%s is unclear",
    (said) => {
      expect(readSwap(said, now, zone)).toEqual({ is: "unclear" });
    },
  );
});

test("whatever is said, reading it ends", () => {
  const words = [
    "从",
    "到",
    "张三",
    "周五",
    "18:00",
    "until",
    "from",
    "every",
    "每周一",
    " ",
    ",",
    "、",
    "明天",
    "12h",
  ];
  let seed = 7;
  const pick = (): string => {
    seed = (seed * 48_271) % 0x7fffffff;
    return words[seed % words.length] ?? "";
  };
  for (let i = 0; i < 500; i++) {
    const said = Array.from({ length: 1 + (i % 30) }, pick).join(i % 2 === 0 ? " " : "");
    expect(["swap", "unclear", "untimed"]).toContain(readSwap(said, now, zone).is);
    readTurns(said, now, zone);
  }
});
