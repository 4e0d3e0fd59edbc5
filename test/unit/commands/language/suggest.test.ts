import { expect, test } from "vitest";
import { suggest } from "../../../../commands/language/suggest.ts";

const words = [
  "alerts",
  "ack",
  "unack",
  "silence",
  "silences",
  "unsilence",
  "rules",
  "rule add",
  "status",
  "monitors",
  "静默",
  "认领",
  "解除静默",
  "告警",
  "删除规则",
  "停用规则",
  "规则",
];

test.each([
  ["alrets", "alerts"],
  ["alert", "alerts"],
  ["ALERTS", "alerts"],
  ["silense", "silence"],
  ["sta", "status"],
  ["statsu", "status"],
  ["rule", "rules"],
  ["静音", "静默"],
  ["认另", "认领"],
  ["删规则", "删除规则"],
])("%s is near %s", (typed, near) => {
  expect(suggest(typed, words)[0]).toBe(near);
});

test("gives at most what is asked, the nearest first, none twice", () => {
  expect(suggest("silence", words, 2)).toEqual(["silence", "silences"]);
  expect(suggest("silence", [...words, "silence"], 9).filter((word) => word === "silence")).toHaveLength(1);
});

test.each(["", " ", "z", "xyzzy", "你好", "😀"])("nothing is near %j", (typed) => {
  expect(suggest(typed, words)).toEqual([]);
});

test("a megabyte against ten thousand candidates costs what a word does", () => {
  const candidates = Array.from({ length: 10_000 }, (_, i) => `rule-number-${i}`);
  suggest("rule-numbre-77", candidates);
  const before = performance.now();
  suggest("x".repeat(1_000_000), candidates);
  expect(performance.now() - before).toBeLessThan(1000);
});
