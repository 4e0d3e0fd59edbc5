/** Turns what a schema complains about into problems with a path and words that a person can act on. */
import type { z } from "zod";
import type { Text } from "../../storage/locale.ts";
import type { Problem } from "./error.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The types of YAML, as people call them. */
const TYPES: Readonly<Record<string, Text>> = {
  string: { zh: "文字", en: "text" },
  number: { zh: "数字", en: "a number" },
  int: { zh: "整数", en: "a whole number" },
  boolean: { zh: "true 或 false", en: "true or false" },
  array: { zh: "列表", en: "a list" },
  object: { zh: "键值对", en: "keys with values" },
  record: { zh: "键值对", en: "keys with values" },
  null: { zh: "空值", en: "empty" },
};

/** The problems of an issue. It must come from a parse with `reportInput`, so that what was found can be named. */
export function problemsOf(issue: Issue, above: Path = []): Problem[] {
  const path = [...above, ...issue.path];
  const at = (text: Text): Problem[] => [{ path: formatPath(path), text }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: formatPath([...path, key]),
        text: { zh: "不认识的键，拼写是否正确？", en: "unknown key; is it spelt right?" },
      }));
    case "invalid_type":
      return at(notOf([issue.expected], issue.input));
    case "invalid_value":
      return at(oneOf(issue.values.map(String), issue.input));
    case "invalid_key":
      return issue.issues.flatMap((inner) => problemsOf(inner, path));
    case "invalid_union":
      return unionProblems(issue, path);
    case "too_small":
    case "too_big":
      return at(outOfBounds(issue));
    default:
      return at({ zh: zhOf(issue) ?? issue.message, en: issue.message });
  }
}

/** `monitors[0].url`; "" for the whole. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path)
    text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${String(step)}`;
  return text;
}

/** A custom issue may bring its Chinese along in `params`. */
function zhOf(issue: Issue): string | undefined {
  const zh = issue.code === "custom" ? issue.params?.["zh"] : undefined;
  return typeof zh === "string" ? zh : undefined;
}

/** Of all that a value might have been, what it comes closest to; where it comes close to nothing, what there is. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: Path): Problem[] {
  const at = (text: Text): Problem[] => [{ path: formatPath(path), text }];
  const choices = (issue as { options?: unknown }).options;
  if (issue.discriminator !== undefined && Array.isArray(choices)) {
    const { input } = issue;
    const key = issue.discriminator;
    const given =
      typeof input === "object" && input !== null ? (input as Record<string, unknown>)[key] : undefined;
    return at(oneOf(choices.map(String), given));
  }
  const ofWrongType = (issues: readonly Issue[]): boolean => issues.some((one) => wanted(one).length > 0);
  const [close, ...others] = issue.errors.filter((issues) => !ofWrongType(issues));
  if (close !== undefined && others.length === 0) return close.flatMap((inner) => problemsOf(inner, path));
  return at(notOf(issue.errors.flat().flatMap(wanted), issue.input));
}

/** What an issue about the value itself would have taken: a type, or certain values. */
function wanted(issue: Issue): readonly string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === "invalid_type") return [issue.expected];
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

function notOf(expected: readonly string[], input: unknown): Text {
  const words = [...new Set(expected)].map((type) => TYPES[type] ?? { zh: type, en: type });
  const wanted = {
    zh: words.map(({ zh }) => zh).join("或"),
    en: words.map(({ en }) => en).join(" or "),
  };
  if (input === undefined) return { zh: `缺少，应为${wanted.zh}`, en: `is missing; it must be ${wanted.en}` };
  const found = TYPES[typeOf(input)] ?? { zh: typeOf(input), en: typeOf(input) };
  // `interval: 5` and `name: 007` are what people stumble over.
  const quotes = expected.includes("string") && typeof input !== "object";
  return {
    zh: `应为${wanted.zh}，而不是${found.zh}${quotes ? "，请加引号" : ""}`,
    en: `must be ${wanted.en}, and is ${found.en}${quotes ? "; put it in quotes" : ""}`,
  };
}

function oneOf(values: readonly string[], input: unknown): Text {
  const all = values.join(", ");
  if (input === undefined) return { zh: `缺少，可选 ${all}`, en: `is missing; it must be one of ${all}` };
  // Whole or not at all: a variable's value is found in what is said and replaced by its name.
  const shown = (typeof input === "string" && input.length <= 60) || typeof input === "number";
  const given = shown ? `'${input}'` : "";
  return {
    zh: `${given === "" ? "" : `不能是 ${given}，`}可选 ${all}`,
    en: `${given === "" ? "" : `cannot be ${given}; `}must be one of ${all}`,
  };
}

function outOfBounds(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Text {
  const small = issue.code === "too_small";
  const bound = String(small ? issue.minimum : issue.maximum);
  if (small && bound === "1" && issue.origin !== "number") return { zh: "不能为空", en: "must not be empty" };
  if (small && issue.inclusive === false) return { zh: `要大于 ${bound}`, en: `must be more than ${bound}` };
  const unit: Text =
    issue.origin === "string"
      ? { zh: " 个字符", en: " characters" }
      : issue.origin === "array"
        ? { zh: " 项", en: " entries" }
        : { zh: "", en: "" };
  return {
    zh: `${small ? "至少" : "最多"} ${bound}${unit.zh}`,
    en: `must be at ${small ? "least" : "most"} ${bound}${unit.en}`,
  };
}

function typeOf(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return "array";
  return typeof input;
}
