import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { monitorSchema } from "../../../monitors/index.ts";
import { createNetwork } from "../../../monitors/network.ts";
import { tcp } from "../../../monitors/tcp/tcp.ts";
import { lookOnce, loopbackNetwork, type ProbeWorld } from "../../support/probe.ts";
import {
  type Certificates,
  hasOpenssl,
  type Listening,
  makeCertificates,
  serveRaw,
} from "../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function talking(talk: (socket: Socket) => void): Promise<Listening> {
  const server = await serveRaw(talk);
  servers.push(server);
  return server;
}

const look = ({ port }: { port: number }, options: object = {}, world?: ProbeWorld) =>
  lookOnce(tcp, { target: `127.0.0.1:${port}`, ...options }, world);

test("a port that takes connections is well, and the time is booked by phase", async () => {
  const found = await look(await talking(() => {}));
  expect(found.failure).toBeUndefined();
  expect(found.value("probe_success")).toBe(1);
  expect(found.value("probe_ip_protocol")).toBe(4);
  expect(found.value("probe_failed_due_to_regex")).toBeUndefined();
  const phases = ["resolve", "connect", "tls", "query"].map((phase) =>
    found.value("probe_tcp_duration_seconds", phase),
  );
  const whole = found.value("probe_duration_seconds") ?? Number.NaN;
  expect(phases.reduce<number>((sum, one) => sum + (one ?? Number.NaN), 0)).toBeCloseTo(whole, 6);
  expect(phases[2]).toBe(0);
});

test("a port where nobody listens: refused", async () => {
  const server = await talking(() => {});
  await server.close();
  const found = await look(server);
  expect(found.failure).toMatchObject({ code: "refused", detail: expect.stringMatching(/ECONNREFUSED/) });
  expect(found.value("probe_success")).toBe(0);
});

describe("the answer", () => {
  const echo = (socket: Socket): void => void socket.on("data", (chunk) => socket.write(chunk));

  test("is waited for after what is sent, escapes and all", async () => {
    const server = await talking((socket) => {
      socket.once("data", (chunk) =>
        socket.write(chunk.equals(Buffer.from("PING\r\n\xff\\x", "latin1")) ? "+PONG\r\n" : "-ERR\r\n"),
      );
    });
    const found = await look(server, { send: "PING\\r\\n\\xff\\\\x", expect: "^\\+PONG$" });
    expect(found.failure).toBeUndefined();
    expect(found.value("probe_failed_due_to_regex")).toBe(0);
  });

  test("is found line by line, also where it has no end", async () => {
    const server = await talking((socket) => void socket.write("one\r\ntwo\r\nthr"));
    expect((await look(server, { expect: "^two$" })).failure).toBeUndefined();
    expect((await look(server, { expect: "^thr" })).failure).toBeUndefined();
    const across = await look(server, { expect: "one.*two" }, { timeoutMs: 100 });
    expect(across.failure).toMatchObject({ code: "timeout", detail: /waiting for the expected answer/ });
  });

  test("may come in pieces, and in pieces of a character", async () => {
    const bytes = Buffer.from("服务正常\r\n");
    const server = await talking((socket) => {
      socket.setNoDelay(true);
      let at = 0;
      const drip = (): void => {
        if (at < bytes.length && !socket.destroyed)
          socket.write(bytes.subarray(at, ++at), () => setImmediate(drip));
      };
      drip();
    });
    expect((await look(server, { expect: "正常$" })).failure).toBeUndefined();
  });

  test("goes to and fro as a list says", async () => {
    const server = await talking((socket) => {
      socket.write("220 mail.example ESMTP\r\n");
      socket.once("data", () => socket.write("250-mail.example\r\n250 OK\r\n"));
    });
    const query_response = [{ expect: "^220 ", send: "EHLO x\r\n" }, { expect: "^250 OK" }];
    expect((await look(server, { query_response })).failure).toBeUndefined();
  });

  test("that is another one: no_match as soon as the other side hangs up", async () => {
    const server = await talking((socket) => socket.end("-ERR no\r\n"));
    const found = await look(server, { expect: "^\\+OK" });
    expect(found.failure).toEqual({ code: "no_match", detail: "the other side hung up before it" });
    expect(found.value("probe_failed_due_to_regex")).toBe(1);
  });

  test("that comes after the time is up counts for nothing", async () => {
    let late: (() => void) | undefined;
    const server = await talking((socket) => {
      late = () => void socket.write("ready\n");
    });
    const found = await look(server, { expect: "ready" }, { timeoutMs: 100 });
    late?.();
    expect(found.failure?.code).toBe("timeout");
  });

  test("of a gigabyte is given up after 64 kB, and the sender is not read on", async () => {
    let sent = 0;
    const server = await talking((socket) => {
      const chunk = Buffer.alloc(64 * 1024, "x");
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on("drain", pour);
      pour();
    });
    const found = await look(server, { expect: "never" });
    expect(found.failure).toEqual({ code: "no_match", detail: "not within 65536 bytes" });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test("of bytes that are no UTF-8 is looked through all the same", async () => {
    const server = await talking(
      (socket) => void socket.write(Buffer.from("4a0000000a352e350000ff8fc328", "hex")),
    );
    expect((await look(server, { expect: "5\\.5" })).failure).toBeUndefined();
  });

  test("that is cut short: reset", async () => {
    const server = await talking((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    const found = await look(server, { send: "hello", expect: "x" });
    expect(found.failure).toEqual({ code: "reset", detail: "ECONNRESET: cut before the expected answer" });
  });

  test("nobody waits for is not read", async () => {
    const server = await talking((socket) => void socket.write("x".repeat(1024 * 1024)));
    expect((await look(server)).failure).toBeUndefined();
  });

  test("an echo server answers what it is sent", async () => {
    expect((await look(await talking(echo), { send: "hé\\n", expect: "^hé$" })).failure).toBeUndefined();
  });
});

test("a peer that hangs, floods or resets does nothing to the one beside it", async () => {
  const hang = await talking(() => {});
  const flood = await talking((socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write("x".repeat(65_536))) {}
    };
    socket.on("drain", pour);
    pour();
  });
  const reset = await talking((socket) => socket.resetAndDestroy());
  const good = await talking((socket) => void socket.write("ready\n"));
  const about = { expect: "ready" };
  const looks = await Promise.all([
    look(hang, about, { timeoutMs: 300 }),
    look(flood, about),
    look(reset, about),
    look(good, about),
  ]);
  expect(looks.map(({ failure }) => failure?.code)).toEqual(["timeout", "no_match", "reset", undefined]);
});

test("no fault leaves a connection open", async () => {
  const server = await talking(() => {});
  await Promise.all(Array.from({ length: 20 }, () => look(server, { expect: "x" }, { timeoutMs: 100 })));
  for (let i = 0; i < 50 && server.open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(server.open()).toBe(0);
});

describe("where it may go", () => {
  test("an address that is not allowed is not connected to, also behind a name", async () => {
    let met = 0;
    const { port } = await talking(() => {
      met += 1;
    });
    const network = createNetwork({ resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
    for (const host of ["127.0.0.1", "rebound.test", "0x7f.1", "[::ffff:127.0.0.1]"]) {
      const found = await lookOnce(tcp, { target: `${host}:${port}` }, { network });
      expect(found.failure?.code, host).toBe("forbidden_address");
    }
    expect(met).toBe(0);
  });

  test("the name is resolved once, and the connection goes where it was checked", async () => {
    const server = await talking(() => {});
    let asked = 0;
    const network = createNetwork({
      allow: ["127.0.0.1"],
      resolve: async () => {
        asked += 1;
        return [{ address: asked === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }];
      },
    });
    const found = await lookOnce(tcp, { target: `db.test:${server.port}` }, { network });
    expect(found.failure).toBeUndefined();
    expect(asked).toBe(1);
  });
});

describe("options", () => {
  const written = (target: string) => {
    const read = monitorSchema.safeParse({ name: "db", kind: "tcp", target });
    return read.success ? read.data.options["target"] : undefined;
  };
  test.each([
    ["DB.Example:5432", "db.example:5432"],
    ["10.0.0.5:3306", "10.0.0.5:3306"],
    ["[2001:DB8::1]:22", "[2001:db8::1]:22"],
    ["0x7f.1:80", "127.0.0.1:80"],
    ["db_1:80", "db_1:80"],
  ])("%s is stored as %s", (target, stored) => expect(written(target)).toBe(stored));

  test.each([
    "db.example",
    "db.example:0",
    "db.example:70000",
    "::1",
    "a b:1",
    "http://x:1",
    "u@h:1",
    ":5",
    "h/x:1",
    "h%:1",
  ])("%s is no target", (target) => expect(written(target)).toBeUndefined());
});

describe.skipIf(!hasOpenssl && process.env["CI"] === undefined)(
  "TLS (skipped where openssl is absent)",
  () => {
    let certificates: Certificates;
    beforeAll(() => {
      certificates = makeCertificates();
    });
    const trusting = (): ProbeWorld => ({
      network: loopbackNetwork({ "shop.test": "127.0.0.1" }),
      certificates: certificates.authority,
    });

    test("can be spoken from the first byte", async () => {
      const { key, cert } = certificates.good;
      const server = createTlsServer({ key, cert }, (socket) => socket.end("220 ready\r\n"));
      server.on("tlsClientError", () => {});
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const found = await look({ port }, { tls: true, expect: "^220 " }, trusting());
      const untrusted = await look({ port }, { tls: true, expect: "^220 " });
      server.close();
      expect(found.failure).toBeUndefined();
      expect(found.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
      expect(found.labels("probe_tls_version_info")).toEqual({ version: "TLS 1.3" });
      expect(untrusted.failure?.code).toBe("tls");
    });

    const scripts: readonly [
      protocol: string,
      greeting: string,
      answers: Readonly<Record<string, string>>,
    ][] = [
      [
        "smtp",
        "220-a\r\n220 b\r\n",
        { "EHLO gengfu\r\n": "250-x\r\n250 y\r\n", "STARTTLS\r\n": "220 go\r\n" },
      ],
      ["imap", "* OK ready\r\n", { "a STARTTLS\r\n": "a OK go\r\n" }],
      ["pop3", "+OK ready\r\n", { "STLS\r\n": "+OK go\r\n" }],
      ["ftp", "220 ready\r\n", { "AUTH TLS\r\n": "234 go\r\n" }],
      ["postgres", "", { "\0\0\0\x08\x04\xd2\x16\x2f": "S" }],
    ];
    test.each(scripts)("can be begun as %s does", async (starttls, greeting, answers) => {
      const server = await talking((socket) => {
        socket.write(greeting);
        const onData = (chunk: Buffer): void => {
          const answer = answers[chunk.toString("latin1")];
          if (answer === undefined) {
            socket.destroy();
            return;
          }
          socket.write(answer);
          if (!/^(220 go|a OK|\+OK go|234|S)/.test(answer)) return;
          socket.off("data", onData);
          const { key, cert } = certificates.good;
          new TLSSocket(socket, { isServer: true, key, cert }).on("error", () => {});
        };
        socket.on("data", onData);
      });
      const target = `shop.test:${server.port}`;
      const found = await lookOnce(tcp, { target, starttls }, trusting());
      expect(found.failure).toBeUndefined();
      expect(found.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
    });

    test("that is refused: no_match", async () => {
      const server = await talking((socket) => {
        socket.write("220 ready\r\n");
        socket.on("data", () => socket.end("502 no\r\n"));
      });
      expect((await look(server, { starttls: "ftp" })).failure?.code).toBe("no_match");
    });
  },
);
