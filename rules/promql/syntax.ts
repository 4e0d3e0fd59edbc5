/** Says what is wrong with an expression that the grammar could not read. */
import type { Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { aggregations } from "./aggregations.ts";
import { functions } from "./functions/index.ts";
import { fail, quoted } from "./promql-error.ts";

/** Deeper brackets are refused before the grammar sees them, which slows down on them. */
const DEEPEST_BRACKETS = 200;
/** The grammar gives up on longer chains, in a place that has nothing to do with it. */
const MOST_TOKENS = 1_000;
/** Recovery from errors is switched off: it takes seconds on hostile texts, and only the first error is told. */
const strict = parser.configure({ strict: true });

/** The syntax tree; throws a PromqlError for the first place that the grammar cannot read. */
export function parseSyntax(text: string): Tree {
  if (text.trim() === "") fail({ from: 0, to: text.length }, "表达式是空的", "the expression is empty");
  refuseOddBrackets(text);
  try {
    return strict.parse(text);
  } catch (error) {
    const at = error instanceof SyntaxError ? /^No parse at (\d+)$/.exec(error.message)?.[1] : undefined;
    if (at === undefined) throw error;
    return explain(Number(at), text);
  }
}

function explain(brokenAt: number, text: string): never {
  const before = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(0, brokenAt));
  const at = brokenAt + (/^\s*/.exec(text.slice(brokenAt))?.[0].length ?? 0);
  if (before?.[1] !== undefined && text[at] === "(") unknownFunction(before[1], before.index);
  if (at >= text.trimEnd().length)
    fail(
      { from: at, to: text.length },
      "表达式不完整，末尾缺少内容",
      "the expression is not complete: something is missing at its end",
    );
  const piece = /^(?:[\w:.]+|[=!<>~]+|.)/su.exec(text.slice(at))?.[0] ?? "";
  fail(
    { from: at, to: at + piece.length },
    `看不懂这里的 ${quoted(piece)}（第 ${at + 1} 个字符）`,
    `unexpected ${quoted(piece)} at character ${at + 1}`,
  );
}

/** Throws for a name that is called like a function and is none, with the nearest one that is. */
function unknownFunction(name: string, from: number): never {
  const nearest = nearestName(name);
  fail(
    { from, to: from + name.length },
    `没有函数 ${quoted(name)}${nearest === undefined ? "" : `；是不是 ${nearest}？`}`,
    `there is no function ${quoted(name)}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
  );
}

function nearestName(name: string): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(name.length / 3) + 1;
  for (const known of [...functions.keys(), ...aggregations.keys()]) {
    const far = distance(name.slice(0, 40).toLowerCase(), known, least);
    if (far < least) [nearest, least] = [known, far];
  }
  return nearest;
}

/** How many characters must be changed, added or removed; anything from `limit` on counts as `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row[b.length] ?? limit, limit);
}

/** Refuses a bracket or quote that is opened and never closed, and what is too deep or too long. */
function refuseOddBrackets(text: string): void {
  const open: number[] = [];
  let tokens = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if ("([{".includes(character)) open.push(i);
    else if (")]}".includes(character)) open.pop();
    else if (character === "#") i = endOf(text, "\n", i);
    else if ("\"'`".includes(character)) {
      const start = i;
      for (i++; i < text.length && text[i] !== character; i++) if (text[i] === "\\" && character !== "`") i++;
      if (i >= text.length) open.push(start);
    }
    if (character !== " " && !(isWord(text, i) && isWord(text, i - 1))) tokens += 1;
    if (tokens > MOST_TOKENS)
      fail(
        { from: i, to: text.length },
        `表达式太长，超过 ${MOST_TOKENS} 个词和符号`,
        `the expression has more than ${MOST_TOKENS} words and signs`,
      );
    if (open.length > DEEPEST_BRACKETS)
      fail(
        { from: i, to: i + 1 },
        `括号超过 ${DEEPEST_BRACKETS} 层`,
        `the brackets are nested deeper than ${DEEPEST_BRACKETS} levels`,
      );
  }
  const at = open.at(-1);
  if (at === undefined) return;
  const character = text[at] ?? "";
  fail({ from: at, to: at + 1 }, `${character} 没有配对`, `${character} is never closed`);
}

function isWord(text: string, i: number): boolean {
  const code = text.charCodeAt(i) | 0x20;
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function endOf(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at;
}
