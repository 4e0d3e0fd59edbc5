/** The options of a monitor that somebody typed, and what is wrong with them in words. */
import { z } from "zod";
import { kindNamed, type MonitorSpec, monitorSchema } from "../../monitors/index.ts";
import { MonitorRefused } from "../../monitors/monitor-book.ts";
import { type ShapeStep, shapeOption } from "../../monitors/shaping/steps.ts";
import type { Text } from "../../storage/locale.ts";
import { Refusal } from "../command.ts";
import { unquoted } from "../language/tokenize.ts";
import { code } from "../markdown.ts";
import { quoted, refuse } from "../phrases.ts";
import { exampleOf } from "./kinds.ts";

/** Turns what the book refuses into a reply. */
export function refusing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof MonitorRefused ? refuse(error.text) : error;
  }
}

const chinese = z.locales.zhCN().localeError;

/**
 * Checks a monitor whose options are text, as they were typed. An option that must not be text is tried as a
 * number or as true or false; `body_contains=200` stays text.
 */
export function checkedMonitor(typed: Readonly<Record<string, unknown>>): MonitorSpec {
  const first = monitorSchema.safeParse(typed);
  if (first.success) return first.data;
  const tried: Record<string, unknown> = { ...typed };
  for (const issue of first.error.issues) {
    const key = String(issue.path[0]);
    const expected = issue.code === "invalid_type" ? issue.expected : undefined;
    const value = expected === "record" ? namesIn(typed[key]) : untyped(typed[key]);
    const other = { ...tried, [key]: value };
    const worse = monitorSchema
      .safeParse(other)
      .error?.issues.some((issue) => issue.path[0] === key && issue.code === "invalid_type");
    if (Object.hasOwn(typed, key) && worse !== true) tried[key] = other[key];
  }
  const second = monitorSchema.safeParse(tried, { reportInput: true });
  if (second.success) return second.data;
  const both = {
    zh: monitorSchema.safeParse(tried, { error: chinese, reportInput: true }).error ?? second.error,
    en: second.error,
  };
  const hint = hintFor(typed, second.error.issues);
  throw new Refusal({
    zh: `监控的选项不对：${both.zh.issues.map((issue) => issueIn("zh", issue)).join("；")}${hint.zh}`,
    en: `The monitor's options are wrong: ${both.en.issues.map((issue) => issueIn("en", issue)).join("; ")}${hint.en}`,
  });
}

/** What helps whoever typed this: an example where something is missing, all options where there is no such one. */
function hintFor(typed: Readonly<Record<string, unknown>>, issues: readonly Issue[]): Text {
  const kind = kindNamed(String(typed["kind"]));
  if (kind === undefined) return { zh: "", en: "" };
  const lacks = issues.some(isMissing) || (kind.target !== undefined && !Object.hasOwn(typed, kind.target));
  const { zh, en } = exampleOf(kind.kind);
  if (lacks) return { zh: `。例如 ${code(zh)}`, en: `. For example ${code(en)}` };
  if (!issues.some((issue) => issue.code === "unrecognized_keys")) return { zh: "", en: "" };
  return {
    zh: `。说 ${code(`帮助 ${kind.kind}`)} 看全部选项`,
    en: `. Say ${code(`help ${kind.kind}`)} for all of them`,
  };
}

/** The steps that somebody typed, with what is wrong with them as a refusal. */
export function checkedShape(said: string): readonly ShapeStep[] {
  const read = shapeOption.safeParse(said, { reportInput: true });
  if (read.success) return read.data;
  const both = {
    zh: shapeOption.safeParse(said, { error: chinese, reportInput: true }).error ?? read.error,
    en: read.error,
  };
  throw new Refusal({
    zh: `步骤不对：${both.zh.issues.map((issue) => issueIn("zh", issue)).join("；")}`,
    en: `The steps are wrong: ${both.en.issues.map((issue) => issueIn("en", issue)).join("; ")}`,
  });
}

type Issue = z.core.$ZodIssue;

function isMissing(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.input === undefined;
}

function issueIn(language: keyof Text, issue: Issue): string {
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map(code).join(language === "zh" ? "、" : ", ");
    return language === "zh" ? `没有选项 ${keys}` : `there is no option ${keys}`;
  }
  const key = code(issue.path.map(String).join("."));
  if (isMissing(issue)) return language === "zh" ? `缺少 ${key}` : `${key} is missing`;
  if (issue.code === "invalid_type" && issue.expected === "record")
    return language === "zh"
      ? `${key}：要写 名字:值，多个用逗号隔开`
      : `${key}: must be name:value, several with commas between`;
  const own: unknown = issue.code === "custom" ? issue.params?.["zh"] : undefined;
  const zh = typeof own === "string" ? own : issue.message;
  return language === "zh" ? `${key}：${quoted(zh)}` : `${key}: ${quoted(issue.message)}`;
}

/** `team:web, dc=bj` is what those names stand for; anything else stays text. */
function namesIn(text: unknown): unknown {
  const pairs = String(text)
    .replace(/^\{(.*)\}$/s, "$1")
    .split(/[,，;；\n]/)
    .filter((pair) => pair.trim() !== "")
    .map((pair) => /^\s*([^:：=]+?)\s*[:：=]\s*(.*?)\s*$/s.exec(pair));
  if (pairs.length === 0 || pairs.some((pair) => pair === null)) return text;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", unquoted(pair?.[2] ?? "")]));
}

/** `200` is a number, `true` is true, anything else is text. */
function untyped(text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (/^\d+$/.test(text)) return Number(text);
  return text === "true" ? true : text === "false" ? false : text;
}
