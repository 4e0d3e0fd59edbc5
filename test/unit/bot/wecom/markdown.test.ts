/** Cards in WeCom's two dialects of markdown, and as plain text. */
import fc from "fast-check";
import { lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import type { Card, IncidentStatus } from "../../../../alerts/card.ts";
import { escapeMarkdown } from "../../../../alerts/words.ts";
import { type WeComDialect, weComMarkdown, weComText } from "../../../../bot/wecom/markdown.ts";
import { code, codeBlock } from "../../../../commands/markdown.ts";

const hot: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
  text: "- host=a\n- host=b",
  fields: [{ name: "内容", value: "cpu > 80" }],
};

const written = (text: string, dialect: WeComDialect, maxBytes = 4_096): string =>
  weComMarkdown({ kind: "reply", text }, { maxBytes, dialect, locale: "zh-CN" });

describe("a card", () => {
  it("of a group robot has colours, and lines in the place of lists", () => {
    expect(weComMarkdown(hot, { maxBytes: 4_096, dialect: "v1", locale: "zh-CN" })).toBe(
      [
        '🔴 <font color="warning">**[严重] hot · #12**</font>',
        "• host=a",
        "• host=b",
        '> <font color="comment">内容：</font>cpu > 80',
      ].join("\n"),
    );
  });

  it.each<[IncidentStatus, string, string]>([
    ["firing", "🔴", "warning"],
    ["resolved", "✅", "info"],
    ["acknowledged", "🙋", "comment"],
    ["silenced", "🔕", "comment"],
    ["flapping", "🔁", "comment"],
  ])("%s has its mark and its colour", (status, mark, colour) => {
    const [first] = weComMarkdown({ ...hot, status }, { maxBytes: 4_096, dialect: "v1", locale: "en" }).split(
      "\n",
    );
    expect(first).toMatch(
      new RegExp(`^${mark} <font color="${colour}">\\*\\*\\[\\w+\\] hot · #12\\*\\*</font>$`),
    );
  });

  it("has lists and no colours in the second dialect", () => {
    expect(weComMarkdown(hot, { maxBytes: 4_096, dialect: "v2", locale: "en" })).toBe(
      ["🔴 **[Critical] hot · #12**", "", "- host=a", "- host=b", "", "> 内容: cpu > 80"].join("\n"),
    );
  });

  it("as text has no markup at all", () => {
    const card = { ...hot, text: `- ${escapeMarkdown("a_b *c*")}\n- **d**` };
    expect(weComText(card, { maxBytes: 2_048, locale: "zh-CN" })).toBe(
      ["🔴 [严重] hot · #12", "• a_b *c*", "• d", "内容：cpu > 80"].join("\n"),
    );
  });
});

describe("our markdown", () => {
  it.each([
    ["line breaks stay", "a\nb\n\nc", "a\nb\nc", "a  \nb\n\nc"],
    ["a block of code", codeBlock("a\n```b"), "• a\n• ｀｀｀b", "```\na\n'''b\n```"],
    ["code", code("ack 12"), "`ack 12`", "`ack 12`"],
    ["a table", "| a | b |\n|---|---|\n| 1 | 2 |", "• a: 1; b: 2", "| a | b |\n| --- | --- |\n| 1 | 2 |"],
    ["marks", "**a** *b*", "**a** b", "**a** *b*"],
    ["what comes after a quote is none of it", "> a\n\nb", "> a\n\nb", "> a\n\nb"],
    ["lists in lists", "- a\n  1. b", "• a\n　1. b", "- a\n   1. b"],
  ])("%s", (_what, ours, v1, v2) => {
    expect([written(ours, "v1"), written(ours, "v2")]).toEqual([v1, v2]);
  });

  it("mentions nobody and colours nothing because a label says so", () => {
    const hostile = '<@zhangsan> <font color="info">ok</font> **b** `c` [d](http://e)';
    for (const dialect of ["v1", "v2"] as const) {
      const text = written(escapeMarkdown(hostile), dialect);
      expect(text).toContain("＜@zhangsan> ＜font");
      for (const sign of ["<@", "<font", "**", "`", "]("]) expect(text).not.toContain(sign);
    }
  });

  it("lets no word of others format in the second dialect, whatever it is", () => {
    const signs = fc.string({ unit: fc.constantFrom(..."*_`[]()<>#~!@&\\-+=1. \nab|:中"), maxLength: 40 });
    fc.assert(
      fc.property(signs, (words) => {
        const text = written(escapeMarkdown(words), "v2");
        const kinds = new Set<string>();
        const visit = (tokens: readonly Token[] | undefined): void => {
          for (const token of tokens ?? []) {
            kinds.add(token.type);
            visit("tokens" in token ? token.tokens : undefined);
          }
        };
        visit(lexer(text));
        for (const kind of ["strong", "em", "codespan", "code", "link", "heading", "html", "list", "table"])
          expect(kinds, text).not.toContain(kind);
      }),
      { numRuns: 500 },
    );
  });
});

describe("what is too long", () => {
  it("is cut at the end of a line, in bytes", () => {
    const lines = Array.from({ length: 300 }, (_, i) => `- 主机 web-${i} 磁盘满了`).join("\n");
    const text = written(lines, "v1");
    const shown = text.split("\n").filter((line) => line.startsWith("• ")).length;
    expect(text.endsWith(`磁盘满了\n…还有 ${300 - shown} 行`)).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(text)).toBeGreaterThan(4_000);
  });

  it("closes a block of code that is cut", () => {
    const text = written(codeBlock("x y\n".repeat(2_000)), "v2");
    expect(text).toMatch(/\nx y\n```\n\n…还有 \d+ 行$/);
  });

  it("is never longer than it may be, in either dialect", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 600 }),
        fc.integer({ min: 60, max: 900 }),
        fc.constantFrom("v1" as const, "v2" as const),
        (words, most, dialect) => {
          expect(Buffer.byteLength(written(words, dialect, most))).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
