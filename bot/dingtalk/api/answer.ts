/** What an answer of DingTalk means: the JSON of a yes, or a no with what to do about it. Pure. */
import type { Next } from "../../../alerts/channel.ts";
import { plain } from "../../../alerts/words.ts";
import { retryAfterMs } from "../../webhook/answer.ts";
import { type CodeRule, ruleOf } from "./codes.ts";
import { nextMonthAt } from "./month.ts";
import type { HttpAnswer } from "./request.ts";

/** An answer as it was understood. */
export type Understood =
  | { readonly is: "yes"; readonly json: Readonly<Record<string, unknown>> }
  | ApiRefusal;

/** A no of the platform. */
export interface ApiRefusal {
  readonly is: "no";
  readonly next: Next;
  readonly waitMs: number;
  /** The platform's own where it gave one. */
  readonly code: string;
  /** As the platform said it: of any length, and it may repeat what was sent in confidence. */
  readonly message: string;
  readonly isStaleToken: boolean;
  /** The month's calls are used up. */
  readonly isQuota: boolean;
  /** Turned away before anybody did anything about it, and probably not billed. */
  readonly isAtGate: boolean;
}

/** Without a time of its own, a server that is too busy is left alone for so long. */
const BUSY_MS = 1_000;
const MINUTE_MS = 60_000;

/** Reads an answer; `at` is now, for times to wait. */
export function understand(answer: HttpAnswer, at: number): Understood {
  const json = jsonOf(answer.body);
  const errcode = errcodeOf(json);
  if (errcode !== undefined && errcode !== "0") return refuse(answer, errcode, json, at);
  const banned = bannedMs(answer.body);
  if (banned !== undefined)
    return no("1111", "too many calls from this address: it is shut out for a while", {
      next: "wait",
      wait: banned,
    });
  const isFine = answer.status >= 200 && answer.status < 300;
  if (isFine && json?.["success"] !== false && json !== undefined) return { is: "yes", json };
  if (isFine && json === undefined) return no("unreadable", "the answer is not JSON", { next: "retry" });
  return refuse(answer, codeOf(json) ?? (isFine ? "unsuccessful" : undefined), json, at);
}

/** A no that stands in a yes: one of several results, or a part that is missing. */
export function no(code: string, message: string, rule: CodeRule, at = 0): ApiRefusal {
  const { next, wait = 0, isStaleToken = false } = rule;
  return {
    is: "no",
    next,
    code,
    message,
    waitMs: wait === "next-month" ? nextMonthAt(at) - at : wait,
    isStaleToken,
    isQuota: wait === "next-month",
    isAtGate: isStaleToken || next === "wait" || code.startsWith("Forbidden."),
  };
}

function refuse(
  { status, retryAfter }: HttpAnswer,
  code: string | undefined,
  json: Readonly<Record<string, unknown>> | undefined,
  at: number,
): ApiRefusal {
  const known = code === undefined ? undefined : ruleOf(code);
  const rule = known ?? ruleOfStatus(status, retryAfterMs(retryAfter, at), json !== undefined);
  return no(code ?? String(status), messageOf(status, json), rule, at);
}

/**
 * Where no code says more. An unknown `errcode` in a 200 is a refusal like an unknown 4xx. A page instead of JSON is
 * none: not DingTalk gave it but whoever stands between, such as a proxy that wants a login.
 */
function ruleOfStatus(status: number, asked: number | undefined, isJson: boolean): CodeRule {
  if (status === 401) return { next: "retry", isStaleToken: true };
  if (status === 429 || (status === 503 && asked !== undefined))
    return { next: "wait", wait: asked ?? BUSY_MS };
  if (status >= 500 || [407, 408, 425].includes(status) || !isJson) return { next: "retry" };
  return { next: "give-up" };
}

function messageOf(status: number, json: Readonly<Record<string, unknown>> | undefined): string {
  const scopes = scopesOf(json);
  if (scopes.length > 0)
    return `the app lacks a permission; apply for it in the developer console: ${scopes.join(", ")}`;
  const said = ["sub_msg", "errmsg", "message"]
    .map((key) => json?.[key])
    .find((one) => typeof one === "string");
  return typeof said === "string" && said.trim() !== "" ? said : `HTTP ${status}`;
}

/** `accessdenieddetail.requiredScopes` of a 403: what to apply for. */
function scopesOf(json: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const detail = json?.["accessdenieddetail"];
  const scopes = isObject(detail) ? detail["requiredScopes"] : undefined;
  return Array.isArray(scopes)
    ? scopes.filter((one) => typeof one === "string").map((one) => plain(one))
    : [];
}

function codeOf(json: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const code = json?.["code"];
  return typeof code === "string" && /^[\w.-]{1,100}$/.test(code) ? code : undefined;
}

/** `errcode` as text; 88 ("permission") hides the true one in `sub_code`. Samples show `"0"` and `0`. */
function errcodeOf(json: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (json === undefined || !("errcode" in json)) return undefined;
  const code = Number(json["errcode"]);
  if (!Number.isSafeInteger(code)) return "errcode";
  const inner = Number(json["sub_code"]);
  return String(code === 88 && Number.isSafeInteger(inner) && inner !== 0 ? inner : code);
}

/**
 * `{"status":1111,"wait":5,…}`: more than 10000 calls in 20 s from one address, which is shut out for five minutes;
 * it may stand in a page of HTML ("调用频次与限流"). The unit of `wait` is not named: five stands where that page says
 * five minutes.
 */
function bannedMs(body: string): number | undefined {
  if (!/"status"\s*:\s*1111\b/.test(body)) return undefined;
  const wait = Number(/"wait"\s*:\s*(\d{1,4})\b/.exec(body)?.[1] ?? 5);
  return Math.max(1, wait) * MINUTE_MS;
}

function jsonOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(body);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
