/** Gateways by proxy: that of the file, or else those of the environment; what a proxy kept from leaving counts for nobody. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SendError } from "../../../../alerts/channel.ts";
import { ALIYUN, openAliyun } from "../../../support/clouds/aliyun.ts";
import { openTencent, TENCENT } from "../../../support/clouds/tencent.ts";
import { useProxies } from "../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { hasOpenssl, makeCertificates, serveHttp, serveHttps } from "../../../support/web-server.ts";
import { closing, openBench } from "./bench.ts";

const ZHANG = "13800138000";
const HOST = "sms.example";
const PASSWORD = "pr0xy-pw";

async function opened(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: proxy.url.replace("//", `//ops:${PASSWORD}@`) };
}

interface Far {
  readonly url: string;
  /** How often it was asked. */
  heard(): number;
}

/** A gateway on this machine, how a file writes one at `base`, and what a proxy is asked for at `HOST`. */
interface Kind {
  open(): Promise<Far>;
  entry(base: string): string;
  readonly line: string;
}

const cloudKeys = `to: ["${ZHANG}"], max_per_hour: 1`;

const KINDS: Readonly<Record<"http" | "aliyun" | "tencent", Kind>> = {
  http: {
    async open() {
      let heard = 0;
      const site = await serveHttp((request, response) => {
        heard++;
        request.resume().on("end", () => response.end());
      });
      onTestFinished(() => site.close());
      return { url: site.url, heard: () => heard };
    },
    entry: (base) => `provider: http, url: "${base}/send", ${cloudKeys}`,
    line: `POST http://${HOST}/send`,
  },
  aliyun: {
    async open() {
      const cloud = closing(await openAliyun());
      return { url: cloud.url, heard: () => cloud.taken.length };
    },
    entry: (base) =>
      `provider: aliyun, endpoint: "${base}", access_key_id: ${ALIYUN.id}, access_key_secret: ${ALIYUN.secret}, sign_name: ${ALIYUN.sign}, template: ${ALIYUN.sms}, ${cloudKeys}`,
    line: `CONNECT ${HOST}:80`,
  },
  tencent: {
    async open() {
      const cloud = closing(await openTencent());
      return { url: cloud.url, heard: () => cloud.taken.length };
    },
    entry: (base) =>
      `provider: tencent, endpoint: "${base}", access_key_id: ${TENCENT.id}, access_key_secret: ${TENCENT.secret}, sdk_app_id: "${TENCENT.app}", sign_name: ${TENCENT.sign}, template: "${TENCENT.template}", ${cloudKeys}`,
    line: `CONNECT ${HOST}:80`,
  },
};

const places = ({ url }: Far) => ({ [`${HOST}:80`]: Number(new URL(url).port) });
const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

/** Why it was not said, in words that hold no secret. */
async function refused(posted: Promise<unknown>): Promise<SendError> {
  const error: unknown = await posted.catch((e: unknown) => e);
  if (!(error instanceof SendError)) throw new Error("it was taken");
  const words = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
  expect(words).not.toMatch(/pr0xy-pw|127\.0\.0\.1:|s3cret|13800138000/);
  return error;
}

describe.each(["http", "aliyun", "tencent"] as const)("by %s, a message", (provider) => {
  const { open, entry, line } = KINDS[provider];

  test("goes through the proxies of the environment, with the name and the password there", async () => {
    const far = await open();
    const proxy = await opened({ places: places(far) });
    useProxies({ HTTP_PROXY: proxy.url });
    await openBench(`{ ${entry(`http://${HOST}`)} }`).post();
    expect([lines(proxy), far.heard()]).toEqual([[line], 1]);
    const login = Buffer.from(`ops:${PASSWORD}`).toString("base64");
    expect(proxy.asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${login}`);
  });

  test.each(["own", "global"])("goes through the proxy of the file (%s) before those", async (whose) => {
    const far = await open();
    const named = await opened({ places: places(far) });
    const other = await opened();
    useProxies({ HTTP_PROXY: other.url, NO_PROXY: HOST });
    const http = `http_config: { proxy_url: "${named.url}", proxy_connect_header: { x-team: [ops] } }`;
    await (whose === "own"
      ? openBench(`{ ${entry(`http://${HOST}`)}, ${http} }`)
      : openBench(`{ ${entry(`http://${HOST}`)} }`, { more: `global: { ${http} }` })
    ).post();
    expect([lines(named), lines(other), far.heard()]).toEqual([[line], [], 1]);
    expect(named.asked[0]?.headers["x-team"]).toBe("ops");
  });

  test("goes straight on this machine, whatever a client would make of the environment", async () => {
    const far = await open();
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    vi.stubEnv("http_proxy", proxy.url);
    await openBench(`{ ${entry(far.url)} }`).post();
    expect([lines(proxy), far.heard()]).toEqual([[], 1]);
  });

  test("goes straight where NO_PROXY says so", async () => {
    const far = await open();
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
    vi.stubEnv("http_proxy", proxy.url);
    await openBench(`{ ${entry(far.url.replace("127.0.0.1", "0.0.0.0"))} }`).post();
    expect([lines(proxy), far.heard()]).toEqual([[], 1]);
  });

  test.each([
    ["http", "407", "the proxy wants a name and a password (407)"],
    ["https", "407", "the proxy wants a name and a password (407)"],
    ["https", "403", "the proxy does not let the request through (403)"],
    ["https", "ECONNREFUSED", /could not be reached.*\(ECONNREFUSED\)/],
    ["https", "bad-proxy-address", /could not be reached.*\(bad-proxy-address\)/],
  ] as const)("over %s is tried again where the proxy says %s, and counts for nobody", async (...row) => {
    const [scheme, code, message] = row;
    const proxy = await opened(code === "407" || code === "403" ? { refuses: code } : {});
    if (code === "ECONNREFUSED") proxy.close();
    const url = code === "bad-proxy-address" ? proxy.url.replace("http:", "socks5:") : proxy.url;
    useProxies({ HTTP_PROXY: url, HTTPS_PROXY: url });
    const bench = openBench(`{ ${entry(`${scheme}://${HOST}`)} }`);
    for (const _ of [1, 2]) {
      const error = await refused(bench.post());
      expect(error).toMatchObject({ next: "retry", code });
      expect(error.message).toMatch(message);
    }
  });

  test.each(["http", "https"])(
    "is broken off with its attempt while a proxy hangs, over %s",
    async (scheme) => {
      const proxy = await opened({ refuses: "hangs" });
      useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
      const stop = new AbortController();
      const bench = openBench(`{ ${entry(`${scheme}://${HOST}`)} }`);
      const posted = refused(bench.post({}, { signal: stop.signal }));
      while (lines(proxy).length === 0) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      expect(await posted).toMatchObject({ next: "retry", code: "aborted" });
      while (proxy.open() > 0) await new Promise((resolve) => setImmediate(resolve));
      expect(lines(proxy)).toHaveLength(1);
    },
  );
});

describe.each(["aliyun", "tencent"] as const)("the client of %s", (provider) => {
  const { entry } = KINDS[provider];

  test("waits eight seconds for a proxy that hangs, and nothing counts", async () => {
    const proxy = await opened({ refuses: "hangs" });
    useProxies({ HTTPS_PROXY: proxy.url });
    const bench = openBench(`{ ${entry(`https://${HOST}`)} }`);
    for (const times of [1, 2]) {
      const posted = refused(bench.post());
      while (lines(proxy).length < times) await new Promise((resolve) => setImmediate(resolve));
      await bench.clock.advance(8_000);
      expect(await posted).toMatchObject({ next: "retry", code: "ETIMEDOUT" });
    }
    while (proxy.open() > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.clock.sleeping).toBe(0);
  });

  test.skipIf(!hasOpenssl)("still checks the certificate behind a proxy (needs openssl)", async () => {
    let heard = 0;
    const far = await serveHttps(makeCertificates().good, (_, response) => {
      heard++;
      response.end("{}");
    });
    onTestFinished(() => far.close());
    const proxy = await opened({ places: { [`${HOST}:443`]: far.port } });
    useProxies({ HTTPS_PROXY: proxy.url });
    expect(await refused(openBench(`{ ${entry(`https://${HOST}`)} }`).post())).toMatchObject({
      next: "retry",
    });
    expect([lines(proxy), heard]).toEqual([[`CONNECT ${HOST}:443`], 0]);
  });
});
