import cron from "node-cron";
import { describe, expect, test } from "vitest";
import { understand } from "../../../../commands/language/sentence.ts";
import { said } from "../../../support/said.ts";
import { chatter, halfRows, reminderRows, thresholdRows } from "./sentence-rows.ts";

const hasHan = (line: string): boolean => /[\u4e00-\u9fff]/.test(line);

describe("sentences about a limit", () => {
  test.each(thresholdRows)("%s", (line, meaning) => {
    expect(said(understand(line))).toBe(meaning);
  });
});

describe("reminders", () => {
  test.each(reminderRows)("%s", (line, meaning) => {
    const sentence = understand(line);
    expect(said(sentence)).toBe(meaning);
    if (sentence?.kind !== "remind") throw new Error("not a reminder");
    // What the scheduler refuses is no schedule.
    if (!sentence.schedule.startsWith("@every ")) expect(cron.validate(sentence.schedule)).toBe(true);
  });
});

describe("half a sentence", () => {
  test.each(halfRows)("%s", (line, meaning) => {
    expect(said(understand(line))).toBe(meaning);
  });

  test.each(halfRows)("the example for %s is a whole sentence in the same language", (line) => {
    const half = understand(line);
    if (half?.kind !== "half") throw new Error("not a half");
    const example = understand(half.example);
    expect(example?.kind).toBe(
      half.missing.some((each) => each === "when" || each === "text") ? "remind" : "threshold",
    );
    expect(example?.language).toBe(half.language);
  });

  test.each([
    ["CPU使用率超过", "80%", "cpu_usage_percent > 80"],
    ["CPU使用率告警", "超过80%", "cpu_usage_percent > 80"],
    ["CPU使用率告警", "> 80%", "cpu_usage_percent > 80"],
    ["超过80%告警", "cpu", "cpu_usage_percent > 80"],
    ["alert when above 80%", "memory", "memory_usage_percent > 80"],
    ["https://shop.example 告警", "打不开", "https://shop.example probe_success == 0"],
    ["响应时间超过2秒告警", "https://shop.example", "https://shop.example probe_duration_seconds > 2"],
    ["每天提醒 吃药", "9点", "cron 0 9 * * * remind 吃药"],
    ["每天9点提醒", "吃药", "cron 0 9 * * * remind 吃药"],
    ["提醒我喝水", "每小时", "cron 0 * * * * remind 喝水"],
    ["every day remind backup", "at 9", "cron 0 9 * * * remind backup"],
  ])("%s + %s", (line, answer, meaning) => {
    expect(understand(answer)).toBeUndefined();
    expect(said(understand(`${line} ${answer}`))).toBe(meaning);
  });

  test("keeps what was understood, and names what was not", () => {
    expect(understand("订单服务CPU使用率超过80%持续5分钟告警")).toMatchObject({
      known: { subject: { metric: "cpu_usage_percent", labels: {} }, op: ">", threshold: 80, forMs: 300_000 },
      unclear: "订单服务",
    });
    expect(understand("周五下午5点提醒 周报")).toMatchObject({
      known: { text: "周报" },
      unclear: "周五下午5点",
      example: "每周五下午5点提醒 周报",
    });
  });
});

describe("what is no rule", () => {
  test.each(chatter)("%s", (line) => {
    expect(said(understand(line))).toBe("-");
  });

  test("a line of more than 2,000 characters", () => {
    const line = "CPU使用率超过80%告警";
    expect(understand(`${line}${" ".repeat(1900)}`)?.kind).toBe("threshold");
    expect(understand(`${line}${" ".repeat(2000)}`)).toBeUndefined();
  });
});

test("the language is Chinese as soon as one character is", () => {
  for (const [line] of [...thresholdRows, ...reminderRows, ...halfRows])
    expect(understand(line)?.language, line).toBe(hasHan(line) ? "zh" : "en");
});

test("letters are understood large and small", () => {
  for (const [line, meaning] of thresholdRows.filter(
    ([each]) => !/named|名为|https|\/|nginx|eth0|["_]|\dMbps|B\/s/.test(each),
  )) {
    expect(said(understand(line.toUpperCase())), line).toBe(meaning);
    expect(said(understand(line.toLowerCase())), line).toBe(meaning);
  }
});
