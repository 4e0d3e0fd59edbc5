/** Samples as JSON: a list of objects, one object, or a map from names to numbers. */
import { z } from "zod";
import { readNumber } from "../../../monitors/exposition/number.ts";
import type { Labels } from "../../../storage/labels.ts";
import type { Text } from "../../../storage/locale.ts";
import { readTime } from "../../../storage/rfc3339.ts";
import { Unreadable } from "../hook.ts";
import { isObject, parseJson } from "../json.ts";

/** One sample that was sent. */
export interface Pushed {
  /** With its name, under `__name__`. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the Unix epoch; NaN where it has no time of its own. */
  readonly at: number;
}

/** A sample, or why it is none. */
export type PushedItem = Pushed | { readonly why: Text };

/** Whoever writes seconds means milliseconds of 1970; this is in 1973. */
const LEAST_MS = 100_000_000_000;

const KEYS = ["name", "labels", "value", "timestamp"];

/** Reads a body. Throws `Unreadable` when it is none. */
export function readPushedJson(body: string): readonly PushedItem[] {
  const top = parseJson(body);
  if (Array.isArray(top)) return top.map(readItem);
  if (!isObject(top))
    throw new Unreadable("wrong-shape", {
      zh: '应为样本的列表、一个样本，或 {"名字": 数值}',
      en: 'must be a list of samples, one sample, or {"name": number}',
    });
  if (typeof top["name"] === "string") return [readItem(top)];
  return Object.entries(top).map(([name, value]) => readItem({ name, value }));
}

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const labelsSchema = z.record(z.string(), text);

function readItem(raw: unknown): PushedItem {
  if (!isObject(raw)) return wrong("", "不是对象", "is not an object");
  const unknown = Object.keys(raw).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return wrong(unknown.slice(0, 40), "没有这个键", "is no key of a sample");
  const { name, labels: given = {}, value: number, timestamp } = raw;
  if (typeof name !== "string" || name === "") return wrong("name", "缺少指标名", "is missing");
  const labels = labelsSchema.safeParse(given);
  if (!labels.success) return wrong("labels", '应为 {"标签": "值"}', 'must be {"label": "value"}');
  const value = numberOf(number);
  if (value === undefined) return wrong(shortened(name), "没有数值", "has no number as its value");
  const at = timestamp === undefined ? Number.NaN : timeOf(timestamp);
  if (at === undefined)
    return wrong(
      "timestamp",
      "应为毫秒数，或 RFC 3339 的时间",
      "must be in milliseconds, or a time as RFC 3339 has it",
    );
  return { labels: { ...labels.data, __name__: name }, value, at };
}

/** What a shell script sends as text is a number all the same; JSON itself has no NaN. */
function numberOf(raw: unknown): number | undefined {
  if (typeof raw === "number") return raw;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  return typeof raw === "string" ? readNumber(raw.trim(), 0, raw.trim().length) : undefined;
}

function timeOf(raw: unknown): number | undefined {
  if (typeof raw === "number") return raw >= LEAST_MS ? Math.floor(raw) : undefined;
  const read = typeof raw === "string" ? readTime(raw) : undefined;
  return typeof read === "number" && read >= 0 ? read : undefined;
}

function wrong(what: string, zh: string, en: string): { why: Text } {
  return what === "" ? { why: { zh, en } } : { why: { zh: `${what}：${zh}`, en: `${what}: ${en}` } };
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
