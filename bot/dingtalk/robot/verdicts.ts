/**
 * What the codes of custom robots mean. Documented ones are of
 * https://open.dingtalk.com/document/development/custom-robots-send-group-messages; the others were seen from the
 * platform by those whose code copes with them.
 */
import type { Verdict, Verdicts } from "../../robots/answer.ts";

const MINUTE_MS = 60_000;

/** More than 20 messages in a minute, and a robot is silenced for ten. */
const TOO_FAST: Verdict = { next: "wait", whose: "robot", waitMs: 10 * MINUTE_MS };
/** Something is wrong with this robot; another one may do. */
const OUT_OF_ORDER: Verdict = { next: "give-up", whose: "robot" };
/** No robot will ever take this message. */
const UNFIT: Verdict = { next: "give-up", whose: "message" };

export const verdicts: Verdicts = {
  /** Busy; documented as "try again". */
  "-1": { next: "retry", whose: "robot" },
  /** Seen: "send too fast, exceed 20 times per minute". */
  130101: TOO_FAST,
  /** Documented: the same. */
  410100: TOO_FAST,
  /** Seen: the webhooks of this month are used up, for the whole organisation. */
  90030: { next: "wait", whose: "everybody", waitMs: 60 * MINUTE_MS },
  /** Documented: keyword, signature, time or address do not fit this robot's settings. */
  310000: OUT_OF_ORDER,
  /** Seen: there is no such token. */
  300001: OUT_OF_ORDER,
  300005: OUT_OF_ORDER,
  /** Documented: the token is missing; the robot was stopped; there is none; its group was dissolved. */
  400101: OUT_OF_ORDER,
  400102: OUT_OF_ORDER,
  400106: OUT_OF_ORDER,
  400013: OUT_OF_ORDER,
  /** Documented: a type of message that there is not. Seen: no JSON, no POST, another type of content. */
  400105: UNFIT,
  40035: UNFIT,
  43002: UNFIT,
  43004: UNFIT,
  /** Seen: longer than 20,000 bytes; 101002 is the older one. */
  460101: UNFIT,
  101002: UNFIT,
  /** Documented: unsafe link, text, picture, content. */
  430101: UNFIT,
  430102: UNFIT,
  430103: UNFIT,
  430104: UNFIT,
};
