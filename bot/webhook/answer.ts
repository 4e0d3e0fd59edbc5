/**
 * What an answer means: taken, or refused and what to do about it. Alertmanager tries again after 5xx only; here a
 * receiver that is too busy (429, or 503 with a time) is also waited for, and one that hides its no in a 200 is heard.
 */
import { type Next, SendError } from "../../alerts/channel.ts";
import { ProxyRefusal } from "../http-client/proxy-refusal.ts";

/** An answer as far as it matters. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of the body. */
  readonly body: string;
}

/** Without a time of its own, a receiver that is too busy is left alone for so long. */
const BUSY_MS = 30_000;
const MINUTE_MS = 60_000;

/**
 * Codes in the body of a 200, by what to do about them. DingTalk's custom robots (open.dingtalk.com, "custom robot
 * access"): 130101 and 410100 say "too fast", and the robot is mute for ten minutes after that; 90030 is the monthly
 * quota; 300001 and its like say that there is no such robot; 310000 is a refusal for security; 460101 and 101002 say
 * "too long"; 4301xx refuse the content; -1 is "busy". WeCom's group robots (developer.work.weixin.qq.com, global
 * codes): 45009 is "too fast" until the next minute; 93000, 93004 and 93006 say that there is no such robot or
 * conversation; 40058 says "too long"; 40008 is a kind of message that there is not.
 */
const CODES: Readonly<Record<string, { readonly next: Next; readonly waitMs?: number }>> = {
  "-1": { next: "retry" },
  "45009": { next: "wait", waitMs: MINUTE_MS },
  "130101": { next: "wait", waitMs: 10 * MINUTE_MS },
  "410100": { next: "wait", waitMs: 10 * MINUTE_MS },
  "90030": { next: "wait", waitMs: 60 * MINUTE_MS },
  ...Object.fromEntries(
    [
      40008, 40035, 40058, 43002, 43004, 93000, 93004, 93006, 101002, 300001, 300005, 310000, 400013, 400101,
      400102, 400105, 400106, 430101, 430102, 430103, 430104, 460101,
    ].map((code) => [String(code), { next: "give-up" as const }]),
  ),
};

/** Returns when it was taken, throws a SendError when it was not. `now` is for a `Retry-After` that is a date. */
export function checkAnswer(answer: HttpAnswer, now: number): void {
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    checkBody(body);
    return;
  }
  const code = String(status);
  const asked = retryAfterMs(answer.retryAfter, now);
  if (status === 429 || (status === 503 && asked !== undefined))
    throw new SendError(`the receiver is too busy (${status})`, {
      next: "wait",
      code,
      waitMs: asked ?? BUSY_MS,
    });
  if (status === 407) throw new ProxyRefusal(status);
  if (status >= 500 || status === 408 || status === 425)
    throw new SendError(`the receiver answered ${status}`, { next: "retry", code });
  if (status >= 300 && status < 400)
    throw new SendError(`the receiver answered with a redirect (${status}), which is not followed`, {
      next: "give-up",
      code,
    });
  throw new SendError(`the receiver refused with ${status}`, { next: "give-up", code });
}

/** A 200 may still be a no: `{"errcode": 310000, …}`. A code that nobody knows is tried again: nothing says "never". */
function checkBody(body: string): void {
  const code = errcodeOf(body);
  if (code === undefined || code === "0") return;
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  const { next, waitMs = 0 } = known ?? { next: "retry" as const };
  throw new SendError(`the receiver answered 200 with errcode ${code}`, { next, code, waitMs });
}

function errcodeOf(body: string): string | undefined {
  // Most receivers answer with nothing, or with a word.
  if (!body.includes("errcode")) return undefined;
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read !== "object" || read === null || !("errcode" in read)) return undefined;
    const code = Number(read.errcode);
    return Number.isSafeInteger(code) ? String(code) : "errcode";
  } catch {
    return undefined;
  }
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // `Date.parse` finds a date in nearly anything; an HTTP date begins with the name of a day.
  const date = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
