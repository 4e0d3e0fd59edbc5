/** WeChat as a way out: rooms by id and topic, mentions, pictures, refusals, and what is not known to have arrived. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { SendError } from "../../../../alerts/channel.ts";
import { LONGEST_TEXT } from "../../../../bot/wechat/card-text.ts";
import { weChatChannel } from "../../../../bot/wechat/channel.ts";
import { openChoices } from "../../../../bot/wechat/choices.ts";
import { silentLog } from "../../../../storage/log.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { FakeWeChat, SECRET } from "../../../support/wechat/fake-wechat.ts";
import { ROOM } from "../../../support/wechat/world.ts";

const CONVERSATION = `wechat:${ROOM.id}`;

async function open() {
  const clock = new FakeClock();
  const world = new FakeWeChat(clock);
  const wechaty = await world.load();
  const bot = wechaty.make();
  const choices = openChoices(new Journal().open(clock), () => true);
  const channel = weChatChannel({
    ready: () => bot,
    choices,
    picture: wechaty.picture,
    clock,
    log: silentLog,
    locale: "zh-CN",
  });
  const post = (conversation: string, card: Card, signal = new AbortController().signal) =>
    channel.post(conversation, card, { deliveryId: "d", signal });
  return { world, choices, channel, post };
}

channelContract("WeChat", async () => {
  const { world, channel } = await open();
  return {
    channel,
    conversation: CONVERSATION,
    // The number stands at the end of the first line, as on other platforms.
    seen: () => world.seen(ROOM.id).map((text) => text.replace(/(\S+) · (#\d+)/, "$2 $1")),
    refuse(how) {
      world.trouble = how;
    },
    longest: () => ({
      bytes: Math.max(...world.seen(ROOM.id).map(({ length }) => length)),
      most: LONGEST_TEXT,
    }),
    secrets: [SECRET],
  };
});

const card: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
  actions: [{ id: "ack", label: "认领", command: "ack 12" }],
};

async function refusal(act: Promise<unknown>): Promise<SendError> {
  const error = await act.catch((e: unknown) => e);
  if (error instanceof SendError) return error;
  throw new Error("it was not refused", { cause: error });
}

describe("where it goes", () => {
  it.each([
    ["wechat:123@chatroom", "123@chatroom"],
    ["wechat:值班群", "123@chatroom"],
    ["wechat:user/zhangsan-id", "zhangsan-id"],
    ["wechat:user/张三", "zhangsan-id"],
    ["wechat:user/老张", "lisi-id"],
  ])("%s is %s", async (conversation, where) => {
    const { world, post } = await open();
    world.contact("lisi-id").alias = "老张";
    await post(conversation, { kind: "text", text: "x" });
    expect(world.seen(where)).toEqual(["x"]);
  });

  it("goes by the bot's remark before a name that anybody can choose", async () => {
    const { world, post } = await open();
    world.addContact("impostor-id", "老张");
    world.contact("lisi-id").alias = "老张";
    await post("wechat:user/老张", { kind: "text", text: "x" });
    expect(world.seen("lisi-id")).toEqual(["x"]);
  });

  it("does not guess among several rooms of one topic", async () => {
    const { world, post } = await open();
    world.addRoom("789@chatroom", ROOM.topic);
    expect(await refusal(post(`wechat:${ROOM.topic}`, card))).toMatchObject({
      next: "give-up",
      code: "several-rooms",
    });
    expect(world.shown).toEqual([]);
  });

  it("tries a room again that it may come to know", async () => {
    const { post } = await open();
    expect(await refusal(post("wechat:nowhere", card))).toMatchObject({
      next: "retry",
      code: "no-such-room",
    });
  });

  it("has one meaning of a number, whether the room is named by id or by topic", async () => {
    const { choices, post } = await open();
    await post(`wechat:${ROOM.topic}`, card);
    expect(choices.choose(CONVERSATION, "1")).toEqual({ command: "ack 12" });
  });
});

describe("what is shown", () => {
  it("mentions those whom it is for, once, and nobody when it is over", async () => {
    const { world, post } = await open();
    const mentions = ["wechat:zhangsan-id", "wechat:zhangsan-id", "dingtalk:1", "wechat:nobody"];
    await post(CONVERSATION, { ...card, mentions });
    await post(CONVERSATION, { ...card, mentions, status: "resolved" });
    expect(world.shown.map((one) => one.mentions)).toEqual([["zhangsan-id"], []]);
    expect(world.seen(ROOM.id)[0]).toMatch(/^@张三 🔴 \[严重\] hot · #12/);
  });

  it("numbers what is to be chosen about an incident; other lines can be said", async () => {
    const { world, post } = await open();
    await post("wechat:user/zhangsan-id", card);
    await post("wechat:user/zhangsan-id", { kind: "reply", text: "?", actions: card.actions ?? [] });
    expect(world.seen("zhangsan-id").map((text) => text.split("\n").at(-1))).toEqual([
      "回复 1 认领",
      "可以说：认领：ack 12",
    ]);
  });

  it("brings a picture after the words, and the words alone where it is not taken", async () => {
    const { world, post } = await open();
    const image = `data:image/png;base64,${Buffer.from("png").toString("base64")}`;
    await post(CONVERSATION, { kind: "reply", text: "CPU", image });
    expect(world.seen(ROOM.id)).toEqual(["CPU", '[{"picture":"chart.png","bytes":3}]']);
  });

  it("keeps the numbers however long a card is", async () => {
    const { world, post } = await open();
    await post(CONVERSATION, { ...card, text: "很长的一行\n".repeat(1_000) });
    const [text = ""] = world.seen(ROOM.id);
    expect(text.length).toBeLessThanOrEqual(LONGEST_TEXT);
    expect(text).toMatch(/…还有 \d+ 行[\s\S]*回复 1 认领/);
  });

  it("says that it may be a repeat when nobody knows whether it arrived", async () => {
    const { world, post } = await open();
    const control = new AbortController();
    world.trouble = "hang";
    const posted = post(CONVERSATION, { kind: "text", text: "x" }, control.signal);
    await new Promise((resolve) => setImmediate(resolve));
    control.abort();
    expect(await refusal(posted)).toMatchObject({ next: "retry", code: "aborted" });
    world.trouble = "none";
    await post(CONVERSATION, { kind: "text", text: "x" });
    await post(CONVERSATION, { kind: "text", text: "x" });
    expect(world.seen(ROOM.id)).toEqual(["（可能是重复发送）\nx", "x"]);
  });
});
