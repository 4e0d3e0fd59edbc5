/** Which readings a step is about: `latency_*`, `/temp_(in|out)/`, `disk_usage_percent{mount=~"/data.*"}`. */
import { z } from "zod";
import { MatcherError } from "../../storage/matcher-error.ts";
import { type Matcher, matches, parseMatchers } from "../../storage/matchers.ts";
import { compileRegex } from "../../storage/regex.ts";
import type { Reading } from "../monitor.ts";
import { labelsOf } from "./step.ts";

interface Selection {
  readonly names: (name: string) => boolean;
  readonly matchers: readonly Matcher[];
}

/** What is wrong with a selection. */
class SelectionError extends Error {
  readonly zh: string;

  constructor(en: string, zh: string) {
    super(en);
    this.name = "SelectionError";
    this.zh = zh;
  }
}

/** Names with `*` for any characters, or RE2 between slashes, and matchers of labels in braces after either. */
export const metricsOption = z
  .string()
  .trim()
  .min(1)
  .max(1_000)
  .superRefine((text, context) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof SelectionError)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { zh: error.zh } });
    }
  });

/** Whether a reading is one of those; all are, where nothing is said. */
export function selects(metrics: string | undefined): (reading: Reading) => boolean {
  if (metrics === undefined) return () => true;
  const { names, matchers } = read(metrics);
  if (matchers.length === 0) return ({ name }) => names(name);
  return (reading) => names(reading.name) && matches(matchers, labelsOf(reading));
}

function read(text: string): Selection {
  const [, pattern, name = "", braces] = /^(?:\/(.+)\/|([^{}]*))\s*(\{.*\})?$/s.exec(text) ?? [];
  const glob = name.trim();
  if (pattern === undefined && glob !== "" && !/^[a-zA-Z0-9_:*]+$/.test(glob)) throw oddName(text);
  if (pattern === undefined && glob === "" && braces === undefined) throw oddName(text);
  return {
    names: pattern === undefined ? globTest(glob === "" ? "*" : glob) : regexTest(pattern),
    matchers: braces === undefined ? [] : readMatchers(braces),
  };
}

function oddName(text: string): SelectionError {
  return new SelectionError(
    `'${text}' names no metrics: write a name, latency_*, /RE2/, and {label="value"} after it`,
    `“${text}”不是指标的写法：可写名字、latency_*、/RE2/，后面可跟 {标签="值"}`,
  );
}

function regexTest(pattern: string): (name: string) => boolean {
  try {
    return compileRegex(pattern);
  } catch (error) {
    const why = (error as Error).message;
    throw new SelectionError(`must be an RE2 expression: ${why}`, `不是 RE2 表达式：${why}`);
  }
}

function readMatchers(braces: string): readonly Matcher[] {
  try {
    const matchers = parseMatchers(braces);
    // Compiled now, so that a wrong expression is named now.
    matches(matchers, {});
    for (const one of matchers) matches([one], {});
    return matchers;
  } catch (error) {
    if (error instanceof MatcherError) throw new SelectionError(error.text.en, error.text.zh);
    throw error;
  }
}

function globTest(glob: string): (name: string) => boolean {
  if (!glob.includes("*")) return (name) => name === glob;
  return (name) => globParts(glob, name) !== undefined;
}

/**
 * What each `*` of a glob stands for in a name, the first ones as short as can be; undefined when it does not fit.
 * Without an expression, so that its time is linear in the name's length for every piece.
 */
export function globParts(glob: string, name: string): readonly string[] | undefined {
  const [head = "", ...pieces] = glob.split("*");
  if (pieces.length === 0) return name === head ? [] : undefined;
  const tail = pieces.pop() ?? "";
  if (!name.startsWith(head)) return undefined;
  const parts: string[] = [];
  let from = head.length;
  for (const piece of pieces) {
    const at = name.indexOf(piece, from);
    if (at < 0) return undefined;
    parts.push(name.slice(from, at));
    from = at + piece.length;
  }
  if (name.length - from < tail.length || !name.endsWith(tail)) return undefined;
  parts.push(name.slice(from, name.length - tail.length));
  return parts;
}
