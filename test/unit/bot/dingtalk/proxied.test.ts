/** DingTalk by the proxies of the environment: what is asked of them, and what becomes of those that do not do their work. */
import { describe, expect, onTestFinished, test } from "vitest";
import { settle } from "../../../support/fake-clock.ts";
import { useProxies } from "../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import {
  type ApiBench,
  CLIENT_SECRET,
  everyWordOf,
  never,
  openApiBench,
  type Reply,
  refusalOf,
  tokenOf,
} from "./api-bench.ts";
import { GROUP, logged, openRig, type Rig, SECRET, until } from "./stream/rig.ts";

const API = "api.dingtalk.example";
const STREAM = "stream.dingtalk.example";
const PASSWORD = "pr0xy-passw0rd";

/** One that is closed with the test, with a name and a password in its address. */
async function opened(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: proxy.url.replace("//", `//ops:${PASSWORD}@`) };
}

const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

describe("the API", () => {
  const yes: Reply = {
    body: { processQueryKey: "q", media_id: "@m", success: true, result: true, errcode: 0 },
  };
  const sendTo = ({ api }: ApiBench, signal = never) =>
    api.sendToGroup("cid", "sampleText", { content: "hi" }, signal);

  async function bench(base?: string | ((port: number) => string)): Promise<ApiBench> {
    const one = await openApiBench(() => yes, undefined, base);
    onTestFinished(() => one.close());
    return one;
  }

  test("is asked through the proxy, with whole addresses and files as they are", async () => {
    const places: Record<string, number> = {};
    const proxy = await opened({ places });
    useProxies({ HTTP_PROXY: proxy.url });
    const one = await bench((port) => {
      places[`${API}:80`] = port;
      return `http://${API}`;
    });
    await sendTo(one);
    await one.api.updateCard("card-1", { state: "firing" }, never);
    expect(await one.api.uploadImage(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "a.png", never)).toBe("@m");
    expect(lines(proxy)).toEqual([
      `POST http://${API}/v1.0/oauth2/accessToken`,
      `POST http://${API}/v1.0/robot/groupMessages/send`,
      `PUT http://${API}/v1.0/card/instances`,
      `POST http://${API}/media/upload?access_token=${tokenOf(1)}&type=image`,
    ]);
    const login = Buffer.from(`ops:${PASSWORD}`).toString("base64");
    expect(proxy.asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${login}`);
    const [message, card, file] = one.asked;
    expect(message?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(card?.body ?? "")).toMatchObject({ outTrackId: "card-1" });
    expect(file?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(file?.body).toContain('name="media"; filename="a.png"');
  });

  test("is asked straight where NO_PROXY says so", async () => {
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
    // An address of this machine that no rule takes for one.
    await sendTo(await bench((port) => `http://0.0.0.0:${port}`));
    expect(lines(proxy)).toEqual([]);
  });

  test("on this machine is never asked through a proxy", async () => {
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    await sendTo(await bench());
    expect(lines(proxy)).toEqual([]);
  });

  test.each(["http", "https"])("waits ten seconds for a proxy that hangs, over %s", async (scheme) => {
    const proxy = await opened({ refuses: "hangs" });
    useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    const one = await bench(`${scheme}://${API}`);
    const sent = refusalOf(sendTo(one));
    await until(() => proxy.asked.length > 0);
    await one.clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
    const stop = new AbortController();
    const again = refusalOf(sendTo(one, stop.signal));
    await until(() => proxy.asked.length > 1);
    stop.abort();
    expect(await again).toMatchObject({ next: "retry", code: "aborted" });
    await until(() => proxy.open() === 0);
    expect(one.clock.sleeping).toBe(0);
  });

  test.each([
    ["http", "that wants a password", "407"],
    ["https", "that wants a password", "407"],
    ["https", "that is not there", "ECONNREFUSED"],
    ["https", "whose address is none", "bad-proxy-address"],
  ])("over %s by a proxy %s is tried again, and no secret is told", async (scheme, _, code) => {
    const proxy = await opened({ refuses: "407" });
    if (code === "ECONNREFUSED") proxy.close();
    const url = code === "bad-proxy-address" ? proxy.url.replace("http:", "socks5:") : proxy.url;
    useProxies({ HTTP_PROXY: url, HTTPS_PROXY: url });
    const error = await refusalOf(sendTo(await bench(`${scheme}://${API}`)));
    expect(error).toMatchObject({ next: "retry", code });
    for (const secret of [PASSWORD, CLIENT_SECRET, API]) expect(everyWordOf(error)).not.toContain(secret);
  });
});

describe("the connection that listens", () => {
  /** A stream in front of the fake, whose names lead there through the proxy. */
  async function listener(proxy: ProxySpec = {}, apiBase: string | undefined = `http://${API}`) {
    const places: Record<string, number> = {};
    const server = await opened({ places, ...proxy });
    useProxies({ HTTP_PROXY: server.url });
    const rig = await openRig(apiBase, { streamHost: STREAM });
    onTestFinished(() => rig.end());
    const port = Number(new URL(rig.fake.apiBase).port);
    Object.assign(places, { [`${API}:80`]: port, [`${STREAM}:80`]: port });
    return { proxy: server, rig };
  }

  /** With the gateway on this machine, so that only the socket goes through the proxy. */
  async function socketOnly(proxy: ProxySpec) {
    const server = await opened(proxy);
    useProxies({ HTTP_PROXY: server.url });
    const rig = await openRig(undefined, { streamHost: STREAM });
    onTestFinished(() => rig.end());
    return { proxy: server, rig };
  }

  const words = (rig: Rig): string => {
    const log = logged(rig);
    for (const secret of [PASSWORD, SECRET, "ticket"]) expect(log).not.toContain(secret);
    return `${rig.stream.state().reason?.zh} ${rig.stream.state().reason?.en}`;
  };

  test("goes through the proxy from its gateway to its last word", async () => {
    const { rig, proxy } = await listener();
    await rig.connected();
    expect(lines(proxy)).toEqual([
      `POST http://${API}/v1.0/gateway/connections/open`,
      `CONNECT ${STREAM}:80`,
    ]);
    expect(await rig.fake.say(GROUP, "zhang", "status").settled).toBe("answered");
    expect(rig.heard).toMatchObject([{ text: "status" }]);
    await rig.stream.stop();
    await until(() => rig.fake.sockets.all.every(({ state }) => state === "closed"));
    await until(() => proxy.open() === 0);
    expect(rig.sleeping()).toBe(0);
  });

  test("goes straight where NO_PROXY says so", async () => {
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
    const rig = await openRig(undefined, { host: "0.0.0.0" });
    onTestFinished(() => rig.end());
    await rig.connected();
    expect(lines(proxy)).toEqual([]);
  });

  test("never goes through a proxy to this machine", async () => {
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    const rig = await openRig();
    onTestFinished(() => rig.end());
    await rig.connected();
    expect(lines(proxy)).toEqual([]);
  });

  test("does not wait for ever for a proxy that hangs, and tries again", async () => {
    const { rig, proxy } = await socketOnly({ refuses: "hangs" });
    rig.stream.start();
    await until(() => proxy.asked.length === 1);
    await rig.clock.advance(10_000);
    await until(() => rig.stream.state().is === "waiting");
    expect(words(rig)).toContain("did not answer in time");
    await until(() => proxy.open() === 0);
    await rig.clock.advance(2_000);
    await until(() => proxy.asked.length === 2);
  });

  test("is stopped at once while a proxy hangs", async () => {
    const { rig, proxy } = await socketOnly({ refuses: "hangs" });
    rig.stream.start();
    await until(() => proxy.asked.length === 1);
    await rig.stream.stop();
    await until(() => proxy.open() === 0);
    await settle();
    expect(rig.sleeping()).toBe(0);
  });

  test.each(["gateway", "socket"])("says that a proxy wants a password, at the %s", async (step) => {
    const { rig, proxy } =
      step === "gateway" ? await listener({ refuses: "407" }) : await socketOnly({ refuses: "407" });
    rig.stream.start();
    await until(() => rig.stream.state().is === "waiting");
    expect(words(rig)).toMatch(/代理要求用户名和密码（407）.*The proxy wants a name and a password/);
    expect(lines(proxy)).toHaveLength(1);
    await rig.pass(3_000);
    expect(lines(proxy).length).toBeGreaterThan(1);
  });

  test("says that a proxy's address is none", async () => {
    useProxies({ HTTP_PROXY: `socks5://ops:${PASSWORD}@127.0.0.1:1080` });
    const rig = await openRig(`http://${API}`);
    onTestFinished(() => rig.end());
    rig.stream.start();
    await until(() => rig.stream.state().is === "waiting");
    expect(words(rig)).toContain("HTTPS_PROXY must be an http:// or https:// address");
  });
});
