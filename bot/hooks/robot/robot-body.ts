/** What the doors of both platforms' robots have in common: how a body is opened, and what is left of unknown ones. */
import { inLocale, type Locale } from "../../../storage/locale.ts";
import { type Answer, type Outcome, Unreadable, type Why } from "../hook.ts";
import { isObject, own, textOf } from "../json.ts";
import type { Link } from "./plain-text.ts";
import type { RobotMessage } from "./robot-alert.ts";

/** The platform's codes, and how it words them; `too-many`: the sender has as many alerts as it may. */
export type Codes = Readonly<Record<Why | "too-many", readonly [errcode: number, errmsg?: string]>>;

/** `{errcode, errmsg}` with HTTP 200 as the platforms answer, whatever it is; 503 where nothing could be stored. */
export function answerRobot(codes: Codes, outcome: Outcome, locale: Locale): Answer {
  const [refusal] = outcome.is === "taken" ? outcome.refused : [];
  if (outcome.is === "taken" && refusal === undefined)
    return { status: 200, body: { errcode: 0, errmsg: "ok" } };
  const { why, text } =
    outcome.is === "refused"
      ? outcome
      : { why: "too-many" as const, text: refusal?.why ?? { zh: "", en: "" } };
  const [errcode, worded] = codes[why];
  const errmsg = [worded, inLocale(locale, text)].filter((one) => one !== undefined).join("; ");
  return { status: why === "not-saved" ? 503 : 200, body: { errcode, errmsg } };
}

/** Reads one type of message from the object of its name; `whole` is what stands around it. */
export type ReadType = (part: unknown, whole: unknown) => RobotMessage;

/**
 * The message of a body. A type that is known must be as the platform has it. Anything else arrives as plain text
 * rather than be lost: an unknown type, another system's JSON, broken JSON of a shell script.
 */
export function readMessage(body: string, types: Readonly<Record<string, ReadType>>): RobotMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    if (body.trim() === "") throw new Unreadable("not-json", { zh: "请求体为空", en: "the body is empty" });
    return { title: "", text: body, plain: true };
  }
  const type = textOf(json, "msgtype");
  const read = Object.hasOwn(types, type) ? types[type] : undefined;
  if (read !== undefined) return read(own(json, type), json);
  const text = firstTexts(json);
  if (text !== "") return { title: "", text, plain: true };
  throw new Unreadable("unknown-type", {
    zh: `不支持的 msgtype '${type.slice(0, 40)}'，也没有可以转达的文字`,
    en: `unknown msgtype '${type.slice(0, 40)}', and no text to pass on`,
  });
}

/** A text that must be there. Throws Unreadable that names it by the path the platforms use, `text->content`. */
export function need(part: unknown, key: string, type: string): string {
  const found = textOf(part, key);
  if (found.trim() !== "") return found;
  throw missing(`${type}->${key}`);
}

export function missing(what: string): Unreadable {
  return new Unreadable("no-content", { zh: `缺少参数 ${what}`, en: `miss param : ${what}` });
}

/** A link as a list; none where there is no address. */
export function linkTo(title: string, url: string): readonly Link[] {
  return url === "" ? [] : [{ title, url }];
}

/** Addresses of pictures; those that are there. */
export function pictures(url: string): readonly string[] {
  return url === "" ? [] : [url];
}

/** Ids out of a list that may hold anything. */
export function idsIn(part: unknown, key: string): readonly string[] {
  const found = own(part, key);
  if (!Array.isArray(found)) return [];
  return found
    .slice(0, 200)
    .flatMap((id) => (typeof id === "string" || typeof id === "number" ? [String(id)] : []));
}

/** Objects out of a list that may hold anything. */
export function objectsIn(part: unknown, key: string): readonly unknown[] {
  const found = own(part, key);
  return Array.isArray(found) ? found.filter(isObject).slice(0, 50) : [];
}

const MOST_TEXTS = 50;
const MOST_LOOKS = 2_000;

/** `key: text` for what an unknown body says, breadth first, so that what stands at the top comes first. */
function firstTexts(json: unknown): string {
  const lines: string[] = [];
  const queue: { readonly key: string; readonly value: unknown }[] = [{ key: "", value: json }];
  for (let i = 0; i < queue.length && i < MOST_LOOKS && lines.length < MOST_TEXTS; i++) {
    const { key, value } = queue[i] ?? { key: "", value: undefined };
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      const text = String(value).trim();
      if (text !== "" && key !== "msgtype") lines.push(key === "" ? text : `${key}: ${text}`);
    } else if (typeof value === "object" && value !== null) {
      const list = Array.isArray(value);
      for (const [name, inner] of Object.entries(value).slice(0, MOST_LOOKS))
        queue.push({ key: list ? key : name, value: inner });
    }
  }
  return lines.join("\n");
}
