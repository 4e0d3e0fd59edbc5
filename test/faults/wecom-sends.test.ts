/** What WeCom refuses, loses or answers too late, over the channel: nothing is lost, and nothing comes twice unmarked. */
import { expect, it } from "vitest";
import type { Card } from "../../alerts/card.ts";
import { UnknownOutcome } from "../../bot/wecom/errcodes.ts";
import { until } from "../support/bot.ts";
import {
  acknowledged,
  attempt,
  closeLinked,
  GROUP,
  has,
  incident,
  type Linked,
  linked,
  OPS,
  stands,
} from "../unit/bot/wecom/long/linked.ts";

closeLinked();
const reply: Card = { kind: "reply", text: "一切正常" };
const SEND = "aibot_send_msg";
const RESPOND = "aibot_respond_msg";
const UPDATE = "aibot_respond_update_msg";

const texts = ({ fake }: Linked, chat = GROUP): readonly string[] =>
  fake.messages(chat).map(({ text }) => text);
const outcome = (sending: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(sending).catch((error: unknown) => error);
/** Waits until WeCom has been sent so many of a command. */
const sent = ({ fake }: Linked, command: string, count = 1) =>
  until(async () => (fake.frames.filter(({ cmd }) => cmd === command).length >= count ? true : undefined));

it.each([
  ["45009", "wait", 60_000],
  ["93000", "give-up", 0],
  ["93006", "give-up", 0],
  ["48002", "give-up", 0],
  ["-1", "retry", 0],
  ["999999", "retry", 0],
])("the code %s means %s", async (code, next, waitMs) => {
  const all = await linked();
  for (const card of [incident, reply]) {
    all.fake.refuseNext(Number(code), 1, SEND);
    expect(await outcome(all.channel.post(OPS, card, attempt("x")))).toMatchObject({ code, next, waitMs });
  }
  expect(texts(all)).toEqual([]);
});

it.each([42045, 40058, 40008, 600039])("a card refused with %i comes as markdown", async (code) => {
  const all = await linked();
  all.fake.refuseNext(code, 1, SEND);
  const receipt = await all.channel.post(OPS, incident, attempt("incident-12@x"));
  expect(receipt).not.toHaveProperty("task");
  const [message] = all.fake.messages(GROUP);
  expect(message?.kind).toBe("markdown");
  for (const words of ["CPU 使用率", "#12", "host=db-1", "ack 12"]) expect(message?.text).toContain(words);
  expect(all.log.lines.some((line) => line.includes(`"code":"${code}"`))).toBe(true);
});

it("an answer without a code is no yes", async () => {
  const all = await linked();
  all.fake.faults.refuse = (cmd) => (cmd === SEND ? "swallow" : 0);
  const posting = outcome(all.channel.post(OPS, incident, attempt("incident-12@x")));
  await sent(all, SEND);
  const reqId = all.fake.frames.find(({ cmd }) => cmd === SEND)?.reqId;
  all.fake.sendRaw(JSON.stringify({ headers: { req_id: reqId } }));
  expect(await posting).toMatchObject({ next: "retry", code: "errcode" });
});

it("a group in another case, or one that nobody spoke in, is given up", async () => {
  const { channel } = await linked({}, { fake: { chats: [{ id: GROUP, spoken: true }, { id: "wrQuiet" }] } });
  for (const address of [OPS.toLowerCase(), "wecom:wrQuiet", "wecom:wrNobody", "wecom:user/nobody"])
    expect(await outcome(channel.post(address, incident, attempt("x")))).toMatchObject({
      next: "give-up",
      code: "93006",
    });
});

it("a card whose acknowledgement is lost is tried again as another card, and says that it may be a repeat", async () => {
  const all = await linked();
  all.fake.faults.acks = (cmd) => (cmd === SEND ? "lose" : "send");
  const posting = outcome(all.channel.post(OPS, incident, attempt("incident-12@x")));
  await sent(all, SEND);
  await all.clock.advance(4_500);
  const error = await posting;
  expect(error).toBeInstanceOf(UnknownOutcome);
  expect(error).toMatchObject({ next: "retry", code: "ack-timeout" });
  all.fake.faults.acks = () => "send";
  await all.channel.post(OPS, incident, attempt("incident-12@x"));
  const [first, second] = all.fake.messages(GROUP);
  expect(first?.text).not.toContain("可能是重复发送");
  expect(second?.text).toContain("可能是重复发送");
  expect(second?.card?.taskId).not.toBe(first?.card?.taskId);
  // It is said once: the next card of the same incident is no repeat.
  await all.channel.post(OPS, incident, attempt("incident-12@x"));
  expect(texts(all)[2]).not.toContain("可能是重复发送");
});

it("so is a message whose connection broke before the acknowledgement, and only what is in doubt", async () => {
  const all = await linked();
  all.fake.faults.acks = (cmd) => (cmd === SEND ? "hold" : "send");
  const posting = outcome(all.channel.post(OPS, reply, attempt("card-1@x")));
  await sent(all, SEND);
  all.fake.terminate();
  expect(await posting).toMatchObject({ next: "retry", code: "connection-lost" });
  all.fake.faults.acks = () => "send";
  await until(async () => (all.fake.connections.length > 1 ? true : undefined));
  await stands(all.link, "ready");
  await all.channel.post(OPS, reply, attempt("card-1@x"));
  await all.channel.post(OPS, { ...reply, text: "另一条" }, attempt("card-2@x"));
  expect(texts(all)).toEqual(["一切正常", "（可能是重复发送）\n\n一切正常", "另一条"]);
});

it("what was refused plainly is no repeat when it is tried again", async () => {
  const all = await linked();
  all.fake.refuseNext(-1, 1, SEND);
  await outcome(all.channel.post(OPS, incident, attempt("incident-12@x")));
  await all.channel.post(OPS, incident, attempt("incident-12@x"));
  expect(texts(all)).toHaveLength(1);
  expect(texts(all)[0]).not.toContain("可能是重复发送");
});

it("an attempt that is broken off after it was sent is in doubt; before that it is not", async () => {
  const all = await linked();
  const early = AbortSignal.abort();
  const error = await outcome(all.channel.post(OPS, incident, attempt("incident-12@x", early)));
  expect(error).toMatchObject({ next: "retry", code: "aborted" });
  expect(error).not.toBeInstanceOf(UnknownOutcome);
  expect(texts(all)).toEqual([]);
  all.fake.faults.acks = () => "lose";
  const late = new AbortController();
  const posting = outcome(all.channel.post(OPS, incident, attempt("incident-12@x", late.signal)));
  await sent(all, SEND);
  late.abort();
  expect(await posting).toBeInstanceOf(UnknownOutcome);
});

it("an answer whose message belongs to the connection before is sent by itself", async () => {
  const all = await linked();
  all.fake.ask(GROUP, "zhangsan", "status");
  await has(all.heard, 1);
  all.fake.terminate();
  await until(async () => (all.fake.connections.length > 1 ? true : undefined));
  await stands(all.link, "ready");
  await all.channel.post(OPS, reply, attempt("card-1@x"));
  expect(texts(all).at(-1)).toBe("一切正常");
});

it.each([846604, 846605, 846608, 600039])(
  "an answer refused with %i is sent by itself, at once",
  async (code) => {
    const all = await linked();
    all.fake.ask(GROUP, "zhangsan", "status");
    await has(all.heard, 1);
    all.fake.refuseNext(code, 1, RESPOND);
    await all.channel.post(OPS, reply, attempt("card-1@x"));
    expect(texts(all).at(-1)).toBe("一切正常");
    await sent(all, SEND);
  },
);

it("an answer without a subscription is sent by itself over the next one", async () => {
  const all = await linked();
  all.fake.ask(GROUP, "zhangsan", "status");
  await has(all.heard, 1);
  all.fake.dropSubscription();
  await all.channel.post(OPS, reply, attempt("card-1@x"));
  expect(texts(all).at(-1)).toBe("一切正常");
  expect(all.fake.counters.subscribes).toBe(2);
});

it("an answer that WeCom has too many of waits, and is not sent by itself", async () => {
  const all = await linked();
  all.fake.ask(GROUP, "zhangsan", "status");
  await has(all.heard, 1);
  all.fake.refuseNext(45009, 1, RESPOND);
  expect(await outcome(all.channel.post(OPS, reply, attempt("card-1@x")))).toMatchObject({ next: "wait" });
  expect(all.fake.frames.filter(({ cmd }) => cmd === SEND)).toEqual([]);
});

it("a limit of 30 a minute, shared by answers and alerts, is met by waiting", async () => {
  const all = await linked();
  all.fake.ask(GROUP, "zhangsan", "status");
  await has(all.heard, 1);
  for (let i = 0; i < 15; i++) {
    await all.channel.post(OPS, { ...reply, text: `answer ${i}` }, attempt(`card-${i}@x`));
    await all.channel.post(OPS, { ...incident, title: `#${i}` }, attempt(`incident-${i}@x`));
  }
  const next = all.channel.post(OPS, reply, attempt("card-99@x"));
  expect(await outcome(next)).toMatchObject({ next: "wait", code: "45009", waitMs: 60_000 });
});

/** A card that has just been pressed. */
async function clicked() {
  const all = await linked();
  const receipt = await all.channel.post(OPS, incident, attempt("incident-12@x"));
  all.fake.press(receipt["task"] ?? "", "ack 12", "zhangsan");
  await has(all.pressed, 1);
  return { ...all, receipt, edit: () => outcome(all.channel.edit?.(receipt, acknowledged, attempt("x"))) };
}

it("a click that is answered later than WeCom takes it leaves the card as it was, and gives up", async () => {
  const all = await clicked();
  // The wall clock, by which WeCom counts, and not the time that we slept.
  all.clock.set(all.clock.now() + 5_001);
  expect(await all.edit()).toMatchObject({ next: "give-up", code: "846604" });
  expect(texts(all)[0]).toContain("🔴");
});

it.each([42045, 846605, -1, 999999])("a click whose answer is refused with %i gives up", async (code) => {
  const all = await clicked();
  all.fake.refuseNext(code, 1, UPDATE);
  expect(await all.edit()).toMatchObject({ next: "give-up", code: String(code) });
});

it("a click whose answer is never acknowledged gives up", async () => {
  const all = await clicked();
  all.fake.faults.acks = () => "lose";
  const editing = all.edit();
  await sent(all, UPDATE);
  await all.clock.advance(4_500);
  expect(await editing).toMatchObject({ next: "give-up", code: "ack-timeout" });
});

it("a click of the connection before cannot be answered", async () => {
  const all = await clicked();
  all.link.reconnect();
  await until(async () => (all.fake.connections.length > 1 ? true : undefined));
  await stands(all.link, "ready");
  expect(await all.edit()).toMatchObject({ next: "give-up", code: "no-click" });
});

it("the detail that WeCom refuses does not bring the card a second time", async () => {
  const all = await linked();
  const actions = (incident.actions ?? []).filter(({ id }) => id !== "show");
  const long = { ...incident, text: `- ${"很长的说明".repeat(60)}`, actions };
  let asked = 0;
  all.fake.faults.refuse = (cmd) => (cmd === SEND && ++asked === 2 ? 45009 : 0);
  await all.channel.post(OPS, long, attempt("incident-12@x"));
  expect(all.fake.messages(GROUP)).toHaveLength(1);
  expect(all.log.lines.some((line) => line.startsWith("warn WeCom refused the detail"))).toBe(true);
});
