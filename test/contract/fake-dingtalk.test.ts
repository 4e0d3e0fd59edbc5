/** The fake DingTalk against what is known of the real one: its gateway and its Stream connections. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askGateway, call, connect, dial } from "../support/dingtalk/client.ts";
import { CARD_TOPIC, ROBOT_TOPIC } from "../support/dingtalk/deliveries.ts";
import { type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const GROUP = "值班群";
let clock: FakeClock;
let chosen: number;
let fake: FakeDingTalk;
beforeEach(async () => {
  clock = new FakeClock();
  chosen = 0;
  fake = await openFakeDingTalk({ clock, random: () => chosen });
});
afterEach(() => fake.close());

describe("the gateway", () => {
  test("gives an endpoint and a ticket that opens one connection", async () => {
    const { status, body } = await askGateway(fake);
    expect(status).toBe(200);
    expect(body.endpoint).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/connect$/);
    await dial(`${body.endpoint}?ticket=${body.ticket}`);
    await expect(dial(`${body.endpoint}?ticket=${body.ticket}`)).rejects.toThrow("HTTP 401");
    expect(fake.sockets.upgrades).toEqual({ accepted: 1, refused: 1 });
  });

  test("a ticket lasts 90 seconds", async () => {
    const [first, second] = [await askGateway(fake), await askGateway(fake)];
    await clock.advance(90_000);
    await dial(`${first.body.endpoint}?ticket=${first.body.ticket}`);
    await clock.advance(1);
    await expect(dial(`${second.body.endpoint}?ticket=${second.body.ticket}`)).rejects.toThrow("HTTP 401");
    await expect(dial(`${second.body.endpoint}?ticket=made-up`)).rejects.toThrow("HTTP 401");
  });

  test("a wrong secret is 401 authFailed", async () => {
    const { status, body } = await askGateway(fake, { clientSecret: "wrong" });
    expect([status, body.code]).toEqual([401, "authFailed"]);
  });

  test("whoever does not accept JSON gets XML", async () => {
    const { status, type, text } = await askGateway(fake, {}, { accept: "*/*" });
    expect(status).toBe(200);
    expect(type).toContain("xml");
    expect(text).toMatch(/^<\?xml .*<endpoint>ws:.*<ticket>/);
  });

  test("a body that is no JSON, and a subscription that there is not, are refused", async () => {
    const url = `${fake.apiBase}/v1.0/gateway/connections/open`;
    expect((await call(url, "POST", "clientId=1")).status).toBe(400);
    expect((await call(url, "POST", "{}", { "content-type": "text/plain" })).status).toBe(400);
    const wrong = await askGateway(fake, { subscriptions: [{ type: "EVENT", topic: "chat_update" }] });
    expect(wrong.status).toBe(400);
  });

  test("counts how often it was asked within a second", async () => {
    for (let i = 0; i < 3; i++) await askGateway(fake);
    await clock.advance(1_000);
    await askGateway(fake);
    expect(fake.counters()).toMatchObject({ opens: 4, mostOpensInOneSecond: 3 });
  });
});

describe("a connection", () => {
  test("is pushed what people say to the robot, in strings within strings", async () => {
    const line = await connect(fake);
    const delivery = fake.say(GROUP, "张三", "ack 42");
    const frame = await line.frame(0);
    expect(frame).toMatchObject({ specVersion: "1.0", type: "CALLBACK", headers: { topic: ROBOT_TOPIC } });
    expect(frame.headers["time"]).toBe(String(clock.now()));
    expect(JSON.parse(frame.data)).toMatchObject({
      conversationId: "cidFakeOps0001==",
      conversationType: "2",
      conversationTitle: GROUP,
      robotCode: fake.environment["DINGTALK_CLIENT_ID"],
      msgtype: "text",
      text: { content: " ack 42" },
      senderStaffId: "16650698",
      senderNick: "张三",
      isAdmin: true,
      isInAtList: true,
      createAt: clock.now(),
      sessionWebhookExpiredTime: clock.now() + 5_400_000,
    });
    line.ack(frame);
    expect(await delivery.settled).toBe("answered");
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["@更夫 ack 42"]);
  });

  test("hears nothing of a group that does not mention it, and all of its own chats", async () => {
    const line = await connect(fake);
    expect(fake.say(GROUP, "张三", "天气不错", { mention: false }).state).toBe("nowhere");
    fake.say("李四", "李四", "help");
    const data = JSON.parse((await line.frame(0)).data);
    expect(data).toMatchObject({ conversationType: "1", text: { content: "help" } });
    expect(data).not.toHaveProperty("conversationTitle");
    expect(fake.messages("李四")).toHaveLength(1);
  });

  test("a stranger, and anybody before publishing, has no staff id", async () => {
    const line = await connect(fake);
    fake.say(GROUP, "路人", "ack 42");
    const data = JSON.parse((await line.frame(0)).data);
    expect(data.senderNick).toBe("路人");
    expect(data).not.toHaveProperty("senderStaffId");
    expect(data).not.toHaveProperty("isAdmin");
  });

  test("is pushed pictures, rich text and answers", async () => {
    const line = await connect(fake);
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]);
    const data = async (index: number) => JSON.parse((await line.frame(index)).data);
    fake.say(GROUP, "张三", "看图", { picture: png });
    expect(await data(0)).toMatchObject({
      msgtype: "picture",
      content: { downloadCode: expect.any(String) },
    });
    fake.say(GROUP, "张三", "", { richText: ["看", png] });
    expect((await data(1)).content.richText).toMatchObject([{ text: "看" }, { type: "picture" }]);
    fake.say(GROUP, "张三", "第一句");
    const quotes = fake.messages(GROUP)[2]?.id ?? "";
    fake.say(GROUP, "李四", "同意", { quotes });
    const replied = { msgId: quotes, msgType: "text", content: { text: "@更夫 第一句" } };
    expect((await data(3)).text).toMatchObject({ content: " 同意", isReplyMsg: true, repliedMsg: replied });
  });

  test("gets only the topics that it asked for", async () => {
    const line = await connect(fake, { subscriptions: [{ type: "CALLBACK", topic: CARD_TOPIC }] });
    const delivery = fake.say(GROUP, "张三", "ack 42");
    expect(delivery.pushes.map(({ connection }) => connection)).toEqual([undefined]);
    expect(line.frames).toEqual([]);
  });

  test("of several one is chosen at random", async () => {
    const [first, second] = [await connect(fake), await connect(fake)];
    chosen = 0.99;
    fake.say(GROUP, "张三", "一");
    await second.frame(0);
    chosen = 0;
    fake.say(GROUP, "张三", "二");
    await first.frame(0);
    expect([first.frames.length, second.frames.length]).toEqual([1, 1]);
  });

  test("is pushed an EVENT when it asked for all, and LATER brings it again", async () => {
    const line = await connect(fake, { subscriptions: [{ type: "EVENT", topic: "*" }] });
    const delivery = fake.event("chat_update_title", { title: "新群名" });
    const frame = await line.frame(0);
    expect(frame).toMatchObject({ type: "EVENT", headers: { topic: "*", eventType: "chat_update_title" } });
    const answer = (to: typeof frame, status: string): void => {
      const headers = { messageId: to.headers["messageId"] };
      line.socket.send(JSON.stringify({ code: 200, headers, data: JSON.stringify({ status }) }));
    };
    answer(frame, "LATER");
    await fake.until(() => delivery.pushes[0]?.tookMs !== undefined);
    await clock.advance(60_000);
    answer(await line.frame(1), "SUCCESS");
    expect(await delivery.settled).toBe("answered");
  });
});
