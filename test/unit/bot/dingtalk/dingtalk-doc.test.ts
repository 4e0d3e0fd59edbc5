/** docs/dingtalk.md and its Chinese twin are true: what they show can be used, their numbers are ours, and both say the same. */
import { describe, expect, it } from "vitest";
import { ruleOf } from "../../../../bot/dingtalk/api/codes.ts";
import { FREE_LIMITS } from "../../../../bot/dingtalk/api/quota-use.ts";
import { CARD_PARTS } from "../../../../bot/dingtalk/card-data.ts";
import { dingTalkSchema } from "../../../../bot/dingtalk/config.ts";
import { codeBlocks, docsPage } from "../../../support/code-blocks.ts";
import { readExample } from "../../../support/read-example.ts";

const pages = { en: docsPage("dingtalk.md"), zh: docsPage("dingtalk.zh-CN.md") };
const both = Object.entries(pages).map(([language, page]) => ({ language, page }));
const rows = (page: string): readonly string[] => page.match(/^ *\|.*$/gm) ?? [];
/** Code in the running text, but for what is said in a language. */
const codes = (page: string): readonly string[] =>
  [...page.matchAll(/`([A-Za-z0-9_.…-]*[a-z0-9_]\.?[A-Za-z0-9_.…-]*)`/g)].map(([, code = ""]) => code);

describe.each(both)("in $language", ({ page }) => {
  it("every example is one that is read", () => {
    const examples = codeBlocks(page).filter(({ language }) => language === "yaml");
    expect(examples.length).toBeGreaterThanOrEqual(4);
    for (const { text } of examples) {
      // An example of receivers alone is one of a larger file.
      const whole =
        /^receivers:/m.test(text) && !/^route:/m.test(text)
          ? `route: { receiver: big-group }\n${text}`
          : text;
      expect(() => readExample(whole)).not.toThrow();
    }
  });

  it("the month's calls are those that are counted", () => {
    const numbers = page.replaceAll(",", "");
    expect(numbers).toContain(String(FREE_LIMITS.api));
    expect(numbers).toContain(String(FREE_LIMITS.stream));
    expect(page).toContain(`${dingTalkSchema.parse({}).quota.critical_only_from} %`);
    for (const percent of [70, 90]) expect(page).toContain(`${percent} %`);
  });

  it("every part of a card that a variable may hold is named", () => {
    expect(CARD_PARTS.filter((part) => !page.includes(`\`${part}\``))).toEqual([]);
  });

  it("every code that it explains is one that is known", () => {
    const table = page.slice(page.search(/^## (When something is wrong|出错了)/m));
    const named = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([\w.]+)`/g)].map(([, code = ""]) => code),
    );
    const ours = new Set(["invalidStaffIdList"]);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((code) => ruleOf(code) === undefined && !ours.has(code))).toEqual([]);
  });
});

it("both have the same tables, and the same examples but for their words", () => {
  expect(rows(pages.zh)).toHaveLength(rows(pages.en).length);
  const examples = (page: string) => codeBlocks(page).map(({ text }) => text.replace(/ *#.*$/gm, ""));
  expect(examples(pages.zh)).toEqual(examples(pages.en));
  const parts = (page: string) => codes(page).filter((code) => ruleOf(code) !== undefined);
  expect(parts(pages.zh)).toEqual(parts(pages.en));
});
