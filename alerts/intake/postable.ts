/**
 * Alerts as senders post them to `/api/v2/alerts`, the `postableAlerts` of Alertmanager's OpenAPI document. It is also
 * the form in which lots wait on disk, since most of them came in it.
 */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import { readTime, writeTime } from "../../storage/rfc3339.ts";
import type { Posted, Refusal } from "./posted.ts";

/** What could be read, each with its place in the list, and what could not. */
export interface Read {
  readonly posted: readonly Posted[];
  /** `places[i]` is where `posted[i]` stood. */
  readonly places: readonly number[];
  readonly refused: readonly Refusal[];
}

/** The same of a list of `postableAlerts`. */
export interface ReadList extends Read {
  /** Whether the list says just this and nothing else, so that it can be kept as it came. */
  readonly plain: boolean;
}

/** A label set of more is refused; names and values together, in UTF-16 units. */
const LONGEST_LABELS = 64 * 1024;
const MOST_LABELS = 256;

/** Reads a list. One that is malformed refuses itself and not the others. Throws a TypeError when it is no list. */
export function readAlerts(raw: unknown): ReadList {
  if (!Array.isArray(raw)) throw new TypeError("not a list of alerts");
  const posted: Posted[] = [];
  const places: number[] = [];
  const refused: Refusal[] = [];
  let plain = true;
  // The alerts of one evaluation mostly have their times in common.
  const times = new Map<unknown, ReturnType<typeof readTime>>();
  const timeOf = (text: unknown): ReturnType<typeof readTime> => {
    const known = times.get(text);
    if (known !== undefined) return known;
    const time = readTime(text);
    times.set(text, time);
    return time;
  };
  for (let index = 0; index < raw.length; index++) {
    const one = readAlert(raw[index], timeOf);
    if ("why" in one) refused.push({ index, why: one.why });
    else {
      plain &&= saysNothingElse(raw[index] as object);
      posted.push(one);
      places.push(index);
    }
  }
  return { posted, places, refused, plain: plain && refused.length === 0 };
}

/** The same form again, to be written down. */
export function writeAlert({ labels, annotations, startsAt, endsAt, generatorURL }: Posted): object {
  return {
    labels,
    annotations,
    ...(startsAt === undefined ? {} : { startsAt: writeTime(startsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: writeTime(endsAt) }),
    generatorURL,
  };
}

/** One alert, or why it is none. */
export function readAlert(raw: unknown, timeOf: typeof readTime = readTime): Posted | { readonly why: Text } {
  if (!isObject(raw)) return no("不是对象", "is not an object");
  const labels = readLabels(raw["labels"], "labels", true);
  if ("why" in labels) return labels;
  const annotations = readLabels(raw["annotations"] ?? {}, "annotations", false);
  if ("why" in annotations) return annotations;
  let some = false;
  for (const _ in labels.read) some = true;
  if (!some) return no("labels：至少要有一个非空的标签", "labels: at least one that is not empty is needed");
  const startsAt = timeOf(raw["startsAt"]);
  if (startsAt === "bad") return no("startsAt：不是 RFC 3339 时间", "startsAt: is not an RFC 3339 time");
  const endsAt = timeOf(raw["endsAt"]);
  if (endsAt === "bad") return no("endsAt：不是 RFC 3339 时间", "endsAt: is not an RFC 3339 time");
  if (startsAt !== undefined && endsAt !== undefined && endsAt < startsAt)
    return no("startsAt 在 endsAt 之后", "startsAt is after endsAt");
  const generatorURL = raw["generatorURL"] ?? "";
  if (typeof generatorURL !== "string") return no("generatorURL：不是文字", "generatorURL: is not a text");
  const read: { -readonly [K in keyof Posted]: Posted[K] } = {
    labels: labels.read,
    annotations: annotations.read,
    generatorURL,
  };
  if (startsAt !== undefined) read.startsAt = startsAt;
  if (endsAt !== undefined) read.endsAt = endsAt;
  return read;
}

/** Labels without empty values; mostly the very object. Names may be any UTF-8, as since Alertmanager 0.28. */
function readLabels(
  raw: unknown,
  what: "labels" | "annotations",
  dropEmpty: boolean,
): { readonly read: Labels } | { readonly why: Text } {
  if (!isObject(raw)) return no(`${what}：不是对象`, `${what}: is not an object`);
  let length = 0;
  let count = 0;
  let empty = false;
  // Not `Object.keys`: a list for each alert would be more to clear up than the alert itself.
  for (const name in raw) {
    const value = raw[name];
    if (typeof value !== "string") return no(`${what}.${name}：不是文字`, `${what}.${name}: is not a text`);
    if (name === "" || name === "__proto__")
      return no(`${what}：标签名不能是 '${name}'`, `${what}: no name may be '${name}'`);
    empty ||= value === "";
    length += name.length + value.length;
    count++;
  }
  if (count > MOST_LABELS || length > LONGEST_LABELS)
    return no(
      `${what}：太多，最多 ${MOST_LABELS} 个、共 ${LONGEST_LABELS} 个字符`,
      `${what}: too many, at most ${MOST_LABELS} of ${LONGEST_LABELS} characters in all`,
    );
  // Every value was seen to be a text.
  const labels = raw as Labels;
  if (!empty || !dropEmpty) return { read: labels };
  return { read: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== "")) };
}

function isObject(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function no(zh: string, en: string): { readonly why: Text } {
  return { why: { zh, en } };
}

const KEYS = new Set(["labels", "annotations", "startsAt", "endsAt", "generatorURL"]);

/** What else somebody puts into an alert may be nested deeper than can be written down again. */
function saysNothingElse(raw: object): boolean {
  for (const key in raw) if (!KEYS.has(key)) return false;
  return true;
}
