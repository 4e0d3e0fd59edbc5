import { RE2JS } from "re2js";

/**
 * Regular expressions that people type: RE2 syntax, matched against the whole value, in time linear in its
 * length whatever the expression (https://github.com/google/re2/wiki/Syntax). `.` also matches a newline, as in
 * Prometheus 3. The simple forms that nearly everybody writes never reach the engine.
 */
export type Test = (value: string) => boolean;

const CACHE_SIZE = 2_000;
/** Longer expressions are refused, since an automaton costs memory for each of their characters. */
const LONGEST = 10_000;
const cache = new Map<string, Test>();

/** Compiles an expression, or takes it from a bounded cache; throws an Error that says what is wrong with it. */
export function compileRegex(pattern: string): Test {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const test = simple(pattern) ?? general(pattern);
  const oldest = cache.size < CACHE_SIZE ? undefined : cache.keys().next();
  if (oldest?.done === false) cache.delete(oldest.value);
  cache.set(pattern, test);
  return test;
}

/**
 * The finite set of values an expression can match, when it is a literal or an alternation of literals;
 * an index may then look them up instead of testing every value.
 */
export function regexLiterals(pattern: string): readonly string[] | undefined {
  const branches: string[] = [];
  let start = 0;
  for (let i = 0; i <= pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (i === pattern.length || pattern[i] === "|") {
      const literal = literalOf(pattern.slice(start, i));
      if (literal === undefined) return undefined;
      branches.push(literal);
      start = i + 1;
    }
  }
  return start > pattern.length ? branches : undefined;
}

function general(pattern: string): Test {
  if (pattern.length > LONGEST) throw new Error(`longer than ${LONGEST} characters`);
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  return (value) => compiled.testExact(value);
}

function simple(pattern: string): Test | undefined {
  const literals = regexLiterals(pattern);
  if (literals?.length === 1) return (value) => value === literals[0];
  if (literals !== undefined) {
    const set = new Set(literals);
    return (value) => set.has(value);
  }
  // What is left between an optional leading and an optional trailing "anything" must be a literal.
  const head = /^\.[*+]/.exec(pattern)?.[0] ?? "";
  const rest = pattern.slice(head.length);
  const tail = /(?<!\\)(?:\\\\)*(\.[*+])$/.exec(rest)?.[1] ?? "";
  const middle = literalOf(rest.slice(0, rest.length - tail.length));
  if (middle === undefined) return undefined;
  const before = head === ".+" ? 1 : 0;
  const after = tail === ".+" ? 1 : 0;
  const shortest = middle.length + before + after;
  if (head === "") return (value) => value.length >= shortest && value.startsWith(middle);
  if (tail === "") return (value) => value.length >= shortest && value.endsWith(middle);
  return (value) => {
    const at = value.indexOf(middle, before);
    // An empty middle is found at the end of a value that is too short, too.
    return at >= before && at + middle.length + after <= value.length;
  };
}

/** The text an expression stands for when nothing in it is special; escaped punctuation stands for itself. */
function literalOf(pattern: string): string | undefined {
  if (!/[\\.+*?()[\]{}^$|]/.test(pattern)) return pattern;
  const plain = /^(?:[^\\.+*?()[\]{}^$|]|\\[!-/:-@[-`{-~])*$/;
  return plain.test(pattern) ? pattern.replace(/\\(.)/g, "$1") : undefined;
}

/** Where an expression matches within a text, first to last: UTF-16 offsets, the end not included. */
export type Finder = (text: string) => readonly (readonly [from: number, to: number])[];

/** Compiles an expression that is looked for within texts, whatever their case; throws as `compileRegex` does. */
export function compileFinder(pattern: string): Finder {
  if (pattern.length > LONGEST) throw new Error(`longer than ${LONGEST} characters`);
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL | RE2JS.CASE_INSENSITIVE);
  return (text) => {
    const found: [number, number][] = [];
    const matcher = compiled.matcher(text);
    while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
    return found;
  };
}

/**
 * Compiles an expression that is looked for anywhere in a text; throws as `compileRegex` does. As in
 * blackbox_exporter, `.` does not match a line break and letters mean their case unless it says `(?s)`, `(?i)`.
 */
export function compileSearch(pattern: string): Test {
  if (pattern.length > LONGEST) throw new Error(`longer than ${LONGEST} characters`);
  const literal = literalOf(pattern);
  if (literal !== undefined) return (text) => text.includes(literal);
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.test(text);
}

/** What the groups of an expression caught, by number or name; "" for one that caught nothing or is not there. */
export type Captured = (group: string) => string;

/** Compiles an expression that is matched against the whole value and tells what its groups caught. */
export function compileGroups(pattern: string): (value: string) => Captured | undefined {
  if (pattern.length > LONGEST) throw new Error(`longer than ${LONGEST} characters`);
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  const names = compiled.namedGroups();
  return (value) => {
    const matcher = compiled.matcher(value);
    if (!matcher.matches()) return undefined;
    return (group) => {
      const number = /^\d{1,4}$/.test(group) ? Number(group) : names[group];
      if (number === undefined || number > matcher.groupCount()) return "";
      return matcher.group(number) ?? "";
    };
  };
}

/** An expression that is looked for anywhere in a text. */
export interface Capture {
  /** The names of its groups: `(?P<user>…)` or `(?<user>…)`. */
  readonly names: readonly string[];
  test: Test;
  /** What its named groups caught at the first match; "" for one that took no part. Undefined where nothing matches. */
  groups(text: string): Readonly<Record<string, string>> | undefined;
}

/** Compiles an expression as `compileSearch` does, for whoever wants to know what its groups caught. */
export function compileCapture(pattern: string): Capture {
  const test = compileSearch(pattern);
  const compiled = RE2JS.compile(pattern);
  const names = Object.keys(compiled.namedGroups());
  return {
    names,
    test,
    groups(text) {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      return Object.fromEntries(names.map((name) => [name, matcher.group(name) ?? ""]));
    },
  };
}
