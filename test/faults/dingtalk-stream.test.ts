/** Stream mode over a bad line: the real client on a real socket, against the fake DingTalk, on a clock that is told. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { htmlAnswer } from "../support/dingtalk/http.ts";
import { serveRaw } from "../support/web-server.ts";
import { GROUP, logged, openRig, type Rig, SECRET, until } from "../unit/bot/dingtalk/stream/rig.ts";

const OPEN = "/v1.0/gateway/connections/open";
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const ALWAYS = 1_000_000;

let rig: Rig;
let spies: readonly MockInstance[] = [];

beforeEach(async () => {
  rig = await openRig();
  spies = (["log", "info", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
});

afterEach(async () => {
  await rig.end();
  expect(rig.sleeping()).toBe(0);
  const gaps = asked().map((at, index, all) => at - (all[index - 1] ?? Number.NEGATIVE_INFINITY));
  expect(gaps.filter((gap) => gap >= 0 && gap < SECOND)).toEqual([]);
  expect(rig.fake.sockets.wrong).toEqual([]);
  // The client prints to standard output if it is let.
  const printed = spies.flatMap((spy) => spy.mock.calls);
  for (const spy of spies) spy.mockRestore();
  expect(printed).toEqual([]);
  const log = logged(rig);
  expect(log).not.toContain(SECRET);
  expect(log).not.toMatch(/ticket|session=/);
});

/** When the gateway was asked, whatever it answered. */
const asked = () => rig.fake.requests.filter(({ path }) => path === OPEN).map(({ at }) => at);
const live = () => rig.fake.sockets.all.filter(({ state }) => state === "live");
const warnings = () => rig.lines.filter(({ level }) => level === "warn" || level === "error");

describe("the connection to DingTalk", () => {
  test("subscribes to messages and presses and to no events, and hears", async () => {
    expect(rig.stream.state().is).toBe("off");
    await rig.connected();
    expect(live()[0]?.subscriptions).toEqual([
      { type: "CALLBACK", topic: "/v1.0/im/bot/messages/get" },
      { type: "CALLBACK", topic: "/v1.0/card/instances/callback" },
    ]);
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    expect(await delivery.settled).toBe("answered");
    expect(rig.heard).toMatchObject([{ text: "status", person: "dingtalk:16650698" }]);
    expect(rig.stream.state()).toMatchObject({ is: "connected", lastHeardAt: rig.clock.now() });
    expect(warnings()).toEqual([]);
  });

  test("answers DingTalk's own pings", async () => {
    await rig.connected();
    const ping = live()[0]?.ping();
    await until(() => ping?.tookMs !== undefined);
  });

  test("that cannot be opened for an hour is tried ever more seldom, and is there soon after", async () => {
    await rig.fake.down();
    rig.stream.start();
    await until(() => rig.stream.state().is === "waiting");
    const since = rig.stream.state().since;
    await rig.pass(HOUR);
    const attempts = rig.lines.filter(({ message }) => message.startsWith("opening")).length;
    // 45 seconds apart, once the wait has grown.
    expect(attempts).toBeGreaterThan(60);
    expect(attempts).toBeLessThan(100);
    expect(rig.stream.state()).toMatchObject({ is: "waiting", since });
    expect(rig.stream.state().reason?.zh).toContain("ECONNREFUSED");
    expect(warnings()).toHaveLength(1);
    await rig.fake.up();
    await rig.pass(MINUTE);
    expect(rig.stream.state().is).toBe("connected");
    expect(rig.stream.state().reason).toBeUndefined();
  }, 60_000);

  test("with the wrong secret says once what to check, and is tried every five minutes", async () => {
    const app = rig.fake.world.apps.get("dingfake0001");
    if (app === undefined) throw new Error("no app");
    rig.fake.world.apps.set(app.clientId, { ...app, clientSecret: "another-secret" });
    rig.stream.start();
    await until(() => rig.stream.state().is === "refused");
    await rig.pass(31 * MINUTE);
    expect(rig.fake.opens.length).toBeGreaterThanOrEqual(5);
    expect(rig.fake.opens.length).toBeLessThanOrEqual(7);
    expect(warnings()).toHaveLength(1);
    const { reason } = rig.stream.state();
    expect(reason?.zh).toMatch(/401 authFailed.*DINGTALK_CLIENT_SECRET/);
    expect(reason?.en).toMatch(/401 authFailed.*DINGTALK_CLIENT_SECRET/);
    rig.fake.world.apps.set(app.clientId, app);
    await rig.pass(6 * MINUTE);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("through a proxy that answers with pages is tried again", async () => {
    rig.fake.fail(OPEN, htmlAnswer(503), 2);
    rig.fake.fail(OPEN, htmlAnswer(200), 1);
    rig.fake.fail(OPEN, { status: 200, body: { endpoint: "file:///etc/passwd", ticket: "x" } }, 1);
    rig.stream.start();
    await rig.pass(MINUTE);
    expect(rig.stream.state().is).toBe("connected");
    expect(asked()).toHaveLength(5);
  });

  test("to a gateway that is too busy waits as it asks", async () => {
    rig.fake.fail(OPEN, { status: 429, headers: { "retry-after": "300" }, body: {} }, 1);
    rig.stream.start();
    await until(() => rig.stream.state().is === "waiting");
    await rig.pass(299 * SECOND);
    expect(asked()).toHaveLength(1);
    await rig.pass(2 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("to a gateway that never answers is given up and tried again", async () => {
    rig.fake.fail(OPEN, "hang", 1);
    rig.stream.start();
    await until(() => asked().length === 1);
    await rig.clock.advance(9_000);
    expect(rig.stream.state().is).toBe("connecting");
    await rig.clock.advance(1_000);
    expect(rig.stream.state().is).toBe("waiting");
    expect(rig.stream.state().reason?.en).toContain("did not answer in time");
    await rig.pass(3 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("to a gateway that takes no notice of HTTP at all is given up and tried again", async () => {
    const hole = await serveRaw((socket) => socket.resume());
    const lost = await openRig(hole.url);
    try {
      lost.stream.start();
      await until(() => hole.open() === 1);
      await lost.clock.advance(10_000);
      expect(lost.stream.state().is).toBe("waiting");
      await until(() => hole.open() === 0);
    } finally {
      await lost.end();
      await hole.close();
    }
  });

  test("whose upgrade is never answered is given up and tried again", async () => {
    rig.fake.sockets.upgrade = "hang";
    rig.stream.start();
    await until(() => asked().length === 1);
    while (rig.stream.state().is !== "waiting") await rig.clock.advance(SECOND);
    expect(rig.clock.elapsed).toBeGreaterThanOrEqual(10_000);
    rig.fake.sockets.upgrade = "by ticket";
    await rig.pass(3 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("whose gateway a proxy on the way forbids is tried again, and no credentials are blamed", async () => {
    rig.fake.fail(OPEN, htmlAnswer(403));
    rig.stream.start();
    await until(() => rig.stream.state().is === "waiting");
    expect(rig.stream.state().reason?.en).toContain("cannot be reached (403)");
    await rig.pass(5 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });

  test.each([403, 503])("whose upgrade is refused with %i starts no storm", async (status) => {
    rig.fake.sockets.upgrade = status;
    rig.stream.start();
    await rig.pass(10 * MINUTE);
    expect(rig.fake.opens.length).toBeLessThan(20);
    expect(rig.stream.state().reason?.en).toContain(`upgrade ${status}`);
    expect(warnings()).toHaveLength(1);
    rig.fake.sockets.upgrade = "by ticket";
    await rig.pass(MINUTE);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("that is closed as soon as it is open starts no storm", async () => {
    const stop = rig.fake.world.onChange(() => {
      for (const connection of live()) connection.drop();
    });
    rig.stream.start();
    for (let second = 0; second < 600; second++) {
      await rig.pass(SECOND);
      await until(() => rig.stream.state().is !== "connected");
    }
    expect(rig.fake.opens.length).toBeGreaterThan(10);
    expect(rig.fake.opens.length).toBeLessThan(25);
    stop();
    await rig.pass(MINUTE);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("that is closed after a long time is opened again at once, however long the trouble before was", async () => {
    rig.fake.sockets.upgrade = 503;
    rig.stream.start();
    await rig.pass(10 * MINUTE);
    rig.fake.sockets.upgrade = "by ticket";
    await rig.pass(3 * MINUTE);
    live()[0]?.drop();
    await until(() => rig.stream.state().is === "waiting");
    await rig.pass(2 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });

  test("is opened anew before the old one ends when DingTalk asks for that", async () => {
    await rig.connected();
    await rig.pass(5 * MINUTE);
    const [old] = live();
    let oldWas: string | undefined;
    rig.fake.world.onChange(() => {
      if (live().length === 1 && live()[0] !== old) oldWas ??= old?.state;
    });
    old?.disconnect();
    await until(() => rig.fake.sockets.all.length === 2 && old?.state === "closed");
    expect(oldWas).toBe("leaving");
    expect(rig.stream.state().is).toBe("connected");
    expect(warnings()).toEqual([]);
    await rig.fake.say(GROUP, "zhang", "still there?").settled;
    expect(rig.heard).toHaveLength(1);
  });

  test("that DingTalk wants anew in its first moment is opened a second after the first, not earlier", async () => {
    await rig.connected();
    live()[0]?.disconnect();
    await until(() => rig.lines.some(({ message }) => message.startsWith("listening")));
    for (let passed = 0; passed < 3_000; passed += 100) {
      await rig.clock.advance(100);
      await until(() => rig.fake.sockets.all.length === asked().length);
    }
    expect(asked()).toHaveLength(2);
  });

  test("that DingTalk wants anew all the time is opened at most once in a second, and ever more seldom", async () => {
    rig.fake.world.onChange(() => {
      for (const connection of live()) connection.disconnect();
    });
    rig.stream.start();
    for (let second = 0; second < 300; second++) await rig.pass(SECOND);
    expect(rig.fake.opens.length).toBeGreaterThan(5);
    expect(rig.fake.opens.length).toBeLessThan(20);
    const open = rig.fake.sockets.all.filter(({ state }) => state !== "closed");
    expect(open.length).toBeLessThanOrEqual(1);
  });

  test("that is half open is noticed, and what went into it is heard when it comes again", async () => {
    await rig.connected();
    await rig.pass(2 * MINUTE);
    const [dead] = live();
    dead?.freeze();
    const delivery = rig.fake.say(GROUP, "zhang", "anybody?");
    await rig.pass(40 * SECOND);
    await until(() => live().length === 1);
    expect(rig.lines.some(({ message }) => message.includes("went silent"))).toBe(true);
    expect(rig.heard).toEqual([]);
    await rig.pass(40 * SECOND);
    expect(await delivery.settled).toBe("answered");
    expect(rig.heard).toHaveLength(1);
  });

  test("lives through a clock that is set", async () => {
    await rig.connected();
    rig.clock.set(rig.clock.now() + 24 * HOUR);
    await rig.pass(2 * MINUTE);
    expect(rig.stream.state().is).toBe("connected");
    rig.clock.set(rig.clock.now() - 48 * HOUR);
    await rig.pass(2 * MINUTE);
    expect(rig.fake.opens).toHaveLength(1);
    live()[0]?.drop();
    await until(() => rig.stream.state().is === "waiting");
    rig.clock.set(rig.clock.now() - 48 * HOUR);
    await rig.pass(2 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });
});

describe("the end of it is final", () => {
  const phases: Readonly<Record<string, () => Promise<void>>> = {
    "before it began": async () => {},
    "in the moment of the start": async () => rig.stream.start(),
    "while the gateway is asked": async () => {
      rig.fake.fail(OPEN, "hang", ALWAYS);
      rig.stream.start();
      await until(() => asked().length === 1);
    },
    "while the upgrade hangs": async () => {
      rig.fake.sockets.upgrade = "hang";
      rig.stream.start();
      await until(() => asked().length === 1);
    },
    "while it is connected": () => rig.connected(),
    "while it waits": async () => {
      await rig.fake.down();
      rig.stream.start();
      await until(() => rig.stream.state().is === "waiting");
      await rig.fake.up();
    },
    "while the credentials are refused": async () => {
      rig.fake.fail(OPEN, { status: 401, body: {} }, ALWAYS);
      rig.stream.start();
      await until(() => rig.stream.state().is === "refused");
      rig.fake.heal();
    },
    "while another connection is opened": async () => {
      await rig.connected();
      await rig.pass(MINUTE);
      rig.fake.fail(OPEN, "hang", ALWAYS);
      live()[0]?.disconnect();
      await until(() => asked().length === 2);
    },
    "while a press waits for its answer": async () => {
      await rig.connected();
      rig.press = () => new Promise(() => {});
      const [connection] = live();
      if (connection === undefined) throw new Error("no connection");
      const content = JSON.stringify({ cardPrivateData: { params: { action: "ack k3f9" } } });
      const data = JSON.stringify({ outTrackId: "x", userId: "1", spaceId: "cid1", content });
      const headers = { topic: "/v1.0/card/instances/callback", messageId: "m1", time: "1" };
      connection.sendRaw(JSON.stringify({ type: "CALLBACK", headers, data }));
      await until(() => rig.pressed.length === 1);
    },
  };

  test.each(Object.keys(phases))("%s", async (phase) => {
    await phases[phase]?.();
    await rig.stream.stop();
    const before = asked().length;
    expect(rig.stream.state().is).toBe("off");
    expect(rig.sleeping()).toBe(0);
    rig.stream.start();
    await rig.clock.advance(HOUR);
    await until(() => rig.fake.sockets.all.every(({ state }) => state === "closed"));
    expect(asked().length).toBe(before);
    expect(rig.sleeping()).toBe(0);
  });
});

test("the client and what it brings along are read at the start of the stream and not before", () => {
  const code = `
    const { Module } = await import("node:module");
    const loaded = () => Object.keys(Module._cache).some((path) => /node_modules.ws./.test(path));
    await import("./dist/bot/dingtalk/stream/stream.js");
    const before = loaded();
    await (await import("./dist/bot/dingtalk/stream/client.js")).createClient({ clientId: "a", clientSecret: "b" });
    console.log(before, loaded());`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd, encoding: "utf8" });
  expect(out.trim()).toBe("false true");
});
