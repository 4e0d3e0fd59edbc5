/** Says what is wrong with an expression that the grammar could not read. */
import type { SyntaxNode, Tree } from "@lezer/common";
import { aggregations } from "./aggregations.ts";
import { functions } from "./functions/index.ts";
import { fail, quoted } from "./promql-error.ts";

/** Throws a PromqlError for the first place that the grammar could not read; returns when there is none. */
export function refuseSyntaxErrors(tree: Tree, text: string): void {
  let broken: SyntaxNode | undefined;
  tree.iterate({
    enter(node) {
      if (broken !== undefined) return false;
      if (node.type.isError) broken = node.node;
      return broken === undefined;
    },
  });
  if (broken !== undefined) explain(broken, text);
}

function explain(broken: SyntaxNode, text: string): never {
  const whole = { from: 0, to: text.length };
  if (text.trim() === "") fail(whole, "表达式是空的", "the expression is empty");
  const open = unclosed(text);
  if (open !== undefined) {
    const character = text[open] ?? "";
    fail({ from: open, to: open + 1 }, `${character} 没有配对`, `${character} is never closed`);
  }
  const before = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(0, broken.from));
  const at = broken.from + (/^\s*/.exec(text.slice(broken.from))?.[0].length ?? 0);
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
export function unknownFunction(name: string, from: number): never {
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

/** Index of the innermost bracket or quote that is opened and never closed. */
function unclosed(text: string): number | undefined {
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if ("([{".includes(character)) open.push(i);
    else if (")]}".includes(character)) open.pop();
    else if (character === "#") {
      const end = text.indexOf("\n", i);
      if (end < 0) break;
      i = end;
    } else if ("\"'`".includes(character)) {
      const start = i;
      for (i++; i < text.length && text[i] !== character; i++) if (text[i] === "\\" && character !== "`") i++;
      if (i >= text.length) return start;
    }
  }
  return open.at(-1);
}
