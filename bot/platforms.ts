/** The chat platforms that the environment sets up: their channels, and who listens to what is said there. */
import { resolve } from "node:path";
import type { Card } from "../alerts/card.ts";
import type { Channel } from "../alerts/channel.ts";
import type { Alerts } from "../alerts/open-alerts.ts";
import { DEFAULT_CONVERSATION } from "../alerts/routing/route.ts";
import type { PlatformView } from "../commands/world.ts";
import type { Clock } from "../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import type { Store } from "../storage/store.ts";
import type { Chat } from "./chat/chat.ts";
import type { QuotaUse } from "./dingtalk/api/quota-use.ts";
import { templateOf } from "./dingtalk/config.ts";
import { type DingTalk, openDingTalk } from "./dingtalk/open-dingtalk.ts";
import type { Environment } from "./environment.ts";
import type { InForce } from "./in-force.ts";
import { openWeChat, type WeChat } from "./wechat/open-wechat.ts";
import { loadWechaty } from "./wechat/wechaty.ts";
import { openWeCom, type WeCom } from "./wecom/open-wecom.ts";

export interface Platforms {
  /** By what stands before the colon of an address. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** Begins to listen. */
  start(chat: Chat): void;
  stop(): Promise<void>;
  views(at: number): readonly PlatformView[];
  /** A custom robot of DingTalk was called. */
  dingTalkRobotCalled(): void;
  /** DingTalk's calls of this month; undefined where it is not set up. */
  dingTalkUse(at: number): QuotaUse | undefined;
}

export interface PlatformDeps {
  readonly environment: Environment;
  now(): InForce;
  /** There once something has been said, and not while this is opened. */
  alerts(): Alerts;
  /** The robots of a file, which stand in for an app or a bot. */
  readonly robots: { readonly dingtalk_robot: Channel; readonly wecom_robot: Channel };
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  random(): number;
  /** Loads Wechaty; the packages themselves unless given. */
  readonly loadWechaty?: typeof loadWechaty;
  /** What somebody is called. */
  nameOf(person: string): string;
}

/** The variables without which a platform is not set up. */
const NEEDS = {
  dingtalk: ["DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET"],
  wecom: ["WECOM_BOT_ID", "WECOM_BOT_SECRET"],
  wechat: ["WECHATY_PUPPET"],
} as const;

/** Whether the variables of a platform are there. */
export function isSetUp(
  platform: keyof typeof NEEDS,
  variables: Readonly<Partial<Record<(typeof NEEDS)[keyof typeof NEEDS][number], string | undefined>>>,
): boolean {
  return NEEDS[platform].every((name) => (variables[name] ?? "") !== "");
}

export async function openPlatforms(deps: PlatformDeps): Promise<Platforms> {
  const dingTalk = await dingTalkOf(deps);
  const weCom = weComOf(deps);
  const weChat = await weChatOf(deps);
  const all = {
    ...(dingTalk && { dingtalk: dingTalk }),
    ...(weCom && { wecom: weCom }),
    ...(weChat && { wechat: weChat }),
  };
  const open: readonly (DingTalk | WeCom | WeChat)[] = Object.values(all);
  return {
    channels: Object.fromEntries(Object.entries(all).map(([name, { channel }]) => [name, channel])),
    start(chat) {
      for (const platform of open) platform.start(chat);
    },
    async stop() {
      await Promise.all(open.map((platform) => platform.stop()));
    },
    views: (at) => open.map((platform) => platform.view(at)),
    dingTalkRobotCalled: () => dingTalk?.robotCalled(),
    dingTalkUse: (at) => dingTalk?.use(at),
  };
}

function weComOf(deps: PlatformDeps): WeCom | undefined {
  const { environment, now, robots, clock, log, locale, random } = deps;
  const { WECOM_BOT_ID: botId, WECOM_BOT_SECRET: secret } = environment;
  if (botId === undefined || secret === undefined) return undefined;
  return openWeCom({
    botId,
    secret,
    botName: environment.WECOM_BOT_NAME,
    wsUrl: environment.WECOM_WS_URL ?? "wss://openws.work.weixin.qq.com",
    clock,
    log,
    locale,
    random,
    cardOf: (number) => cardNow(deps, number),
    robotsOf: (conversation) => now().robots.weCom.get(conversation),
    robots: robots.wecom_robot,
  });
}

async function weChatOf(deps: PlatformDeps): Promise<WeChat | undefined> {
  const { environment, alerts, store, clock, log, locale, random } = deps;
  const {
    WECHATY_PUPPET: puppet,
    WECHATY_PUPPET_OPTIONS: puppetOptions = {},
    DATA_DIR: dataDir,
  } = environment;
  if (puppet === undefined) return undefined;
  return openWeChat({
    wechaty: await (deps.loadWechaty ?? loadWechaty)({
      puppet,
      puppetOptions,
      dir: resolve(dataDir, "wechat"),
    }),
    store,
    clock,
    log,
    locale,
    random,
    isOpen(number) {
      const incident = alerts().book.incident(number);
      return incident !== undefined && incident.resolvedAt === undefined;
    },
    reply: (conversation, card) =>
      store.commit((change) => alerts().book.post(change, [conversation], card, "reply", clock.now())),
    warn(text) {
      void tellWhoIsTold(deps, text, "wechat").catch((err: unknown) =>
        log.error({ err }, "nobody could be told of WeChat's sign-in"),
      );
    },
    show(code) {
      // For whoever watches the start; the log, which programs read, has what the code says.
      if (process.stderr.isTTY) process.stderr.write(`\n${code}\n`);
    },
  });
}

async function dingTalkOf(deps: PlatformDeps): Promise<DingTalk | undefined> {
  const { environment, now, alerts, robots, store, clock, log, locale, random } = deps;
  const { DINGTALK_CLIENT_ID: clientId, DINGTALK_CLIENT_SECRET: clientSecret } = environment;
  if (clientId === undefined || clientSecret === undefined) return undefined;
  const { quota } = now().config.dingtalk;
  return openDingTalk({
    clientId,
    clientSecret,
    apiBase: environment.DINGTALK_API_BASE ?? "https://api.dingtalk.com",
    oapiBase: environment.DINGTALK_OAPI_BASE ?? "https://oapi.dingtalk.com",
    store,
    clock,
    log,
    locale,
    random,
    nameOf: deps.nameOf,
    template: () => templateOf(now().config.dingtalk, environment.DINGTALK_CARD_TEMPLATE_ID),
    limits: { api: quota.api_calls, stream: quota.stream_calls },
    criticalOnlyFrom: quota.critical_only_from,
    standIn: (conversation) =>
      now().robots.dingTalk.has(conversation) ? robots.dingtalk_robot.post : undefined,
    lineOf: (number, button) => cardNow(deps, number)?.actions?.find(({ id }) => id === button)?.command,
    incidentOf(carrier) {
      for (const { about, receipt } of alerts().book.tables.deliveries.values())
        if ("incident" in about && receipt?.["carrier"] === carrier) return about.incident;
      return undefined;
    },
    warn(text) {
      void tellWhoIsTold(deps, text).catch((err: unknown) =>
        log.error({ err }, "nobody could be told of the month's calls"),
      );
    },
  });
}

/** The card of an incident as it is now; undefined when it is no longer stored. */
function cardNow({ alerts, clock }: PlatformDeps, number: number): Card | undefined {
  const incident = alerts().book.incident(number);
  return incident === undefined ? undefined : alerts().card(incident, clock.now());
}

/** Tells those whom everything is told that nothing else says. */
async function tellWhoIsTold(
  { now, alerts, store, clock, locale }: PlatformDeps,
  text: Text,
  /** The channel that does not work. */
  except?: string,
): Promise<void> {
  const { plan, config } = now();
  const name = config.route?.receiver;
  const receiver = name === undefined ? undefined : plan.receiver(name);
  const all = receiver?.targets.map(({ address }) => address) ?? [];
  const told = all.filter((address) => !address.startsWith(`${except}:`));
  const card: Card = { kind: "text", severity: "warning", title: inLocale(locale, text) };
  await store.commit((change) =>
    alerts().book.post(change, [...new Set([DEFAULT_CONVERSATION, ...told])], card, "normal", clock.now()),
  );
}
