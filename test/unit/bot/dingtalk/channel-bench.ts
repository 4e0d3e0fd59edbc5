/** The channel of DingTalk in front of the fake one, with the real client between them, on one clock. */
import { onTestFinished } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../../../alerts/channel.ts";
import { type Clicks, openClicks } from "../../../../bot/chat/clicks.ts";
import { openDingTalkApi } from "../../../../bot/dingtalk/api/api.ts";
import type { CallKind } from "../../../../bot/dingtalk/api/quota-use.ts";
import { PUBLIC_TEMPLATE } from "../../../../bot/dingtalk/card-data.ts";
import { dingTalkChannel } from "../../../../bot/dingtalk/channel.ts";
import { openSessions, type Sessions } from "../../../../bot/dingtalk/sessions.ts";
import { openTiers, type Tiers } from "../../../../bot/dingtalk/tiers.ts";
import { type FakeDingTalk, openFakeDingTalk } from "../../../support/dingtalk/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

export const GROUP = "cidFakeOps0001==";
export const HERE = `dingtalk:${GROUP}`;
export const SECRET = "fake-client-secret-0001";

export interface Bench {
  readonly fake: FakeDingTalk;
  readonly clock: FakeClock;
  readonly channel: Channel;
  readonly clicks: Clicks<Readonly<Record<string, string>>>;
  readonly sessions: Sessions;
  readonly tiers: Tiers;
  /** Refusals of cards that were said. */
  readonly said: string[];
  /** Calls that were counted, in order. */
  readonly counted: CallKind[];
  /** What the robots of the group said in the app's place; undefined where there are none. */
  standIns: Card[] | undefined;
  /** Whether calls are left for what is not critical. */
  plenty: boolean;
  /** What people see in the group, or in somebody's own chat. */
  seen(where?: string): readonly string[];
  /** The paths that were asked for, but for the token's. */
  asked(): readonly string[];
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const clock = new FakeClock();
  const fake = await openFakeDingTalk({ clock });
  const sessions = openSessions();
  const clicks = openClicks<Readonly<Record<string, string>>>();
  const said: string[] = [];
  const counted: CallKind[] = [];
  const tiers = openTiers((conversation, code) => said.push(`${conversation} ${code}`));
  const purse = { used: 0, of: 5_000, byKind: {} };
  const bench: Bench = {
    fake,
    clock,
    clicks,
    sessions,
    tiers,
    said,
    counted,
    standIns: undefined,
    plenty: true,
    channel: dingTalkChannel({
      api: openDingTalkApi({
        clientId: "dingfake0001",
        clientSecret: SECRET,
        apiBase: fake.apiBase,
        oapiBase: fake.oapiBase,
        clock,
        quota: {
          spent: (_at, kind) => void counted.push(kind),
          use: () => ({ month: "2026-11", api: purse, stream: purse }),
        },
      }),
      clicks,
      sessions,
      tiers,
      template: () => PUBLIC_TEMPLATE,
      installation: "0000abcd",
      nameOf: (person) => (person === "dingtalk:16650698" ? "张三" : person),
      mayTell: ({ severity }) => bench.plenty || severity === "critical",
      standIn: () => {
        const { standIns } = bench;
        if (standIns === undefined) return undefined;
        return async (_conversation, card): Promise<Receipt> => {
          standIns.push(card);
          return { conversation: "dingtalk_robot:x" };
        };
      },
      clock,
      locale: "zh-CN",
    }),
    seen: (where = GROUP) =>
      fake
        .messages(where)
        .map(({ title, text, buttons }) => [title, text, ...buttons.map((one) => one.text)].join("\n")),
    asked: () =>
      fake.requests
        .filter(({ path }) => !path.includes("oauth2"))
        .map(({ method, path }) => `${method} ${path}`),
    close: () => fake.close(),
  };
  return bench;
}

/** One that is taken down with the test. */
export async function open(): Promise<Bench> {
  const bench = await openBench();
  onTestFinished(() => bench.close());
  return bench;
}

export const incident: Card = {
  kind: "incident",
  title: "#12 磁盘满了",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [{ name: "位置", value: "host=web-1" }],
  actions: [
    { id: "ack", label: "认领", command: "ack 12" },
    { id: "silence", label: "静默1小时", command: "silence 12 1h" },
    { id: "show", label: "详情", command: "show 12" },
  ],
};

export const attempt = (deliveryId = "incident-12@x"): Attempt => ({
  deliveryId,
  signal: new AbortController().signal,
});

/** The no that a call ends with. */
export async function refusal(call: Promise<unknown> | undefined): Promise<SendError> {
  const error = await call?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SendError)) throw new Error(`no SendError: ${error}`);
  return error;
}
