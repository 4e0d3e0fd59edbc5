/** docs/hooks.md is true: its table is that of the kinds, its examples are read, and its bodies become what it says. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hookKinds, kindOf } from "../../../../bot/hooks/index.ts";
import { DEFAULT_PATTERNS } from "../../../../bot/hooks/robot/patterns.ts";
import { codeBlocks, docsPage } from "../../../support/code-blocks.ts";
import { hookOf, reading } from "../../../support/hooks.ts";
import { readExample } from "../../../support/read-example.ts";

const page = docsPage("hooks.md");
const blocks = codeBlocks(page);

/** The page with what stands between two comments replaced. */
function between(text: string, begin: string, end: string, wanted: string): string {
  const from = text.indexOf("-->\n", text.indexOf(begin)) + "-->\n".length;
  return text.slice(0, from) + wanted + text.slice(text.indexOf(end));
}

test("the kinds and the patterns are those of the tables", () => {
  const rows = Object.values(hookKinds).map(
    ({ kind, path, tokenIn, bearer, summary }) =>
      `| \`${kind}\` | \`POST ${path}\` | ${bearer ? `header, or \`?${tokenIn}=\`` : `\`?${tokenIn}=\``} | ${summary.en} | ${summary.zh} |`,
  );
  const table = [
    "",
    "| kind | door | token | who posts | 谁来发送 |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "",
  ].join("\n");
  const patterns = Object.entries(DEFAULT_PATTERNS).map(([name, pattern]) => `${name}: ${pattern}`.trimEnd());
  const list = ["", "```text", ...patterns, "```", "", ""].join("\n");
  const wanted = between(
    between(page, "bot/hooks/index.ts; GENGFU_WRITE_DOCS", "<!-- end of what is generated", table),
    "bot/hooks/robot/patterns.ts; GENGFU_WRITE_DOCS",
    "<!-- end of the patterns",
    list,
  );
  if (process.env["GENGFU_WRITE_DOCS"] === "1")
    writeFileSync(fileURLToPath(new URL("../../../../docs/hooks.md", import.meta.url)), wanted);
  else expect(page).toBe(wanted);
});

test("every kind and every key that a hook may have has its word", () => {
  for (const { kind, options } of Object.values(hookKinds)) {
    expect(page).toContain(kind);
    for (const key of Object.keys(options.shape)) expect(page, key).toContain(`\`${key}`);
  }
});

test("the body for Kibana, as Kibana fills it in, is read", () => {
  const template = blocks.find(({ text }) => text.includes("{{rule.name}}"))?.text ?? "";
  const filled = template
    .replace("{{alert.actionGroup}}", "recovered")
    .replace("{{date}}", "2026-11-25T01:00:00.000Z")
    .replaceAll(/\{\{([\w.]+)\}\}/g, "the $1");
  const hook = hookOf("kibana");
  const { posted, refused } = kindOf(hook).read(filled, hook, reading);
  expect(refused).toEqual([]);
  expect(posted[0]).toMatchObject({
    labels: {
      alertname: "the rule.name",
      alert: "the alert.id",
      space: "the rule.spaceId",
      severity: "warning",
    },
    annotations: {
      summary: "the context.reason",
      description: "the context.message",
      value: "the context.value",
    },
    endsAt: reading.at,
    generatorURL: "the rule.url",
  });
});

describe("each mapping reads the body after it, which becomes what stands there", () => {
  const examples = blocks.flatMap(({ text, language, line }, i) =>
    language === "yaml" && text.includes("kind: generic")
      ? [{ line, yaml: text, body: blocks[i + 1]?.text ?? "", labels: blocks[i + 2]?.text ?? "" }]
      : [],
  );

  test("there are some", () => expect(examples.length).toBeGreaterThan(1));

  test.each(examples)("the one in line $line", ({ yaml, body, labels }) => {
    const [hook] = readExample(yaml).config.hooks;
    if (hook === undefined) throw new Error("the example has no hook");
    const { posted, refused } = kindOf(hook).read(body, hook, reading);
    expect(refused).toEqual([]);
    expect(posted.map((one) => one.labels)).toEqual(JSON.parse(labels));
  });
});

test("the Chinese and English titles that it compares are one alert", () => {
  const hook = hookOf("wecom-robot");
  const [, firing = "", resolved = "", about = ""] =
    /`(\[告警\][^`]+)`\s+and\s+`(\[恢复\][^`]+)`\s+are\s+both\s+`([^`]+)`/.exec(page) ?? [];
  for (const content of [firing, resolved]) {
    const { posted } = kindOf(hook).read(
      JSON.stringify({ msgtype: "text", text: { content } }),
      hook,
      reading,
    );
    expect(posted[0]?.labels["alertname"]).toBe(about);
  }
});
