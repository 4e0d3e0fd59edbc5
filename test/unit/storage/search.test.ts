import { expect, test } from "vitest";
import { compileSearch } from "../../../storage/regex.ts";

const rows: readonly [pattern: string, text: string, found: boolean][] = [
  ["well", "all is well here", true],
  ["well", "all is WELL", false],
  ["(?i)well", "all is WELL", true],
  ["^well$", "well", true],
  ["^well$", "well\n", false],
  ["a.b", "a\nb", false],
  ["(?s)a.b", "a\nb", true],
  ["a\\.b", "a.b", true],
  ["a\\.b", "axb", false],
  ["正常|良好", "服务良好", true],
  ["", "anything", true],
];
test.each(rows)("%j in %j: %s", (pattern, text, found) => {
  expect(compileSearch(pattern)(text)).toBe(found);
});

test.each(["(", "(?=a)", "a**", "x".repeat(10_001)])(
  "what is no RE2 expression is refused (%#)",
  (pattern) => {
    expect(() => compileSearch(pattern)).toThrow();
  },
);
