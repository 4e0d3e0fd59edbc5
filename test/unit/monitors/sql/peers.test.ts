/** Servers that are no database, or a bad one: each has a reason of its own, and what they send is bounded. */
import { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { asking } from "../../../support/databases.ts";
import {
  type Certificates,
  hasOpenssl,
  type Identity,
  type Listening,
  makeCertificates,
  serveRaw,
} from "../../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

type Talk = Parameters<typeof serveRaw>[0];

async function failing(kind: "postgres" | "mysql", talk: Talk, more: object = {}, forMs = 5_000) {
  const server = await serveRaw(talk);
  servers.push(server);
  const { look } = asking({
    name: "shop",
    url: `${kind}://gengfu:pa55w0rd@127.0.0.1:${server.port}/shop`,
    ...more,
  });
  const before = process.memoryUsage().rss;
  const failed = await look("select 1 as n", {}, AbortSignal.timeout(forMs)).then(
    () => ({ code: "answered", detail: "" }),
    (error: { reason?: { code: string; detail: string } }) =>
      error.reason ?? { code: "thrown", detail: String(error) },
  );
  expect(JSON.stringify(failed)).not.toContain("pa55w0rd");
  return { ...failed, grew: process.memoryUsage().rss - before, server };
}

/** PostgreSQL's message: one letter, its length, and what it holds. */
function message(letter: string, body: Buffer, length = body.length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

const READY = [message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))];

/** Lets anybody in, and answers every message by `answer`. */
function postgres(answer: (socket: Parameters<Talk>[0]) => void): Talk {
  return (socket) => {
    socket.once("data", () => {
      for (const one of READY) socket.write(one);
      socket.on("data", () => answer(socket));
    });
  };
}

/** Sends without an end for as long as it is listened to. */
function flood(socket: Parameters<Talk>[0], first: Buffer): void {
  const chunk = Buffer.alloc(1_048_576, 0x61);
  const pour = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", pour);
  socket.write(first);
  pour();
}

for (const kind of ["postgres", "mysql"] as const) {
  describe(kind, () => {
    test("nobody listens: refused", async () => {
      const server = await serveRaw(() => {});
      await server.close();
      const { look } = asking({ name: "shop", url: `${kind}://gengfu@127.0.0.1:${server.port}/shop` });
      await expect(look("select 1 as n")).rejects.toMatchObject({ reason: { code: "refused" } });
    });

    test("it takes the connection and says nothing: timeout, and the connection is closed", async () => {
      const { code, server } = await failing(kind, (socket) => socket.resume(), {}, 150);
      expect(code).toBe("timeout");
      await expect.poll(() => server.open()).toBe(0);
    });

    test("it hangs up: reset", async () => {
      expect((await failing(kind, (socket) => socket.destroy())).code).toBe("reset");
      expect((await failing(kind, (socket) => socket.resetAndDestroy())).code).toBe("reset");
    });

    test("it speaks something else: a reason, soon", async () => {
      const { code } = await failing(
        kind,
        (socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
        {},
        500,
      );
      expect(["timeout", "error", "reset", "bad_answer"]).toContain(code);
    });

    test("it has no TLS where the file asks for it: the password is not sent", async () => {
      const heard: Buffer[] = [];
      const talk: Talk = (socket) => {
        if (kind === "mysql") socket.write(greeting());
        socket.on("data", (chunk) => {
          heard.push(chunk);
          socket.write("N");
        });
      };
      const { code } = await failing(kind, talk, { tls: true });
      expect(code).toBe("tls");
      expect(Buffer.concat(heard).toString("latin1")).not.toMatch(/pa55w0rd|gengfu/);
    });
  });
}

/** How a MySQL 8 greets, without TLS among what it can. */
function greeting(more = 0): Buffer {
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from("8.0.40\0"),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from("abcdefgh\0"),
    Buffer.from([0xff, 0xf7 | more, 45, 2, 0, 0xff, 0x81, 21]),
    Buffer.alloc(10),
    Buffer.from("ijklmnopqrst\0mysql_native_password\0"),
  ]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

describe.skipIf(!hasOpenssl)("TLS", () => {
  let made: Certificates;
  beforeAll(() => {
    made = makeCertificates();
  });

  /** Begins TLS as each protocol does, and keeps what comes through it. */
  function sealed(kind: "postgres" | "mysql", identity: Identity, heard: Buffer[]): Talk {
    return (socket) => {
      if (kind === "mysql") socket.write(greeting(0x08));
      socket.once("data", (chunk: Buffer) => {
        if (kind === "postgres") socket.write("S");
        // The handshake may come along with the 36 bytes that ask for it.
        else if (chunk.length > 36) socket.pause().unshift(chunk.subarray(36));
        const secure = new TLSSocket(socket, { isServer: true, key: identity.key, cert: identity.cert });
        secure.on("error", () => {});
        secure.on("data", (said: Buffer) => {
          heard.push(said);
          secure.destroy();
        });
      });
    };
  }

  test.each(["postgres", "mysql"] as const)(
    "%s: whoever has the right certificate is told who asks",
    async (kind) => {
      const heard: Buffer[] = [];
      const trusted = { tls_config: { ca: made.authority, server_name: "shop.test" } };
      expect((await failing(kind, sealed(kind, made.good, heard), trusted)).code).toBe("reset");
      expect(Buffer.concat(heard).toString("latin1")).toContain("gengfu");
    },
  );

  test.each(["postgres", "mysql"] as const)("%s: whoever has another is told nothing", async (kind) => {
    for (const [identity, server_name] of [
      [made.selfSigned, "shop.test"],
      [made.expired, "shop.test"],
      [made.wrongHost, "shop.test"],
      [made.good, "other.example"],
    ] as const) {
      const heard: Buffer[] = [];
      const found = await failing(kind, sealed(kind, identity, heard), {
        tls_config: { ca: made.authority, server_name },
      });
      expect(found.code, found.detail).toBe("tls");
      expect(heard).toEqual([]);
    }
  });
});

describe("a PostgreSQL that lets everybody in", () => {
  test("and then says nothing: timeout", async () => {
    expect(
      await failing(
        "postgres",
        postgres(() => {}),
        {},
        200,
      ),
    ).toMatchObject({ code: "timeout" });
  });

  test("and then hangs up: reset", async () => {
    expect(
      (
        await failing(
          "postgres",
          postgres((socket) => socket.destroy()),
        )
      ).code,
    ).toBe("reset");
  });

  test("and begins a message of a gigabyte: cut after a few megabytes", async () => {
    const huge = message("D", Buffer.alloc(0), 1_000_000_000);
    const found = await failing(
      "postgres",
      postgres((socket) => flood(socket, huge)),
    );
    expect(found).toMatchObject({ code: "answer_too_large" });
    expect(found.grew).toBeLessThan(200_000_000);
  });
});
