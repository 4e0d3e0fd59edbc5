/** What WeCom's server API answers an application: yes with its JSON, or no and what to do about it. Pure. */
import { type Next, SendError } from "../../../alerts/channel.ts";
import { checkAnswer, type HttpAnswer } from "../../webhook/answer.ts";
import { type CodeRule, ruleOf } from "./codes.ts";

/** A no that the platform gave in so many words. */
export class AppRefusal extends SendError {
  readonly isStaleToken: boolean;
  /** In another form the message may be taken. */
  readonly isUnfit: boolean;

  constructor(code: string, rule: CodeRule, from: string | undefined) {
    const { next, waitMs = 0, cure, isStaleToken = false, isUnfit = false, isOfAddress = false } = rule;
    const where = from === undefined || !isOfAddress ? "" : `; WeCom was asked from ${from}`;
    const words = cure === undefined ? "" : `: ${cure}${where}`;
    super(`WeCom refused with errcode ${code}${words}`, { next, code, waitMs });
    this.name = "AppRefusal";
    this.isStaleToken = isStaleToken;
    this.isUnfit = isUnfit;
  }
}

/** The JSON of a yes. Throws an AppRefusal for a no, another SendError where the platform said neither. */
export function understand(answer: HttpAnswer, at: number): Readonly<Record<string, unknown>> {
  const { status, body } = answer;
  if (status !== 200) {
    // Whoever sent us elsewhere was not WeCom but stands between, such as a proxy that wants a login.
    if (status === 429 || status >= 500) checkAnswer({ ...answer, body: "" }, at);
    throw nobodyKnows(`WeCom answered HTTP ${status}`, String(status));
  }
  const json = jsonOf(body);
  const errcode = errcodeIn(json, body);
  if (errcode === undefined) throw nobodyKnows("the answer is none of WeCom's", "none");
  if (errcode !== 0) throw new AppRefusal(String(errcode), ruleOf(errcode), addressIn(json?.["errmsg"]));
  return json ?? {};
}

function nobodyKnows(message: string, code: string): SendError {
  const next: Next = "retry";
  return new SendError(message, { next, code });
}

/** Of a yes to very many people only the beginning is read; its code stands first. */
function errcodeIn(json: Readonly<Record<string, unknown>> | undefined, body: string): number | undefined {
  const said =
    json === undefined ? /^\s*\{\s*"errcode"\s*:\s*(-?\d{1,9})\s*,/.exec(body)?.[1] : json["errcode"];
  if (typeof said !== "number" && (typeof said !== "string" || said.trim() === "")) return undefined;
  const code = Number(said);
  return Number.isSafeInteger(code) ? code : undefined;
}

/** `not allow to access from your ip, …, from ip: 203.0.113.7, …`: the address that WeCom saw. */
function addressIn(errmsg: unknown): string | undefined {
  return typeof errmsg === "string"
    ? /from ip: ?([\d.]{7,15}|[\da-f:]{3,39})\b/i.exec(errmsg)?.[1]
    : undefined;
}

function jsonOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === "object" && read !== null && !Array.isArray(read)
      ? (read as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
