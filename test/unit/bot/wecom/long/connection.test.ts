/** The long connection with WeCom's own client on a real socket: what comes in, what goes out, what is answered. */
import { expect, it } from "vitest";
import { SendError } from "../../../../../alerts/channel.ts";
import { until } from "../../../../support/bot.ts";
import { acknowledged, attempt, closeLinked, GROUP, has, incident, linked, OPS } from "./linked.ts";

closeLinked();
const never = new AbortController().signal;
const markdown = (content: string) => ({ msgtype: "markdown", markdown: { content } });
const group = { chatid: GROUP, chat_type: 2 } as const;

it("is ready when it is subscribed, and off when it is stopped", async () => {
  const { link, fake, clock } = await linked();
  expect(link.state()).toEqual({ is: "ready", since: clock.now() });
  expect(fake.connections.map(({ subscribed }) => subscribed)).toEqual([true]);
  await link.stop();
  expect(link.state().is).toBe("off");
  await fake.until(() => fake.connections.every(({ open }) => !open));
});

it("hears groups and people, each with the address that an answer goes to", async () => {
  const { fake, heard } = await linked();
  fake.ask(GROUP, "zhangsan", "ack 12");
  fake.say("user/lisi", "lisi", "状态");
  await has(heard, 2);
  expect(heard.map(({ conversation, person, text }) => [conversation, person, text])).toEqual([
    [OPS, "wecom:zhangsan", "ack 12"],
    ["wecom:user/lisi", "wecom:lisi", "状态"],
  ]);
});

it("hears what is told twice once", async () => {
  const { fake, heard } = await linked();
  fake.ask(GROUP, "zhangsan", "ack 12", { twice: true });
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 2);
  expect(heard.map(({ text }) => text)).toEqual(["ack 12", "status"]);
});

it("hears it again and again until it is safe on disk", async () => {
  let refusals = 2;
  const kept: string[] = [];
  const { fake, clock } = await linked({
    async hear({ text }) {
      if (refusals-- > 0) throw new Error("the disk is full");
      kept.push(text);
    },
  });
  fake.ask(GROUP, "zhangsan", "ack 12");
  await until(async () => (refusals === 1 ? true : undefined));
  await clock.advance(1_000);
  await clock.advance(5_000);
  expect(kept).toEqual(["ack 12"]);
});

it("says in the conversation what could not be kept at all", async () => {
  const { fake, clock } = await linked({ hear: () => Promise.reject(new Error("the disk is full")) });
  fake.ask(GROUP, "zhangsan", "ack 12");
  await until(async () => {
    await clock.advance(10_000);
    return fake.messages(GROUP).some(({ text }) => text.includes("没有保存下来")) ? true : undefined;
  });
});

it("stops only when what was heard is safe", async () => {
  let keep = (): void => {};
  const { fake, link } = await linked({ hear: () => new Promise<void>((resolve) => (keep = resolve)) });
  fake.ask(GROUP, "zhangsan", "ack 12");
  const before = keep;
  await until(async () => (keep === before ? undefined : true));
  let stopped = false;
  const stopping = link.stop().then(() => (stopped = true));
  await until(async () => (link.state().is === "off" ? true : undefined));
  expect(stopped).toBe(false);
  keep();
  await stopping;
});

it("sends to a group and to a person", async () => {
  const { fake, link, heard } = await linked();
  fake.say("user/lisi", "lisi", "状态");
  await has(heard, 1);
  await link.send(group, markdown("for all"), never);
  await link.send({ chatid: "lisi", chat_type: 1 }, markdown("for one"), never);
  expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["for all"]);
  expect(fake.messages("user/lisi").map(({ text }) => text)).toEqual(["状态", "for one"]);
});

it("sends to the person and not to the group, where both have the same id", async () => {
  const { fake, link, heard } = await linked({}, { fake: { chats: [{ id: "lisi", spoken: true }] } });
  fake.say("user/lisi", "lisi", "状态");
  await has(heard, 1);
  await link.send({ chatid: "lisi", chat_type: 1 }, markdown("for one"), never);
  expect(fake.messages("lisi")).toEqual([]);
  expect(fake.messages("user/lisi").at(-1)?.text).toBe("for one");
});

it("gives the conversation's last message to be answered", async () => {
  const { fake, link, heard } = await linked();
  expect(link.replyTo(OPS)).toBeUndefined();
  fake.ask(GROUP, "zhangsan", "status");
  const { reqId } = fake.ask(GROUP, "lisi", "alerts");
  await has(heard, 2);
  expect(link.replyTo(OPS)).toBe(reqId);
  await link.respond(reqId ?? "", markdown("all is well"), never);
  expect(fake.messages(GROUP).at(-1)?.text).toBe("all is well");
});

it("does not answer what was said a day ago", async () => {
  const { fake, link, heard, clock } = await linked();
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  clock.set(clock.now() + 24 * 60 * 60_000);
  expect(link.replyTo(OPS)).toBeUndefined();
});

it("hands on a click with its command, and changes the card for everybody", async () => {
  const { fake, channel, pressed, answers } = await linked();
  const { task = "" } = await channel.post(OPS, incident, attempt("incident-12@x"));
  fake.press(task, "ack 12", "zhangsan");
  await has(answers, 1);
  expect(pressed[0]).toMatchObject({
    conversation: OPS,
    person: "wecom:zhangsan",
    card: task,
    command: "ack 12",
  });
  expect(await answers[0]?.(acknowledged)).toBe(true);
  expect(fake.messages(GROUP, "lisi").at(-1)?.text).toContain("已认领");
  // Once: the platform would refuse a second.
  expect(await answers[0]?.(incident)).toBe(false);
});

it("takes every click for a new one, and one that is told twice for one", async () => {
  const { fake, channel, pressed, heard } = await linked();
  const { task = "" } = await channel.post(OPS, incident, attempt("incident-12@x"));
  fake.press(task, "ack 12", "zhangsan", { twice: true });
  fake.press(task, "ack 12", "zhangsan");
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  expect(pressed).toHaveLength(2);
  expect(new Set(pressed.map(({ id }) => id)).size).toBe(2);
});

it("welcomes whoever opens their chat with the bot", async () => {
  const entered: string[] = [];
  const { fake } = await linked({
    async entered(conversation, person) {
      entered.push(conversation, person);
      return { kind: "reply", title: "更夫", text: "说 **帮助** 看看能做什么：\n- `告警`" };
    },
  });
  fake.enter("lisi");
  await until(async () => (fake.messages("user/lisi").length > 0 ? true : undefined));
  expect(entered).toEqual(["wecom:user/lisi", "wecom:lisi"]);
  expect(fake.messages("user/lisi").map(({ text }) => text)).toEqual([
    "更夫\n说 帮助 看看能做什么：\n· 告警",
  ]);
});

it("welcomes nobody when the welcome comes too late, or there is none", async () => {
  let come = (): void => {};
  const { fake, clock } = await linked({
    entered: (_, person) =>
      person === "wecom:lisi"
        ? new Promise((resolve) => (come = () => resolve({ kind: "reply", text: "late" })))
        : Promise.resolve(undefined),
  });
  fake.enter("wangwu");
  const before = come;
  fake.enter("lisi");
  await until(async () => (come === before ? undefined : true));
  await clock.advance(4_000);
  come();
  await clock.advance(1_000);
  expect(fake.frames.filter(({ cmd }) => cmd === "aibot_respond_welcome_msg")).toEqual([]);
});

it("uploads a file", async () => {
  const { fake, link } = await linked();
  const mediaId = await link.upload("file", "report.txt", Buffer.from("all is well"), never);
  expect(mediaId).not.toBe("");
  await link.send(group, { msgtype: "file", file: { media_id: mediaId } }, never);
  expect(fake.messages(GROUP).at(-1)?.kind).toBe("file");
});

it("passes over frames that are none, and what it does not know", async () => {
  const { fake, heard } = await linked();
  fake.sendRaw("not JSON");
  fake.sendRaw(JSON.stringify({ cmd: "aibot_msg_callback", headers: {}, body: { msgtype: "text" } }));
  fake.sendRaw(
    JSON.stringify({ cmd: "aibot_event_callback", headers: { req_id: "x" }, body: { msgtype: "event" } }),
  );
  fake.sendRaw(JSON.stringify({ cmd: "something_new", headers: { req_id: "y" }, body: null }));
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  expect(heard.map(({ text }) => text)).toEqual(["status"]);
});

it("hears a group that it has never heard of", async () => {
  const { fake, heard } = await linked({}, { fake: { chats: [{ id: "wrNewGroup" }] } });
  fake.ask("wrNewGroup", "zhangsan", "status");
  await has(heard, 1);
  expect(heard[0]?.conversation).toBe("wecom:wrNewGroup");
});

it("sends nothing before it is started", async () => {
  const { link } = await linked();
  await link.stop();
  const error = await link.send(group, markdown("x"), never).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(SendError);
  expect(error).toMatchObject({ next: "retry", code: "off" });
});

it("tells its log no secret, and nothing that people said", async () => {
  const { fake, log, heard, channel, link } = await linked();
  fake.ask(GROUP, "zhangsan", "a private remark");
  await has(heard, 1);
  await channel.post(OPS, incident, attempt("incident-12@x"));
  fake.refuseNext(45009);
  await channel.post(OPS, incident, attempt("incident-12@y")).catch(() => {});
  fake.sendRaw(JSON.stringify({ headers: { req_id: "nobody" }, errcode: 0, errmsg: "a stray remark" }));
  await link.stop();
  const words = log.lines.join("\n");
  expect(words).not.toBe("");
  for (const secret of [fake.bot.secret, fake.bot.id, "remark", "response_code", "127.0.0.1"])
    expect(words).not.toContain(secret);
});
