/** docs/sql.md is true: its examples are read, its lines are understood, and every reason is there. */
import { describe, expect, test } from "vitest";
import { findCommand } from "../../../../commands/find.ts";
import { commands } from "../../../../commands/index.ts";
import { normalize } from "../../../../commands/language/normalize.ts";
import { understand } from "../../../../commands/language/sentence.ts";
import { readSql } from "../../../../commands/monitors/sql-spec.ts";
import { databaseSchema } from "../../../../monitors/sql/database.ts";
import { sqlOptions } from "../../../../monitors/sql/options.ts";
import { objectionTo } from "../../../../monitors/sql/statement.ts";
import { codeBlocks, docsPage } from "../../../support/code-blocks.ts";
import { readExample } from "../../../support/read-example.ts";

const page = docsPage("sql.md");
const blocks = codeBlocks(page);

test("its examples are read", () => {
  const examples = blocks.filter(({ language }) => language === "yaml");
  expect(examples).toHaveLength(2);
  for (const { text } of examples) expect(readExample(text).config.databases.length).toBeGreaterThan(0);
});

const lines = blocks
  .filter(({ language }) => language === "text")
  .flatMap(({ text }) => text.split("\n"))
  .filter((line) => line.trim() !== "");

describe("its lines", () => {
  test.each(lines)("%s", (line) => {
    const found = findCommand(normalize(line), commands);
    const sentence = understand(line, ["订单量", "销售额"]);
    expect(found !== undefined || sentence?.kind === "threshold").toBe(true);
    const asked = / sql /.test(line) ? readSql(found?.rest ?? "")?.options.get("query") : undefined;
    if (asked !== undefined) expect(objectionTo(asked)).toBeUndefined();
    else expect(line).not.toMatch(/ sql /);
  });
});

test("every key has its row", () => {
  const keys = [...Object.keys(databaseSchema.in.shape), ...Object.keys(sqlOptions.shape)];
  expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});
