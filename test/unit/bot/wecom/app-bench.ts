/** Applications of ours in front of the fake WeCom, on a clock that the test moves. */
import { onTestFinished } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { type WeComApps, weComAppsOf } from "../../../../bot/wecom/app/apps.ts";
import { type OpenedWeComApps, openWeComApps } from "../../../../bot/wecom/app/open-wecom-apps.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type FakeWeCom, type FakeWeComOptions, openFakeWeCom } from "../../../support/wecom/fake-wecom.ts";

export interface AppBench {
  readonly fake: FakeWeCom;
  readonly clock: FakeClock;
  readonly opened: OpenedWeComApps;
  readonly channel: Channel;
  /** What was logged, as it stands in the log. */
  readonly lines: string[];
  /** What must stand in no error, log or answer. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export interface AppBenchOptions extends FakeWeComOptions {
  /** Further lines of the target, in YAML's flow style; whom it tells, unless said: lisi and zhangsan. */
  readonly to?: string;
  /** Whether it can be answered. */
  readonly callback?: boolean;
  readonly locale?: "zh-CN" | "en";
}

/** The address of the one target. */
export const TEAM = "wecom_app:team/0";

export async function openAppBench(options: AppBenchOptions = {}): Promise<AppBench> {
  const { to = 'touser: "lisi|zhangsan"', callback = true, locale = "zh-CN", ...more } = options;
  const clock = new FakeClock();
  const fake = await openFakeWeCom({ clock, ...more });
  onTestFinished(() => fake.close());
  const lines: string[] = [];
  const write = (fields: object, message: string): void => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  const opened = openWeComApps({
    find: () => apps,
    clock,
    log: { debug: write, info: write, warn: write, error: write },
    locale,
  });
  const apps = appsOf(fake, to, callback);
  const { secret, token, aesKey } = fake.app;
  return {
    fake,
    clock,
    opened,
    channel: opened.channel,
    lines,
    secrets: [secret, token, aesKey, "access_token=", "corpsecret="],
    close: () => fake.close(),
  };
}

/** The applications of a file with one receiver, `team`, that is told by the fake's application. */
export function appsOf({ app, url }: FakeWeCom, to: string, callback: boolean): WeComApps {
  const { corpId, secret, agentId, token, aesKey } = app;
  const letters = callback ? `, callback: { token: ${token}, encoding_aes_key: ${aesKey} }` : "";
  const yaml = `
route: { receiver: team }
receivers:
  - name: team
    wecom_app_configs: [{ corpid: ${corpId}, corpsecret: ${secret}, agentid: ${agentId}, ${to}${letters} }]
`;
  return weComAppsOf(parseConfig("gengfu.yml", yaml, {}), url);
}

export const hot: Card = {
  kind: "incident",
  title: "#12 CPU使用率 > 80%",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [{ name: "位置", value: "host=web-1" }],
  actions: [
    { id: "ack", label: "认领", command: "ack 12" },
    { id: "silence", label: "静默 1 小时", command: "silence 12 1h" },
  ],
};
const { actions: _, ...withoutActions } = hot;
export const over: Card = { ...withoutActions, status: "resolved" };
export const mine: Card = { ...hot, status: "acknowledged", actions: hot.actions?.slice(1) ?? [] };

export const attempt = (deliveryId = `incident-12@${TEAM}`, before?: Receipt): Attempt => ({
  deliveryId,
  signal: new AbortController().signal,
  ...(before === undefined ? {} : { before }),
});

/** The SendError that a promise must come to. */
export async function refusalOf(promise: Promise<unknown>): Promise<SendError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SendError)) throw new Error(`not refused with a SendError: ${String(error)}`);
  return error;
}

/** Answers the doors whose path ends so with a code, the next so many times. */
export function refuse(
  fake: FakeWeCom,
  end: string,
  errcode: number,
  times = Number.POSITIVE_INFINITY,
): void {
  let left = times;
  fake.faults.http = (path) => {
    if (!path.endsWith(end) || left-- <= 0) return "answer";
    const errmsg = `refused, hint: [1], from ip: 203.0.113.7, more info at https://x?e=${errcode}`;
    return { status: 200, body: JSON.stringify({ errcode, errmsg }) };
  };
}
