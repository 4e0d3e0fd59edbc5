/** Matchers as `alertmanager.yml` has them: the list of texts, and the older maps `match` and `match_re`. */
import { z } from "zod";
import { isLabelName } from "../../storage/labels.ts";
import { MatcherError } from "../../storage/matcher-error.ts";
import { compileMatcher, type Matcher, parseMatchers } from "../../storage/matchers.ts";
import { complain, scalar } from "../config-parts.ts";

/** A list whose texts hold one matcher each, or several with commas between. */
export const matchersList = z.array(
  scalar.transform((text, context): readonly Matcher[] => {
    try {
      const found = pieces(text).map((piece) => ({ piece, read: parseMatchers(piece) }));
      const torn = found.find(({ read }) => read.length !== 1);
      if (torn === undefined) return found.flatMap(({ read }) => read);
      complain(context, {
        zh: `'${torn.piece.trim()}' 不是一个条件；几个条件之间用逗号，含空格的值加引号`,
        en: `'${torn.piece.trim()}' is not one matcher; put commas between matchers, and quotes around a value with spaces`,
      });
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error;
      complain(context, error.text);
    }
    return z.NEVER;
  }),
);

/** `match: { severity: critical }`. */
export const matchMap = mapOf("=");

/** `match_re: { host: "web.*" }`. */
export const matchRegexMap = mapOf("=~");

/** All of them as one list, in Alertmanager's order: by name, then by value. */
export function joined(
  equal: readonly Matcher[],
  regex: readonly Matcher[],
  list: readonly (readonly Matcher[])[],
): readonly Matcher[] {
  const rank = (matcher: Matcher): number => OPERATORS.indexOf(matcher.op);
  return [...equal, ...regex, ...list.flat()].sort(
    (a, b) => order(a.name, b.name) || order(a.value, b.value) || rank(a) - rank(b),
  );
}

const OPERATORS: readonly Matcher["op"][] = ["=", "!=", "=~", "!~"];

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mapOf(op: "=" | "=~") {
  return z.record(z.string(), scalar).transform((texts, context): readonly Matcher[] =>
    Object.entries(texts).map(([name, value]) => {
      const matcher: Matcher = { name, op, value };
      if (!isLabelName(name))
        complain(context, { zh: `'${name}' 不能作标签名`, en: `'${name}' is not a possible label name` }, [
          name,
        ]);
      try {
        compileMatcher(matcher);
      } catch (error) {
        if (!(error instanceof MatcherError)) throw error;
        complain(context, error.text, [name]);
      }
      return matcher;
    }),
  );
}

/** Parts a text at the commas outside quotes, without the braces around it; a last comma may be left over. */
function pieces(text: string): readonly string[] {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text;
  const found: string[] = [];
  let quote = "";
  let from = 0;
  for (let i = 0; i < inside.length; i++) {
    const character = inside[i] ?? "";
    if (quote !== "") {
      if (character === "\\" && quote !== "`") i++;
      else if (character === quote) quote = "";
    } else if (/["'`]/.test(character)) quote = character;
    else if (character === "," && !insideBraces(inside, from, i)) {
      found.push(inside.slice(from, i));
      from = i + 1;
    }
  }
  const rest = inside.slice(from);
  return rest.trim() === "" ? found : [...found, rest];
}

/** `a=~x{1,2}` without quotes: that comma belongs to the expression. */
function insideBraces(text: string, from: number, to: number): boolean {
  let depth = 0;
  for (const character of text.slice(from, to)) depth += character === "{" ? 1 : character === "}" ? -1 : 0;
  return depth > 0;
}
