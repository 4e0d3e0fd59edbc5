/** What can be made to go wrong on the fake's long connection, and the real SDK as a witness that it is one. */
import { WSClient } from "@wecom/aibot-node-sdk";
import { describe, expect, test } from "vitest";
import { connectBareBot, connectSubscribed } from "../support/wecom/bare-bot.ts";
import type { Body } from "../support/wecom/read.ts";
import {
  card,
  claimed,
  closeLater,
  closeScenes,
  GROUP,
  markdown,
  open,
  started,
} from "../support/wecom/scene.ts";

closeScenes();

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const push = (text: string): Body => ({ chatid: GROUP, chat_type: 2, ...markdown(text) });

describe("what goes wrong", () => {
  test("an acknowledgement that is lost leaves the message in the group", async () => {
    const { fake, bot } = await started();
    fake.faults.acks = () => "lose";
    void bot.call("aibot_send_msg", push("一"));
    await fake.until(() => fake.messages(GROUP).length === 1);
    fake.faults.acks = () => "send";
    await bot.call("aibot_send_msg", push("二"));
    expect(bot.frames.filter(({ cmd }) => cmd === undefined)).toHaveLength(2);
  });

  test("a command that is swallowed does nothing", async () => {
    const { fake, bot } = await started();
    fake.faults.refuse = (cmd) => (cmd === "aibot_send_msg" ? "swallow" : 0);
    void bot.call("aibot_send_msg", push("一"));
    await bot.call("ping");
    expect(fake.messages(GROUP)).toEqual([]);
  });

  test("an acknowledgement can be late", async () => {
    const { fake, bot, clock } = await started();
    fake.faults.acks = () => 4_900;
    const answered = bot.call("aibot_send_msg", push("一"));
    await fake.until(() => fake.messages(GROUP).length === 1);
    expect(bot.frames).toHaveLength(1);
    await clock.advance(4_900);
    expect((await answered).errcode).toBe(0);
  });

  test("acknowledgements can come in another order", async () => {
    const { fake, bot } = await started();
    fake.faults.acks = () => "hold";
    const order: string[] = [];
    const calls = ["一", "二"].map((text) =>
      bot.call("aibot_send_msg", push(text)).then(() => order.push(text)),
    );
    await fake.until(() => fake.messages(GROUP).length === 2);
    fake.releaseAcks("last");
    await Promise.all(calls);
    expect(order).toEqual(["二", "一"]);
  });

  test("the next commands are refused with the code of one's choice, and no more", async () => {
    const { fake, bot } = await started();
    fake.refuseNext(-1, 2, "aibot_send_msg");
    const codes: unknown[] = [];
    for (let i = 0; i < 3; i++) codes.push((await bot.call("aibot_send_msg", push("x"))).errcode);
    expect(codes).toEqual([-1, -1, 0]);
  });

  test("pings can stay without an answer, those of WebSocket as well", async () => {
    const { fake, bot } = await started();
    let pongs = 0;
    bot.socket.on("pong", () => pongs++);
    fake.faults.pings = "silent";
    bot.socket.ping();
    void bot.call("ping");
    await bot.call("aibot_send_msg", push("x"));
    expect(pongs).toBe(0);
    expect(fake.counters.pings).toBe(1);
    fake.faults.pings = "answer";
    const pong = new Promise((resolve) => bot.socket.once("pong", resolve));
    bot.socket.ping();
    await pong;
  });

  test("a half-open connection reads nothing and says nothing, and the next one takes over", async () => {
    const { fake, bot } = await started();
    fake.halfOpen();
    void bot.call("ping");
    fake.ask(GROUP, "zhangsan", "状态");
    const next = await connectSubscribed(fake);
    closeLater(() => next.close());
    expect(bot.frames).toHaveLength(1);
    expect(fake.connections.map(({ subscribed }) => subscribed)).toEqual([false, true]);
    expect(fake.ask(GROUP, "zhangsan", "状态").reqId).toBeDefined();
  });

  test("the door can be shut, and who knocks is counted", async () => {
    const clock = (await started()).clock;
    const fake = await open({ clock });
    for (const how of ["refuse", "reset"] as const) {
      fake.faults.connections = how;
      await expect(connectBareBot(fake.wsUrl)).rejects.toThrow("refused");
    }
    expect(fake.connectsPerSecond).toBe(2);
    await clock.advance(1_000);
    fake.faults.connections = "accept";
    closeLater((await connectBareBot(fake.wsUrl)).close);
    expect(fake.connectsPerSecond).toBe(2);
    expect(fake.counters.connectedAt).toHaveLength(3);
  });

  test("frames that are no frames are answered and counted, and can be sent", async () => {
    const { fake, bot } = await started();
    for (const text of ["", "no json", "[]", '{"cmd":"ping"}', '{"headers":{"req_id":"x"}}']) bot.send(text);
    await fake.until(() => fake.counters.malformed === 5);
    fake.sendRaw("{");
    await bot.call("ping");
    expect(bot.frames).toContainEqual({ broken: "{" });
  });

  test("a connection can be hung up, and broken off", async () => {
    const { fake, bot } = await started();
    fake.hangUp(1_012);
    expect(await bot.closed).toBe(1_012);
    const next = await connectSubscribed(fake);
    fake.terminate();
    expect(await next.closed).toBe(1_006);
  });
});

describe("the SDK of the platform", () => {
  /** A client that is heard. Its own retries are off: a test says when it connects. */
  async function connected() {
    const fake = await open({ chats: [{ id: GROUP, spoken: true }] });
    const { id: botId, secret } = fake.bot;
    const client = new WSClient({ botId, secret, wsUrl: fake.wsUrl, maxReconnectAttempts: 0, logger: quiet });
    client.on("error", () => {});
    const authenticated = new Promise<void>((resolve) => client.once("authenticated", () => resolve()));
    client.connect();
    closeLater(() => client.disconnect());
    await authenticated;
    return { fake, client };
  }

  test("hears a message, answers it, and pushes", async () => {
    const { fake, client } = await connected();
    const answered = new Promise((resolve) => {
      client.on("message.text", (frame) => resolve(client.reply(frame, markdown("**好**") as never)));
    });
    fake.ask(GROUP, "zhangsan", "状态");
    await answered;
    await client.sendMessage(GROUP, { chat_type: 2, ...markdown("一") } as never);
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["@更夫 状态", "好", "一"]);
  });

  test("changes a card after a click", async () => {
    const { fake, client } = await connected();
    const changed = new Promise((resolve) => {
      client.on("event.template_card_event", (frame) =>
        resolve(client.updateTemplateCard(frame, claimed("alert_12_1") as never)),
      );
    });
    await client.sendMessage(GROUP, { chat_type: 2, ...card("alert_12_1") } as never);
    fake.press("alert_12_1", "ack 12", "lisi");
    await changed;
    expect(fake.messages(GROUP)[0]?.card?.title).toBe("已认领");
  });

  test("welcomes whoever enters", async () => {
    const { fake, client } = await connected();
    const welcomed = new Promise((resolve) => {
      client.on("event.enter_chat", (frame) =>
        resolve(client.replyWelcome(frame, { msgtype: "text", text: { content: "你好" } })),
      );
    });
    fake.enter("lisi");
    await welcomed;
    expect(fake.messages("user/lisi").map(({ text }) => text)).toEqual(["你好"]);
  });

  test("uploads a file in pieces and sends it", async () => {
    const { fake, client } = await connected();
    const bytes = Buffer.alloc(1_200_000, 3);
    const { media_id } = await client.uploadMedia(bytes, { type: "file", filename: "a.csv" });
    expect(fake.media.get(media_id)?.bytes.equals(bytes)).toBe(true);
    await client.sendMessage(GROUP, { chat_type: 2, msgtype: "file", file: { media_id } } as never);
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["a.csv"]);
  });

  test("is told of its eviction and stays away", async () => {
    const { fake, client } = await connected();
    const evicted = new Promise((resolve) => client.once("event.disconnected_event", resolve));
    fake.evict();
    await evicted;
    expect(fake.counters.connectedAt).toHaveLength(1);
  });

  test("rejects with the frame when it is refused", async () => {
    const { client } = await connected();
    const refused = client.sendMessage("wrElse", { chat_type: 2, ...markdown("x") } as never);
    await expect(refused).rejects.toMatchObject({ errcode: 93_006 });
  });
});
