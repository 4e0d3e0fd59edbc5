/** docs/running.md is true where it can be: both languages show the same files, and the service runs what `npm start` runs. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { codeBlocks, docsPage } from "../../support/code-blocks.ts";

const blocks = codeBlocks(docsPage("running.md"));
const unit = blocks.find(({ language }) => language === "ini")?.text ?? "";

test("both languages show the same files and commands", () => {
  const bare = (text: string): string => text.replaceAll(/#.*/g, "#");
  const files = (page: string): readonly string[] => codeBlocks(docsPage(page)).map(({ text }) => bare(text));
  expect(files("running.md").length).toBeGreaterThan(5);
  expect(files("running.zh-CN.md")).toEqual(files("running.md"));
});

test("the service has the flags of `npm start`, and starts the compiled entry", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: { start: string } };
  const flags = [...scripts.start.matchAll(/--\S+/g)].map(([flag]) => flag);
  expect(flags.length).toBeGreaterThan(0);
  expect(unit).toContain(`ExecStart=/usr/bin/node ${flags.join(" ")} dist/bot/main.js`);
});

test("the service is not started again where that cannot help", () => {
  // EX_USAGE and EX_CONFIG of sysexits.h, which main.ts ends with.
  expect(unit).toContain("RestartPreventExitStatus=64 78");
});
