/** DingTalk as a whole: the calls, the channel, the stream, the month's quota, and who hears what comes in. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Channel } from "../../alerts/channel.ts";
import type { PlatformView } from "../../commands/world.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale, Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { Chat } from "../chat/chat.ts";
import { openClicks } from "../chat/clicks.ts";
import { isBriefGap } from "../chat/gap.ts";
import { openDingTalkApi } from "./api/api.ts";
import { openQuota } from "./api/quota.ts";
import type { Limits, Purse, QuotaUse } from "./api/quota-use.ts";
import { quotaText } from "./api/quota-words.ts";
import type { CardTemplate } from "./card-data.ts";
import { dingTalkChannel, incidentOfCard } from "./channel.ts";
import { openSessions } from "./sessions.ts";
import type { HeardOnDingTalk, PressedOnDingTalk } from "./stream/messages.ts";
import { createStream, type StreamState } from "./stream/stream.ts";
import { openTiers } from "./tiers.ts";

export interface DingTalkOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `https://api.dingtalk.com`, `https://oapi.dingtalk.com`. */
  readonly apiBase: string;
  readonly oapiBase: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  random(): number;
  template(): CardTemplate;
  readonly limits: Limits;
  /** From so many percent of the month's calls on only what is critical is told. */
  readonly criticalOnlyFrom: number;
  /** The robots of a group that stand in for the app once its calls are used up. */
  standIn(conversation: string): Channel["post"] | undefined;
  /** The line that a button stands for on the card of an incident as it is now; undefined when it has no such button. */
  lineOf(incident: number, button: string): string | undefined;
  /** The incident that a card of ours stands for, by the platform's id of that message. */
  incidentOf(carrier: string): number | undefined;
  /** What somebody is called, for mentions. */
  nameOf(person: string): string;
  /** Tells people that the month's calls run out. */
  warn(text: Text): void;
}

export interface DingTalk {
  readonly channel: Channel;
  /** Begins to listen. */
  start(chat: Pick<Chat, "hear" | "press">): void;
  stop(): Promise<void>;
  view(at: number): PlatformView;
  use(at: number): QuotaUse;
  /** A custom robot of the organisation was called: it takes from the same purse. */
  robotCalled(): void;
}

const installationSchema = z.strictObject({ id: z.string() });

export async function openDingTalk(options: DingTalkOptions): Promise<DingTalk> {
  const { store, clock, log, locale } = options;
  const sessions = openSessions();
  const clicks = openClicks<Readonly<Record<string, string>>>();
  const quota = openQuota({
    store,
    clock,
    log,
    limits: options.limits,
    reservePercent: options.criticalOnlyFrom,
    warn(purse, percent, use) {
      const text = quotaText(purse, use);
      log.warn({ purse, percent, use: use[purse] }, text.en);
      options.warn(runningOut(purse, percent, text));
    },
  });
  const tiers = openTiers((conversation, code) =>
    log.warn(
      { conversation: conversation === "" ? "all" : conversation, code },
      "DingTalk refuses cards; ordinary messages with buttons go out instead",
    ),
  );
  const channel = dingTalkChannel({
    api: openDingTalkApi({ ...options, quota }),
    clicks,
    sessions,
    tiers,
    template: options.template,
    installation: await installationOf(store),
    nameOf: options.nameOf,
    mayTell: (card, at) => quota.mayTell(card.severity ?? "info", at),
    standIn: options.standIn,
    clock,
    locale,
  });

  function remember({ conversation, sessionWebhook, sessionWebhookExpiresAt = 0 }: HeardOnDingTalk): void {
    if (sessionWebhook !== undefined)
      sessions.remember(conversation, sessionWebhook, sessionWebhookExpiresAt);
  }

  /** What it answers to: its text, or the number of the incident that the card stands for. */
  function quoteOf({ quotes, quotedCarrier }: HeardOnDingTalk): string | undefined {
    if (quotes !== undefined && /[#＃]\d/.test(quotes)) return quotes;
    const incident = quotedCarrier === undefined ? undefined : options.incidentOf(quotedCarrier);
    return incident === undefined ? quotes : `#${incident}`;
  }

  /** A button carries its line; one of a template that cannot only carries its own name. */
  function lineOf({ command, card }: PressedOnDingTalk): string {
    const incident = incidentOfCard(card);
    return (incident === undefined ? undefined : options.lineOf(incident, command)) ?? command;
  }

  let stream: ReturnType<typeof createStream> | undefined;
  const off: StreamState = { is: "off", since: clock.now() };

  return {
    channel,
    start(chat) {
      stream = createStream({
        ...options,
        hear(message) {
          remember(message);
          const quotes = quoteOf(message);
          const { id, conversation, isPrivate, text, at, person, name } = message;
          return chat.hear({
            id,
            conversation,
            isPrivate,
            text,
            at,
            ...(person === undefined ? {} : { person }),
            ...(name === undefined ? {} : { name }),
            ...(quotes === undefined ? {} : { quotes }),
          });
        },
        async press(pressed, answer) {
          const click = clicks.open(pressed.card, (cardParamMap) =>
            answer({
              cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
              cardData: { cardParamMap },
            }),
          );
          await chat.press({ ...pressed, command: lineOf(pressed) }, click);
          // Answered already when the card has changed; DingTalk waits for an answer all the same.
          answer({});
        },
        counted: () => quota.spent(clock.now(), "stream-push"),
      });
      stream.start();
    },
    async stop() {
      await stream?.stop();
      await quota.close();
    },
    view(at) {
      const state = stream?.state() ?? off;
      const use = quota.use(at);
      return {
        name: "dingtalk",
        ok: isFine(state, at),
        words: [
          STATES[state.is],
          ...(state.reason === undefined ? [] : [state.reason]),
          quotaText("api", use),
          quotaText("stream", use),
        ],
      };
    },
    use: (at) => quota.use(at),
    robotCalled: () => quota.spent(clock.now(), "robot-webhook"),
  };
}

/** Wrong credentials do not get right by themselves. */
function isFine({ is, since, reason }: StreamState, at: number): boolean {
  if (is === "connected") return reason === undefined;
  return is !== "refused" && isBriefGap(since, at);
}

const STATES: Readonly<Record<StreamState["is"], Text>> = {
  off: { zh: "没有连接", en: "not connected" },
  connecting: { zh: "正在连接", en: "connecting" },
  connected: { zh: "已连接", en: "connected" },
  refused: { zh: "被拒绝", en: "refused" },
  waiting: { zh: "等待重连", en: "waiting to connect again" },
};

function runningOut(purse: Purse, percent: number, { zh, en }: Text): Text {
  const then =
    purse === "api"
      ? {
          zh: "用完后只有严重告警会经由备用的群机器人发出。",
          en: "Once they are used up only what is critical is told, by the robots that stand in.",
        }
      : {
          zh: "用完后机器人收不到大家说的话。",
          en: "Once they are used up the robot no longer hears what people say.",
        };
  return {
    zh: `钉钉额度已过 ${percent}%：${zh}。${then.zh}`,
    en: `DingTalk is past ${percent}%: ${en}. ${then.en}`,
  };
}

/** Made once for a data directory. */
async function installationOf(store: Store): Promise<string> {
  const table = store.table("dingtalk", (raw) => installationSchema.parse(raw));
  const known = table.get("installation");
  if (known !== undefined) return known.id;
  const id = randomBytes(4).toString("hex");
  await store.commit((change) => change.put(table, "installation", { id }));
  return id;
}
