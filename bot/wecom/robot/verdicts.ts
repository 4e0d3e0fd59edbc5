/**
 * What the codes of group robots mean: https://developer.work.weixin.qq.com/document/path/90313 (global codes) and
 * /91770 (group robots).
 */
import type { Verdict, Verdicts } from "../../robots/answer.ts";

/** Something is wrong with this robot; another one may do. */
const OUT_OF_ORDER: Verdict = { next: "give-up", whose: "robot" };
/** No robot will ever take this message. */
const UNFIT: Verdict = { next: "give-up", whose: "message" };

export const verdicts: Verdicts = {
  /** Busy. */
  "-1": { next: "retry", whose: "robot" },
  /** More than 20 messages in a minute: until the next one. */
  45009: { next: "wait", whose: "robot", waitMs: 60_000 },
  /** The address is wrong, or the robot was removed; removed or stopped; its group is none. */
  93000: OUT_OF_ORDER,
  93004: OUT_OF_ORDER,
  93006: OUT_OF_ORDER,
  /** Too long (`markdown.content exceed max length 4096`), another parameter that is none, too large, empty, no JSON. */
  40058: UNFIT,
  45002: UNFIT,
  44004: UNFIT,
  47001: UNFIT,
  /** A type of message that there is not. */
  40008: UNFIT,
};
