/** How WeCom reads markdown, which differs from door to door, and what is left of it for the eye. */

/** `bot`: the long connection. `robot`: a group robot's or an application's `markdown`. `v2`: a group robot's `markdown_v2`. */
export type Dialect = "text" | "bot" | "robot" | "v2";

export interface Span {
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly code?: boolean;
  readonly link?: string;
  readonly picture?: string;
  /** `info` green, `comment` grey, `warning` orange. */
  readonly color?: string;
}

export interface Block {
  readonly kind: "heading" | "line" | "quote" | "item" | "code" | "rule" | "row";
  /** Of a heading 1 to 6; of a quote or an item how deep it lies, from 1. */
  readonly level: number;
  readonly spans: readonly Span[];
  /** Of a row. */
  readonly cells?: readonly (readonly Span[])[];
}

/** What a dialect knows. Of the bot's it is not written that it knows colours; a mention is literal there, as seen. */
interface Powers {
  readonly italic: boolean;
  readonly rich: boolean;
  readonly colors: boolean;
  readonly mentions: boolean;
}

const POWERS: Readonly<Record<Dialect, Powers | undefined>> = {
  text: undefined,
  bot: { italic: true, rich: true, colors: false, mentions: false },
  robot: { italic: false, rich: false, colors: true, mentions: true },
  v2: { italic: true, rich: true, colors: false, mentions: false },
};

/** The text as it reads. */
export function plainText(source: string, dialect: Dialect): string {
  if (POWERS[dialect] === undefined) return source;
  return blocksOf(source, dialect)
    .map(({ kind, level, spans, cells }) => {
      if (kind === "rule") return "———";
      if (cells !== undefined) return cells.map(plain).join(" | ");
      if (kind === "item") return `${"  ".repeat(level - 1)}• ${plain(spans)}`;
      return plain(spans);
    })
    .join("\n");
}

const plain = (spans: readonly Span[]): string => spans.map(({ text }) => text).join("");

export function blocksOf(source: string, dialect: Dialect): readonly Block[] {
  const powers = POWERS[dialect];
  const lines = source.split("\n");
  if (powers === undefined)
    return lines.map((text) => ({ kind: "line" as const, level: 0, spans: [{ text }] }));
  const blocks: Block[] = [];
  let inCode = false;
  for (const line of lines) {
    if (powers.rich && /^\s*```/.test(line)) inCode = !inCode;
    else if (inCode) blocks.push({ kind: "code", level: 0, spans: [{ text: line, code: true }] });
    else {
      const block = blockOf(line, powers);
      if (block !== undefined) blocks.push(block);
    }
  }
  return blocks;
}

function blockOf(line: string, powers: Powers): Block | undefined {
  const heading = /^(#{1,6}) +(.*)$/.exec(line);
  if (heading !== null) return block("heading", heading[1]?.length ?? 1, heading[2], powers);
  const quote = (powers.rich ? /^((?:> ?){1,3})(.*)$/ : /^(> ?)(.*)$/).exec(line);
  if (quote !== null)
    return block("quote", (quote[1] ?? "").replaceAll(" ", "").length || 1, quote[2], powers);
  if (!powers.rich) return block("line", 0, line, powers);
  if (/^\s*(?:-{3,}|\*{3,})\s*$/.test(line)) return { kind: "rule", level: 0, spans: [] };
  // The line below the head of a table says only how it is drawn.
  if (/^\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*$/.test(line)) return undefined;
  const row = /^\s*\|(.*)\|\s*$/.exec(line);
  if (row !== null) {
    const cells = (row[1] ?? "").split("|").map((cell) => spansOf(cell.trim(), powers));
    return { kind: "row", level: 0, spans: [], cells };
  }
  const item = /^(\s*)(?:[-*+]|\d+\.) +(.*)$/.exec(line);
  if (item !== null) return block("item", 1 + Math.floor((item[1] ?? "").length / 2), item[2], powers);
  return block("line", 0, line, powers);
}

function block(kind: Block["kind"], level: number, text: string | undefined, powers: Powers): Block {
  return { kind, level, spans: spansOf(text ?? "", powers) };
}

const INLINE =
  /`([^`]+)`|\*\*([^*]+)\*\*|(!?)\[([^\]]*)\]\(([^)\s]+)\)|<font color="(info|comment|warning)">(.*?)<\/font>|<@([^>\s]+)>|\*([^*\s][^*]*)\*|(?<!\w)_([^_\s][^_]*)_(?!\w)/g;

function spansOf(text: string, powers: Powers): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const span = spanOf(found, powers);
    if (span === undefined) continue;
    if (found.index > from) spans.push({ text: text.slice(from, found.index) });
    spans.push(...span);
    from = found.index + found[0].length;
  }
  if (from < text.length) spans.push({ text: text.slice(from) });
  return spans;
}

/** What one piece of markup becomes; `undefined` when the dialect does not know it and it stands there as typed. */
function spanOf(found: RegExpMatchArray, powers: Powers): readonly Span[] | undefined {
  const [, code, bold, bang, label = "", link, color, colored = "", mention, starred, underlined] = found;
  if (code !== undefined) return [{ text: code, code: true }];
  if (bold !== undefined) return spansOf(bold, powers).map((span) => ({ ...span, bold: true }));
  if (link !== undefined && bang === "!")
    return powers.rich ? [{ text: `[${label || "图片"}]`, picture: link }] : undefined;
  if (link !== undefined) return [{ text: label, link }];
  if (color !== undefined)
    return powers.colors ? spansOf(colored, powers).map((span) => ({ ...span, color })) : undefined;
  if (mention !== undefined) return powers.mentions ? [{ text: `@${mention}`, bold: true }] : undefined;
  const italic = starred ?? underlined;
  if (italic === undefined || !powers.italic) return undefined;
  return spansOf(italic, powers).map((span) => ({ ...span, italic: true }));
}

/** Who is called in a markdown that calls people. */
export function mentionsIn(source: string): readonly string[] {
  return [...source.matchAll(/<@([^>\s]+)>/g)].flatMap((found) => (found[1] === undefined ? [] : [found[1]]));
}
