/** docs/configuration.md is true: its examples are read, `gengfu check` prints what it shows, and no key is missing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BUILT_CHANNELS } from "../../../bot/built-channels.ts";
import { checkFile } from "../../../bot/config/check.ts";
import { fileSchema } from "../../../bot/config.ts";
import { UNSUPPORTED } from "../../../bot/receivers/receivers-config.ts";
import { SHAPES } from "../../../bot/webhook/shapes/index.ts";
import { codeBlocks, docsPage } from "../../support/code-blocks.ts";
import { readExample, variablesIn } from "../../support/read-example.ts";
import { temporaryFolder } from "../../support/test-files.ts";

const page = docsPage("configuration.md");
const blocks = codeBlocks(page);
const examples = blocks.filter(({ language }) => language === "yaml");
const sessions = blocks.filter(({ language }) => language === "console");

describe("its examples", () => {
  test("are all there", () => {
    expect(examples.length).toBeGreaterThan(15);
  });

  test.each(examples)("the one in line $line is read", ({ text }) => {
    const { config, asked } = readExample(text);
    expect(asked).toEqual([...text.matchAll(/_file: ([^\s,}]+)/g)].map(([, path]) => path));
    expect(config.secrets).toHaveLength(asked.length);
  });

  test("are strict: a key that is spelt wrong in one would be found", () => {
    for (const { text } of examples)
      expect(() => readExample(`${text}\nnetwrok: {}\n`)).toThrow("netwrok: unknown key");
  });
});

describe("its keys", () => {
  test.each(Object.keys(fileSchema.shape))("%s has its row, and is shown in an example", (key) => {
    const table = page.slice(0, page.indexOf("## A whole file"));
    expect(table).toMatch(new RegExp(`^\\| \\[.*\`${key}\``, "m"));
    expect(examples.some(({ text }) => new RegExp(`^${key}:`, "m").test(text))).toBe(true);
  });

  const named = BUILT_CHANNELS.filter((channel) => !SHAPES.some((shape) => shape === channel));

  test.each(named)("%s_configs is shown in an example", (channel) => {
    // Alertmanager's own word for WeChat means something else.
    const word = channel === "wechat" ? "wechaty" : channel;
    expect(examples.some(({ text }) => text.includes(`${word}_configs:`))).toBe(true);
  });

  test("every receiver that there is not is named", () => {
    expect(Object.keys(UNSUPPORTED).filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  });

  test("links inside the page lead somewhere", () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, to]) => to);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((to) => !anchors.includes(to ?? ""))).toEqual([]);
  });
});

test.each(sessions)("the session in line $line prints what gengfu check prints", async ({ text, line }) => {
  const folder = await temporaryFolder();
  const before = examples.filter((example) => example.line < line).at(-1)?.text ?? "";
  const [, content = before] = /^\$ cat \S+\n(.*?)^\$/ms.exec(text) ?? [];
  const [, name = "", printed = ""] = /^\$ gengfu check (\S+)\n(.*)/ms.exec(text) ?? [];
  const path = join(folder, name);
  writeFileSync(path, content);
  const checked = checkFile(path, {
    variables: variablesIn(content),
    locale: "en",
    channels: new Set(BUILT_CHANNELS),
  });
  expect(printed).toBe(`${checked.text.replaceAll(path, name)}\n`);
  expect(checked.ok).toBe(printed.startsWith(`${name}: ok`));
});
