/** A long connection in front of the WeCom that tests play, with everything that comes in kept. */
import { afterEach } from "vitest";
import type { Card } from "../../../../../alerts/card.ts";
import type { Heard, Pressed } from "../../../../../bot/chat/heard.ts";
import { type WeComChannel, weComChannel } from "../../../../../bot/wecom/channel.ts";
import {
  type LongConnection,
  type LongConnectionOptions,
  openLongConnection,
} from "../../../../../bot/wecom/long/connection.ts";
import type { LinkState } from "../../../../../bot/wecom/long/state.ts";
import type { Log } from "../../../../../storage/log.ts";
import { until } from "../../../../support/bot.ts";
import { FakeClock } from "../../../../support/fake-clock.ts";
import {
  type FakeWeCom,
  type FakeWeComOptions,
  openFakeWeCom,
} from "../../../../support/wecom/fake-wecom.ts";

export const GROUP = "wrOpsAbC";
/** The group as an address. */
export const OPS = `wecom:${GROUP}`;

/** Reconnects fast; the heartbeat is that of the platform. */
export const PACE = { heartbeatMs: 30_000, reconnectMs: 5, handshakeMs: 10_000 };

/** A log whose lines are kept, each with its level before it. */
export interface KeptLog extends Log {
  readonly lines: string[];
}

export interface Linked {
  readonly clock: FakeClock;
  readonly fake: FakeWeCom;
  readonly link: LongConnection;
  readonly channel: WeComChannel;
  readonly heard: Heard[];
  readonly pressed: Pressed[];
  /** What answers the click of the same place in `pressed`. */
  readonly answers: ((card: Card) => Promise<boolean>)[];
  readonly log: KeptLog;
  close(): Promise<void>;
}

export function keepLog(): KeptLog {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  return { lines, debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
}

const open: Linked[] = [];

/** Closes after each test what was linked in it; call it once in a file. */
export function closeLinked(): void {
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
}

/** Starts one; it resolves as soon as it stands as `expected`, ready unless told. */
export async function linked(
  more: Partial<LongConnectionOptions> | ((fake: FakeWeCom) => Partial<LongConnectionOptions>) = {},
  {
    fake: fakeOptions = {},
    expected = "ready",
  }: { readonly fake?: FakeWeComOptions; readonly expected?: LinkState["is"] } = {},
): Promise<Linked> {
  const clock = new FakeClock();
  const fake = await openFakeWeCom({
    clock,
    chats: [{ id: GROUP, name: "值班群", spoken: true }],
    ...fakeOptions,
  });
  const heard: Heard[] = [];
  const pressed: Pressed[] = [];
  const answers: Linked["answers"] = [];
  const log = keepLog();
  const link = openLongConnection({
    botId: fake.bot.id,
    secret: fake.bot.secret,
    wsUrl: fake.wsUrl,
    botName: fake.bot.name,
    locale: "zh-CN",
    clock,
    log,
    random: () => 0,
    hear: async (message) => void heard.push(message),
    async press(press, answer) {
      pressed.push(press);
      answers.push(answer);
    },
    entered: async () => undefined,
    pace: PACE,
    ...(typeof more === "function" ? more(fake) : more),
  });
  let last = 0;
  const random = (): number => ++last / 1_000_000;
  const channel = weComChannel({ connection: link, locale: "zh-CN", clock, log, random });
  const all: Linked = {
    clock,
    fake,
    link,
    channel,
    heard,
    pressed,
    answers,
    log,
    async close() {
      await link.stop();
      await fake.close();
    },
  };
  open.push(all);
  link.start();
  await stands(link, expected);
  return all;
}

export async function stands(link: LongConnection, expected: LinkState["is"]): Promise<void> {
  await until(async () => (link.state().is === expected ? true : undefined)).catch(() => {
    throw new Error(`the connection is ${link.state().is}, not ${expected}`);
  });
}

/** Waits until a list has so many. */
export async function has(list: readonly unknown[], count: number): Promise<void> {
  await until(async () => (list.length >= count ? true : undefined));
}

/** An attempt of the courier. */
export function attempt(deliveryId: string, signal = new AbortController().signal) {
  return { deliveryId, signal };
}

export const incident: Card = {
  kind: "incident",
  title: "#12 CPU 使用率",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [
    { name: "内容", value: "cpu_usage > 90" },
    { name: "位置", value: "host=db-1" },
  ],
  actions: [
    { id: "ack", label: "认领", command: "ack 12" },
    { id: "silence", label: "静默1小时", command: "silence 12 1h" },
    { id: "show", label: "详情", command: "show 12" },
  ],
};

export const acknowledged: Card = {
  ...incident,
  status: "acknowledged",
  fields: [...(incident.fields ?? []), { name: "认领", value: "zhangsan，到 12:00" }],
  actions: [
    { id: "unack", label: "放弃", command: "unack 12" },
    { id: "show", label: "详情", command: "show 12" },
  ],
};
