/** Cards in DingTalk's markdown: what it renders, nothing that it does not, and no word that formats by itself. */
import fc from "fast-check";
import { lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { escapeMarkdown } from "../../../../alerts/words.ts";
import { notificationLine } from "../../../../bot/chat/card-lines.ts";
import { dingTalkMarkdown } from "../../../../bot/dingtalk/markdown.ts";
import { code, codeBlock } from "../../../../commands/markdown.ts";

const hot: Card = {
  kind: "incident",
  title: "#12 CPU使用率 > 80%",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [
    { name: "位置", value: "host=web-1" },
    { name: "数值", value: "97%" },
  ],
};

const written = (text: string, maxBytes = 20_000): string =>
  dingTalkMarkdown({ kind: "reply", text }, { maxBytes, locale: "zh-CN" }).text;

describe("the line of a phone's notification", () => {
  it.each<[string, Partial<Card>, string]>([
    ["has the decisive words first", {}, "[严重] web-1 CPU使用率 > 80% 97% · #12"],
    ["says the end, without a value", { status: "resolved" }, "[恢复] web-1 CPU使用率 > 80% · #12"],
    ["says that somebody has it", { status: "acknowledged" }, "[已认领] web-1 CPU使用率 > 80% 97% · #12"],
    ["says nothing twice", { title: "#12 web-1 97%" }, "[严重] web-1 97% · #12"],
    ["counts", { title: "#12 hot — 3 条告警", fields: [] }, "[严重] hot — 3 条告警 · #12"],
    [
      "says what it is, where it is called by its labels",
      {
        title: "#12 host=web-1",
        fields: [
          { name: "内容", value: "磁盘满了" },
          { name: "位置", value: "host=web-1" },
        ],
      },
      "[严重] host=web-1 磁盘满了 · #12",
    ],
    [
      "names every place",
      { fields: [{ name: "Where", value: "host=web-1, mount=/data" }] },
      "[严重] web-1 /data CPU使用率 > 80% · #12",
    ],
    [
      "has the words of a short message",
      { kind: "text", title: "#12 hot：仍未恢复。", status: undefined as never, fields: [] },
      "[严重] hot：仍未恢复 · #12",
    ],
  ])("%s", (_what, more, line) => {
    expect(notificationLine({ ...hot, ...more }, "zh-CN")).toBe(line);
  });

  it("is the first words of what has no title, without markup", () => {
    expect(notificationLine({ kind: "reply", text: "**平安** 无事。\n\n再见" }, "zh-CN")).toBe("平安 无事");
    expect(notificationLine({ ...hot, status: "flapping" }, "en")).toMatch(/^\[Flapping\] web-1 /);
  });
});

describe("a card as DingTalk's markdown", () => {
  it("begins with how it stands, and has a line for each field", () => {
    expect(dingTalkMarkdown(hot, { maxBytes: 20_000, locale: "zh-CN" })).toEqual({
      title: "[严重] web-1 CPU使用率 > 80% 97% · #12",
      text: "### 🔴 [严重] #12 CPU使用率 > 80%\n\n- **位置**：host=web-1\n- **数值**：97%",
    });
  });

  it.each([
    ["single line breaks become those that are not folded", "one\ntwo", "one  \n  two"],
    ["paragraphs stay", "one\n\ntwo", "one\n\ntwo"],
    ["lists stay, and what follows them is none of theirs", "- a\n- b\n\nc", "- a\n- b\n\nc"],
    ["lists in lists stay", "1. a\n   - b\n2. c", "1. a\n   - b\n2. c"],
    ["a line that goes on in an item begins anew", "- a\n…b", "- a  \n  …b"],
    ["quotes stay", "> a\n> b", "> a  \n> b"],
    ["headings become ones of its size", "# a\n\nb", "### a\n\nb"],
    ["a block of code becomes a list", codeBlock("a  b\n*c*"), "- a  b\n- \\*c\\*"],
    ["code becomes words", `say ${code("rule test `x` * 2")}`, "say rule test \\`x\\` \\* 2"],
    ["a table becomes a list", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", "- a: 1; b: 2\n- a: 3; b: 4"],
    ["a rule is nothing", "a\n\n---\n\nb", "a\n\nb"],
    ["a link into the web stays", "[x](https://a.example/b_(c))", "[x](https://a.example/b_%28c%29)"],
    ["any other link is shown as what it is", "[x](javascript:alert)", "x (javascript:alert)"],
    ["a picture is its words", "![chart](https://a.example/x.png)", "chart"],
    ["marks stay", "**a** *b* ~~c~~", "**a** *b* c"],
    ["a number at the beginning is no heading", "#12 已认领", "#12 已认领"],
  ])("%s", (_what, ours, theirs) => {
    expect(written(ours)).toBe(theirs);
  });

  it("lets no word of others format, whatever it is", () => {
    const signs = fc.string({ unit: fc.constantFrom(..."*_`[]()<>#~!@&\\-+=1. \nab|:中"), maxLength: 40 });
    fc.assert(
      fc.property(signs, (words) => {
        const kinds = new Set<string>();
        const visit = (tokens: readonly Token[] | undefined): void => {
          for (const token of tokens ?? []) {
            // Who reads `a@b.c` may write to it; nobody is lured anywhere.
            if (token.type !== "link" || !token.href.startsWith("mailto:")) kinds.add(token.type);
            visit("tokens" in token ? token.tokens : undefined);
          }
        };
        visit(lexer(written(escapeMarkdown(words))));
        for (const kind of [
          "strong",
          "em",
          "codespan",
          "code",
          "link",
          "image",
          "heading",
          "html",
          "list",
          "table",
        ])
          expect(kinds, written(escapeMarkdown(words))).not.toContain(kind);
      }),
      { numRuns: 500 },
    );
  });

  it("mentions nobody because a label says so", () => {
    expect(written(escapeMarkdown("@all @13800000000 ops@shop.example"))).toBe(
      "＠all ＠13800000000 ops@shop.example",
    );
  });
});

describe("a card that is too long", () => {
  const lines = Array.from({ length: 400 }, (_, i) => `- 主机 web-${i} 磁盘满了 "x" 🔥`).join("\n");

  it("is cut at the end of a line, and says how many are left out", () => {
    const text = written(lines, 3_000);
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(3_002);
    const shown = text.split("\n").filter((line) => line.startsWith("- ")).length;
    expect(shown).toBeGreaterThan(50);
    expect(text.endsWith(`\n\n…还有 ${400 - shown} 行`)).toBe(true);
    expect(text.split("\n")[shown - 1]).toBe(`- 主机 web-${shown - 1} 磁盘满了 "x" 🔥`);
  });

  it("is cut between two characters where a line is long itself", () => {
    const text = written(`一\n\n${"磁盘满了🔥".repeat(2_000)}\n\n末`, 3_000);
    expect(text).toMatch(/磁盘满了|🔥…\n\n…还有 1 行$/u);
    expect(() => encodeURIComponent(text)).not.toThrow();
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(3_002);
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_800);
  });

  it("keeps its end whatever is cut", () => {
    const card: Card = { kind: "reply", text: lines };
    const { text } = dingTalkMarkdown(card, { maxBytes: 1_000, locale: "en", tail: "@13800000000" });
    expect(text).toMatch(/…and \d+ more lines\n\n@13800000000$/);
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(1_002);
  });

  it("is never longer than it may be", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 600 }),
        fc.integer({ min: 60, max: 900 }),
        (words, most) => {
          const text = written(words, most);
          expect(Buffer.byteLength(JSON.stringify(text)) - 2).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
