/** Cuts a normalized line into words at its spaces; quotations hold together. Never throws; linear in the length. */
import { quotePairs } from "./normalize.ts";

/** One word of a line. */
export interface Token {
  /** What was said: for a wholly quoted word what stands inside the quotes, else the word as it stands. */
  readonly text: string;
  /** Index of its first character in the line. */
  readonly from: number;
  /** Index just past its last character. */
  readonly to: number;
  /** Whether the whole word stood in quotes, so that it is never a keyword. */
  readonly quoted: boolean;
}

/**
 * The words of `line`. A quotation (`"…"`, `'…'`, `` `…` ``) at the start of a word or after one of `= ~ ! : , ; ( [ {`
 * keeps its spaces, so `host=~"web .*"` is one word. A quote without a partner is an ordinary character.
 */
export function tokenize(line: string): Token[] {
  const pairs = quotePairs(line);
  const tokens: Token[] = [];
  let i = 0;
  while (i < line.length) {
    if (isBreak(line.charCodeAt(i))) {
      i++;
      continue;
    }
    const from = i;
    const closing = pairs.get(i);
    while (i < line.length && !isBreak(line.charCodeAt(i))) i = (pairs.get(i) ?? i) + 1;
    if (closing !== undefined && closing === i - 1) {
      tokens.push({ text: unquote(line.slice(from + 1, closing)), from, to: i, quoted: true });
    } else {
      tokens.push({ text: line.slice(from, i), from, to: i, quoted: false });
    }
  }
  return tokens;
}

/** A value as it was meant: what stands inside the quotes where all of it stands in quotes. */
export function unquoted(text: string): string {
  const inside = /^(["'`])(.*)\1$/s.exec(text)?.[2];
  return inside === undefined ? text : unquote(inside);
}

function isBreak(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Only quotes and backslashes are taken back; `\d` inside a quoted regular expression must stay `\d`. */
function unquote(text: string): string {
  return text.includes("\\") ? text.replace(/\\(["'\\])/g, "$1") : text;
}
