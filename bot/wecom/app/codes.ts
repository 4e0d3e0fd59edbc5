/**
 * What the codes of WeCom's server API mean for an application that sends: the one table. Its source is the global list,
 * https://developer.work.weixin.qq.com/document/path/90313, and what is said beside `message/send` (/90236) and
 * `gettoken` (/91039). By that list only what is busy is worth another try as it is.
 *
 * What a person has to put right for the whole application (a secret, a list of addresses, whether it is enabled) is
 * tried again, so that what waits arrives as soon as it is put right; what is wrong with one message or with those
 * whom it is for is given up.
 */
import type { Next } from "../../../alerts/channel.ts";

/** What to do about a code. */
export interface CodeRule {
  readonly next: Next;
  /** With `wait`: so many milliseconds. */
  readonly waitMs?: number;
  /** The token is to be thrown away and asked for anew. */
  readonly isStaleToken?: true;
  /** The message is what is wrong: in another form it may be taken. */
  readonly isUnfit?: true;
  /** What people can do about it, for an error; no secret. */
  readonly cure?: string;
  /** It is about the address that WeCom was asked from, which it names. */
  readonly isOfAddress?: true;
}

const STALE: CodeRule = { next: "retry", isStaleToken: true };
const UNFIT: CodeRule = { next: "give-up", isUnfit: true };
const wrong = (cure: string): CodeRule => ({ next: "retry", cure });
const nobody = (cure: string): CodeRule => ({ next: "give-up", cure });

/** What is stopped for being too often is let through again after a minute (/90312). */
const MINUTE: CodeRule = { next: "wait", waitMs: 60_000 };

const INVISIBLE =
  "nobody of touser, toparty and totag is there and within the application's visible range (可见范围)";

const CODES: Readonly<Record<string, CodeRule>> = {
  // "System busy": try again, three times at most.
  "-1": { next: "retry" },
  // The token is wrong, missing, or older than two hours. 40001 is said of tokens, too, that were revoked.
  "40001": { ...STALE, cure: "corpsecret is not the secret of this application" },
  "40014": STALE,
  "41001": STALE,
  "42001": STALE,
  "40013": wrong("corpid is not the id of this company (企业ID)"),
  "40056": wrong("agentid is not the application that corpsecret belongs to"),
  "41011": wrong("agentid is missing"),
  "301002": wrong("agentid is not the application that corpsecret belongs to"),
  "48002": wrong("the application may not call this API"),
  "50003": wrong("the application is disabled"),
  "60020": {
    ...wrong("add the address of this machine to the application's trusted IPs (企业可信IP)"),
    isOfAddress: true,
  },
  // Too many calls in a minute, too many in a row; too many at the same time, which is over sooner.
  "45009": MINUTE,
  "45011": MINUTE,
  "45033": { next: "wait", waitMs: 5_000 },
  // No such member, department, tag; none that the application may see.
  "40003": nobody(INVISIBLE),
  "40031": nobody(INVISIBLE),
  "46004": nobody(INVISIBLE),
  "60011": nobody(INVISIBLE),
  "60111": nobody(INVISIBLE),
  "81013": nobody(INVISIBLE),
  "82001": nobody(INVISIBLE),
  "82002": nobody("there are too many departments in toparty"),
  "82003": nobody("there are too many tags in totag"),
  // A type that there is not, signs that may not be, a parameter that is wrong or too long, too large, empty, no JSON.
  "40008": UNFIT,
  "40033": UNFIT,
  "40058": UNFIT,
  "45002": UNFIT,
  "44004": UNFIT,
  "47001": UNFIT,
  // A card whose `card_action` is missing or wrong.
  "42045": UNFIT,
};

/** A code that nobody knows is a refusal as well. It is tried again: nothing says "never". */
const UNKNOWN: CodeRule = { next: "retry", isUnfit: true };

/** What to do about an `errcode`. */
export function ruleOf(errcode: number): CodeRule {
  const code = String(errcode);
  return Object.hasOwn(CODES, code) ? (CODES[code] ?? UNKNOWN) : UNKNOWN;
}
