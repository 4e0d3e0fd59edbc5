/** The HTTP doors over real sockets: what they take, what they refuse, and that no body breaks them. */
import { request } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { ConsoleOptions, TestConsole } from "../../../support/console.ts";
import { startConsole } from "../../../support/console.ts";

const open: TestConsole[] = [];
const start = async (options: ConsoleOptions = {}): Promise<TestConsole> => {
  const started = await startConsole(options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const hello = { conversation: "ops", user: "alice", text: "你好" };

/** A request with headers that `fetch` would not let a test set. */
function raw(
  port: number,
  headers: Record<string, string>,
  method = "GET",
  path = "/healthz",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, method, headers }, (res) => {
      res.resume().on("end", () => resolve(res.statusCode ?? 0));
    });
    sent.on("error", reject).end(method === "POST" ? JSON.stringify(hello) : undefined);
  });
}

describe("saying something", () => {
  test("stores the line and the replies before it answers", async () => {
    const heard: unknown[] = [];
    const { post, get } = await start({
      say: async (spoken) => {
        heard.push(spoken);
        return [
          {
            kind: "reply",
            title: "规则 1",
            text: "好",
            actions: [{ id: "undo", label: "撤销", command: "rule remove 1" }],
          },
        ];
      },
    });
    const { status, body } = await post("/api/console/messages", hello);
    expect(status).toBe(200);
    expect(body.replies).toEqual([
      {
        id: "m2",
        seq: 2,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        from: "bot",
        kind: "reply",
        title: "规则 1",
        text: "好",
        actions: [{ id: "undo", label: "撤销", command: "rule remove 1" }],
      },
    ]);
    expect(heard).toEqual([
      { conversation: "console:ops", person: "console:alice", text: "你好", at: expect.any(Number) },
    ]);
    const { body: log } = await get("/api/console/messages?conversation=ops&after=0");
    expect(log.messages).toEqual([
      { id: "m1", seq: 1, at: expect.any(String), from: "alice", kind: "text", text: "你好" },
      body.replies[0],
    ]);
    expect((await get("/api/console/messages?conversation=ops&after=1")).body.messages).toEqual(body.replies);
    expect((await get("/api/console/messages?conversation=other")).body.messages).toEqual([]);
  });

  test("says that nothing was saved when the disk refuses, and lives", async () => {
    const { post, refuse, get } = await start();
    refuse("ENOSPC");
    const refused = await post("/api/console/messages", hello);
    expect(refused).toMatchObject({ status: 503, body: { error: expect.stringContaining("没有保存") } });
    expect((await get("/api/console/messages?conversation=ops")).body.messages).toEqual([]);
    refuse(undefined);
    expect((await post("/api/console/messages", hello)).status).toBe(200);
  });

  test("tells the reply that could not be kept", async () => {
    const { post } = await start({
      locale: "en",
      say: async () => {
        refuse("ENOSPC");
        return [{ kind: "reply", text: "rule 7 was made" }];
      },
    });
    const { refuse } = open.at(-1) as TestConsole;
    const { status, body } = await post("/api/console/messages", hello);
    expect(status).toBe(503);
    expect(body.error).toContain("rule 7 was made");
  });

  test("a fault of ours is told as a reference only, and logged in full", async () => {
    const { post, errors } = await start({ say: () => Promise.reject(new Error("secret /etc/path")) });
    const { status, body } = await post("/api/console/messages", hello);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
    const [, reference] = /编号 ([0-9a-f]{8})/.exec(body.error) ?? [];
    expect(errors).toEqual([expect.objectContaining({ reference, err: expect.any(Error) })]);
  });

  test("takes 1 MB, keeps the head of it, and refuses more with 413", async () => {
    const lengths: number[] = [];
    const { post, conversations } = await start({
      say: async ({ text }) => {
        lengths.push(text.length);
        return [{ kind: "reply", text: "太长了" }];
      },
    });
    const mega = "🔥".repeat(512 * 1024);
    expect((await post("/api/console/messages", { ...hello, text: mega })).status).toBe(200);
    expect(lengths).toEqual([1024 * 1024]);
    expect(conversations.latest("ops", 2)[0]?.card.text?.length).toBeLessThan(21_000);
    expect(
      (await post("/api/console/messages", { ...hello, text: "x".repeat(1024 * 1024 + 1) })).status,
    ).toBe(400);
    expect((await post("/api/console/messages", { ...hello, text: "x".repeat(3_000_000) })).status).toBe(413);
  });

  test.each([
    ["no JSON", "{", 400, "JSON"],
    ["not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, "UTF-8"],
    ["an array", [], 400, "body"],
    ["an unknown key", { ...hello, room: 1 }, 400, "room"],
    ["a conversation with capitals", { ...hello, conversation: "Ops" }, 400, "conversation"],
    ["a conversation that climbs", { ...hello, conversation: "../x" }, 400, "conversation"],
    ["no user", { conversation: "ops", text: "x" }, 400, "user"],
    ["an invisible user", { ...hello, user: "\u200b\u202e " }, 400, "user"],
    ["a user of 65 characters", { ...hello, user: "x".repeat(65) }, 400, "user"],
    ["a user that calls itself the bot", { ...hello, user: "Bo\u200bt" }, 400, "user"],
    ["a text that is a number", { ...hello, text: 1 }, 400, "text"],
  ])("refuses %s and says where", async (_what, body, status, where) => {
    const { post } = await start();
    const answer = await post("/api/console/messages", body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toContain(where);
  });

  test("strips what is invisible from a name", async () => {
    const { post, conversations } = await start();
    await post("/api/console/messages", { ...hello, user: "\u202eali\u0000ce\u2066 " });
    expect(conversations.after("ops", 0)[0]?.from).toBe("alice");
  });

  test("stops opening conversations before they fill the disk", async () => {
    const { post, conversations } = await start();
    await Promise.all(
      Array.from({ length: 256 }, (_, i) => conversations.say(`c${i}`, "alice", "x", Date.now())),
    );
    expect((await post("/api/console/messages", hello)).status).toBe(429);
    expect((await post("/api/console/messages", { ...hello, conversation: "c0" })).status).toBe(200);
  });
});

describe("pressing a button", () => {
  const incident = {
    kind: "incident",
    title: "CPU 高",
    status: "firing",
    actions: [{ id: "ack", label: "认领", command: "ack 12" }],
  } as const;
  const click = { conversation: "ops", user: "alice", card: "m1", action: "ack" };

  test("says the command without a line of its own, and answers with the card it changed", async () => {
    const heard: unknown[] = [];
    let change: () => Promise<unknown> = () => Promise.resolve();
    const { post, conversations } = await start({
      say: async (spoken) => {
        heard.push(spoken);
        return [{ kind: "reply", text: "已认领" }];
      },
      settle: async () => void (await change()),
    });
    await conversations.post("ops", [incident], Date.now());
    change = () => conversations.edit("m1", { ...incident, status: "acknowledged" });
    const { body } = await post("/api/console/clicks", click);
    expect(heard).toEqual([
      expect.objectContaining({ text: "ack 12", via: { card: "m1" }, person: "console:alice" }),
    ]);
    expect(body.replies).toEqual([expect.objectContaining({ id: "m1", seq: 2, status: "acknowledged" })]);
    expect(conversations.after("ops", 0)).toHaveLength(1);
  });

  test("answers with the replies when the card's standing did not change", async () => {
    const { post, conversations } = await start({
      settle: async () => void (await conversations.edit("m1", { ...incident, title: "CPU 更高" })),
      say: async () => [{ kind: "reply", text: "详情" }],
    });
    await conversations.post("ops", [incident], Date.now());
    const { body } = await post("/api/console/clicks", click);
    expect(body.replies).toEqual([expect.objectContaining({ kind: "reply", text: "详情" })]);
    expect(conversations.latest("ops", 1)[0]?.card.text).toBe("详情");
  });

  test("does not wait for ever for a card that does not change", async () => {
    const { post, conversations } = await start({ settle: () => new Promise(() => {}) });
    await conversations.post("ops", [incident], Date.now());
    expect((await post("/api/console/clicks", click)).status).toBe(200);
  });

  test.each([
    ["an unknown card", { ...click, card: "m9" }],
    ["a card of another conversation", { ...click, conversation: "dev" }],
    ["an unknown button", { ...click, action: "x" }],
  ])("refuses %s", async (_what, body) => {
    const { post, conversations } = await start();
    await conversations.post("ops", [incident], Date.now());
    expect((await post("/api/console/clicks", body)).status).toBe(404);
  });
});

describe("the guards", () => {
  test("without the token only the probes and the bare page open", async () => {
    const { base } = await start({ token: "s3cret" });
    const status = async (path: string, authorization = ""): Promise<number> =>
      (await fetch(base + path, { headers: authorization === "" ? {} : { authorization } })).status;
    expect(
      await Promise.all(["/healthz", "/readyz", "/-/healthy", "/-/ready", "/"].map((p) => status(p))),
    ).toEqual([200, 200, 200, 200, 200]);
    const closed = ["/metrics", "/api/console/messages?conversation=ops", "/api/console/board", "/nowhere"];
    expect(await Promise.all(closed.map((p) => status(p)))).toEqual([401, 401, 401, 401]);
    expect(await status("/metrics", "Bearer wrong")).toBe(401);
    expect(await status("/metrics", "Bearer s3cre")).toBe(401);
    expect(await status("/metrics", "Bearer s3cret")).toBe(200);
  });

  test("a name pointed at this machine is refused on loopback, unless a token guards it", async () => {
    const { port } = await start();
    expect(await raw(port, { host: "evil.example" })).toBe(403);
    expect(await raw(port, { host: "127.0.0.1.evil.example:80" })).toBe(403);
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:8080", "gengfu.localhost"])
      expect(await raw(port, { host })).toBe(200);
    const guarded = await start({ token: "t" });
    expect(await raw(guarded.port, { host: "gengfu.example" })).toBe(200);
  });

  test.each([
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "same-origin", origin: "http://localhost:9" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{}, 200],
  ])("a change with %j gives %i", async (headers, status) => {
    const { port } = await start();
    const all = { host: "localhost:9", "content-type": "application/json", ...headers };
    expect(await raw(port, all as unknown as Record<string, string>, "POST", "/api/console/messages")).toBe(
      status,
    );
  });

  test("only JSON is taken, so that a form elsewhere cannot speak", async () => {
    const { base } = await start();
    const plain = await fetch(`${base}/api/console/messages`, {
      method: "POST",
      body: JSON.stringify(hello),
    });
    expect(plain.status).toBe(415);
  });

  test("every answer carries the headers, errors too", async () => {
    const { base } = await start();
    for (const path of ["/", "/nowhere", "/healthz"]) {
      const { headers } = await fetch(base + path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });
});

describe("the rest", () => {
  test("unknown paths, methods and assets", async () => {
    const { base, get } = await start();
    expect(await get("/nowhere")).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining("/nowhere") },
    });
    expect((await fetch(`${base}/api/console/messages`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${base}/healthz`, { method: "PROPFIND" })).status).toBe(405);
    for (const path of [
      "/assets/..%2f..%2fpackage.json",
      "/assets/index.html",
      "/assets/%00",
      "/assets/%E0%A4%A",
    ])
      expect([400, 404]).toContain((await fetch(base + path)).status);
  });

  test("readiness names what is wrong", async () => {
    const checks = [{ name: "store", ok: false, detail: "ENOSPC" }];
    const { get } = await start({ readiness: () => ({ ready: false, checks }) });
    expect(await get("/-/ready")).toEqual({ status: 503, body: { ready: false, checks } });
    expect((await get("/healthz")).status).toBe(200);
  });

  test("the page comes in the locale's language and again only when it changed", async () => {
    const { base, port } = await start({ locale: "en" });
    const first = await fetch(`${base}/`);
    expect(await first.text()).toContain('<html lang="en"');
    const etag = first.headers.get("etag") ?? "";
    expect(await raw(port, { host: "localhost", "if-none-match": etag }, "GET", "/")).toBe(304);
    expect(await raw(port, { host: "localhost", "if-none-match": '"other"' }, "GET", "/")).toBe(200);
    expect((await fetch(`${base}/assets/marked.js`)).headers.get("content-type")).toContain("javascript");
  });

  test("a request that is no HTTP, and one that stops half way, leave the server standing", async () => {
    const { port, get } = await start();
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("\x16\x03\x01 nonsense\r\n\r\n"));
      socket.on("data", () => {}).on("close", () => resolve());
    });
    const half = connect(port, "127.0.0.1");
    half.write(
      "POST /api/console/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n",
    );
    half.write('Content-Length: 100\r\n\r\n{"conv');
    half.destroy();
    expect((await get("/healthz")).status).toBe(200);
  });

  test("no body makes it fail: 500 random and mutated ones", async () => {
    const { post, errors } = await start();
    const mutated = fc.record(
      {
        conversation: fc.oneof(fc.constant("ops"), fc.string(), fc.anything()),
        user: fc.oneof(fc.constant("alice"), fc.string({ unit: "binary" }), fc.anything()),
        text: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
        card: fc.oneof(fc.constant("m1"), fc.anything()),
        action: fc.anything(),
        __proto__: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 200 }),
      mutated.map(
        (value) => JSON.stringify(value, (_key, v) => (typeof v === "bigint" ? String(v) : v)) ?? "",
      ),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom("messages", "clicks"), async (sent, door) => {
        const { status, body: answer } = await post(`/api/console/${door}`, sent);
        expect([200, 400, 404, 413, 415, 429]).toContain(status);
        if (status !== 200) expect(typeof answer.error).toBe("string");
      }),
      { numRuns: 500 },
    );
    expect(errors).toEqual([]);
  });
});
