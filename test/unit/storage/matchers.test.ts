/** Matchers: how they are read, written and asked. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MatcherError } from "../../../storage/matcher-error.ts";
import {
  compileMatcher,
  formatMatchers,
  type Matcher,
  matches,
  parseMatchers,
} from "../../../storage/matchers.ts";
import { compileRegex, regexLiterals } from "../../../storage/regex.ts";

const m = (name: string, op: Matcher["op"], value: string): Matcher => ({ name, op, value });

test.each<[string, Matcher[]]>([
  ["", []],
  ["{}", []],
  ['a="b",c=~"d.*"', [m("a", "=", "b"), m("c", "=~", "d.*")]],
  ['{a="b", c=~"d.*",}', [m("a", "=", "b"), m("c", "=~", "d.*")]],
  ["  a = b   c != d  ", [m("a", "=", "b"), m("c", "!=", "d")]],
  ["host=~web.*", [m("host", "=~", "web.*")]],
  ["host=~web[0-9]{1,2}, a=b", [m("host", "=~", "web[0-9]{1,2}"), m("a", "=", "b")]],
  ["{host!~web{3}}", [m("host", "!~", "web{3}")]],
  ["a='it is \"so\"'", [m("a", "=", 'it is "so"')]],
  ['a="x\\"y\\\\z\\nw"', [m("a", "=", 'x"y\\z\nw')]],
  ['a=~"web\\d+"', [m("a", "=~", "web\\d+")]],
  ["a=~`web\\d+`", [m("a", "=~", "web\\d+")]],
  ['a=""', [m("a", "=", "")]],
  ['"my host"="a b"', [m("my host", "=", "a b")]],
  ["主机=数据库", [m("主机", "=", "数据库")]],
  ["url=https://x/?a=b", [m("url", "=", "https://x/?a=b")]],
  ['a="b"c="d"', [m("a", "=", "b"), m("c", "=", "d")]],
])("%s is read", (text, matchers) => {
  expect(parseMatchers(text)).toEqual(matchers);
});

test.each<[string, number, RegExp]>([
  ["host", 4, /after the label host one of =/],
  ["=b", 0, /label name is expected/],
  ["a=", 2, /has no value/],
  ["a=b,c=,", 6, /has no value/],
  ["a==b", 2, /has no value/],
  ['a="b', 2, /never closed/],
  ["{a=b", 4, /closing brace/],
  ["{a=b} c", 6, /more after/],
  ["{,}", 1, /label name/],
  ['ok=1, host=~"web("', 12, /the regular expression "web\(" of host is not valid RE2/],
  ['host=~"(?=look)"', 6, /not valid RE2/],
  ['a=~"b)|(c"', 3, /not valid RE2/],
])("%s is refused at %i", (text, offset, words) => {
  let error: unknown;
  try {
    parseMatchers(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(MatcherError);
  const refused = error as MatcherError;
  expect(refused.message).toMatch(words);
  expect(refused.offset).toBe(offset);
  expect(refused.text.zh).not.toBe("");
});

const anyMatcher = fc.record({
  name: fc.string({ unit: "binary", minLength: 1 }),
  op: fc.constantFrom("=" as const, "!=" as const),
  value: fc.string({ unit: "binary" }),
});

test("what is written is read back the same", () => {
  fc.assert(
    fc.property(fc.array(anyMatcher), (matchers) => {
      expect(parseMatchers(formatMatchers(matchers))).toEqual(matchers);
    }),
  );
  const regex = [m("a", "=~", 'web\\d+\\.\\[x\\]|"q"')];
  expect(parseMatchers(formatMatchers(regex))).toEqual(regex);
});

test("reading never throws anything but a MatcherError", () => {
  const pieces = fc.array(
    fc.constantFrom("{", "}", "a", "=", "=~", "!", '"', "'", "\\", ",", " ", "(", "*", "主"),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((list) => list.join("")),
        fc.string(),
      ),
      (text) => {
        try {
          parseMatchers(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MatcherError);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each<[string, string, boolean]>([
  ['host="a"', "a", true],
  ['host="a"', "b", false],
  ['host!="a"', "b", true],
  ['host=~"a"', "ab", false],
  ['host=~"a|ab"', "ab", true],
  ['host=~"(a|ab)(c|bcd)?"', "abcd", true],
  ['host!~"web.*"', "web1", false],
  ['host=~"web.*"', "xweb", false],
  ['host=~".*"', "", true],
  ['host=~".+"', "", false],
  ['host=~"a.b"', "a\nb", true],
  ['host=~"(?i)WEB"', "web", true],
  ['host=~"^a$"', "a", true],
  ['host=~"10\\.0\\.0\\.1"', "10x0x0x1", false],
  ['host=~"数据库.*"', "数据库一", true],
  ['host=~"."', "🔥", true],
  ['host=~"a|b.*"', "b1", true],
  ['host=~"a|b.*"', "a", true],
  ['host=~"a|b.*"', "a1", false],
  ['host=~".*a|b"', "b", true],
  ['host=~".*a|b.*"', "a|b", false],
])("%s asked about %j", (text, value, fits) => {
  const [matcher] = parseMatchers(text);
  if (matcher === undefined) throw new Error("nothing was read");
  expect(compileMatcher(matcher)(value)).toBe(fits);
  expect(matches([matcher], { host: value })).toBe(fits);
});

test("an absent label is empty and object properties are not labels", () => {
  expect(matches(parseMatchers('zone=""'), { host: "a" })).toBe(true);
  expect(matches(parseMatchers('zone!="x"'), { host: "a" })).toBe(true);
  expect(matches(parseMatchers('constructor=~".+"'), { host: "a" })).toBe(false);
  expect(matches([], {})).toBe(true);
  expect(matches(parseMatchers("a=1 b=2"), { a: "1", b: "3" })).toBe(false);
});

test("the short cuts agree with the engine", () => {
  const part = fc.constantFrom("a", "b", "ab", "\\.", "x-y", "\\|", "");
  const end = fc.constantFrom("", ".*", ".+");
  const branch = fc.tuple(end, part, part, end).map((parts) => parts.join(""));
  const pattern = fc.oneof(
    branch,
    fc.array(branch, { minLength: 2, maxLength: 3 }).map((parts) => parts.join("|")),
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("|")),
  );
  const value = fc.array(fc.constantFrom("a", "b", ".", "x-y", "|", "\n"), { maxLength: 6 });
  fc.assert(
    fc.property(pattern, value, (expression, pieces) => {
      const subject = pieces.join("");
      const plain = new RegExp(`^(?:${expression})$`, "su");
      expect(compileRegex(expression)(subject)).toBe(plain.test(subject));
    }),
    { numRuns: 5_000 },
  );
});

test("an index is told which values an alternation can have", () => {
  expect(regexLiterals("a|b\\.c|d")).toEqual(["a", "b.c", "d"]);
  expect(regexLiterals("a")).toEqual(["a"]);
  expect(regexLiterals("a|")).toEqual(["a", ""]);
  expect(regexLiterals("a|b.*")).toBeUndefined();
  expect(regexLiterals("a\\")).toBeUndefined();
});

test.each([
  "(a+)+b",
  "(a|a)*b",
  "(a|aa)+b",
  "(.*)*b",
  "([a-z]+)*=",
  "(x+x+)+y",
  "(?:a?){500}a{500}b",
  "(a*)*(a*)*(a*)*b",
  ".*.*.*.*.*.*.*b",
])("the evil expression %s costs time linear in the value", (expression) => {
  const test = compileRegex(expression);
  const cost = (length: number): number => {
    const subject = "a".repeat(length);
    const from = performance.now();
    expect(test(subject)).toBe(false);
    return performance.now() - from;
  };
  cost(200);
  // A backtracking engine needs longer than the age of the universe for the first of these.
  expect(cost(2_000)).toBeLessThan(1_000);
});

test("expressions that would make a huge automaton are refused", () => {
  expect(() => parseMatchers('a=~"((a{100}){100}){100}"')).toThrow(MatcherError);
  expect(() => parseMatchers(`a=~"${"(a)".repeat(5_000)}"`)).toThrow(MatcherError);
});

test("more expressions than the cache holds are compiled all the same, and the newest are kept", () => {
  for (let i = 0; i < 5_000; i++) compileRegex(`host-${i}-.*`);
  expect(compileRegex("host-4999-.*")).toBe(compileRegex("host-4999-.*"));
});
