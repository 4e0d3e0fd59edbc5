/** What a platform answers a robot, and what to do about it. */
import { type Next, SendError } from "../../alerts/channel.ts";
import { checkAnswer, type HttpAnswer } from "../webhook/answer.ts";

/** Whom a no is about: the robot alone, so that another may do it; the message; or everybody who would send it. */
type Whose = "robot" | "message" | "everybody";

/** What a code means. */
export interface Verdict {
  readonly next: Next;
  readonly whose: Whose;
  readonly waitMs?: number;
}

/** Codes of a platform, as they stand in `errcode`. */
export type Verdicts = Readonly<Record<string, Verdict>>;

/** A no that the platform gave in so many words: nobody has seen the message. */
export class RobotRefusal extends SendError {
  readonly whose: Whose;

  constructor(code: string, { next, whose, waitMs = 0 }: Verdict) {
    super(`the platform refused with errcode ${code}`, { next, code, waitMs });
    this.name = "RobotRefusal";
    this.whose = whose;
  }
}

/**
 * A code that nobody knows is a refusal as well. It is tried again: nothing says "never". So is an answer without any,
 * which some proxy gave and not the platform.
 */
const UNKNOWN: Verdict = { next: "retry", whose: "robot" };

/**
 * Returns when the message was taken: 200 with `errcode` 0, which some documents have as the text "0". Throws a
 * SendError when it was not, a RobotRefusal where the platform said so. `now` is for a `Retry-After` that is a date.
 */
export function checkErrcode(answer: HttpAnswer, verdicts: Verdicts, now: number): void {
  // In a 200 it would read the table of webhooks.
  if (answer.status !== 200) {
    checkAnswer({ ...answer, body: "" }, now);
    throw new SendError(`the platform answered ${answer.status}`, {
      next: "retry",
      code: String(answer.status),
    });
  }
  const code = errcodeOf(answer.body);
  if (code === undefined) throw new RobotRefusal("none", UNKNOWN);
  if (code === 0) return;
  const name = String(code);
  throw new RobotRefusal(name, Object.hasOwn(verdicts, name) ? (verdicts[name] ?? UNKNOWN) : UNKNOWN);
}

function errcodeOf(body: string): number | undefined {
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read !== "object" || read === null || !("errcode" in read)) return undefined;
    const { errcode } = read;
    if (typeof errcode !== "number" && (typeof errcode !== "string" || errcode.trim() === ""))
      return undefined;
    const code = Number(errcode);
    return Number.isSafeInteger(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
