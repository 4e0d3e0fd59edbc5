/** Ways to a receiver that are not straight: proxies, redirects, tokens. All of it against real servers on loopback. */
import type { IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { parseConfig } from "../../../../bot/config.ts";
import { proxyFor } from "../../../../bot/http-client/proxy.ts";
import { type HttpConfig, PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import { send } from "../../../../bot/webhook/request.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { hasOpenssl, makeCertificates, serveHttp, serveHttps } from "../../../support/web-server.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = { status?: number; headers?: Record<string, string>; body?: string };

/** A server that remembers what it was asked. */
async function server(reply: (seen: Seen) => Reply = () => ({})) {
  const seen: Seen[] = [];
  const listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const { status = 200, headers = {}, body = "ok" } = reply(one);
      response.writeHead(status, headers).end(body);
    });
  });
  cleanUps.push(() => listening.close());
  return { url: listening.url, seen };
}

/** A forward proxy that is closed with the test. */
async function proxyServer(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  cleanUps.push(() => proxy.close());
  return proxy;
}

/** What a file says of the only webhook. */
function configOf(http: object): HttpConfig {
  const yaml = JSON.stringify({
    route: { receiver: "a" },
    receivers: [{ name: "a", webhook_configs: [{ url: "http://a.example", http_config: http }] }],
  });
  const [target] = parseConfig("gengfu.yml", yaml, {}).receivers[0]?.targets ?? [];
  if (target?.channel !== "webhook" || target.webhook.http === undefined) throw new Error("no webhook");
  return target.webhook.http;
}

function post(url: string, http: HttpConfig = PLAIN_HTTP) {
  return send({ method: "POST", url, http, headers: {}, body: '{"a":1}' }, AbortSignal.timeout(5_000));
}

describe("proxies", () => {
  test("http goes to the proxy with the whole address, with the headers that are for it", async () => {
    const receiver = await server();
    const proxy = await proxyServer();
    const http = configOf({ proxy_url: proxy.url, proxy_connect_header: { "x-team": ["ops"] } });
    expect(await post(`${receiver.url}/hook`, http)).toMatchObject({ status: 200, body: "ok" });
    expect(proxy.asked.map(({ line }) => line)).toEqual([`POST ${receiver.url}/hook`]);
    expect(proxy.asked[0]?.headers["x-team"]).toBe("ops");
    expect(receiver.seen[0]).toMatchObject({ method: "POST", body: '{"a":1}' });
  });

  test.skipIf(!hasOpenssl)(
    "https goes through it by CONNECT, and the certificate is still checked (needs openssl)",
    async () => {
      const certificates = makeCertificates();
      const seen: string[] = [];
      const receiver = await serveHttps(certificates.good, (request, response) => {
        seen.push(`${request.method} ${request.url}`);
        response.end("ok");
      });
      cleanUps.push(() => receiver.close());
      const proxy = await proxyServer();
      const http = configOf({ proxy_url: proxy.url, tls_config: { ca: certificates.authority } });
      const { port } = new URL(receiver.url);
      expect(await post(`${receiver.url}/hook`, http)).toMatchObject({ status: 200 });
      expect(proxy.asked.map(({ line }) => line)).toEqual([`CONNECT 127.0.0.1:${port}`]);
      expect(seen).toEqual(["POST /hook"]);
      await expect(post(`${receiver.url}/hook`, configOf({ proxy_url: proxy.url }))).rejects.toThrow(
        "no answer from the receiver",
      );
    },
  );

  test("a proxy that is not there is no answer, and is tried again", async () => {
    const receiver = await server();
    const gone = await proxyServer();
    await cleanUps.pop()?.();
    await expect(post(receiver.url, configOf({ proxy_url: gone.url }))).rejects.toMatchObject({
      next: "retry",
    });
    expect(receiver.seen).toEqual([]);
  });

  test.each([
    ["http", "407", "the proxy wants a name and a password (407)"],
    ["https", "407", "the proxy wants a name and a password (407)"],
    ["https", "403", "the proxy does not let the request through (403)"],
  ] as const)(
    "over %s one that answers %s is no answer of the receiver",
    async (scheme, refuses, message) => {
      const proxy = await proxyServer({ refuses });
      const http = configOf({ proxy_url: proxy.url.replace("//", "//ops:pr0xy-pw@") });
      const error: unknown = await post(`${scheme}://shop.example/`, http).catch((e: unknown) => e);
      expect(error).toMatchObject({ next: "retry", code: refuses, message });
      expect(proxy.asked).toHaveLength(1);
    },
  );

  test.each(["http", "https"])(
    "one that hangs is broken off when the time is up, over %s",
    async (scheme) => {
      const proxy = await proxyServer({ refuses: "hangs" });
      const stop = new AbortController();
      const http = configOf({ proxy_url: proxy.url });
      const about = {
        method: "POST",
        url: `${scheme}://shop.example/`,
        http,
        headers: {},
        body: "{}",
      } as const;
      const sent = expect(send(about, stop.signal)).rejects.toMatchObject({ next: "retry", code: "aborted" });
      while (proxy.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await sent;
    },
  );

  test.each([
    ["https://shop.example/", "", true],
    ["https://shop.example/", "*", false],
    ["https://shop.example/", "shop.example", false],
    ["https://shop.example/", "example", false],
    ["https://shop.example/", ".example", false],
    ["https://shop.example/", "hop.example", true],
    ["https://example/", ".example", true],
    ["https://shop.example/", "shop.example:443", false],
    ["https://shop.example/", "shop.example:8443", true],
    ["http://10.1.2.3:9000/", "10.0.0.0/8", false],
    ["http://10.1.2.3:9000/", "10.1.2.3", false],
    ["http://10.1.2.3:9000/", "1.2.3", true],
    ["http://10.1.2.3:9000/", "10.1.2.3:9000, other", false],
    ["http://[fd00::1]/", "fd00::/8", false],
    ["http://[fd00::1]/", "fd00::1", false],
    ["http://[fd00::1]/", "[fd00::1]:80", false],
  ])("%s with no_proxy '%s': through it: %s", (url, noProxy, through) => {
    const { proxy } = configOf({ proxy_url: "http://proxy.example:3128", no_proxy: noProxy });
    const found = proxy && proxyFor(new URL(url), proxy, {});
    expect(found).toBe(through ? "http://proxy.example:3128" : undefined);
  });

  test.each([
    ["https://shop.example/", { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://q:2" }, "http://p:1"],
    ["http://shop.example/", { HTTPS_PROXY: "http://p:1", http_proxy: "q:2" }, "http://q:2"],
    ["http://shop.example/", { HTTP_PROXY: "http://q:2", NO_PROXY: "example" }, undefined],
    ["http://localhost/", { HTTP_PROXY: "http://q:2" }, undefined],
    ["http://127.0.0.1/", { HTTP_PROXY: "http://q:2" }, undefined],
    ["http://shop.example/", {}, undefined],
  ])("%s with %j of the environment: %s", (url, variables, expected) => {
    const { proxy } = configOf({ proxy_from_environment: true });
    expect(proxy && proxyFor(new URL(url), proxy, variables)).toBe(expected);
  });

  test.each([
    [{ proxy_url: "socks5://p:1" }, "must be the http:// or https:// address of a proxy"],
    [{ proxy_url: "http://p:1", proxy_from_environment: true }, "proxy_url is there already"],
  ])("refused: %j", (http, why) => {
    expect(() => configOf(http)).toThrow(why);
  });
});

describe("connections", () => {
  /** A receiver that closes a connection instead of giving a second answer on it. */
  async function closing(perConnection: number) {
    const ports: (number | undefined)[] = [];
    const answered = new Map<number | undefined, number>();
    const listening = await serveHttp((request, response) => {
      const { remotePort } = request.socket;
      const before = answered.get(remotePort) ?? 0;
      if (before === perConnection) return void request.socket.destroy();
      answered.set(remotePort, before + 1);
      ports.push(remotePort);
      request.resume().on("end", () => response.end("ok"));
    });
    cleanUps.push(() => listening.close());
    return { url: listening.url, ports };
  }

  test("one is used again", async () => {
    const { url, ports } = await closing(10);
    for (let i = 0; i < 3; i++) expect((await post(url)).status).toBe(200);
    expect(new Set(ports).size).toBe(1);
  });

  test("one that was closed meanwhile is no failure: it is asked again on a new one", async () => {
    const { url, ports } = await closing(1);
    for (let i = 0; i < 3; i++) expect((await post(url)).status).toBe(200);
    expect(new Set(ports).size).toBe(3);
  });

  test("one that is closed at once is a failure, and is tried again later", async () => {
    const { url } = await closing(0);
    await expect(post(url)).rejects.toMatchObject({ next: "retry", code: "ECONNRESET" });
  });

  test("an answer without an end is read to its limit", async () => {
    const listening = await serveHttp((_, response) => {
      const more = (): void => void (response.destroyed || response.write("x".repeat(8_192), more));
      more();
    });
    cleanUps.push(() => listening.close());
    expect((await post(listening.url)).body).toHaveLength(16_384);
  });
});

describe("redirects", () => {
  test.each([307, 308])(
    "%i posts the same again, without the Authorization at another host",
    async (status) => {
      const last = await server();
      const first = await server(() => ({ status, headers: { location: `${last.url}/there` } }));
      const answer = await post(`${first.url}/here`, configOf({ authorization: { credentials: "s3cret" } }));
      expect(answer.status).toBe(200);
      expect(first.seen[0]?.headers.authorization).toBe("Bearer s3cret");
      expect(last.seen).toMatchObject([{ method: "POST", path: "/there", body: '{"a":1}' }]);
      expect(last.seen[0]?.headers.authorization).toBeUndefined();
    },
  );

  test.each([301, 302, 303])(
    "%i would be a GET that tells nobody anything: it is the answer",
    async (status) => {
      const last = await server();
      const first = await server(() => ({ status, headers: { location: last.url } }));
      expect((await post(first.url)).status).toBe(status);
      expect(last.seen).toEqual([]);
    },
  );

  test("none is followed where the file says so, nor one that leads in circles for ever", async () => {
    const circle = await server(() => ({ status: 307, headers: { location: "/again" } }));
    expect((await post(circle.url, configOf({ follow_redirects: false }))).status).toBe(307);
    expect(circle.seen).toHaveLength(1);
    expect((await post(circle.url)).status).toBe(307);
    expect(circle.seen).toHaveLength(12);
  });
});

describe("oauth2", () => {
  test("asks for a token once, uses it, and asks anew when the receiver would not have it", async () => {
    let good = "token-1";
    const issuer = await server(() => ({ body: JSON.stringify({ access_token: good, expires_in: 3_600 }) }));
    const receiver = await server(({ headers }) => ({
      status: headers.authorization === `Bearer ${good}` ? 200 : 401,
    }));
    const http = configOf({
      oauth2: {
        client_id: "gengfu",
        client_secret: "s3cret",
        token_url: `${issuer.url}/token`,
        scopes: ["alerts", "write"],
        endpoint_params: { audience: "ops" },
      },
    });
    expect((await post(receiver.url, http)).status).toBe(200);
    expect((await post(receiver.url, http)).status).toBe(200);
    expect(issuer.seen).toHaveLength(1);
    const [asked] = issuer.seen;
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from("gengfu:s3cret").toString("base64")}`);
    expect(asked?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(asked?.body).toBe("grant_type=client_credentials&scope=alerts+write&audience=ops");
    good = "token-2";
    expect((await post(receiver.url, http)).status).toBe(401);
    expect((await post(receiver.url, http)).status).toBe(200);
    expect(issuer.seen).toHaveLength(2);
  });

  test.each([
    ["refuses", { status: 403 }],
    ["answers something else", { body: "<html>" }],
    ["gives none", { body: "{}" }],
  ])("an authorization server that %s: nothing is sent, and it is tried again", async (_, reply) => {
    const issuer = await server(() => reply);
    const receiver = await server();
    const http = configOf({ oauth2: { client_id: "a", client_secret: "b", token_url: issuer.url } });
    await expect(post(receiver.url, http)).rejects.toMatchObject({ next: "retry" });
    expect(receiver.seen).toEqual([]);
  });
});
