/** The short form of steps, as people type it: `convert temp_f °F °C; clamp temp_* min=-40 max=60; derive a = b / c`. */
import type { StepKind } from "./step.ts";

/** What is wrong with a short form. */
export class ShortError extends Error {
  readonly zh: string;

  constructor(en: string, zh: string) {
    super(en);
    this.name = "ShortError";
    this.zh = zh;
  }
}

type Named = (word: string) => StepKind<unknown> | undefined;

/** Words between two options that are there for people. */
const FILLERS = new Set(["->", "→", "=>", "to", "到", "为", "成", "改为", "变为"]);

/** Reads steps; what they say of options is left to the schema. Throws a ShortError for what is no step. */
export function readShort(text: string, named: Named): object[] {
  return split(text, /[;；\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => readStep(part, named));
}

function readStep(part: string, named: Named): object {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(part) ?? [];
  const kind = named(word);
  if (kind === undefined)
    throw new ShortError(
      `'${word}' is no step; say monitor shape for all of them`,
      `没有步骤“${word}”；说“清洗”看全部`,
    );
  if (kind.readShort !== undefined) return { step: kind.step, ...kind.readShort(rest) };
  const options: Record<string, unknown> = {};
  const inOrder = [...kind.inOrder];
  for (const each of split(rest, /\s/).filter((one) => one !== "")) {
    const [, key, value = ""] = /^([a-z_]+)=(.*)$/s.exec(each) ?? [];
    if (key !== undefined) options[key] = typed(unquoted(value));
    else if (inOrder.length === 0)
      throw new ShortError(
        `'${each}' is one word too many for ${word}`,
        `“${each}”多了：${word} 不知道它是什么`,
      );
    else if (!FILLERS.has(each)) options[inOrder.shift() ?? ""] = unquoted(each);
  }
  return { step: kind.step, ...options };
}

/** Cuts a text where `at` stands outside quotes and braces. */
function split(text: string, at: RegExp): string[] {
  const parts: string[] = [""];
  let quote = "";
  let depth = 0;
  for (const sign of text) {
    if (quote !== "") {
      if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "{") depth++;
    else if (sign === "}") depth = Math.max(0, depth - 1);
    else if (depth === 0 && at.test(sign)) {
      parts.push("");
      continue;
    }
    parts[parts.length - 1] += sign;
  }
  return parts;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function typed(text: string): unknown {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  return text === "true" ? true : text === "false" ? false : text;
}

/** Writes one step in the short form, for people. */
export function writeShort({
  step,
  ...options
}: {
  readonly step: string;
  readonly [option: string]: unknown;
}): string {
  if (step === "derive") return `derive ${options["name"]} = ${options["expr"]}`;
  const { metrics, ...others } = options;
  const pairs = Object.entries(others).map(([key, value]) => `${key}=${shown(value)}`);
  return [step, ...(metrics === undefined ? [] : [String(metrics)]), ...pairs].join(" ");
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([old, name]) => `${old}:${name}`)
      .join(",");
  const text = String(value);
  return /\s|;/.test(text) ? JSON.stringify(text) : text;
}
