/** The fake DingTalk: acknowledgements, what is pushed again, and connections that go bad. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askGateway, call, connect, dial, type Frame, type TestLine } from "../support/dingtalk/client.ts";
import { htmlAnswer } from "../support/dingtalk/http.ts";
import { type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const GROUP = "值班群";
const GATEWAY = "/v1.0/gateway";
let clock: FakeClock;
let fake: FakeDingTalk;
beforeEach(async () => {
  clock = new FakeClock();
  fake = await openFakeDingTalk({ clock, random: () => 0 });
});
afterEach(() => fake.close());

const dataOf = (frame: Frame) => JSON.parse(frame.data);
const whys = (): string[] => fake.sockets.wrong.map(({ why }) => why);

/** The fake's side of the first connection. */
function ours() {
  const [first] = fake.sockets.all;
  if (first === undefined) throw new Error("there is no connection");
  return first;
}

describe("an acknowledgement", () => {
  test("within three seconds ends it", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    await clock.advance(3_000);
    line.ack(frame);
    expect(await delivery.settled).toBe("answered");
    expect(delivery.pushes).toMatchObject([{ tookMs: 3_000, late: false, code: 200 }]);
    await clock.advance(300_000);
    expect([delivery.pushes.length, line.frames.length]).toEqual([1, 1]);
  });

  test("that is late is recorded, and the message comes again: new messageId, same msgId", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const first = await line.frame(0);
    await clock.advance(3_001);
    line.ack(first);
    await fake.until(() => delivery.pushes[0]?.late === true);
    expect(delivery.state).toBe("waiting");
    await clock.advance(57_000);
    const second = await line.frame(1);
    expect(second.headers["messageId"]).not.toBe(first.headers["messageId"]);
    expect(dataOf(second).msgId).toBe(dataOf(first).msgId);
    line.ack(second);
    expect(await delivery.settled).toBe("answered");
    expect(fake.counters()).toMatchObject({
      pushes: 2,
      pushedAgain: 1,
      acks: 2,
      lateAcks: 1,
      slowestAckMs: 3_001,
    });
  });

  test("that never comes is waited for four times", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    await clock.advance(240_000);
    expect(await delivery.settled).toBe("unanswered");
    await line.frame(3);
    expect(delivery.pushes.map(({ at }) => at - (delivery.pushes[0]?.at ?? 0))).toEqual([
      0, 60_000, 120_000, 180_000,
    ]);
  });

  test("how long until a message comes again can be set", async () => {
    fake.settings.redeliverMs = 16_000;
    const line = await connect(fake);
    fake.say(GROUP, "张三", "ack 42");
    await clock.advance(16_000);
    await line.frame(1);
  });

  test.each([
    ["not JSON", () => "OK"],
    ["a frame without headers", () => JSON.stringify({ code: 200, data: "{}" })],
    ["data that is an object", (id: string) => reply(id, { response: null })],
    ["data that is no JSON", (id: string) => reply(id, "OK")],
    ["data without response", (id: string) => reply(id, "{}")],
    ["an id that nobody waits for", () => reply("other", '{"response":null}')],
    ["a code that is no number", (id: string) => reply(id, '{"response":null}', "200")],
  ])("%s counts for nothing", async (_name, text) => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    line.socket.send(text(frame.headers["messageId"] ?? ""));
    await fake.until(() => fake.sockets.wrong.length === 1);
    expect(delivery.state).toBe("waiting");
  });

  test("that comes twice, or on another connection, counts once at most", async () => {
    const [line, other] = [await connect(fake), await connect(fake)];
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    other.ack(frame);
    await fake.until(() => fake.sockets.wrong.length === 1);
    expect(delivery.state).toBe("waiting");
    line.ack(frame);
    line.ack(frame);
    await fake.until(() => fake.sockets.wrong.length === 2);
    expect(whys()).toEqual(["the acknowledgement came on another connection", "acknowledged already"]);
    expect(delivery.state).toBe("answered");
  });

  test("with another code than 200 is none", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    line.socket.send(reply(frame.headers["messageId"] ?? "", '{"response":null}', 500));
    await fake.until(() => delivery.pushes[0]?.code === 500);
    await clock.advance(60_000);
    await line.frame(1);
  });
});

function reply(messageId: string, data: unknown, code: unknown = 200): string {
  return JSON.stringify({ code, headers: { messageId }, message: "OK", data });
}

describe("a connection", () => {
  test("is pinged, and the echo may carry all headers", async () => {
    const line = await connect(fake);
    const ping = ours().ping("abc");
    const frame = await line.frame(0);
    expect(frame).toMatchObject({ type: "SYSTEM", headers: { topic: "ping" }, data: '{"opaque":"abc"}' });
    await clock.advance(20);
    line.socket.send(JSON.stringify({ code: 200, headers: frame.headers, message: "OK", data: frame.data }));
    await fake.until(() => ping.tookMs !== undefined);
    expect(ping.tookMs).toBe(20);
    expect(whys()).toEqual([]);
  });

  test("whose echo is another one has not answered the ping", async () => {
    const line = await connect(fake);
    const ping = ours().ping("abc");
    const { headers } = await line.frame(0);
    line.socket.send(JSON.stringify({ code: 200, headers, message: "OK", data: '{"opaque":"abd"}' }));
    await fake.until(() => fake.sockets.wrong.length === 1);
    expect(ping.tookMs).toBeUndefined();
  });

  test("that was told to go hears nothing more, and is closed after ten seconds", async () => {
    const line = await connect(fake);
    ours().disconnect();
    const frame = await line.frame(0);
    expect(frame).toMatchObject({ type: "SYSTEM", headers: { topic: "disconnect" } });
    const next = await connect(fake);
    fake.say(GROUP, "张三", "ack 42");
    await next.frame(0);
    await clock.advance(9_999);
    expect(ours().state).toBe("leaving");
    await clock.advance(1);
    await line.closed;
    expect(line.frames).toHaveLength(1);
  });

  test("that was told to go may still acknowledge what it had", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    ours().disconnect();
    line.ack(frame);
    expect(await delivery.settled).toBe("answered");
  });

  test("that is half open swallows messages, pings and the end of it", async () => {
    const line = await connect(fake);
    ours().freeze();
    let pongs = 0;
    line.socket.on("pong", () => {
      pongs += 1;
    });
    line.socket.ping();
    const delivery = fake.say(GROUP, "张三", "ack 42");
    line.socket.terminate();
    await line.closed;
    // What a second connection has done shows that the first had its time.
    await connect(fake);
    expect([pongs, line.frames.length, ours().state]).toEqual([0, 0, "frozen"]);
    expect(delivery.pushes).toMatchObject([{ connection: ours().id }]);
  });

  test("answers WebSocket pings", async () => {
    const line = await connect(fake);
    const pong = new Promise((resolve) => line.socket.on("pong", resolve));
    line.socket.ping();
    await pong;
  });

  test("can be dropped, and can be closed by the protocol", async () => {
    const [first, second] = [await connect(fake), await connect(fake)];
    fake.sockets.all[0]?.drop();
    fake.sockets.all[1]?.close(1001);
    expect([await first.closed, await second.closed]).toEqual([1006, 1001]);
  });

  test("can be sent any text", async () => {
    const line = await connect(fake);
    ours().sendRaw("{broken");
    fake.say(GROUP, "张三", "ack 42");
    await line.frame(0);
    expect(line.texts[0]).toBe("{broken");
  });

  test("can be pushed the same many times at once", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    fake.deliveries.again(delivery, 20);
    await line.frame(20);
    expect(new Set(line.frames.map(({ headers }) => headers["messageId"])).size).toBe(21);
    expect(new Set(line.frames.map((frame) => dataOf(frame).msgId)).size).toBe(1);
  });

  test("is told without the content once the month's pushes are used up", async () => {
    fake.settings.streamPerMonth = 1;
    const line = await connect(fake);
    fake.say(GROUP, "张三", "一");
    fake.say(GROUP, "张三", "二");
    const data = dataOf(await line.frame(1));
    expect(data).toMatchObject({ errorCode: "20001", senderNick: "张三" });
    expect(data).not.toHaveProperty("text");
    await clock.advance(31 * 86_400_000);
    expect(fake.quota.used.stream).toBe(0);
  });
});

describe("faults", () => {
  test("an upgrade may be refused, or never be answered", async () => {
    const { body } = await askGateway(fake);
    fake.sockets.upgrade = 503;
    await expect(dial(`${body.endpoint}?ticket=${body.ticket}`)).rejects.toThrow("HTTP 503");
    fake.sockets.upgrade = "hang";
    let isOpen = false;
    void dial(`${body.endpoint}?ticket=${body.ticket}`).then(
      () => {
        isOpen = true;
      },
      () => {},
    );
    await askGateway(fake);
    expect(isOpen).toBe(false);
  });

  test("the gateway may hang, break off, or answer with a page of a proxy", async () => {
    const end = fake.fail(GATEWAY, "hang", Number.POSITIVE_INFINITY);
    const stop = new AbortController();
    const hanging = fetch(`${fake.apiBase}${GATEWAY}/connections/open`, {
      method: "POST",
      signal: stop.signal,
    });
    await fake.until(() => fake.requests.length === 1);
    stop.abort();
    await expect(hanging).rejects.toThrow();
    end();
    fake.fail(GATEWAY, "reset");
    await expect(askGateway(fake)).rejects.toThrow();
    fake.fail(GATEWAY, htmlAnswer(503));
    const page = await askGateway(fake);
    expect([page.status, page.type, page.body]).toEqual([503, expect.stringContaining("html"), undefined]);
    expect((await askGateway(fake)).status).toBe(200);
  });

  test("a request may be carried out and its answer be lost", async () => {
    const [robot] = fake.world.robots.values();
    fake.world.robots.set("open", { token: "open", group: robot?.group ?? "", name: "无签名" });
    fake.fail("/robot/send", "lost");
    const body = { msgtype: "text", text: { content: "备份完成" } };
    const url = `${fake.oapiBase}/robot/send?access_token=open`;
    await expect(call(url, "POST", body)).rejects.toThrow();
    expect(fake.messages(GROUP)).toHaveLength(1);
    await call(url, "POST", body);
    expect(fake.counters().duplicates).toBe(1);
  });

  test("the next calls of a path may be answered anything, until it is healed", async () => {
    const busy = { status: 500, body: { code: "system.busy", message: "busy" } };
    fake.fail("/v1.0/oauth2/accessToken", busy, 5);
    const ask = () => call(`${fake.apiBase}/v1.0/oauth2/accessToken`, "POST", {});
    expect((await ask()).body.code).toBe("system.busy");
    fake.heal();
    expect((await ask()).body.code).toBe("invalidClientIdOrSecret");
  });

  test("everything may be down for a while", async () => {
    const line = await connect(fake);
    await fake.down();
    await line.closed;
    await expect(askGateway(fake)).rejects.toThrow();
    await fake.up();
    const again: TestLine = await connect(fake);
    fake.say(GROUP, "张三", "ack 42");
    await again.frame(0);
  });

  test("closing the fake ends every connection", async () => {
    const line = await connect(fake);
    await fake.close();
    await line.closed;
  });
});
