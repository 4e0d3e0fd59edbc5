/**
 * Cards in the markdown of WeCom. `v1` is what group robots and applications render: headings, bold, links, inline
 * code, quotes of one level, three colours. `v2` is `markdown_v2` of group robots, and what the long connection
 * renders: lists, tables and blocks of code too, and no colours.
 * https://developer.work.weixin.qq.com/document/path/91770
 */
import type { Card } from "../../alerts/card.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { bodyLines, markOf, moreLines, notificationLine } from "../chat/card-lines.ts";
import { type Dialect, fitted, type Line, PLAIN, withoutBeginning } from "../chat/lines.ts";

export type WeComDialect = "v1" | "v2";

/** Writes a card; `maxBytes` is the most that the content may have in UTF-8. Its first line is what a phone shows. */
export function weComMarkdown(
  card: Card,
  {
    maxBytes,
    dialect: name,
    locale,
  }: { readonly maxBytes: number; readonly dialect: WeComDialect; readonly locale: Locale },
): string {
  const dialect = name === "v1" ? V1 : V2;
  const paint = name === "v1" ? coloured : (text: string) => text;
  return written(card, dialect, { maxBytes, locale, paint });
}

/** Writes a card as plain text, for the one type of message that is sure to ring for whom it mentions. */
export function weComText(
  card: Card,
  { maxBytes, locale }: { readonly maxBytes: number; readonly locale: Locale },
): string {
  return written(card, PLAIN, { maxBytes, locale, paint: (text) => text });
}

type Colour = "warning" | "info" | "comment";

function coloured(text: string, colour: Colour): string {
  return `<font color="${colour}">${text}</font>`;
}

interface Way {
  readonly maxBytes: number;
  readonly locale: Locale;
  paint(text: string, colour: Colour): string;
}

function written(card: Card, dialect: Dialect, { maxBytes, locale, paint }: Way): string {
  const colon = inLocale(locale, { zh: "：", en: ": " });
  const field = (name: string, value: string): Line => ({
    kind: "quote",
    mark: dialect.quoteMark,
    text: `${paint(`${dialect.escape(name, true)}${colon}`, "comment")}${dialect.escape(value, false)}`,
    words: `${name}${colon}${value}`,
  });
  return fitted([...headline(card, dialect, locale, paint), ...bodyLines(card, dialect, field)], dialect, {
    most: maxBytes,
    measure: (text) => Buffer.byteLength(text),
    more: moreLines(locale, dialect),
  });
}

/** The line that a phone shows is the first line of the message. One that has no title begins with its text. */
function headline(card: Card, dialect: Dialect, locale: Locale, paint: Way["paint"]): readonly Line[] {
  if (card.title === undefined && card.status === undefined) return [];
  const line = notificationLine(card, locale);
  const mark = markOf(card);
  const bold = dialect.bold(dialect.escape(line, false));
  const text = card.severity === undefined ? bold : paint(bold, colourOf(card));
  const before = mark === "" ? "" : `${mark} `;
  return [{ kind: "text", mark: before, text, words: line }];
}

function colourOf({ severity, status }: Card): Colour {
  if (status === "resolved") return "info";
  if (status !== undefined && status !== "firing") return "comment";
  return severity === "info" ? "comment" : "warning";
}

/** No dialect has a way to escape: what would format becomes its wide twin, what would not stays as it is. */
function inert(text: string): string {
  return text
    .replace(/\*(?=\*)|(?<=\*)\*/g, "＊")
    .replace(/`/g, "｀")
    .replace(/\](?=\()/g, "］")
    .replace(/<(?=[a-z@/!?])/gi, "＜")
    .replace(/&(?=#?\w+;)/g, "＆");
}

const V1: Dialect = {
  escape: (text, first) => (first ? withoutBeginning(inert(text), false) : inert(text)),
  bold: (text) => `**${text}**`,
  italic: (text) => text,
  code: (text) => `\`${text.replaceAll("`", "｀")}\``,
  link: (text, url) => `[${text}](${url})`,
  headingMark: "### ",
  // It has no lists: a sign and an indent stand for them.
  itemMark: PLAIN.itemMark,
  quoteMark: "> ",
  blocks: false,
  between: (before, after) => (before.kind !== after.kind && before.kind === "quote" ? "\n\n" : "\n"),
};

const V2: Dialect = {
  ...V1,
  escape(text, first) {
    const more = inert(text)
      .replace(/\*(?=\S)|(?<=\S)\*/g, "＊")
      .replace(/(?<!\w)_|_(?!\w)/g, "＿")
      .replace(/\|/g, "｜");
    return first ? withoutBeginning(more, true) : more;
  },
  italic: (text) => `*${text}*`,
  itemMark: (depth, number) => `${"   ".repeat(depth)}${number === undefined ? "-" : `${number}.`} `,
  blocks: true,
  between(before, after) {
    if (after.starts === true || before.kind !== after.kind) return "\n\n";
    // What goes on in an item has no mark of its own.
    return after.kind === "text" || after.kind === "quote" || (after.kind === "item" && after.mark === "")
      ? "  \n"
      : "\n";
  },
};
