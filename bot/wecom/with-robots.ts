/**
 * The bot of the long connection, with the robots of the same group beside it. The bot has cards and hears people, but
 * can mention nobody; a robot can do that and nothing else. So the bot tells, the robots page, and what the bot cannot
 * tell they tell as well.
 */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, SendError } from "../../alerts/channel.ts";
import { plain } from "../../alerts/words.ts";
import type { Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { mentions } from "../robots/channel.ts";
import type { WeComRobot } from "./robot/channel.ts";

export interface WithRobotsDeps {
  readonly bot: Channel;
  /** The robots of a conversation; undefined where there are none. */
  robotsOf(conversation: string): readonly WeComRobot[] | undefined;
  readonly robots: Channel;
  readonly log: Log;
}

/** Conversations in which the robots stand in. */
const MOST = 1_000;

export function withRobots({ bot, robotsOf, robots, log }: WithRobotsDeps): Channel {
  /** By conversation: why the bot could not tell what was told last. */
  const standingIn = new Map<string, string>();

  function standIn(conversation: string, code: string): void {
    if (standingIn.get(conversation) === code) return;
    standingIn.delete(conversation);
    standingIn.set(conversation, code);
    const [oldest] = standingIn.keys();
    if (standingIn.size > MOST && oldest !== undefined) standingIn.delete(oldest);
    log.warn({ conversation, code }, "WeCom's bot cannot tell this conversation; its robots do");
  }

  /** The card is there already: that nobody could be paged must not bring it a second time. */
  async function page(conversation: string, card: Card, attempt: Attempt): Promise<void> {
    const paging = (robotsOf(conversation) ?? []).some(
      ({ mentioned, mentionedMobiles, mentionOn }) =>
        mentioned.length + mentionedMobiles.length > 0 && mentions(card, attempt, mentionOn),
    );
    if (!paging) return;
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
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ conversation, code: error.code }, "the robots could not page anybody");
    }
  }

  const channel: Channel = {
    async post(conversation, card, attempt) {
      try {
        const receipt = await bot.post(conversation, card, attempt);
        standingIn.delete(conversation);
        await page(conversation, card, attempt);
        return receipt;
      } catch (error) {
        if (!(error instanceof SendError) || !isOutOfOrder(error)) throw error;
        if (robotsOf(conversation) === undefined || attempt.signal.aborted) throw error;
        const receipt = await robots.post(conversation, card, attempt);
        standIn(conversation, error.code);
        return { ...receipt, conversation };
      }
    },
    remark: (conversation, at) => {
      const code = standingIn.get(conversation);
      return code === undefined ? bot.remark?.(conversation, at) : standInWords(code);
    },
  };
  const { edit, canEdit } = bot;
  return {
    ...channel,
    ...(edit === undefined ? {} : { edit }),
    ...(canEdit === undefined ? {} : { canEdit }),
  };
}

/** It cannot speak there, or not now; to be asked to wait is an answer, and to be too long is our fault. */
function isOutOfOrder({ next, code }: SendError): boolean {
  if (code === "not-connected") return true;
  return next === "give-up" && /^(?:93006|600039|846609|853000)$/.test(code);
}

function standInWords(code: string): Text {
  return {
    zh: `长连接机器人发不进去（${code}），由群机器人代发`,
    en: `the bot cannot tell this conversation (${code}); its group robots do`,
  };
}
