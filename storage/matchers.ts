/** Label matchers: reading and writing them, and asking whether a label set satisfies them. */
import { isLabelName, type Labels, labelValue, quoteLabelValue } from "./labels.ts";
import type { Text } from "./locale.ts";
import { MatcherError } from "./matcher-error.ts";
import { compileRegex } from "./regex.ts";

/** A label matcher as in Prometheus: `=`, `!=`, and the fully anchored RE2 forms `=~`, `!~`. An absent label is "". */
export interface Matcher {
  readonly name: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/**
 * Makes the test that a matcher is; compiled regular expressions come from a bounded cache.
 * Throws a MatcherError that names the expression when it is not RE2.
 */
export function compileMatcher(matcher: Matcher): (value: string) => boolean {
  const expected = matcher.value;
  if (matcher.op === "=") return (value) => value === expected;
  if (matcher.op === "!=") return (value) => value !== expected;
  const test = regexOf(matcher);
  return matcher.op === "=~" ? test : (value) => !test(value);
}

/** Whether a label set satisfies every matcher; an empty list is satisfied by all. Throws like `compileMatcher`. */
export function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  for (const matcher of matchers) {
    const value = labelValue(labels, matcher.name);
    const fits =
      matcher.op === "=" || matcher.op === "!="
        ? (value === matcher.value) === (matcher.op === "=")
        : regexOf(matcher)(value) === (matcher.op === "=~");
    if (!fits) return false;
  }
  return true;
}

/** Writes matchers as Alertmanager does, e.g. `{a="b",c=~"d.*"}`; `parseMatchers` reads the same ones back. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  const one = ({ name, op, value }: Matcher): string =>
    `${isLabelName(name) ? name : quoteLabelValue(name)}${op}${quoteLabelValue(value)}`;
  return `{${matchers.map(one).join(",")}}`;
}

/**
 * Reads matchers as people and Alertmanager's API write them: `a="b",c=~"d.*"`, with or without braces around,
 * separated by commas or spaces. Values may stand without quotes when they hold no space or comma, or in double,
 * single or back quotes; names may be any text without spaces and `{}!=~,` or be quoted. In double and single
 * quotes `\\`, `\"`, `\'` and `\n` are escapes and any other backslash stays, so that `"web\d+"` means what it says.
 * An empty text gives an empty list. Throws a MatcherError for the first thing that cannot be read.
 */
export function parseMatchers(text: string): Matcher[] {
  const reader = new Reader(text);
  const found: Matcher[] = [];
  const braces = reader.take(/\{/y) !== undefined;
  for (;;) {
    if (reader.atEnd() || (braces && reader.sees("}"))) break;
    found.push(one(reader));
    reader.take(/,/y);
  }
  if (braces && reader.take(/\}/y) === undefined)
    throw reader.error({ zh: "缺少右花括号 }", en: "the closing brace } is missing" });
  if (!reader.atEnd())
    throw reader.error({ zh: "右花括号 } 之后还有内容", en: "there is more after the closing brace" });
  return found;
}

function one(reader: Reader): Matcher {
  const name = reader.quoted() ?? reader.take(/[^\s{}!=~,"'`]+/y);
  if (!name) throw reader.error({ zh: "这里应当是标签名", en: "a label name is expected here" });
  const op = reader.take(/=~|!~|!=|=/y) as Matcher["op"] | undefined;
  if (op === undefined)
    throw reader.error({
      zh: `标签 ${name} 之后应当是 =、!=、=~ 或 !~`,
      en: `after the label ${name} one of =, !=, =~ or !~ is expected`,
    });
  reader.skipSpace();
  const offset = reader.offset;
  const value = reader.quoted() ?? reader.bare();
  if (value === undefined)
    throw reader.error({
      zh: `标签 ${name} 没有值；空值请写 ""`,
      en: `the label ${name} has no value; write "" for an empty one`,
    });
  const matcher = { name, op, value };
  try {
    compileMatcher(matcher);
  } catch (error) {
    throw error instanceof MatcherError ? new MatcherError(offset, error.text) : error;
  }
  return matcher;
}

/** Where reading has come to in a text of matchers. */
class Reader {
  offset = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  error(text: Text): MatcherError {
    return new MatcherError(this.offset, text);
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.offset] ?? "")) this.offset++;
  }

  atEnd(): boolean {
    this.skipSpace();
    return this.offset >= this.#text.length;
  }

  sees(character: string): boolean {
    this.skipSpace();
    return this.#text[this.offset] === character;
  }

  /** Takes what a sticky expression matches here, after spaces. */
  take(expression: RegExp): string | undefined {
    this.skipSpace();
    expression.lastIndex = this.offset;
    const found = expression.exec(this.#text)?.[0];
    this.offset += found?.length ?? 0;
    return found;
  }

  quoted(): string | undefined {
    this.skipSpace();
    const quote = this.#text[this.offset];
    if (quote !== '"' && quote !== "'" && quote !== "`") return undefined;
    let value = "";
    for (let i = this.offset + 1; i < this.#text.length; i++) {
      const character = this.#text[i] ?? "";
      if (character === quote) {
        this.offset = i + 1;
        return value;
      }
      const escaped = character === "\\" && quote !== "`" ? (this.#text[i + 1] ?? "") : "";
      if (escaped === "n" || escaped === "\\" || escaped === '"' || escaped === "'") {
        value += escaped === "n" ? "\n" : escaped;
        i++;
      } else value += character;
    }
    throw this.error({ zh: `引号 ${quote} 没有配对`, en: `the quote ${quote} is never closed` });
  }

  /** A value without quotes: up to a space, a comma or a closing brace that it did not open itself. */
  bare(): string | undefined {
    let depth = 0;
    let end = this.offset;
    for (; end < this.#text.length; end++) {
      const character = this.#text[end] ?? "";
      if (/\s/.test(character) || (depth === 0 && (character === "," || character === "}"))) break;
      if (end === this.offset && /[=~!{]/.test(character)) break;
      if (character === "{") depth++;
      if (character === "}") depth--;
    }
    const value = this.#text.slice(this.offset, end);
    this.offset = end;
    return value === "" ? undefined : value;
  }
}

function regexOf(matcher: Matcher): (value: string) => boolean {
  try {
    return compileRegex(matcher.value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const expression = quoteLabelValue(matcher.value.slice(0, 200));
    throw new MatcherError(0, {
      zh: `${matcher.name} 的正则表达式 ${expression} 无效（RE2 语法）：${why}`,
      en: `the regular expression ${expression} of ${matcher.name} is not valid RE2: ${why}`,
    });
  }
}
