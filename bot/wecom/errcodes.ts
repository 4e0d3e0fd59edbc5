/**
 * What the codes of WeCom's long connection mean, and what to do about each. Branch on the code only: the words beside
 * it may change (developer.work.weixin.qq.com/document/path/90313).
 */
import { type Next, SendError } from "../../alerts/channel.ts";

interface Meaning {
  readonly next: Next;
  readonly says: string;
  readonly waitMs?: number;
}

const MINUTE_MS = 60_000;

/**
 * Sources: "table" is the global table, document/path/90313; "long" the page of the long connection, 101463; "seen" was
 * observed with live tenants and published by others.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  /** Table. */
  "-1": { next: "retry", says: "the platform is busy" },
  /** Seen: `text` is taken as a welcome only. */
  "40008": { next: "give-up", says: "this kind of message is not taken" },
  /** Seen: also the answer to what is too long. */
  "40058": { next: "give-up", says: "a parameter is wrong or too long" },
  /** Table, and seen: a notice card without a valid `card_action`. */
  "42045": { next: "give-up", says: "the card's card_action is missing or wrong" },
  /** Table; the limits, 30 a minute and 1,000 an hour per conversation, are of "long". The minute is ours to wait. */
  "45009": { next: "wait", waitMs: MINUTE_MS, says: "too many messages" },
  /** Table. */
  "48002": { next: "give-up", says: "the bot may not do this" },
  /** Seen, with the webhooks of group robots: there is no such robot. */
  "93000": { next: "give-up", says: "there is no such robot" },
  /** Seen: unknown, in another case, or nobody ever spoke to the bot there. */
  "93006": {
    next: "give-up",
    says: "there is no such conversation, or nobody there has spoken to the bot yet",
  },
  /** Seen: streams and, by one report, pushes into a group that has not mentioned the bot lately. */
  "600039": { next: "give-up", says: "this kind of message is not taken there" },
  /** Seen: the answer to a click or the welcome came later than 5 s. */
  "846604": { next: "give-up", says: "the answer came too late" },
  /** Seen: of another connection, or of another kind of callback. */
  "846605": { next: "give-up", says: "what this answers is not of this connection" },
  /** The platform's own plug-in. */
  "846608": { next: "give-up", says: "the message can no longer be continued" },
  /** Seen: the socket is open, and the subscription is gone. */
  "846609": { next: "retry", says: "the connection is not subscribed" },
  /** Seen. The rest of the house must hear of it soon, so that others are told instead. */
  "853000": { next: "retry", says: "the bot's id or secret is wrong" },
};

/** The subscription is gone although the socket is open. */
export const NOT_SUBSCRIBED = "846609";
/** The id or the secret is wrong. */
export const WRONG_CREDENTIALS = "853000";

/** The refusal that a code is. One that nobody knows is tried again: nothing says "never". */
export function refusalOf(code: string): SendError {
  const known = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  const { next, says, waitMs = 0 } = known ?? { next: "retry" as const, says: "a code that is not known" };
  return new SendError(`WeCom refused with ${code}: ${says}`, { next, code, waitMs });
}

/** Codes that are about the card and not about the conversation: as markdown it may still be taken. */
export function refusesTheCard({ code }: SendError): boolean {
  return code === "40008" || code === "40058" || code === "42045" || code === "600039";
}

/** Codes that are about the message that is answered: what was to be said can still be sent by itself. */
export function refusesTheAnswer({ code }: SendError): boolean {
  return ["600039", "846604", "846605", "846608", NOT_SUBSCRIBED].includes(code);
}

/**
 * Nobody knows whether people see it: it was on its way when the answer did not come. Tried again, it may be there
 * twice, and should say so.
 */
export class UnknownOutcome extends SendError {
  constructor(message: string, code: "ack-timeout" | "connection-lost" | "aborted") {
    super(message, { next: "retry", code });
    this.name = "UnknownOutcome";
  }
}
