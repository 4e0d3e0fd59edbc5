/** WeCom's long connection by the proxies of the environment, with WeCom's own client on a real socket. */
import { expect, it, onTestFinished } from "vitest";
import { openLongConnection } from "../../../../../bot/wecom/long/connection.ts";
import { until } from "../../../../support/bot.ts";
import { FakeClock } from "../../../../support/fake-clock.ts";
import { useProxies } from "../../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../../support/proxy-server.ts";
import { closeLinked, GROUP, has, keepLog, linked, PACE, stands } from "./linked.ts";

closeLinked();

const HOST = "openws.wecom.example";
const PASSWORD = "pr0xy-passw0rd";
const never = new AbortController().signal;
const markdown = (content: string) => ({ msgtype: "markdown", markdown: { content } });
const group = { chatid: GROUP, chat_type: 2 } as const;

/** One that is closed with the test, with a name and a password in its address. */
async function opened(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: proxy.url.replace("//", `//ops:${PASSWORD}@`) };
}

const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

/** A connection of which nobody is there but the proxy; it is stopped with the test. */
function alone(wsUrl: string, handshakeMs = PACE.handshakeMs) {
  const clock = new FakeClock();
  const log = keepLog();
  const link = openLongConnection({
    botId: "bot",
    secret: "bot-secret",
    wsUrl,
    locale: "zh-CN",
    clock,
    log,
    random: () => 0,
    hear: async () => {},
    press: async () => {},
    entered: async () => undefined,
    pace: { ...PACE, handshakeMs },
  });
  onTestFinished(() => link.stop());
  link.start();
  return { clock, link, log };
}

it("goes through the proxy, and again after it broke", async () => {
  const places: Record<string, number> = {};
  const proxy = await opened({ places });
  useProxies({ HTTP_PROXY: proxy.url });
  const { fake, link, heard } = await linked(({ wsUrl }) => {
    places[`${HOST}:80`] = Number(new URL(wsUrl).port);
    return { wsUrl: `ws://${HOST}` };
  });
  await link.send(group, markdown("there"), never);
  expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["there"]);
  fake.terminate();
  await until(async () => (fake.connections.length > 1 ? true : undefined));
  await stands(link, "ready");
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  expect(lines(proxy)).toEqual([`CONNECT ${HOST}:80`, `CONNECT ${HOST}:80`]);
  await link.stop();
  await until(async () => (proxy.open() === 0 ? true : undefined));
});

it("asks for TLS by the proxy that is for it", async () => {
  const proxy = await opened({ refuses: "hangs" });
  useProxies({ HTTPS_PROXY: proxy.url });
  const { log } = alone(`wss://${HOST}`);
  await until(async () => (proxy.asked.length > 0 ? true : undefined));
  expect(lines(proxy)).toEqual([`CONNECT ${HOST}:443`]);
  const login = Buffer.from(`ops:${PASSWORD}`).toString("base64");
  expect(proxy.asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${login}`);
  expect(log.lines.join("\n")).not.toContain(PASSWORD);
});

it("goes straight where NO_PROXY says so, and always to this machine", async () => {
  const proxy = await opened();
  useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
  // An address of this machine that no rule takes for one.
  await linked(({ wsUrl }) => ({ wsUrl: wsUrl.replace("127.0.0.1", "0.0.0.0") }));
  await linked();
  expect(lines(proxy)).toEqual([]);
});

it("gives up a proxy that hangs, and knocks again", async () => {
  const proxy = await opened({ refuses: "hangs" });
  useProxies({ HTTP_PROXY: proxy.url });
  const { clock, link, log } = alone(`ws://${HOST}`);
  await until(async () => (proxy.asked.length === 1 ? true : undefined));
  await clock.advance(10_000);
  await stands(link, "waiting");
  expect(link.state().reason?.zh).toContain("ETIMEDOUT");
  expect(log.lines.filter((line) => line.startsWith("warn"))).toHaveLength(1);
  await until(async () => (proxy.asked.length === 2 ? true : undefined));
  await until(async () => (proxy.open() === 1 ? true : undefined));
});

it("is stopped at once while a proxy hangs", async () => {
  const proxy = await opened({ refuses: "hangs" });
  useProxies({ HTTP_PROXY: proxy.url });
  const { clock, link } = alone(`ws://${HOST}`);
  await until(async () => (proxy.asked.length === 1 ? true : undefined));
  await link.stop();
  await until(async () => (proxy.open() === 0 ? true : undefined));
  expect(clock.sleeping).toBe(0);
});

it("says that a proxy wants a password, and tries again", async () => {
  const proxy = await opened({ refuses: "407" });
  useProxies({ HTTP_PROXY: proxy.url });
  const { link, log } = alone(`ws://${HOST}`);
  await stands(link, "waiting");
  expect(link.state().reason?.zh).toContain("代理要求用户名和密码（407）");
  await until(async () => (proxy.asked.length > 2 ? true : undefined));
  const logged = log.lines.join("\n");
  expect(logged).toContain('"code":"HTTP 407"');
  for (const secret of [PASSWORD, "bot-secret"]) expect(logged).not.toContain(secret);
});

it("is not started by a proxy whose address is none, and tells no password", async () => {
  useProxies({ HTTP_PROXY: `socks5://ops:${PASSWORD}@127.0.0.1:1080` });
  const { link, log } = alone(`ws://${HOST}`);
  await stands(link, "waiting");
  expect(log.lines.join("\n")).not.toContain(PASSWORD);
});
