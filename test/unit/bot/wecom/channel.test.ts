/** WeCom's conversations as a channel: cards, markdown, what can be changed and when, and what becomes of a refusal. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { SendError } from "../../../../alerts/channel.ts";
import { channelContract } from "../../../contract/channel.ts";
import { acknowledged, attempt, closeLinked, GROUP, has, incident, linked, OPS } from "./long/linked.ts";

closeLinked();

channelContract(
  "a WeCom conversation",
  async () => {
    const { fake, channel } = await linked();
    return {
      channel,
      conversation: OPS,
      seen: () => fake.messages(GROUP).map(({ text }) => text),
      refuse(how) {
        if (how === "error") fake.faults.refuse = () => 45009;
        else fake.faults.acks = () => "lose";
      },
      secrets: [fake.bot.secret],
    };
  },
  { "changes a card in place": "only in answer to a click; see below" },
);

const reply = (text: string, more: Partial<Card> = {}): Card => ({ kind: "reply", text, ...more });

describe("what is posted", () => {
  it("is a card with buttons when it is an incident, each with an id of its own", async () => {
    const { fake, channel } = await linked();
    const first = await channel.post(OPS, incident, attempt("incident-12@x"));
    const second = await channel.post(OPS, incident, attempt("incident-12@x"));
    expect(first["task"]).not.toBe(second["task"]);
    const [message] = fake.messages(GROUP);
    expect(message?.card?.buttons.map(({ text, key }) => [text, key])).toEqual([
      ["认领", "ack 12"],
      ["静默1小时", "silence 12 1h"],
      ["详情", "show 12"],
    ]);
  });

  it("is markdown when it is anything else, with its buttons as lines to type", async () => {
    const { fake, channel } = await linked();
    const actions = [{ id: "alerts", label: "查看全部", command: "alerts" }];
    await channel.post(OPS, { kind: "digest", title: "告警风暴：30 起告警", actions }, attempt("digest@x"));
    await channel.post(OPS, { kind: "text", text: "#12 还在告警", incident: 12 }, attempt("card-2@x"));
    const [digest, text] = fake.messages(GROUP);
    expect(digest?.kind).toBe("markdown");
    expect(digest?.source).toContain("- 查看全部：`alerts`");
    expect(text?.text).toBe("#12 还在告警");
  });

  it("is cut at the ends of lines, in messages of at most 20480 bytes, and whole together", async () => {
    const { fake, channel } = await linked();
    const lines = Array.from({ length: 1_200 }, (_, i) => `第 ${i} 行：磁盘快满了 🔥`);
    await channel.post(OPS, reply(lines.join("\n")), attempt("card-1@x"));
    const sources = fake.messages(GROUP).map(({ source }) => source);
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) expect(Buffer.byteLength(source)).toBeLessThanOrEqual(20_480);
    const words = sources.map((source) => source.replace(/^\(\d+\/\d+\)\n\n/, "")).join("\n");
    expect(words.split("\n").map((line) => line.trimEnd())).toEqual(lines);
  });

  it("goes on with the part that was refused, and does not begin again", async () => {
    const { fake, channel } = await linked();
    const text = Array.from({ length: 1_200 }, (_, i) => `第 ${i} 行：磁盘快满了 🔥`).join("\n");
    let asked = 0;
    fake.faults.refuse = () => (++asked === 2 ? 45009 : 0);
    await expect(channel.post(OPS, reply(text), attempt("card-1@x"))).rejects.toMatchObject({ next: "wait" });
    await channel.post(OPS, reply(text), attempt("card-1@x"));
    expect(fake.messages(GROUP).map(({ source }) => source.split("\n")[0]?.trimEnd())).toEqual([
      "第 0 行：磁盘快满了 🔥",
      "(2/3)",
      "(3/3)",
    ]);
    expect(fake.duplicates(GROUP)).toEqual([]);
  });

  it("brings the detail that does not fit in a second message, where no button shows it", async () => {
    const { fake, channel } = await linked();
    const long = { ...incident, text: `- ${"很长的说明".repeat(60)}` };
    await channel.post(OPS, long, attempt("incident-12@x"));
    expect(fake.messages(GROUP)).toHaveLength(1);
    const actions = (incident.actions ?? []).filter(({ id }) => id !== "show");
    await channel.post(OPS, { ...long, actions }, attempt("incident-12@x"));
    const [, , detail] = fake.messages(GROUP);
    expect(detail?.text).toContain("很长的说明".repeat(60));
  });

  it("answers what was said, where something was said", async () => {
    const { fake, channel, heard } = await linked();
    const { reqId } = fake.ask(GROUP, "zhangsan", "status");
    await has(heard, 1);
    await channel.post(OPS, reply("一切正常"), attempt("card-1@x"));
    const sent = fake.frames.filter(({ way, cmd }) => way === "in" && cmd?.endsWith("_msg"));
    expect(sent.map(({ cmd, reqId: id }) => [cmd, id])).toEqual([["aibot_respond_msg", reqId]]);
  });

  it("never comes as text, which WeCom refuses", async () => {
    const { fake, channel } = await linked();
    for (const kind of ["text", "incident", "reply", "digest"] as const)
      await channel.post(OPS, { ...incident, kind }, attempt(`${kind}@x`));
    expect(fake.messages(GROUP).map(({ kind }) => kind)).not.toContain("text");
  });

  it.each(["dingtalk:cid", "wecom:", "wecom:user/"])("is given up for the address %s", async (address) => {
    const { channel } = await linked();
    await expect(channel.post(address, incident, attempt("x"))).rejects.toMatchObject({
      next: "give-up",
      code: "no-such-conversation",
    });
  });
});

describe("what is changed", () => {
  it("is the card that somebody has just pressed, for everybody", async () => {
    const { fake, channel, pressed } = await linked();
    const receipt = await channel.post(OPS, incident, attempt("incident-12@x"));
    expect(channel.canEdit(receipt)).toBe(false);
    fake.press(receipt["task"] ?? "", "ack 12", "zhangsan");
    await has(pressed, 1);
    expect(channel.canEdit(receipt)).toBe(true);
    const edited = await channel.edit?.(receipt, acknowledged, attempt("incident-12@x"));
    expect(edited).toEqual(receipt);
    const messages = fake.messages(GROUP, "lisi");
    expect(messages).toHaveLength(1);
    expect(messages[0]?.text).toContain("zhangsan，到 12:00");
    // The changed card can be pressed again.
    fake.press(receipt["task"] ?? "", "unack 12", "lisi");
    await has(pressed, 2);
    expect(pressed[1]?.command).toBe("unack 12");
  });

  it("may be an older card of the same incident, if that was pressed", async () => {
    const { fake, channel, pressed } = await linked();
    const older = await channel.post(OPS, incident, attempt("incident-12@x"));
    const newer = await channel.post(OPS, incident, attempt("incident-12@x"));
    fake.press(older["task"] ?? "", "ack 12", "zhangsan");
    await has(pressed, 1);
    expect(await channel.edit?.(newer, acknowledged, attempt("incident-12@x"))).toEqual(older);
    const [first, second] = fake.messages(GROUP);
    expect(first?.text).toContain("已认领");
    expect(second?.text).toContain("🔴");
  });

  it("is never the card of another incident, or of another conversation", async () => {
    const { fake, channel, pressed, heard } = await linked();
    fake.say("user/lisi", "lisi", "状态");
    await has(heard, 1);
    const group = await channel.post(OPS, incident, attempt("incident-12@x"));
    const own = await channel.post("wecom:user/lisi", incident, attempt("incident-12@y"));
    const other = await channel.post(OPS, { ...incident, incident: 13 }, attempt("incident-13@x"));
    fake.press(group["task"] ?? "", "ack 12", "zhangsan");
    await has(pressed, 1);
    expect([own, other, group].map((receipt) => channel.canEdit(receipt))).toEqual([false, false, true]);
  });

  it("is nothing without a click: it gives up, and a new message follows", async () => {
    const { channel } = await linked();
    const receipt = await channel.post(OPS, incident, attempt("incident-12@x"));
    const error = await channel.edit?.(receipt, acknowledged, attempt("incident-12@x")).catch((e) => e);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ next: "give-up", code: "no-click" });
  });

  it("is nothing when the click is too long ago", async () => {
    const { fake, channel, pressed, clock } = await linked();
    const receipt = await channel.post(OPS, incident, attempt("incident-12@x"));
    fake.press(receipt["task"] ?? "", "ack 12", "zhangsan");
    await has(pressed, 1);
    await clock.advance(4_499);
    expect(channel.canEdit(receipt)).toBe(true);
    await clock.advance(1);
    expect(channel.canEdit(receipt)).toBe(false);
  });

  it("is changed once per click", async () => {
    const { fake, channel, pressed } = await linked();
    const receipt = await channel.post(OPS, incident, attempt("incident-12@x"));
    fake.press(receipt["task"] ?? "", "ack 12", "zhangsan");
    await has(pressed, 1);
    await channel.edit?.(receipt, acknowledged, attempt("incident-12@x"));
    await expect(channel.edit?.(receipt, incident, attempt("incident-12@x"))).rejects.toMatchObject({
      code: "no-click",
    });
  });
});
