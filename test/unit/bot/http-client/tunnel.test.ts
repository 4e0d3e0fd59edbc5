/** WebSockets through a proxy: by which, with TLS inside, and within a time. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ENVIRONMENT, proxyAt, proxyFor } from "../../../../bot/http-client/proxy.ts";
import { tunnelTo } from "../../../../bot/http-client/tunnel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { openProxy, type ProxySpec } from "../../../support/proxy-server.ts";
import { hasOpenssl, type Identity, makeCertificates } from "../../../support/web-server.ts";

async function proxyServer(spec: ProxySpec = {}) {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Greets whoever comes, over TLS; gives its port. */
async function serve({ key, cert }: Identity): Promise<number> {
  const server = createServer({ key, cert });
  server.on("tlsClientError", () => {});
  new WebSocketServer({ server }).on("connection", (socket) => socket.send("welcome"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The first word that comes, or what went wrong. */
function firstWord(url: string, agent: ReturnType<typeof tunnelTo>, ca?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      ...(agent === undefined ? {} : { agent }),
      ...(ca === undefined ? {} : { ca }),
    });
    onTestFinished(() => socket.terminate());
    socket.on("message", (data) => resolve(String(data)));
    socket.on("error", reject);
  });
}

const opening = (signal = new AbortController().signal, clock = new FakeClock()) => ({
  clock,
  limitMs: 10_000,
  signal,
});

test.each([
  ["ws://a.example", { HTTP_PROXY: "http://p:1" }, "http://p:1"],
  ["ws://a.example", { HTTPS_PROXY: "http://p:1" }, undefined],
  ["wss://a.example", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
  ["wss://a.example", { HTTP_PROXY: "http://p:1" }, undefined],
  ["wss://a.example", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.example:443" }, undefined],
  ["ws://a.example", { HTTP_PROXY: "http://p:1", NO_PROXY: "a.example:80" }, undefined],
  ["wss://a.example:8443", { HTTPS_PROXY: "p:1", NO_PROXY: "a.example:443" }, "http://p:1"],
  ["ws://127.0.0.1:9", { HTTP_PROXY: "http://p:1" }, undefined],
  ["ws://localhost:9", { HTTP_PROXY: "http://p:1" }, undefined],
  ["ws://[::1]:9", { HTTP_PROXY: "http://p:1" }, undefined],
  ["ws://0.0.0.0:9", { HTTP_PROXY: "http://p:1" }, "http://p:1"],
])("%s with %o goes by %s", (to, variables: Record<string, string>, expected) => {
  expect(proxyFor(new URL(to), ENVIRONMENT, variables)).toBe(expected);
  expect(tunnelTo(new URL(to), opening(), variables) !== undefined).toBe(expected !== undefined);
});

describe("the address of a proxy", () => {
  test.each(["socks5://u:s3cret@p:1", "http://u:s3cret@", "http://u:s3cret@p:99999", "ftp://s3cret"])(
    "%s is none, and stands in no error",
    (address) => {
      let error: unknown;
      try {
        proxyAt(address);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: "bad-proxy-address" });
      const { message, stack } = error as Error;
      expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toContain("s3cret");
    },
  );

  test("may hold a password that is not well escaped", async () => {
    const proxy = await proxyServer({ refuses: "407" });
    const address = proxy.url.replace("//", "//u:50%off%21@");
    const agent = tunnelTo(new URL("ws://a.example"), opening(), { HTTP_PROXY: address });
    await expect(firstWord("ws://a.example", agent)).rejects.toThrow("407");
    const login = Buffer.from("u:50%off!").toString("base64");
    expect(proxy.asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${login}`);
  });
});

describe.skipIf(!hasOpenssl)("a socket with TLS (needs openssl)", () => {
  test("goes through it by CONNECT, and the certificate is still checked", async () => {
    const { good, wrongHost, authority } = makeCertificates();
    const port = await serve(good);
    const places = { "shop.test:443": port, "shop.test:8443": await serve(wrongHost), "10.9.8.7:443": port };
    const proxy = await proxyServer({ places });
    const word = (url: string, ca?: string): Promise<string> =>
      firstWord(url, tunnelTo(new URL(url), opening(), { HTTPS_PROXY: proxy.url }), ca);
    expect(await word("wss://shop.test", authority)).toBe("welcome");
    await expect(word("wss://shop.test")).rejects.toThrow(/certificate/);
    await expect(word("wss://shop.test:8443", authority)).rejects.toThrow("shop.test");
    // Behind a proxy Node would look for another name where the host is an address.
    await expect(word("wss://10.9.8.7", authority)).rejects.toThrow("10.9.8.7");
    expect(proxy.asked.map(({ line }) => line)).toEqual([
      "CONNECT shop.test:443",
      "CONNECT shop.test:443",
      "CONNECT shop.test:8443",
      "CONNECT 10.9.8.7:443",
    ]);
  });
});

describe("a proxy that hangs", () => {
  test("is given up in time, each time anew", async () => {
    const proxy = await proxyServer({ refuses: "hangs" });
    const clock = new FakeClock();
    const agent = tunnelTo(new URL("ws://a.example"), opening(undefined, clock), { HTTP_PROXY: proxy.url });
    for (const times of [1, 2]) {
      const word = expect(firstWord("ws://a.example", agent)).rejects.toMatchObject({ code: "ETIMEDOUT" });
      while (proxy.asked.length < times) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(10_000);
      await word;
    }
    expect(clock.sleeping).toBe(0);
  });

  test("is left when its signal says so, before and meanwhile", async () => {
    const proxy = await proxyServer({ refuses: "hangs" });
    const stop = new AbortController();
    const clock = new FakeClock();
    const agent = tunnelTo(new URL("ws://a.example"), opening(stop.signal, clock), { HTTP_PROXY: proxy.url });
    const word = expect(firstWord("ws://a.example", agent)).rejects.toMatchObject({ code: "ABORT_ERR" });
    while (proxy.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await word;
    await expect(firstWord("ws://a.example", agent)).rejects.toMatchObject({ code: "ABORT_ERR" });
    expect(clock.sleeping).toBe(0);
  });
});
