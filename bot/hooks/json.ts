/** What the hooks that take JSON have in common: how a body is opened, an alert dressed, and how they answer. */
import { type Read, readAlert } from "../../alerts/intake/postable.ts";
import type { Posted, Refusal } from "../../alerts/intake/posted.ts";
import { type Labels, labelValue } from "../../storage/labels.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { type Answer, type Hook, type Outcome, Unreadable, type Why } from "./hook.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(raw: unknown): raw is JsonObject {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** What a key holds; what every object inherits is nothing. */
export function own(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A text that a key holds; "" when it holds none. */
export function textOf(object: unknown, key: string): string {
  const found = own(object, key);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

/** Throws Unreadable that says what is wrong with it. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message.slice(0, 120) : "";
    throw new Unreadable("not-json", {
      zh: `请求体不是有效的 JSON：${why}`,
      en: `The body is not valid JSON: ${why}`,
    });
  }
}

/** What every alert of a hook carries besides what was sent. */
export function dress(labels: Labels, { name, labels: further, severity }: Hook): Labels {
  return {
    ...labels,
    ...(severity !== undefined && labelValue(labels, "severity") === "" ? { severity } : {}),
    ...further,
    hook: name,
  };
}

/** An item as `postableAlerts` have it, or why it is not taken. */
export type Item = { readonly alert: object } | { readonly why: Text };

/** Reads a list item by item; one that is malformed refuses itself and not the others. */
export function readItems(items: readonly unknown[], hook: Hook, itemOf: (raw: JsonObject) => Item): Read {
  const posted: Posted[] = [];
  const places: number[] = [];
  const refused: Refusal[] = [];
  items.forEach((raw, index) => {
    const one = isObject(raw) ? itemOf(raw) : { why: { zh: "不是对象", en: "is not an object" } };
    const read = "why" in one ? one : readAlert(one.alert);
    if ("why" in read) refused.push({ index, why: read.why });
    else {
      posted.push({ ...read, labels: dress(read.labels, hook) });
      places.push(index);
    }
  });
  return { posted, places, refused };
}

const STATUS: Readonly<Record<Why, number>> = {
  "no-token": 401,
  "wrong-token": 401,
  "bad-signature": 401,
  "bad-timestamp": 401,
  "too-large": 413,
  "unknown-encoding": 415,
  "not-json": 400,
  "wrong-shape": 400,
  "unknown-type": 400,
  "no-content": 400,
  "not-saved": 503,
};

/** `{status, accepted, refused}` with 200, or `{error}` with a status that says who has to do something about it. */
export function answerJson(outcome: Outcome, locale: Locale): Answer {
  if (outcome.is === "refused")
    return { status: STATUS[outcome.why], body: { error: inLocale(locale, outcome.text) } };
  const refused = outcome.refused.map(({ index, why }) => ({ index, error: inLocale(locale, why) }));
  return { status: 200, body: { status: "ok", accepted: outcome.accepted, refused } };
}
