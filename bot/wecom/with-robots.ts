/**
 * The bot of the long connection, with the robots of the same group beside it. The bot has cards and hears people, but
 * can mention nobody; a robot can do that and nothing else. So the bot tells, the robots page, and what the bot cannot
 * tell they tell as well.
 */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import { plain } from "../../alerts/words.ts";
import type { Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { mostHopeful, worstTold } from "../robots/channel.ts";
import { NOT_SUBSCRIBED, WRONG_CREDENTIALS } from "./errcodes.ts";
import { pages } from "./robot/body.ts";
import type { WeComRobot } from "./robot/channel.ts";

export interface WithRobotsDeps {
  readonly bot: Channel;
  /** The robots of a conversation; undefined where there are none. */
  robotsOf(conversation: string): readonly WeComRobot[] | undefined;
  readonly robots: Channel;
  readonly log: Log;
}

/** What people should know of a conversation. */
interface Trouble {
  /** `bot`: it could not tell what was told last, and the robots did. `page`: nobody was paged. */
  readonly of: "bot" | "page";
  readonly code: string;
}

/** Conversations whose trouble is remembered. */
const MOST = 1_000;

export function withRobots({ bot, robotsOf, robots, log }: WithRobotsDeps): Channel {
  /** By conversation, the latest last. */
  const troubles = new Map<string, Trouble>();

  function note(conversation: string, trouble: Trouble): void {
    troubles.delete(conversation);
    troubles.set(conversation, trouble);
    const [oldest] = troubles.keys();
    if (troubles.size > MOST && oldest !== undefined) troubles.delete(oldest);
  }

  function botTells(conversation: string): void {
    if (troubles.get(conversation)?.of !== "bot") return;
    troubles.delete(conversation);
    log.info({ conversation }, "WeCom's bot tells this conversation again");
  }

  /** What the bot cannot tell. Where the robots cannot either, the no that gives more hope is the one that counts. */
  async function standIn(
    conversation: string,
    card: Card,
    attempt: Attempt,
    no: SendError,
  ): Promise<Receipt> {
    let receipt: Receipt;
    try {
      receipt = await robots.post(conversation, card, attempt);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ conversation, code: error.code }, "the robots could not stand in for WeCom's bot");
      throw mostHopeful([no, error]);
    }
    const before = troubles.get(conversation);
    if (before?.of !== "bot" || before.code !== no.code)
      log.warn({ conversation, code: no.code }, "WeCom's bot cannot tell this conversation; its robots do");
    note(conversation, { of: "bot", code: no.code });
    return {
      ...receipt,
      conversation,
      ...(card.incident === undefined ? {} : { incident: String(card.incident) }),
    };
  }

  /** The card is there already: that nobody could be paged must not bring it a second time. */
  async function page(conversation: string, card: Card, attempt: Attempt): Promise<void> {
    if (!(robotsOf(conversation) ?? []).some((robot) => pages(robot, card, attempt))) return;
    const { kind, title, severity, status, incident } = card;
    const short: Card = {
      kind,
      ...(title === undefined ? {} : { title: plain(title, 100) }),
      ...(severity === undefined ? {} : { severity }),
      ...(status === undefined ? {} : { status }),
      ...(incident === undefined ? {} : { incident }),
    };
    try {
      await robots.post(conversation, short, { ...attempt, deliveryId: `${attempt.deliveryId}/page` });
      if (troubles.get(conversation)?.of === "page") troubles.delete(conversation);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ conversation, code: error.code }, "the robots could not page anybody");
      note(conversation, { of: "page", code: error.code });
    }
  }

  const channel: Channel = {
    async post(conversation, card, attempt) {
      let receipt: Receipt;
      try {
        receipt = await bot.post(conversation, card, attempt);
      } catch (error) {
        if (!(error instanceof SendError) || !isOutOfOrder(error)) throw error;
        if (robotsOf(conversation) === undefined || attempt.signal.aborted) throw error;
        return standIn(conversation, card, attempt, error);
      }
      botTells(conversation);
      await page(conversation, card, attempt);
      return toldSo(receipt, card, attempt.before);
    },
    remark(conversation, at) {
      const trouble = troubles.get(conversation);
      return trouble === undefined ? bot.remark?.(conversation, at) : wordsOf(trouble);
    },
  };
  const { edit, canEdit } = bot;
  if (edit === undefined) return channel;
  return {
    ...channel,
    async edit(receipt, card, attempt) {
      const edited = await edit(receipt, card, attempt);
      if (edited === undefined) return undefined;
      // Where the answer to a click is the first to say that it got worse, people are paged as well.
      await page(receipt["conversation"] ?? "", card, { ...attempt, before: receipt });
      return toldSo(edited, card, receipt);
    },
    ...(canEdit === undefined ? {} : { canEdit }),
  };
}

/** With the worst that people were told, so that a follow-up knows whether it got worse. */
function toldSo(receipt: Receipt, card: Card, before: Receipt | undefined): Receipt {
  const severity = worstTold(card, before);
  return severity === undefined ? receipt : { ...receipt, severity };
}

/** No connection that a message could be sent over; what was on its way when it broke is not among these. */
const UNREACHABLE = ["connecting", "waiting", "evicted", "not-connected", NOT_SUBSCRIBED, WRONG_CREDENTIALS];
/** The bot cannot speak in that conversation. */
const NOT_THERE = ["48002", "93006", "600039"];

/**
 * It cannot speak there, or not now. To be asked to wait is an answer, to be too long is our fault, and before the
 * house listens nothing is known.
 */
function isOutOfOrder({ code }: SendError): boolean {
  return UNREACHABLE.includes(code) || NOT_THERE.includes(code);
}

function wordsOf({ of, code }: Trouble): Text {
  if (of === "page")
    return { zh: `群机器人没有叫到人（${code}）`, en: `its group robots could not page anybody (${code})` };
  if (UNREACHABLE.includes(code))
    return {
      zh: "长连接机器人现在连不上，由群机器人代发",
      en: "the bot has no connection now; its group robots tell it",
    };
  return {
    zh: `长连接机器人发不进去（${code}），由群机器人代发`,
    en: `the bot cannot tell this conversation (${code}); its group robots do`,
  };
}
