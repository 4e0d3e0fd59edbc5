/** Our markdown as lines in a platform's dialect: each platform renders another part of markdown, in another way. */
import { lexer, type Token, type Tokens } from "marked";

/** What a line is; a run of `code` or `row` is one block. */
type Kind = "text" | "heading" | "item" | "quote" | "code" | "row";

/** One line of a message. */
export interface Line {
  readonly kind: Kind;
  /** What stands before the words: `- `, `> `. */
  readonly mark: string;
  /** As the platform reads it. */
  readonly text: string;
  /** The same without any markup. */
  readonly words: string;
  /** Begins a new paragraph. */
  readonly starts?: true;
}

/** What a platform renders, and how. All text that is given to these is escaped but for `escape` and `code`. */
export interface Dialect {
  /** Puts text so that it neither formats nor mentions; `first`: it begins the line. */
  escape(text: string, first: boolean): string;
  bold(text: string): string;
  italic(text: string): string;
  code(text: string): string;
  link(text: string, url: string): string;
  /** Before a heading inside a text; before an item, `depth` from 0; before a quoted line. */
  readonly headingMark: string;
  itemMark(depth: number, number: number | undefined): string;
  readonly quoteMark: string;
  /** Whether it has blocks of code and tables; else they become lines of a list. */
  readonly blocks: boolean;
  /** What stands between two lines. */
  between(before: Line, after: Line): string;
}

/** Signs that format, and their wide twins that do not. */
const TWINS: Readonly<Record<string, string>> = {
  "#": "＃",
  ">": "＞",
  "-": "－",
  "+": "＋",
  "*": "＊",
  "=": "＝",
  "~": "～",
  ".": "．",
  ")": "）",
  ":": "：",
  "|": "｜",
};

/**
 * At the beginning of a line more signs format than elsewhere: of a heading, a quote, an item, a row of signs. They
 * become their wide twins; all of them where the dialect has lists.
 */
export function withoutBeginning(text: string, lists: boolean): string {
  const found = (lists ? BEGINNING : HEADING_OR_QUOTE).exec(text);
  const [before = "", sign = ""] = found === null ? [] : [found[1], found[2]];
  return before + (TWINS[sign] ?? sign) + text.slice(before.length + sign.length);
}

const HEADING_OR_QUOTE = /^(\s*)(#(?=#{0,5}(?:\s|$))|>)/;
const BEGINNING =
  /^(\s*|\s*\d+(?=[.)](?:\s|$)))(#(?=#{0,5}(?:\s|$))|>|[-+*](?=\s|[-:|\s]*$)|[:|](?=\s*:?-)|=(?==*\s*$)|~(?=~~)|[.)](?=\s|$))/;

/** No markup at all. */
export const PLAIN: Dialect = {
  escape: (text) => text,
  bold: (text) => text,
  italic: (text) => text,
  code: (text) => text,
  link: (text, url) => (text === url ? url : `${text} ${url}`),
  headingMark: "",
  itemMark: (depth, number) => `${"　".repeat(depth)}${number === undefined ? "•" : `${number}.`} `,
  quoteMark: "",
  blocks: false,
  between: () => "\n",
};

/** Deeper nesting is shown as text: a hostile text must not exhaust the stack. */
const DEEPEST = 10;

/** The lines of a text in our markdown. */
export function linesOf(markdown: string, dialect: Dialect): readonly Line[] {
  try {
    return blocks(lexer(markdown, { gfm: true, breaks: true }), dialect, 0);
  } catch {
    return markdown.split("\n").map((line) => plainLine(line, dialect));
  }
}

/** Whether a text has a table in it. */
export function hasTable(markdown: string): boolean {
  return markdown.includes("|") && lexer(markdown, { gfm: true }).some(({ type }) => type === "table");
}

/** A line of plain text. */
export function plainLine(words: string, dialect: Dialect): Line {
  return { kind: "text", mark: "", text: dialect.escape(words, true), words };
}

/** The message that lines are. */
export function joined(lines: readonly Line[], dialect: Dialect): string {
  let message = "";
  lines.forEach((line, i) => {
    const [before, after] = [lines[i - 1], lines[i + 1]];
    if (before !== undefined) message += dialect.between(before, line);
    const isCode = dialect.blocks && line.kind === "code";
    if (isCode && (before?.kind !== "code" || line.starts === true)) message += "```\n";
    message += line.mark + line.text;
    if (isCode && (after?.kind !== "code" || after.starts === true)) message += "\n```";
  });
  return message;
}

/**
 * The message, of `most` at most as `measure` counts: what is too long is cut at the end of a line, and `more` says how
 * many lines are left out. A line that is long itself is cut between two characters.
 */
export function fitted(
  lines: readonly Line[],
  dialect: Dialect,
  limit: { readonly most: number; measure(text: string): number; more(left: number): Line },
): string {
  const { most, measure, more } = limit;
  const size = (some: readonly Line[]): number => measure(joined(some, dialect));
  if (size(lines) <= most) return joined(lines, dialect);
  const head = (count: number): readonly Line[] => [...lines.slice(0, count), more(lines.length - count)];
  const count = largest(lines.length - 1, (some) => size(head(some)) <= most);
  const long = lines[count];
  const tail = lines.length - count > 1 ? [more(lines.length - count - 1)] : [];
  const cut = (length: number): readonly Line[] => {
    const words = `${[...(long?.words ?? "")].slice(0, length).join("")}…`;
    const text = dialect.escape(words, true);
    return long === undefined ? [] : [...lines.slice(0, count), { ...long, text, words }, ...tail];
  };
  // A short line is left out whole; of a long one something should be seen.
  const length = long === undefined ? 0 : largest([...long.words].length, (some) => size(cut(some)) <= most);
  const kept = length >= WORTH_READING ? cut(length) : head(count);
  return size(kept) <= most ? joined(kept, dialect) : "";
}

/** Fewer characters of a line that is cut say nothing. */
const WORTH_READING = 80;

/** The largest number up to `most` for which `fits` holds, taking for granted that it holds for all smaller ones. */
function largest(most: number, fits: (some: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function blocks(tokens: readonly Token[], dialect: Dialect, depth: number): readonly Line[] {
  return tokens.flatMap((token) => startsAnew(block(token, dialect, depth)));
}

function startsAnew([first, ...rest]: readonly Line[]): readonly Line[] {
  return first === undefined ? [] : [{ ...first, starts: true }, ...rest];
}

function block(token: Token, dialect: Dialect, depth: number): readonly Line[] {
  if (depth > DEEPEST) return [plainLine(token.raw, dialect)];
  const lines = (kind: Kind, mark: string, inner: readonly Token[] = [token]): Line[] =>
    inline(inner, dialect).map((words) => ({ kind, mark, ...words }));
  switch (token.type) {
    case "space":
    case "hr":
    case "def":
      return [];
    case "heading":
      return lines("heading", dialect.headingMark, token.tokens);
    case "blockquote":
      return blocks((token as Tokens.Blockquote).tokens, dialect, depth + 1).map((line) => ({
        ...line,
        kind: "quote",
        mark: dialect.quoteMark + line.mark,
      }));
    case "list":
      return list(token as Tokens.List, dialect, depth);
    case "code":
      return (token as Tokens.Code).text.split("\n").map((words) => codeLine(words, dialect));
    case "table":
      return table(token as Tokens.Table, dialect);
    default:
      return lines("text", "", (token as Tokens.Generic).tokens ?? [token]);
  }
}

function list({ items, ordered, start }: Tokens.List, dialect: Dialect, depth: number): readonly Line[] {
  return items.flatMap((item, i) => {
    const mark = dialect.itemMark(depth, ordered ? Number(start === "" ? 1 : start) + i : undefined);
    const box = item.task ? (item.checked === true ? "☑ " : "☐ ") : "";
    const [first, ...rest] = blocks(
      item.tokens.filter(({ type }) => type !== "checkbox"),
      dialect,
      depth + 1,
    );
    if (first === undefined) return [];
    const { starts: _, ...line } = first;
    const opening = { ...line, kind: "item", mark, text: box + line.text, words: box + line.words } as const;
    return [opening, ...rest.map(({ starts: __, ...one }): Line => ({ ...one, kind: "item" }))];
  });
}

function codeLine(words: string, dialect: Dialect): Line {
  if (dialect.blocks) return { kind: "code", mark: "", text: words.replaceAll("```", "'''"), words };
  return { kind: "item", mark: dialect.itemMark(0, undefined), text: dialect.escape(words, true), words };
}

function table({ header, rows }: Tokens.Table, dialect: Dialect): readonly Line[] {
  const cell = ({ tokens }: Tokens.TableCell): Words => together(inline(tokens, dialect));
  const names = header.map(cell);
  if (dialect.blocks) {
    const row = (cells: readonly Words[]): Line => ({
      kind: "row",
      mark: "",
      text: `| ${cells.map(({ text }) => text).join(" | ")} |`,
      words: cells.map(({ words }) => words).join(", "),
    });
    const rule: Line = { kind: "row", mark: "", text: `|${" --- |".repeat(names.length)}`, words: "" };
    return [row(names), rule, ...rows.map((cells) => row(cells.map(cell)))];
  }
  return rows.map((cells): Line => {
    const pairs = cells.map((one, i) => {
      const [name, value] = [names[i] ?? NOTHING, cell(one)];
      return { text: `${name.text}: ${value.text}`, words: `${name.words}: ${value.words}` };
    });
    const mark = dialect.itemMark(0, undefined);
    const of = (part: keyof Words): string => pairs.map((pair) => pair[part]).join("; ");
    return { kind: "item", mark, text: of("text"), words: of("words") };
  });
}

interface Words {
  readonly text: string;
  readonly words: string;
}

const NOTHING: Words = { text: "", words: "" };

function together(lines: readonly Words[]): Words {
  return {
    text: lines.map(({ text }) => text).join(" "),
    words: lines.map(({ words }) => words).join(" "),
  };
}

/** Inline tokens as lines. What is text is escaped in one piece, whatever backslashes it had: neighbours matter. */
function inline(
  tokens: readonly Token[],
  dialect: Dialect,
  within: { readonly depth: number; readonly marked: boolean } = { depth: 0, marked: false },
): readonly Words[] {
  const lines: { text: string; words: string }[] = [];
  let line = { text: "", words: "" };
  let run = "";
  const add = ({ text, words }: Words): void => {
    line = { text: line.text + text, words: line.words + words };
  };
  const flush = (): void => {
    if (run !== "") add({ text: dialect.escape(run, line.text === "" && !within.marked), words: run });
    run = "";
  };
  const turn = (): void => {
    flush();
    lines.push(line);
    line = { text: "", words: "" };
  };
  const plain = (text: string): void => {
    text.split("\n").forEach((part, i) => {
      if (i > 0) turn();
      run += part;
    });
  };
  const wrapped = (inner: readonly Token[] | undefined, wrap?: (text: string) => string): void => {
    flush();
    // What stands behind a mark does not begin the line.
    const marked = within.marked || wrap !== undefined || line.text !== "";
    inline(inner ?? [], dialect, { depth: within.depth + 1, marked }).forEach(({ text, words }, i) => {
      if (i > 0) turn();
      add({ text: text === "" || wrap === undefined ? text : wrap(text), words });
    });
  };
  for (const token of tokens) {
    const { tokens: inner } = token as Tokens.Generic;
    if (within.depth > DEEPEST) plain(token.raw);
    else if (token.type === "strong") wrapped(inner, dialect.bold);
    else if (token.type === "em") wrapped(inner, dialect.italic);
    else if (token.type === "del") wrapped(inner);
    else if (token.type === "br") turn();
    else if (token.type === "codespan") {
      flush();
      add({ text: dialect.code(token.text), words: token.text });
    } else if (token.type === "link") {
      const url = webAddress(token.href);
      if (url === undefined) plain(`${token.text} (${token.href})`);
      else wrapped(inner, (text) => dialect.link(text, url));
    } else if (token.type === "image") plain(token.text === "" ? token.raw : token.text);
    else if (token.type === "text" && inner !== undefined) wrapped(inner);
    else plain(token.type === "text" || token.type === "escape" ? token.text : token.raw);
  }
  turn();
  return lines;
}

/** An address that may stand in a link; undefined when it leads anywhere but into the web. */
export function webAddress(href: string): string | undefined {
  if (!/^https?:\/\//i.test(href) || !URL.canParse(href)) return undefined;
  return new URL(href).href.replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
}
