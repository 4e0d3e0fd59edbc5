/** The request of an action: made once, by which way, and what is told of a way that leads nowhere. */
import { describe, expect, onTestFinished, test } from "vitest";
import { actionsSchema } from "../../../../bot/actions/config.ts";
import { makeRequest } from "../../../../bot/actions/make-request.ts";
import { useProxies } from "../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { type Listening, serveHttp } from "../../../support/web-server.ts";

const CI = "http://ci.example/job";

async function opened(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: proxy.url.replace("//", "//ops:pr0xy-pw@") };
}

/** What is asked; a connection is closed in place of the answer after the first `answers` on it. */
async function site(answers = Number.POSITIVE_INFINITY): Promise<Listening & { readonly asked: string[] }> {
  const asked: string[] = [];
  const given = new Map<number | undefined, number>();
  const listening = await serveHttp((request, response) => {
    const { remotePort } = request.socket;
    const before = given.get(remotePort) ?? 0;
    given.set(remotePort, before + 1);
    asked.push(`${request.method} ${request.url}`);
    if (before >= answers) return void request.socket.destroy();
    request.resume().on("end", () => response.end("begun"));
  });
  onTestFinished(() => listening.close());
  return { ...listening, asked };
}

/** Carries out what a file says. */
function run(
  url: string,
  http: object = {},
  { timeoutMs = 5_000, stop = new AbortController().signal } = {},
) {
  const [action] = actionsSchema.parse([{ name: "call", http: { url, body: { a: 1 }, http_config: http } }]);
  const request = action?.does.request;
  if (request?.http === undefined) throw new Error("no request");
  const about = { timeoutMs, stop, mask: (text: string) => text, id: "run-1" };
  return makeRequest({ ...request, http: request.http }, {}, about);
}

const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

describe("the way", () => {
  test("is by the proxies of the environment, for its token as well", async () => {
    const places: Record<string, number> = {};
    const ci = await site();
    const login = await serveHttp((_, response) => response.end('{"access_token":"t"}'));
    onTestFinished(() => login.close());
    Object.assign(places, { "ci.example:80": ci.port, "login.example:80": login.port });
    const proxy = await opened({ places });
    useProxies({ HTTP_PROXY: proxy.url });
    const oauth2 = { client_id: "a", client_secret: "b", token_url: "http://login.example/token" };
    expect(await run(CI, { oauth2 })).toMatchObject({ ending: "ok", detail: "HTTP 200", output: "begun" });
    expect(lines(proxy)).toEqual(["POST http://login.example/token", `POST ${CI}`]);
  });

  test("is by the proxy of the file before those", async () => {
    const ci = await site();
    const own = await opened({ places: { "ci.example:80": ci.port } });
    const other = await opened();
    useProxies({ HTTP_PROXY: other.url, NO_PROXY: "ci.example" });
    expect(await run(CI, { proxy_url: own.url })).toMatchObject({ ending: "ok" });
    expect([lines(own).length, lines(other).length]).toEqual([1, 0]);
  });

  test("is straight on this machine, and where NO_PROXY says so", async () => {
    const ci = await site();
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
    for (const host of ["127.0.0.1", "0.0.0.0"])
      expect(await run(`http://${host}:${ci.port}/job`)).toMatchObject({ ending: "ok" });
    expect(lines(proxy)).toEqual([]);
  });

  test.each([
    ["http", "407", "the proxy wants a name and a password (407)"],
    ["https", "407", "the proxy wants a name and a password (407)"],
    ["https", "403", "the proxy does not let the request through (403)"],
    ["https", "gone", "no answer from the receiver (ECONNREFUSED)"],
    ["https", "socks", "no answer from the receiver (bad-proxy-address)"],
  ] as const)("over %s by a proxy (%s) fails, in words without its address", async (scheme, how, detail) => {
    const proxy = await opened(how === "407" || how === "403" ? { refuses: how } : {});
    if (how === "gone") proxy.close();
    const url = how === "socks" ? proxy.url.replace("http:", "socks5:") : proxy.url;
    useProxies({ HTTP_PROXY: url, HTTPS_PROXY: url });
    expect(await run(`${scheme}://ci.example/job`)).toEqual({ ending: "failed", detail, output: "" });
    expect(lines(proxy).length).toBeLessThanOrEqual(1);
  });

  test.each(["http", "https"])("by a proxy that hangs ends in time, and with us, over %s", async (scheme) => {
    const proxy = await opened({ refuses: "hangs" });
    useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    const url = `${scheme}://ci.example/job`;
    expect(await run(url, {}, { timeoutMs: 100 })).toMatchObject({ ending: "timeout" });
    const stop = new AbortController();
    const running = run(url, {}, { stop: stop.signal });
    while (lines(proxy).length < 2) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await running).toMatchObject({ ending: "failed" });
    while (proxy.open() > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(lines(proxy)).toHaveLength(2);
  });
});

describe("what is closed in place of an answer is asked once", () => {
  test("on a connection that was kept", async () => {
    const ci = await site(1);
    useProxies({});
    expect(await run(ci.url)).toMatchObject({ ending: "ok" });
    expect(await run(ci.url)).toMatchObject({ ending: "failed" });
    expect(ci.asked).toHaveLength(2);
  });

  test("through a proxy", async () => {
    const ci = await site(0);
    const proxy = await opened({ places: { "ci.example:80": ci.port } });
    useProxies({ HTTP_PROXY: proxy.url });
    expect(await run(CI)).toMatchObject({ ending: "failed" });
    expect([lines(proxy).length, ci.asked.length]).toEqual([1, 1]);
  });
});
