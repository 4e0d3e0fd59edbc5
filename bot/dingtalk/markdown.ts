/**
 * Cards in the markdown of DingTalk's messages (not of its cards): headings, quotes, bold, italic, links and lists; no
 * tables, no blocks of code. https://open.dingtalk.com/document/orgapp/robot-message-types-and-data-format
 */
import type { Card } from "../../alerts/card.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { bodyLines, markOf, moreLines, notificationLine, standingOf } from "../chat/card-lines.ts";
import { type Dialect, fitted, type Line, withoutBeginning } from "../chat/lines.ts";

/** A message with what the list of conversations and a phone's notification show of it. */
export interface DingTalkMarkdown {
  /** Plain text; it is seen nowhere in the message itself. */
  readonly title: string;
  readonly text: string;
}

/**
 * Writes a card. `maxBytes` is the most that the text may have as JSON writes it (a line break is two bytes). `tail` is
 * markdown that stands at the end, whatever is cut: mentions, a keyword.
 */
export function dingTalkMarkdown(
  card: Card,
  {
    maxBytes,
    locale,
    tail = "",
  }: { readonly maxBytes: number; readonly locale: Locale; readonly tail?: string },
): DingTalkMarkdown {
  const ending = tail === "" ? "" : `\n\n${tail}`;
  const say = field(locale);
  const text = fitted([...headline(card, locale), ...bodyLines(card, dialect, say)], dialect, {
    most: maxBytes - jsonBytes(ending),
    measure: jsonBytes,
    more: moreLines(locale, dialect),
  });
  return { title: notificationLine(card, locale), text: text + ending };
}

/** A card that has neither a title nor a standing begins with its text. */
function headline(card: Card, locale: Locale): readonly Line[] {
  const standing = standingOf(card, locale);
  const parts = [markOf(card), standing === "" ? "" : `[${standing}]`, card.title ?? ""];
  const words = parts.filter((part) => part !== "").join(" ");
  if (words === "") return [];
  return [{ kind: "heading", mark: dialect.headingMark, text: dialect.escape(words, false), words }];
}

function field(locale: Locale): (name: string, value: string) => Line {
  const colon = inLocale(locale, { zh: "：", en: ": " });
  return (name, value) => ({
    kind: "item",
    mark: dialect.itemMark(0, undefined),
    text: `**${dialect.escape(name, true)}**${colon}${dialect.escape(value, false)}`,
    words: `${name}${colon}${value}`,
  });
}

/**
 * What would format, by a backslash where the clients take one (`_`, `*` and backticks: prometheus-webhook-dingtalk
 * has done so for years), else by the sign's wide twin. What would not is left as it is, so that it can be copied.
 */
const dialect: Dialect = {
  escape(text, first) {
    const inert = text
      .replace(/[\\`*_]/g, "\\$&")
      .replace(/\](?=\()/g, "］")
      .replace(/<(?=[a-z/!?])/gi, "＜")
      .replace(/&(?=#?\w+;)/g, "＆")
      .replace(/(?<!\w)@(?=\S)/g, "＠");
    return first ? withoutBeginning(inert, true) : inert;
  },
  bold: (text) => `**${text}**`,
  italic: (text) => `*${text}*`,
  code: (text) => dialect.escape(text, false),
  link: (text, url) => `[${text}](${url})`,
  headingMark: "### ",
  itemMark: (depth, number) => `${"   ".repeat(depth)}${number === undefined ? "-" : `${number}.`} `,
  quoteMark: "> ",
  blocks: false,
  between(before, after) {
    if (after.starts === true || before.kind !== after.kind || after.kind === "heading") return "\n\n";
    if (after.kind === "item" && after.mark !== "") return "\n";
    // A single line break is folded; two spaces before and after it are what the documents ask for.
    return after.kind === "quote" ? "  \n" : "  \n  ";
  },
};

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
