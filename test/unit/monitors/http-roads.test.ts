/** How the `http` monitor gets there: what it carries, proxies, certificates, IPv4 and IPv6. */
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createOpenNetwork } from "../../../monitors/network.ts";
import { loopbackNetwork, probe } from "../../support/probe.ts";
import {
  type Certificates,
  hasOpenssl,
  type Listening,
  makeCertificates,
  serveHttp,
  serveHttps,
  serveRaw,
} from "../../support/web-server.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function kept(server: Promise<Listening>): Promise<Listening> {
  const listening = await server;
  closing.push(() => listening.close());
  return listening;
}

interface Seen extends Pick<IncomingMessage, "method" | "headers" | "url"> {
  readonly body: string;
}

/** A site that remembers what was asked of it. */
async function remembering(redirectTo?: (path: string) => string | undefined) {
  const seen: Seen[] = [];
  const site = await kept(
    serveHttp((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        seen.push({ method: request.method, headers: request.headers, url: request.url, body });
        const location = redirectTo?.(request.url ?? "");
        if (location === undefined) response.end("ok");
        else response.writeHead(307, { location }).end();
      });
    }),
  );
  return { site, seen };
}

describe("what is sent", () => {
  test("a body, as JSON where it looks like it", async () => {
    const { site, seen } = await remembering();
    await probe({ url: site.url, method: "POST", body: '{"a": "正"}' });
    await probe({ url: site.url, method: "POST", body: "plain" });
    await probe({ url: site.url, method: "POST", body: "a=b", headers: { "Content-Type": "x/y" } });
    expect(seen.map(({ body, headers }) => [body, headers["content-type"]])).toEqual([
      ['{"a": "正"}', "application/json"],
      ["plain", "text/plain; charset=utf-8"],
      ["a=b", "x/y"],
    ]);
  });

  test("a name and password, or a token", async () => {
    const { site, seen } = await remembering();
    await probe({ url: site.url, basic_auth: { username: "张三", password: "a:b" } });
    await probe({ url: site.url, bearer_token: "t0ken" });
    const [basic, bearer] = seen.map(({ headers }) => headers.authorization);
    expect(Buffer.from(basic?.slice(6) ?? "", "base64").toString()).toBe("张三:a:b");
    expect(bearer).toBe("Bearer t0ken");
  });

  test("goes to no other host than the one that is named", async () => {
    const other = await remembering();
    const { site, seen } = await remembering((path) => (path === "/" ? "/again" : other.site.url));
    await probe({ url: site.url, method: "POST", body: "s3cret", bearer_token: "t0ken" });
    expect(seen.map(({ body, headers }) => [body, headers.authorization])).toEqual([
      ["s3cret", "Bearer t0ken"],
      ["s3cret", "Bearer t0ken"],
    ]);
    expect(JSON.stringify(other.seen)).not.toMatch(/s3cret|t0ken/);
    expect(other.seen).toHaveLength(1);
  });
});

test("as many redirects are followed as are allowed", async () => {
  const { site } = await remembering((path) => (path.length > 3 ? undefined : `${path}x`));
  expect((await probe({ url: site.url, max_redirects: 3 })).failure).toBeUndefined();
  const look = await probe({ url: site.url, max_redirects: 2 });
  expect(look.failure).toEqual({ code: "too_many_redirects", detail: "more than 2 redirects" });
});

describe("IPv4 and IPv6", () => {
  test("the address that was used is told", async () => {
    const four = await kept(serveHttp((_request, response) => response.end()));
    const six = await kept(serveHttp((_request, response) => response.end(), "::1"));
    expect((await probe({ url: four.url })).value("probe_ip_protocol")).toBe(4);
    expect((await probe({ url: six.url })).value("probe_ip_protocol")).toBe(6);
  });

  test("only addresses of the kind that is asked for are used", async () => {
    const six = await kept(serveHttp((_request, response) => response.end(), "::1"));
    const network = createOpenNetwork(async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
    const url = `http://both.test:${six.port}/`;
    const look = await probe({ url, ip_version: 6 }, { network });
    expect(look.failure).toBeUndefined();
    expect(look.value("probe_ip_protocol")).toBe(6);
    expect((await probe({ url, ip_version: "4" }, { network })).failure?.code).toBe("refused");
    const onlyFour = loopbackNetwork({ "both.test": "127.0.0.1" });
    expect((await probe({ url, ip_version: 6 }, { network: onlyFour })).failure).toEqual({
      code: "dns",
      detail: "both.test: no IPv6 address",
    });
  });
});

/** A proxy for both kinds of address that remembers how it was asked. */
async function proxying(refuse = 0) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    if (refuse > 0) response.writeHead(refuse).end();
    else response.end("by way of the proxy");
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    socket.on("error", () => {});
    if (refuse > 0) {
      socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
      return;
    }
    const port = Number(request.url?.split(":")[1]);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, at: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("a proxy", () => {
  test("is asked for the whole address, and told who asks", async () => {
    const { asked, at } = await proxying();
    const look = await probe({
      url: "http://shop.test/a?b",
      proxy_url: `http://us:p%40ss@${at}`,
      body_contains: "by way of",
    });
    expect(look.failure).toBeUndefined();
    expect(asked).toEqual([`GET http://shop.test/a?b Basic ${btoa("us:p@ss")}`]);
  });

  test("that refuses has its own reason, or its status", async () => {
    const { at } = await proxying(407);
    expect((await probe({ url: "https://shop.test/", proxy_url: `http://${at}` })).failure).toEqual({
      code: "proxy",
      detail: "the proxy answered HTTP 407",
    });
    expect((await probe({ url: "http://shop.test/", proxy_url: `http://${at}` })).failure).toEqual({
      code: "bad_status",
      detail: "HTTP 407",
    });
  });

  test("that hangs is given up in time", async () => {
    const hanging = await kept(serveRaw(() => {}));
    const proxy_url = hanging.url;
    for (const url of ["https://shop.test/", "http://shop.test/"])
      expect((await probe({ url, proxy_url }, { timeoutMs: 100 })).failure?.code).toBe("timeout");
  });
});

describe.skipIf(!hasOpenssl && process.env["CI"] === undefined)(
  "certificates (skipped where openssl is absent)",
  () => {
    let certificates: Certificates;
    beforeAll(() => {
      certificates = makeCertificates();
    });

    test("are those of the site, also through a proxy", async () => {
      const site = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      const { asked, at } = await proxying();
      const look = await probe(
        { url: `https://shop.test:${site.port}/`, proxy_url: `http://${at}` },
        { certificates: certificates.authority },
      );
      expect(look.failure).toBeUndefined();
      expect(asked).toEqual([`CONNECT shop.test:${site.port}`]);
      expect(look.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
    });

    test("of an authority of one's own are trusted, and no other then", async () => {
      const site = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      const trusting = { ca: certificates.authority };
      expect((await probe({ url: site.url, tls_config: trusting })).failure).toBeUndefined();
      expect((await probe({ url: site.url, tls_config: {} })).failure?.code).toBe("tls");
    });

    test("are not judged where that is asked for, and still tell their end", async () => {
      const site = await kept(serveHttps(certificates.expired, (_request, response) => response.end("ok")));
      const look = await probe({ url: site.url, tls_config: { insecure_skip_verify: true } });
      expect(look.failure).toBeUndefined();
      expect(look.value("probe_ssl_earliest_cert_expiry")).toBe(Date.UTC(2021, 0, 1) / 1000);
    });

    test("are judged by another name where one is given", async () => {
      const site = await kept(serveHttps(certificates.wrongHost, (_request, response) => response.end("ok")));
      const tls_config = { ca: certificates.authority, server_name: "other.test" };
      expect((await probe({ url: site.url, tls_config })).failure).toBeUndefined();
    });

    test("of the client are shown to a site that asks, and to no other", async () => {
      const { good, authority } = certificates;
      const server = createHttpsServer(
        { key: good.key, cert: good.cert, ca: authority, requestCert: true, rejectUnauthorized: true },
        (_request, response) => response.end("ok"),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closing.push(() => server.close());
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const tls_config = { ca: authority, cert: good.cert, key: good.key };
      expect((await probe({ url, tls_config })).failure).toBeUndefined();
      expect((await probe({ url, tls_config: { ca: authority } })).failure).toBeDefined();
      const elsewhere = await kept(
        serveHttp((_request, response) => response.writeHead(302, { location: url }).end()),
      );
      const world = { certificates: authority };
      const led = await probe({ url: elsewhere.url, tls_config: { cert: good.cert, key: good.key } }, world);
      expect(led.failure).toBeDefined();
    });

    test("that cannot be read are a failure of their own look", async () => {
      const site = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      const look = await probe({ url: site.url, tls_config: { cert: "nonsense", key: "s3cret" } });
      expect(look.failure?.code).toBe("tls");
      expect(look.failure?.detail).not.toContain("s3cret");
    });

    test("the version of TLS is told, and can be demanded", async () => {
      const site = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      const ca = certificates.authority;
      const look = await probe({ url: site.url, tls_config: { ca, max_version: "TLS12" } });
      const info = look.readings.find(({ name }) => name === "probe_tls_version_info");
      expect(info?.labels).toEqual({ version: "TLS 1.2" });
    });
  },
);

test("no reason shows a token, a password or the body", async () => {
  const site = await kept(serveHttp((_request, response) => response.writeHead(500).end()));
  const secret = "s3cret";
  const looks = await Promise.all([
    probe({ url: site.url, bearer_token: secret, method: "POST", body: secret }),
    probe({ url: site.url, basic_auth: { username: "a", password: secret } }),
    probe({ url: site.url, proxy_url: `http://user:${secret}@127.0.0.1:1` }),
    probe({ url: "https://shop.test/", proxy_url: `http://user:${secret}@nobody.test:1` }),
  ]);
  for (const { failure } of looks) {
    expect(failure).toBeDefined();
    expect(JSON.stringify(failure)).not.toContain(secret);
  }
});
