/** WeCom's long connection when it goes wrong: broken, half open, without a subscription, taken over, refused, deaf. */
import { expect, it } from "vitest";
import { openLongConnection } from "../../bot/wecom/long/connection.ts";
import { until } from "../support/bot.ts";
import {
  closeLinked,
  GROUP,
  has,
  type Linked,
  linked,
  OPS,
  PACE,
  stands,
} from "../unit/bot/wecom/long/linked.ts";

closeLinked();
const never = new AbortController().signal;
const markdown = (content: string) => ({ msgtype: "markdown", markdown: { content } });
const group = { chatid: GROUP, chat_type: 2 } as const;
const texts = ({ fake }: Linked): readonly string[] => fake.messages(GROUP).map(({ text }) => text);
const MINUTE = 60_000;

it("is open again after it broke, and says what waited for it", async () => {
  const all = await linked();
  const { fake, link, heard } = all;
  fake.faults.connections = "refuse";
  fake.terminate();
  await stands(link, "waiting");
  expect(link.state().reason?.zh).toContain("断开");
  fake.faults.connections = "accept";
  await link.send(group, markdown("after"), never);
  expect(texts(all)).toEqual(["after"]);
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
});

it("comes back however long the platform was away", async () => {
  const { fake, link } = await linked({ pace: { ...PACE, reconnectMs: 1 } });
  fake.faults.connections = "refuse";
  fake.terminate();
  // The client alone would have given up after ten.
  await until(async () => (fake.counters.connectedAt.length > 11 ? true : undefined), 20_000);
  fake.faults.connections = "accept";
  await stands(link, "ready");
});

it("gives up a door that never opens, and knocks again", async () => {
  const { fake, link } = await linked({ pace: { ...PACE, handshakeMs: 50 } });
  fake.faults.connections = "hang";
  fake.terminate();
  await until(async () => (fake.counters.connectedAt.length > 2 ? true : undefined));
  fake.faults.connections = "accept";
  await stands(link, "ready");
});

it("notices a socket that is open and dead", async () => {
  const { fake, link, heard } = await linked({ pace: { ...PACE, heartbeatMs: 100 } });
  fake.halfOpen();
  await until(async () => (fake.connections.length > 1 ? true : undefined));
  await stands(link, "ready");
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
});

it("does not wait for ever for an answer to its subscription", async () => {
  const { fake, link, clock, log } = await linked();
  fake.faults.refuse = (cmd) => (cmd === "aibot_subscribe" ? "swallow" : 0);
  fake.terminate();
  await until(async () =>
    fake.frames.filter(({ cmd }) => cmd === "aibot_subscribe").length > 1 ? true : undefined,
  );
  expect(link.state().is).not.toBe("ready");
  fake.faults.refuse = () => 0;
  await until(async () => {
    await clock.advance(10_000);
    return link.state().is === "ready" ? true : undefined;
  });
  expect(log.lines.some((line) => line.startsWith("warn WeCom did not answer the subscription"))).toBe(true);
});

it("subscribes again and says it again, once, when the subscription is gone and the socket is open", async () => {
  const all = await linked();
  const { fake, link } = all;
  fake.dropSubscription();
  expect(fake.connections.map(({ open }) => open)).toEqual([true]);
  await link.send(group, markdown("once"), never);
  expect(texts(all)).toEqual(["once"]);
  expect(fake.counters.subscribes).toBe(2);
});

it("does not subscribe in a loop when the subscription never holds", async () => {
  const { fake, link, clock } = await linked();
  fake.faults.refuse = (cmd) => (cmd === "aibot_send_msg" ? 846609 : 0);
  for (let i = 0; i < 20; i++) {
    let refused: unknown;
    void link.send(group, markdown("x"), never).catch((error: unknown) => (refused = error));
    await until(async () => {
      await clock.advance(1_000);
      return refused;
    });
    expect(refused).toMatchObject({ next: "retry" });
  }
  // At once, then after 2, 4, 8, 16, 32 s, then every minute.
  expect(fake.counters.subscribes).toBeLessThanOrEqual(8 + clock.elapsed / MINUTE);
});

it("does not subscribe in a loop when every connection breaks at once", async () => {
  const { fake, link, clock, log } = await linked({ pace: { ...PACE, reconnectMs: 1 } });
  const stop = fake.onChange(() => {
    if (fake.connections.some(({ subscribed }) => subscribed)) queueMicrotask(() => fake.terminate());
  });
  fake.terminate();
  await until(async () => (link.state().reason?.zh.includes("一建立就断开") ? true : undefined));
  // Three of the first life, three of the second; then it waits.
  expect(fake.counters.subscribes).toBeLessThanOrEqual(7);
  expect(log.lines.some((line) => line.startsWith("warn the WeCom connection breaks again"))).toBe(true);
  stop();
  await until(async () => {
    await clock.advance(1_000);
    return link.state().is === "ready" ? true : undefined;
  });
});

it("says why it cannot be reached, once", async () => {
  const { link, log } = await linked({ wsUrl: "ws://127.0.0.1:1" }, { expected: "waiting" });
  expect(link.state().reason?.en).toContain("ECONNREFUSED");
  expect(log.lines.filter((line) => line.startsWith("warn "))).toHaveLength(1);
});

it("steps back for a twin, says so loudly, and does not fight", async () => {
  const { fake, link, clock, log } = await linked();
  fake.evict();
  await stands(link, "evicted");
  expect(link.state().reason?.zh).toContain("同一个机器人");
  const loud = log.lines.filter((line) => line.startsWith("error ANOTHER PROGRAM"));
  expect(loud).toHaveLength(1);
  await clock.advance(4 * MINUTE);
  expect(link.state().is).toBe("evicted");
  expect(fake.counters.subscribes).toBe(1);
  await clock.advance(MINUTE);
  await stands(link, "ready");
  // Again soon after: twice as long.
  fake.evict();
  await stands(link, "evicted");
  await clock.advance(9 * MINUTE);
  expect(fake.counters.subscribes).toBe(2);
  await clock.advance(MINUTE);
  await stands(link, "ready");
});

it("two of the same bot take each other's place hardly ever", async () => {
  const { fake, link, clock, log } = await linked();
  const twin = openLongConnection({
    botId: fake.bot.id,
    secret: fake.bot.secret,
    wsUrl: fake.wsUrl,
    locale: "zh-CN",
    clock,
    log,
    random: () => 0,
    hear: async () => {},
    press: async () => {},
    entered: async () => undefined,
  });
  twin.start();
  try {
    await stands(twin, "ready");
    await stands(link, "evicted");
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(MINUTE);
      await until(async () => ([link, twin].some((one) => one.state().is === "ready") ? true : undefined));
    }
    // 5 minutes each, then 10 each, then 20.
    expect(fake.counters.subscribes).toBeLessThanOrEqual(8);
    expect(fake.connectsPerSecond).toBeLessThanOrEqual(2);
  } finally {
    await twin.stop();
  }
});

it("comes back from an eviction when it is told to", async () => {
  const { fake, link } = await linked();
  fake.evict();
  await stands(link, "evicted");
  link.reconnect();
  await stands(link, "ready");
});

it("refuses what is to be said while a twin has its place", async () => {
  const { fake, link } = await linked();
  fake.evict();
  await stands(link, "evicted");
  await expect(link.send(group, markdown("x"), never)).rejects.toMatchObject({
    next: "retry",
    code: "evicted",
  });
});

it("reports a wrong secret once, tries again slowly, and is ready when it is right", async () => {
  const { fake, link, clock, log } = await linked({ secret: "a-wrong-secret" }, { expected: "refused" });
  expect(link.state().reason?.zh).toContain("WECOM_BOT_SECRET");
  await expect(link.send(group, markdown("x"), never)).rejects.toMatchObject({ code: "853000" });
  for (let minute = 0; minute < 30; minute++) {
    await clock.advance(MINUTE);
    await stands(link, "refused");
  }
  // After 1, 2, 4, 8 and 15 minutes.
  expect(fake.counters.denied).toBeLessThanOrEqual(6);
  expect(fake.counters.denied).toBeGreaterThan(2);
  expect(log.lines.filter((line) => line.startsWith("error "))).toHaveLength(1);
  expect(log.lines.join("\n")).not.toContain("a-wrong-secret");
});

it("is ready soon after the platform was busy", async () => {
  const { fake, link, clock, log } = await linked();
  fake.refuseNext(-1, 1, "aibot_subscribe");
  fake.terminate();
  await until(async () => (link.state().reason?.zh.includes("-1") ? true : undefined));
  expect(link.state().is).toBe("waiting");
  await clock.advance(5_000);
  await stands(link, "ready");
  expect(log.lines.some((line) => line.includes('"code":"-1"'))).toBe(true);
});

it("says that nothing comes from groups any more", async () => {
  const { fake, link, heard, log } = await linked();
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  fake.faults.callbacks = "private";
  fake.terminate();
  await until(async () => (fake.connections.length > 1 ? true : undefined));
  await stands(link, "ready");
  for (let i = 0; i < 3; i++) fake.say("user/lisi", "lisi", "为什么群里没反应");
  await has(heard, 4);
  expect(link.state()).toMatchObject({ is: "ready", reason: { zh: expect.stringContaining("群") } });
  expect(log.lines.filter((line) => line.startsWith("warn nothing has come"))).toHaveLength(1);
  fake.faults.callbacks = "all";
  link.reconnect();
  await until(async () => (fake.connections.length > 2 ? true : undefined));
  await stands(link, "ready");
  fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 5);
  expect(link.state().reason).toBeUndefined();
});

it("forgets what it could have answered when the connection is another one", async () => {
  const { fake, link, heard } = await linked();
  const { reqId = "" } = fake.ask(GROUP, "zhangsan", "status");
  await has(heard, 1);
  link.reconnect();
  await until(async () => (fake.connections.length > 1 ? true : undefined));
  await stands(link, "ready");
  expect(link.replyTo(OPS)).toBeUndefined();
  await expect(link.respond(reqId, markdown("x"), never)).rejects.toMatchObject({
    next: "give-up",
    code: "846605",
  });
});

it.each(["waiting", "connecting", "evicted", "refused"] as const)(
  "stops while it is %s",
  async (standing) => {
    const { fake, link } = await linked(
      standing === "refused" ? { secret: "a-wrong-secret" } : { pace: { ...PACE, reconnectMs: 60_000 } },
      { expected: standing === "refused" ? "refused" : "ready" },
    );
    if (standing === "evicted") fake.evict();
    if (standing === "connecting") fake.faults.refuse = () => "swallow";
    if (standing === "waiting") fake.terminate();
    if (standing === "connecting") link.reconnect();
    await stands(link, standing);
    await link.stop();
    expect(link.state().is).toBe("off");
    await fake.until(() => fake.connections.every(({ open }) => !open));
  },
);
