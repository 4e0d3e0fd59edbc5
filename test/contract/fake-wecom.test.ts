/** The fake of WeCom's long connection against what the platform's pages say and what was seen on live tenants. */
import { describe, expect, test } from "vitest";
import { connectSubscribed, reqIdOf } from "../support/wecom/bare-bot.ts";
import { type Body, partOf, textOf } from "../support/wecom/read.ts";
import {
  bare,
  card,
  closeLater,
  closeScenes,
  GROUP,
  inside,
  markdown,
  open,
  started,
} from "../support/wecom/scene.ts";

closeScenes();

describe("subscribing", () => {
  test("the right id and secret are taken, and the answer has no cmd", async () => {
    const fake = await open();
    const bot = await bare(fake);
    const { frame } = await bot.call(
      "aibot_subscribe",
      { bot_id: fake.bot.id, secret: fake.bot.secret },
      "aibot_subscribe_1_ab",
    );
    expect(frame).toEqual({ headers: { req_id: "aibot_subscribe_1_ab" }, errcode: 0, errmsg: "ok" });
  });

  test("a wrong secret is refused with 853000, and the connection stays open", async () => {
    const fake = await open();
    const bot = await bare(fake);
    const { errcode } = await bot.call("aibot_subscribe", { bot_id: fake.bot.id, secret: "no" });
    expect(errcode).toBe(853_000);
    expect((await bot.call("ping")).errcode).toBe(0);
    expect(fake.counters.denied).toBe(1);
  });

  test("before it every command but ping is refused with 846609", async () => {
    const fake = await open();
    const bot = await bare(fake);
    expect((await bot.call("aibot_send_msg", { chatid: GROUP, ...markdown("x") })).errcode).toBe(846_609);
  });

  test("a second connection evicts the first, which may ping until it is closed but not send", async () => {
    const { fake, bot, clock, push } = await started();
    const second = await connectSubscribed(fake);
    closeLater(() => second.close());
    const event = await bot.next("aibot_event_callback");
    expect(inside(event, "body", "event")).toEqual({ eventtype: "disconnected_event" });
    expect(inside(event, "body", "from")).toBeUndefined();
    expect((await bot.call("ping")).errcode).toBe(0);
    expect((await push(markdown("x"))).errcode).toBe(846_609);
    await clock.advance(200);
    await bot.closed;
    expect(fake.connections.map(({ subscribed }) => subscribed)).toEqual([false, true]);
    expect(fake.counters.evictions).toBe(1);
  });

  test("a subscription that is dropped silently leaves the connection open and every command refused", async () => {
    const { fake, bot, push } = await started();
    fake.dropSubscription();
    expect((await push(markdown("x"))).errcode).toBe(846_609);
    expect((await bot.call("ping")).errcode).toBe(0);
    expect(fake.say(GROUP, "zhangsan", "@更夫 status").reqId).toBeUndefined();
    expect(fake.counters.untold).toBe(1);
  });

  test("the secret stands in no record", async () => {
    const { fake } = await started();
    expect(fake.frames[0]?.cmd).toBe("aibot_subscribe");
    expect(JSON.stringify(fake.frames)).not.toContain(fake.bot.secret);
  });
});

describe("what people say", () => {
  test("in a group it comes with chatid, sender and the mention in front, and without a time", async () => {
    const { fake, bot } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    const { body } = await bot.next("aibot_msg_callback");
    expect(Object.keys(body as Body).sort()).toEqual(
      ["aibotid", "chatid", "chattype", "from", "msgid", "msgtype", "response_url", "text"].sort(),
    );
    expect(body).toMatchObject({
      chatid: GROUP,
      chattype: "group",
      from: { userid: "zhangsan" },
      msgtype: "text",
      text: { content: "@更夫 状态" },
    });
  });

  test("in a group nothing arrives that does not call the bot, nor what is spoken", async () => {
    const { fake, bot } = await started();
    expect(fake.say(GROUP, "lisi", "午饭吃什么").reqId).toBeUndefined();
    expect(fake.say(GROUP, "lisi", "@更夫 状态", { voice: true }).reqId).toBeUndefined();
    await bot.call("ping");
    expect(bot.frames.filter(({ cmd }) => cmd === "aibot_msg_callback")).toEqual([]);
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["午饭吃什么", "@更夫 状态"]);
  });

  test("alone with the bot it comes without a chatid and without a mention", async () => {
    const { fake, bot } = await started();
    fake.say("user/lisi", "lisi", "帮助");
    const { body } = await bot.next("aibot_msg_callback");
    expect(body).toMatchObject({ chattype: "single", from: { userid: "lisi" }, text: { content: "帮助" } });
    expect(partOf(body, "chatid")).toBeUndefined();
  });

  test("whoever may not use the bot is not heard", async () => {
    const { fake } = await started({ people: [{ id: "guest", inScope: false }], chats: [{ id: GROUP }] });
    expect(fake.ask(GROUP, "guest", "状态").reqId).toBeUndefined();
  });

  test("a quote brings the words and not the message", async () => {
    const { fake, bot, push } = await started();
    await push(card("alert_12_1"));
    const quote = fake.messages(GROUP)[0]?.id ?? "";
    fake.ask(GROUP, "zhangsan", "认领", { quote });
    const { body } = await bot.next("aibot_msg_callback");
    expect(partOf(body, "quote")).toEqual({
      msgtype: "text",
      text: { content: "P1 db-1 CPU 97%\n03:22\n[认领] [静默]" },
    });
  });

  test("a mixed message carries text and a picture that only its key opens", async () => {
    const { decryptFile } = await import("@wecom/aibot-node-sdk");
    const { fake, bot, clock } = await started();
    fake.ask(GROUP, "zhangsan", "看图", { mixed: true });
    const { body } = await bot.next("aibot_msg_callback");
    const [text, picture] = inside(body as Body, "mixed", "msg_item") as Body[];
    expect(text).toEqual({ msgtype: "text", text: { content: "@更夫 看图" } });
    const url = textOf(partOf(picture, "image"), "url") ?? "";
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    const png = decryptFile(bytes, textOf(partOf(picture, "image"), "aeskey") ?? "");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    await clock.advance(300_001);
    expect((await fetch(url)).status).toBe(403);
  });

  test("what was spoken comes as text", async () => {
    const { fake, bot } = await started();
    fake.say("user/lisi", "lisi", "状态", { voice: true });
    const { body } = await bot.next("aibot_msg_callback");
    expect(body).toMatchObject({ msgtype: "voice", voice: { content: "状态" } });
  });

  test("the same message can come twice, with one msgid and two req_ids", async () => {
    const { fake, bot } = await started();
    fake.ask(GROUP, "zhangsan", "状态", { twice: true });
    const first = await bot.next("aibot_msg_callback");
    const second = await bot.next("aibot_msg_callback");
    expect(inside(second, "body", "msgid")).toBe(inside(first, "body", "msgid"));
    expect(reqIdOf(second)).not.toBe(reqIdOf(first));
  });

  test("entering is told once a day, and can be welcomed for 5 s with text", async () => {
    const { fake, bot, clock } = await started();
    fake.enter("lisi");
    expect(fake.enter("lisi")).toBeUndefined();
    const event = await bot.next("aibot_event_callback");
    expect(inside(event, "body", "event")).toEqual({ eventtype: "enter_chat" });
    expect(inside(event, "body", "chatid")).toBeUndefined();
    const welcome = { msgtype: "text", text: { content: "你好" } };
    expect((await bot.call("aibot_respond_welcome_msg", welcome, reqIdOf(event))).errcode).toBe(0);
    await clock.advance(5_001);
    expect((await bot.call("aibot_respond_welcome_msg", welcome, reqIdOf(event))).errcode).toBe(846_604);
    expect(fake.messages("user/lisi").map(({ text }) => text)).toEqual(["你好"]);
    await clock.advance(24 * 3_600_000);
    expect(fake.enter("lisi")).toBeDefined();
  });

  test("thumbs on an answer are told with its id", async () => {
    const { fake, bot } = await started();
    fake.feedback(GROUP, "lisi", "answer-1", 2);
    const event = await bot.next("aibot_event_callback");
    expect(inside(event, "body", "event")).toEqual({
      eventtype: "feedback_event",
      feedback_event: { id: "answer-1", type: 2 },
    });
  });

  test("after a bad reconnection group messages may be lost while private ones come", async () => {
    const { fake } = await started();
    fake.faults.callbacks = "private";
    expect(fake.ask(GROUP, "zhangsan", "状态").reqId).toBeUndefined();
    expect(fake.ask("user/zhangsan", "zhangsan", "状态").reqId).toBeDefined();
  });
});
