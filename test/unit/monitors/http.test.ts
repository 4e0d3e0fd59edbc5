import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Network } from "../../../monitors/network.ts";
import { loopbackNetwork, probe } from "../../support/probe.ts";
import { type Listening, serveHttp } from "../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function serve(...args: Parameters<typeof serveHttp>): Promise<Listening> {
  const server = await serveHttp(...args);
  servers.push(server);
  return server;
}

test("a good answer gives blackbox_exporter's readings", async () => {
  const { url } = await serve((_request, response) => {
    response.setHeader("content-length", 5);
    response.end("hello");
  });
  const look = await probe({ url });
  expect(look.failure).toBeUndefined();
  expect(look.value("probe_success")).toBe(1);
  expect(look.value("probe_http_status_code")).toBe(200);
  expect(look.value("probe_http_redirects")).toBe(0);
  expect(look.value("probe_http_ssl")).toBe(0);
  expect(look.value("probe_http_content_length")).toBe(5);
  expect(look.value("probe_http_uncompressed_body_length")).toBe(5);
  expect(look.value("probe_ssl_earliest_cert_expiry")).toBeUndefined();
  const phases = ["resolve", "connect", "tls", "processing", "transfer"].map((phase) =>
    look.value("probe_http_duration_seconds", phase),
  );
  const whole = look.value("probe_duration_seconds") ?? 0;
  expect(whole).toBeGreaterThan(0);
  expect(phases.reduce<number>((sum, one) => sum + (one ?? Number.NaN), 0)).toBeCloseTo(whole, 6);
  expect(look.value("probe_dns_lookup_time_seconds")).toBe(phases[0]);
});

test("the time is booked to the phase in which it was spent", async () => {
  const { url } = await serve((_request, response) => {
    setTimeout(() => {
      response.write("a");
      setTimeout(() => response.end("b"), 120);
    }, 60);
  });
  const look = await probe({ url });
  expect(look.value("probe_http_duration_seconds", "processing")).toBeGreaterThan(0.05);
  expect(look.value("probe_http_duration_seconds", "transfer")).toBeGreaterThan(0.11);
  expect(look.value("probe_http_content_length")).toBe(-1);
});

test("IPv6 literals are asked", async () => {
  const { url } = await serve((request, response) => response.end(request.headers.host), "::1");
  const look = await probe({ url, body_contains: new URL(url).host });
  expect(look.failure).toBeUndefined();
});

describe("status", () => {
  const rows: readonly [sent: number, expected: unknown, good: boolean][] = [
    [200, undefined, true],
    [204, undefined, true],
    [404, undefined, false],
    [500, undefined, false],
    [404, 404, true],
    [401, [200, 401], true],
    [200, [401], false],
  ];
  test.each(rows)("%i with expected_status %j is good: %s", async (sent, expected, good) => {
    const { url } = await serve((_request, response) => response.writeHead(sent).end());
    const look = await probe({ url, ...(expected === undefined ? {} : { expected_status: expected }) });
    expect(look.value("probe_success")).toBe(good ? 1 : 0);
    expect(look.value("probe_http_status_code")).toBe(sent);
    expect(look.failure).toEqual(good ? undefined : { code: "bad_status", detail: `HTTP ${sent}` });
  });
});

describe("body", () => {
  test("must contain what is expected", async () => {
    const { url } = await serve((_request, response) => response.end("服务正常"));
    expect((await probe({ url, body_contains: "正常" })).failure).toBeUndefined();
    expect((await probe({ url, body_contains: "故障" })).failure).toMatchObject({ code: "no_body_match" });
  });

  test("is read in the charset it names", async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader("content-type", "text/html; charset=gbk");
      response.end(Buffer.from([0xd5, 0xfd, 0xb3, 0xa3]));
    });
    expect((await probe({ url, body_contains: "正常" })).failure).toBeUndefined();
  });

  test("that is compressed unasked does not match, and says so", async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end("whatever");
    });
    expect((await probe({ url, body_contains: "x" })).failure?.detail).toContain("compressed");
  });
});

describe("request", () => {
  test("carries method, path, host and headers", async () => {
    let seen: IncomingMessage | undefined;
    const { url, port } = await serve((request, response) => {
      seen = request;
      response.end();
    });
    await probe({ url: `${url}/a/b?c=1#d`, method: "HEAD", headers: { "X-Team": "shop" } });
    expect(seen).toMatchObject({ method: "HEAD", url: "/a/b?c=1" });
    expect(seen?.headers).toMatchObject({ host: `127.0.0.1:${port}`, "x-team": "shop", connection: "close" });
  });
});

describe("redirects", () => {
  test("are followed, counted, and judged by where they end", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/end") response.end("here");
      else response.writeHead(302, { location: request.url === "/" ? "/middle" : "end" }).end("moved");
    });
    const look = await probe({ url, body_contains: "here" });
    expect(look.failure).toBeUndefined();
    expect(look.value("probe_http_redirects")).toBe(2);
    expect(look.value("probe_http_status_code")).toBe(200);
  });

  test("are not followed where that is not wanted", async () => {
    const { url } = await serve((_request, response) => response.writeHead(301, { location: "/x" }).end());
    const look = await probe({ url, follow_redirects: false, expected_status: 301 });
    expect(look.failure).toBeUndefined();
    expect(look.value("probe_http_redirects")).toBe(0);
  });

  test("that never end are given up after five", async () => {
    let asked = 0;
    const { url } = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: `/${asked}` }).end();
    });
    const look = await probe({ url });
    expect(look.failure).toMatchObject({ code: "too_many_redirects" });
    expect(asked).toBe(6);
    expect(look.value("probe_http_redirects")).toBe(5);
  });

  test.each(["file:///etc/passwd", "gopher://x/", "http://"])("to %s are refused", async (location) => {
    const { url } = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect((await probe({ url })).failure).toMatchObject({ code: "bad_redirect" });
  });

  test("take the headers along to the same host, and to no other", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const { url } = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === "/" ? "/again" : other.url }).end();
    });
    await probe({ url, headers: { Authorization: "Bearer secret" } });
    expect(seen).toEqual(["Bearer secret", "Bearer secret", undefined]);
  });

  test("turn a POST into a GET, except 307 and 308", async () => {
    const methods: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      methods.push(request.method);
      if (request.url === "/end") response.end();
      else
        response
          .writeHead(request.url === "/" ? 307 : 302, { location: request.url === "/" ? "/b" : "/end" })
          .end();
    });
    await probe({ url, method: "POST" });
    expect(methods).toEqual(["POST", "POST", "GET"]);
  });

  test("their own bodies are not waited for", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/end") response.end();
      else response.writeHead(302, { location: "/end" }).write("and so on");
    });
    expect((await probe({ url })).failure).toBeUndefined();
  });
});

test("the name is resolved once per hop, and the connection goes where it was checked", async () => {
  const { port } = await serve((request, response) => response.end(request.headers.host));
  let asked = 0;
  const network = loopbackNetwork({ "shop.test": "127.0.0.1" });
  const counted: Network = {
    ...network,
    addressesOf(place) {
      asked += 1;
      return network.addressesOf(place);
    },
  };
  const look = await probe(
    { url: `http://shop.test:${port}/`, body_contains: `shop.test:${port}` },
    { network: counted },
  );
  expect(look.failure).toBeUndefined();
  expect(asked).toBe(1);
});
