import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { understand } from "../../../../commands/language/sentence.ts";
import { said } from "../../../support/said.ts";

const page = readFileSync(new URL("../../../../docs/sentences.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const found = /^\| `([^`]+)` \| `([^`]+)` \|$/.exec(line);
    if (found === null) throw new Error(`docs/sentences.md: a row that is not two code spans: ${line}`);
    return [found[1] as string, found[2] as string] as const;
  });

test("docs/sentences.md has examples", () => {
  expect(rows.length).toBeGreaterThan(60);
});

test.each(rows)("docs/sentences.md: %s", (line, meaning) => {
  expect(said(understand(line))).toBe(meaning);
});
