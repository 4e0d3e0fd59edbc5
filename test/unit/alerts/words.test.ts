/** Spans, times, values, and text that must stay text. */
import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { unitOf } from "../../../alerts/evaluation/unit-of.ts";
import { escapeMarkdown, formatSpan, formatTime, formatValue, nameOf, plain } from "../../../alerts/words.ts";

describe("formatSpan", () => {
  it.each([
    [0, "0秒", "0s"],
    [400, "0秒", "0s"],
    [30_000, "30秒", "30s"],
    [300_000, "5分钟", "5m"],
    [330_000, "5分30秒", "5m 30s"],
    [7_200_000, "2小时", "2h"],
    [9_000_000, "2小时30分", "2h 30m"],
    [7_230_000, "2小时", "2h"],
    [90_000_000, "1天1小时", "1d 1h"],
    [-5, "0秒", "0s"],
  ])("%i ms", (ms, zh, en) => {
    expect([formatSpan(ms, "zh-CN"), formatSpan(ms, "en")]).toEqual([zh, en]);
  });
});

describe("formatTime", () => {
  const at = Date.UTC(2026, 10, 25, 2, 5);
  it("says the moment in the zone, to the minute or the second", () => {
    expect(formatTime(at, "Asia/Shanghai", "zh-CN")).toBe("11-25 10:05");
    expect(formatTime(at, "Asia/Shanghai", "en")).toBe("Nov 25 10:05");
    expect(formatTime(at + 7_900, "Asia/Shanghai", "zh-CN", "second")).toBe("11-25 10:05:07");
    expect(formatTime(at + 7_900, "Asia/Shanghai", "en", "second")).toBe("Nov 25 10:05:07");
    expect(formatTime(at - 3 * 3_600_000, "UTC", "zh-CN")).toBe("11-24 23:05");
  });
  it("does not throw for a time that is none", () => {
    expect(formatTime(Number.POSITIVE_INFINITY, "UTC", "en")).toBe("?");
  });
});

describe("formatValue", () => {
  it.each([
    [92.4567, "percent", "92.5%", "92.5%"],
    [100, "percent", "100%", "100%"],
    [0.123456, "percent", "0.123%", "0.123%"],
    [1_610_612_736, "bytes", "1.5 GiB", "1.5 GiB"],
    [-2_048, "bytes", "-2 KiB", "-2 KiB"],
    [2_048, "bytes_per_second", "2 KiB/s", "2 KiB/s"],
    [0.35, "seconds", "350 毫秒", "350 ms"],
    [2.5, "seconds", "2.5 秒", "2.5 s"],
    [5_400, "seconds", "1小时30分", "1h 30m"],
    [12.34, "days", "12.3 天", "12.3 days"],
    [0, "boolean", "异常", "down"],
    [1, "boolean", "正常", "up"],
    [12_345.678, undefined, "12346", "12346"],
    [0.000012345, undefined, "0.0000123", "0.0000123"],
    [Number.NaN, "percent", "没有数值", "no value"],
    [Number.POSITIVE_INFINITY, "bytes", "+∞", "+∞"],
  ] as const)("%d %s", (value, unit, zh, en) => {
    expect([formatValue(value, unit, "zh-CN"), formatValue(value, unit, "en")]).toEqual([zh, en]);
  });
});

describe("unitOf", () => {
  it.each([
    ["cpu_usage_percent > 80", "percent"],
    ["avg_over_time(cpu_usage_percent[5m]) > 90", "percent"],
    ["memory_available_bytes < 1e9", "bytes"],
    ['disk_usage_percent{mount="/data"} > 90', "percent"],
    ["rate(memory_available_bytes[5m]) > 1", undefined],
    ["cpu_usage_percent * 2 > 80", undefined],
    ['up{job="cpu_usage_percent"} == 0', "boolean"],
    ["something_else > 1", undefined],
    ["count(cpu_usage_percent > 80) > 3", undefined],
  ])("%s", (expression, unit) => {
    expect(unitOf(expression)).toBe(unit);
  });
});

describe("text that people wrote", () => {
  it.each([
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "**bold** _it_ `code` ~~no~~",
    "# heading",
    "- item\n+ item\n1. item\n2) item",
    "> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "https://evil.example www.evil.example a@evil.example",
    "&lt;b&gt; &copy;",
    "    code block",
    "a\n===\nb\n---",
    "a\n:-\nb\n:-:",
    "![x](y)",
    "\\*not\\*",
    "```\nfence\n```",
  ])("%j stays text in markdown", (text) => {
    const html = marked.parse(escapeMarkdown(text), { async: false });
    expect(html.replaceAll(/<\/?p>|<br>/g, "")).not.toMatch(/<[a-z]/i);
    const shown = html
      .replaceAll(/<[^>]*>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
    expect(shown.replaceAll(/\s+/g, " ").trim()).toBe(text.replaceAll(/\s+/g, " ").trim());
  });

  it("loses what cannot be seen: controls and marks that turn the direction of writing", () => {
    expect(escapeMarkdown("a\u202Eb\u0000c\u200Bd")).toBe("abcd");
    expect(plain("web\u202E\n 1\t\u0007")).toBe("web 1");
  });

  it("is cut between characters, never within one", () => {
    expect(plain("🔥".repeat(10), 6)).toBe("🔥🔥…");
    expect(() => encodeURIComponent(plain("🔥".repeat(10), 7))).not.toThrow();
    expect(plain("abcdef", 4)).toBe("abc…");
  });

  it("names people without their platform", () => {
    expect(nameOf("console:alice")).toBe("alice");
    expect(nameOf("alice")).toBe("alice");
  });
});
