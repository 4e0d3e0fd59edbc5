/** Robots and applications: by the proxy of the file, or else by those of the environment. */
import { describe, expect, it, onTestFinished, test } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { SendError } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { robotChannels, robotsOf } from "../../../../bot/robots/robots.ts";
import { weComAppsOf } from "../../../../bot/wecom/app/apps.ts";
import { openWeComApps } from "../../../../bot/wecom/app/open-wecom-apps.ts";
import { silentLog } from "../../../../storage/log.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { useProxies } from "../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { openRobots } from "../../../support/robots.ts";
import { openFakeWeCom } from "../../../support/wecom/fake-wecom.ts";

const BASE = "http://platform.example";
const card: Card = { kind: "text", title: "x" };

async function proxyServer(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return proxy;
}

const paths = ({ asked }: ProxyServer): readonly string[] =>
  asked.map(({ line }) => line.split("?")[0] ?? "");
const attemptOf = (deliveryId: string) => ({ deliveryId, signal: new AbortController().signal });

/** Both platforms' robots, and an application; `http` stands in `global`. */
function fileOf(http: object, app = { corpId: "ww1", secret: "s", agentId: 1 }) {
  const yaml = JSON.stringify({
    global: { http_config: http },
    route: { receiver: "team" },
    receivers: [
      {
        name: "team",
        dingtalk_robot_configs: [{ access_token: "d-token-0001" }],
        wecom_robot_configs: [{ key: "w-key-0001" }],
        wecom_app_configs: [
          { corpid: app.corpId, corpsecret: app.secret, agentid: app.agentId, touser: "lisi" },
        ],
      },
    ],
  });
  return parseConfig("gengfu.yml", yaml, {});
}

/** Says a card by a robot of each platform. */
async function sayByRobots(http: object, base = BASE): Promise<void> {
  const robots = robotsOf(fileOf(http), { DINGTALK_OAPI_BASE: base, WECOM_API_BASE: base });
  const channels = robotChannels({ find: () => robots, clock: new FakeClock(), locale: "en" });
  for (const [channel, addresses] of [
    [channels.dingtalk_robot, robots.dingTalk],
    [channels.wecom_robot, robots.weCom],
  ] as const)
    for (const address of addresses.keys()) await channel.post(address, card, attemptOf(`x@${address}`));
}

describe("robots", () => {
  it("go through the proxies of the environment where the file names none", async () => {
    const doors = await openRobots();
    onTestFinished(() => doors.close());
    const proxy = await proxyServer({ places: { "platform.example:80": Number(new URL(doors.url).port) } });
    useProxies({ HTTP_PROXY: proxy.url });
    await sayByRobots({});
    expect(paths(proxy)).toEqual([`POST ${BASE}/robot/send`, `POST ${BASE}/cgi-bin/webhook/send`]);
    expect(doors.said.map(({ token }) => token)).toEqual(["d-token-0001", "w-key-0001"]);
  });

  it("go through the file's proxy before those", async () => {
    const doors = await openRobots();
    onTestFinished(() => doors.close());
    const own = await proxyServer({ places: { "platform.example:80": Number(new URL(doors.url).port) } });
    const other = await proxyServer();
    useProxies({ HTTP_PROXY: other.url, NO_PROXY: "platform.example" });
    await sayByRobots({ proxy_url: own.url });
    expect([paths(own).length, paths(other).length]).toEqual([2, 0]);
  });

  it("go straight on this machine", async () => {
    const doors = await openRobots();
    onTestFinished(() => doors.close());
    const proxy = await proxyServer();
    useProxies({ HTTP_PROXY: proxy.url });
    await sayByRobots({}, doors.url);
    expect([paths(proxy).length, doors.said.length]).toEqual([0, 2]);
  });

  it("tell no secret of a proxy that wants a password, and try again", async () => {
    const proxy = await proxyServer({ refuses: "407" });
    useProxies({ HTTP_PROXY: proxy.url.replace("//", "//ops:pr0xy-pw@") });
    const error: unknown = await sayByRobots({}).catch((e: unknown) => e);
    if (!(error instanceof SendError)) throw new Error("it was taken");
    expect(error).toMatchObject({ next: "retry", code: "407" });
    expect(`${error.message} ${error.stack}`).not.toMatch(/pr0xy-pw|token-0001/);
  });
});

describe("applications of WeCom", () => {
  test.each([
    ["the environment's proxies", {}, true],
    ["the file's proxy", { proxy_url: "http://127.0.0.1:1" }, false],
  ])("go through %s", async (_, http, isThrough) => {
    const fake = await openFakeWeCom({});
    onTestFinished(() => fake.close());
    const proxy = await proxyServer({ places: { "platform.example:80": Number(new URL(fake.url).port) } });
    useProxies({ HTTP_PROXY: proxy.url });
    const apps = weComAppsOf(fileOf(http, fake.app), BASE);
    const { channel } = openWeComApps({
      find: () => apps,
      clock: new FakeClock(),
      log: silentLog,
      locale: "en",
    });
    const [address = ""] = apps.keys();
    const posted = channel.post(address, card, attemptOf("x"));
    if (!isThrough) {
      await expect(posted).rejects.toMatchObject({ code: "ECONNREFUSED" });
      expect(paths(proxy)).toEqual([]);
      return;
    }
    await posted;
    expect(paths(proxy)).toEqual([`GET ${BASE}/cgi-bin/gettoken`, `POST ${BASE}/cgi-bin/message/send`]);
    expect(fake.messages("app/lisi")).toHaveLength(1);
  });
});
