import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createNetwork, type Network } from "../../../monitors/network.ts";
import { exchangeFailed } from "../../../monitors/probe/failure.ts";
import { explainReason, type ReasonCode } from "../../../monitors/reason.ts";
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

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function kept(server: Promise<Listening>): Promise<Listening> {
  servers.push(await server);
  return server;
}

async function expectFailure(
  look: ReturnType<typeof probe>,
  code: ReasonCode,
  detail: string | RegExp,
): Promise<Awaited<ReturnType<typeof probe>>> {
  const found = await look;
  expect(found.failure?.code).toBe(code);
  expect(found.failure?.detail).toMatch(detail);
  expect(found.value("probe_success")).toBe(0);
  return found;
}

test("a server that hangs before the headers: timeout, and the time spent", async () => {
  const server = await kept(serveRaw(() => {}));
  const look = await expectFailure(
    probe({ url: server.url }, { timeoutMs: 150 }),
    "timeout",
    /waiting for the response headers/,
  );
  expect(look.value("probe_duration_seconds")).toBeGreaterThan(0.14);
  expect(look.value("probe_http_status_code")).toBe(0);
});

test("a server that hangs in the body: timeout, with the status it had sent", async () => {
  const server = await kept(serveHttp((_request, response) => response.writeHead(200).write("so far")));
  const look = await expectFailure(
    probe({ url: server.url }, { timeoutMs: 150 }),
    "timeout",
    /waiting for the response body/,
  );
  expect(look.value("probe_http_status_code")).toBe(200);
  expect(look.value("probe_http_uncompressed_body_length")).toBe(6);
});

test("a server that drips its headers for ever: timeout", async () => {
  const server = await kept(
    serveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write("x-a: b\r\n"), 20);
      socket.on("close", () => clearInterval(drip));
    }),
  );
  await expectFailure(probe({ url: server.url }, { timeoutMs: 200 }), "timeout", /response headers/);
});

test("an endless body: given up after one megabyte", async () => {
  let sent = 0;
  const server = await kept(
    serveHttp((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on("drain", pour);
      pour();
    }),
  );
  await expectFailure(probe({ url: server.url }), "answer_too_large", /1048576 bytes/);
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});

test("a redirect loop: too many redirects", async () => {
  const server = await kept(
    serveHttp((_request, response) => response.writeHead(302, { location: "/" }).end()),
  );
  await expectFailure(probe({ url: server.url }), "too_many_redirects", "more than 5");
});

test("a name that does not resolve: dns", async () => {
  await expectFailure(probe({ url: "http://nobody.test/" }), "dns", "nobody.test: ENOTFOUND");
});

test("a resolver that never answers: timeout, waiting for the name", async () => {
  const network = createNetwork({ resolve: () => new Promise(() => {}) });
  await expectFailure(
    probe({ url: "http://nobody.test/" }, { network, timeoutMs: 100 }),
    "timeout",
    /waiting for the name to resolve/,
  );
});

test("a port where nobody listens: refused", async () => {
  const server = await serveHttp(() => {});
  await server.close();
  await expectFailure(probe({ url: server.url }), "refused", /ECONNREFUSED/);
});

test("a connection cut before the headers: reset", async () => {
  const server = await kept(serveRaw((socket) => socket.once("data", () => socket.resetAndDestroy())));
  await expectFailure(probe({ url: server.url }), "reset", /before the response headers/);
});

test("a connection closed without a word: reset", async () => {
  const server = await kept(serveRaw((socket) => socket.once("data", () => socket.end())));
  await expectFailure(probe({ url: server.url }), "reset", /before the response headers/);
});

test.each([
  ["reset", true],
  ["closed", false],
])("a connection %s in the body: reset", async (_how, hard) => {
  const server = await kept(
    serveRaw((socket) =>
      socket.once("data", () =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", () =>
          setTimeout(() => (hard ? socket.resetAndDestroy() : socket.end()), 20),
        ),
      ),
    ),
  );
  await expectFailure(probe({ url: server.url }), "reset", /before the response body/);
});

test.each([
  ["SSH-2.0-OpenSSH_9.2\r\n"],
  ["\x00\x01\x02\x03\x04\x05\x06\x07"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"],
  [`HTTP/1.1 200 OK\r\nx-long: ${"a".repeat(100_000)}\r\n\r\n`],
])("what is not HTTP: bad_response (%#)", async (garbage) => {
  const server = await kept(serveRaw((socket) => socket.once("data", () => socket.write(garbage))));
  await expectFailure(probe({ url: server.url }), "bad_response", /^HPE_/);
});

test.each([
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ETIMEDOUT", "timeout"],
  ["EPIPE", "reset"],
  ["EMFILE", "error"],
] as const)("the system's %s: %s", (code, reason) => {
  const trace = { phase: "connect" };
  const error = Object.assign(new Error(`connect ${code} 192.0.2.1:80`), { code });
  expect(exchangeFailed(error, trace, false).reason.code).toBe(reason);
  // What Node throws when it has tried several addresses.
  expect(exchangeFailed(new AggregateError([error, error]), trace, false).reason.code).toBe(reason);
});

describe.skipIf(!hasOpenssl && process.env["CI"] === undefined)(
  "TLS (skipped where openssl is absent)",
  () => {
    let certificates: Certificates;
    let world: { network: Network; certificates: string };
    beforeAll(() => {
      certificates = makeCertificates();
      world = {
        network: loopbackNetwork({ "shop.test": "127.0.0.1" }),
        certificates: certificates.authority,
      };
    });

    test("a good certificate: success, with its expiry", async () => {
      const server = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      for (const host of ["127.0.0.1", "shop.test"]) {
        const look = await probe({ url: `https://${host}:${server.port}/` }, world);
        expect(look.failure).toBeUndefined();
        expect(look.value("probe_http_ssl")).toBe(1);
        expect(look.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
        expect(look.value("probe_http_duration_seconds", "tls")).toBeGreaterThan(0);
      }
    });

    test("a second probe still sees the certificate: no session is resumed", async () => {
      const server = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      await probe({ url: server.url }, world);
      const look = await probe({ url: server.url }, world);
      expect(look.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
    });

    test.each([
      ["selfSigned", /SELF_SIGNED/],
      ["expired", /CERT_HAS_EXPIRED/],
      ["wrongHost", /ERR_TLS_CERT_ALTNAME_INVALID/],
    ] as const)("a certificate that is %s: tls", async (which, detail) => {
      const server = await kept(serveHttps(certificates[which], (_request, response) => response.end("ok")));
      const look = await expectFailure(probe({ url: server.url }, world), "tls", detail);
      expect(look.value("probe_http_status_code")).toBe(0);
    });

    test("a certificate of an authority nobody trusts: tls", async () => {
      const server = await kept(serveHttps(certificates.good, (_request, response) => response.end("ok")));
      await expectFailure(
        probe({ url: server.url }, { network: world.network }),
        "tls",
        /UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
      );
    });

    test("a server that does not speak TLS: tls", async () => {
      const server = await kept(serveHttp((_request, response) => response.end("plain")));
      await expectFailure(probe({ url: server.url.replace("http:", "https:") }), "tls", /EPROTO|ERR_SSL/);
    });

    test("a handshake cut short: reset", async () => {
      const server = await kept(serveRaw((socket) => socket.once("data", () => socket.destroy())));
      await expectFailure(
        probe({ url: server.url.replace("http:", "https:") }),
        "reset",
        /during the TLS handshake/,
      );
    });

    test("a handshake that hangs: timeout", async () => {
      const server = await kept(serveRaw(() => {}));
      await expectFailure(
        probe({ url: server.url.replace("http:", "https:") }, { timeoutMs: 150 }),
        "timeout",
        /waiting for the TLS handshake/,
      );
    });
  },
);

test("no reason shows a header or the query of the URL", async () => {
  const server = await kept(serveHttp((_request, response) => response.writeHead(500).end()));
  const secret = "s3cret";
  const looks = await Promise.all([
    probe({ url: `${server.url}/?token=${secret}`, headers: { Authorization: secret } }),
    probe({ url: `http://nobody.test/?token=${secret}`, headers: { Authorization: secret } }),
  ]);
  for (const { failure } of looks) {
    expect(failure).toBeDefined();
    if (failure === undefined) continue;
    expect(JSON.stringify([failure, explainReason(failure)])).not.toContain(secret);
  }
});

test("no fault leaves a connection open", async () => {
  const server = await kept(serveHttp((_request, response) => response.writeHead(200).write("so far")));
  await Promise.all(Array.from({ length: 20 }, () => probe({ url: server.url }, { timeoutMs: 100 })));
  for (let i = 0; i < 50 && server.open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(server.open()).toBe(0);
});
