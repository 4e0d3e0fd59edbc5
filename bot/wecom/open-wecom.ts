/** WeCom's bot as a whole: the long connection, the channel over it, and who hears what comes in. */
import type { Card } from "../../alerts/card.ts";
import type { Channel } from "../../alerts/channel.ts";
import type { PlatformView } from "../../commands/world.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Chat } from "../chat/chat.ts";
import { isBriefGap } from "../chat/gap.ts";
import { incidentOfTask } from "./card.ts";
import { weComChannel } from "./channel.ts";
import { type LongConnection, openLongConnection } from "./long/connection.ts";
import type { LinkState } from "./long/state.ts";
import type { WeComRobot } from "./robot/channel.ts";
import { withRobots } from "./with-robots.ts";

export interface WeComOptions {
  readonly botId: string;
  readonly secret: string;
  /** As people mention it in groups. */
  readonly botName: string | undefined;
  /** `wss://openws.work.weixin.qq.com`. */
  readonly wsUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  random(): number;
  /** The card of an incident as it is now; undefined when it is no longer stored. */
  cardOf(incident: number): Card | undefined;
  /** The robots that stand beside the bot in a conversation. */
  robotsOf(conversation: string): readonly WeComRobot[] | undefined;
  readonly robots: Channel;
}

export interface WeCom {
  readonly channel: Channel;
  /** Begins to listen. */
  start(chat: Pick<Chat, "hear" | "press">): void;
  stop(): Promise<void>;
  view(at: number): PlatformView;
}

export function openWeCom(options: WeComOptions): WeCom {
  const { clock, log, locale, random, botName } = options;
  let chat: Pick<Chat, "hear" | "press"> | undefined;
  const connection: LongConnection = openLongConnection({
    botId: options.botId,
    secret: options.secret,
    wsUrl: options.wsUrl,
    ...(botName === undefined ? {} : { botName }),
    locale,
    clock,
    log,
    random,
    hear: async (heard) => chat?.hear(heard),
    async press(pressed, answer) {
      const { conversation, card: taskId } = pressed;
      // The channel answers it; what is answered does not wait any more.
      const waits = (): boolean =>
        connection.clickOn({ conversation, taskId, incident: undefined }) !== undefined;
      await chat?.press(pressed, {
        get changed() {
          return !waits();
        },
        end() {},
      });
      // A card that was left as it was may be an old one: a click is the only chance to show how things are now.
      const incident = incidentOfTask(taskId);
      const card = incident === undefined || !waits() ? undefined : options.cardOf(incident);
      if (card !== undefined) await answer(card);
    },
    entered: async () => welcome(locale),
  });
  const bot = weComChannel({ connection, locale, clock, log, random });

  return {
    channel: withRobots({ bot, robotsOf: options.robotsOf, robots: options.robots, log }),
    start(listener) {
      chat = listener;
      connection.start();
    },
    stop: () => connection.stop(),
    view(at) {
      const { is, since, reason } = connection.state();
      const isFine =
        is === "ready"
          ? reason === undefined
          : (is === "connecting" || is === "waiting") && isBriefGap(since, at);
      return { name: "wecom", ok: isFine, words: [STATES[is], ...(reason === undefined ? [] : [reason])] };
    },
  };
}

const STATES: Readonly<Record<LinkState["is"], Text>> = {
  off: { zh: "没有连接", en: "not connected" },
  connecting: { zh: "正在连接", en: "connecting" },
  ready: { zh: "已连接", en: "connected" },
  refused: { zh: "被拒绝", en: "refused" },
  evicted: { zh: "被另一个连接挤下线", en: "thrown out by another connection" },
  waiting: { zh: "等待重连", en: "waiting to connect again" },
};

/** What greets somebody who opens their chat with the bot. */
function welcome(locale: Locale): Card {
  const text = inLocale(locale, {
    zh: "我是更夫，值夜的：有事我在群里敲锣。说“状态”看现在怎样，“告警”看正在发生什么，“帮助”看还能说什么。",
    en: "I am the watchman: when something burns I tell your group. Say status for how things are, alerts for what is going on, help for what else there is.",
  });
  return { kind: "reply", text };
}
