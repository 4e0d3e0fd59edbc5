/** What goes wrong between a whole house and WeCom: nothing is lost, nothing is said twice unmarked, and people know. */
import { describe, expect, it } from "vitest";
import { GROUP, ROBOT_KEY, WeComHouse } from "../support/wecom-house.ts";

const SEND = "aibot_send_msg";
const MINUTE_MS = 60_000;
/** Where minutes pass. */
const STRIDE_MS = 1_000;

/** A house whose alerts are told to a group, with robots or without. */
const told = (conversation = GROUP, robots = ""): string => `
people:
  - { id: "wecom:zhangsan", role: operator }
route: { receiver: ops, group_wait: 1s, group_interval: 1s }
receivers:
  - name: ops
    fallback: "console:ops"
    wecom_configs: [{ conversation: ${conversation}${robots} }]
`;
const ROBOTS = `, robots: [{ key: ${ROBOT_KEY}, mentioned_list: [zhangsan] }]`;

const hot = { alertname: "hot", severity: "critical", host: "db-1" };

/** What stands in the group of one kind of sender. */
const from = ({ fake }: WeComHouse, kind: "bot" | "robot") =>
  fake.messages(GROUP).filter((message) => message.from.kind === kind);

describe("a connection that is gone", { timeout: 60_000 }, () => {
  it("is not fought for when a twin takes it, and log, readiness and `channels` say so", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.evict();
    await weCom.pass(() => weCom.logged("error").some((line) => line.includes("ANOTHER PROGRAM")));
    await weCom.fire(hot);
    await weCom.wait(4 * MINUTE_MS, STRIDE_MS);
    expect(weCom.fake.counters.subscribes).toBe(1);
    expect(weCom.logged("error").filter((line) => line.includes("ANOTHER PROGRAM"))).toHaveLength(1);
    const ready = await weCom.ask("/readyz");
    expect(ready.status).toBe(503);
    expect(ready.text).toContain("被另一个连接挤下线");
    expect(await weCom.onConsole("通道")).toContain("被另一个连接挤下线");
    // Nobody waits for what may never come: the fallback has it.
    expect(await weCom.console()).toContain("hot");
    // And the group, once the place is free again.
    await weCom.pass(() => weCom.cards().length > 0, 10 * MINUTE_MS, STRIDE_MS);
    await weCom.wait(MINUTE_MS);
    expect(weCom.cards()).toHaveLength(1);
    expect((await weCom.ask("/readyz")).status).toBe(200);
  });

  it("that is open and not subscribed any more is made anew, and nothing is lost or said twice", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.dropSubscription();
    await weCom.fire(hot);
    const card = await weCom.card();
    expect(card.text).toContain("hot");
    expect(await weCom.say("认领 1")).toContain("#1");
    await weCom.wait(MINUTE_MS);
    expect(weCom.fake.counters.subscribes).toBe(2);
    expect(weCom.fake.duplicates(GROUP)).toEqual([]);
    expect(weCom.seen().join()).not.toContain("可能是重复发送");
    expect((await weCom.ask("/readyz")).status).toBe(200);
  });

  it("that is refused for its secret is reported once, tried slowly, and others are told instead", async () => {
    const weCom = await WeComHouse.openDeaf({ yaml: told(), env: { WECOM_BOT_SECRET: "wrong-secret" } });
    await weCom.pass(() => weCom.fake.counters.denied > 0);
    await weCom.fire(hot);
    await weCom.wait(10 * MINUTE_MS, STRIDE_MS);
    expect(weCom.fake.counters.denied).toBeLessThanOrEqual(5);
    expect(weCom.logged("error")).toEqual(["WeCom does not accept WECOM_BOT_ID and WECOM_BOT_SECRET"]);
    const ready = await weCom.ask("/readyz");
    expect(ready.status).toBe(503);
    expect(ready.text).toContain("853000");
    expect(await weCom.onConsole("通道")).toContain("853000");
    expect(await weCom.console()).toContain("hot");
    expect(JSON.stringify(weCom.lines)).not.toContain("wrong-secret");
  });
});

describe("a message", { timeout: 60_000 }, () => {
  it("of which nobody knows whether it arrived is sent again, and says so", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    let lost = 0;
    weCom.fake.faults.acks = (cmd) => (cmd === SEND && lost++ === 0 ? "lose" : "send");
    await weCom.fire(hot);
    await weCom.pass(() => weCom.cards().length === 2);
    await weCom.wait(MINUTE_MS);
    const [first, second, ...more] = weCom.cards();
    expect(more).toEqual([]);
    expect(first?.text).not.toContain("可能是重复发送");
    expect(second?.text).toContain("可能是重复发送");
    expect(second?.card?.taskId).not.toBe(first?.card?.taskId);
  });

  it("that is one too many waits for the next minute, and comes once", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.refuseNext(45_009, 1, SEND);
    await weCom.fire(hot);
    const before = weCom.clock.now();
    await weCom.card();
    expect(weCom.clock.now() - before).toBeGreaterThan(MINUTE_MS - 5_000);
    await weCom.wait(MINUTE_MS);
    expect(weCom.cards()).toHaveLength(1);
    expect(weCom.sent(SEND)).toHaveLength(2);
  });

  it("for a conversation whose case is wrong goes to the fallback, and `channels` has the code", async () => {
    const weCom = await WeComHouse.open({ yaml: told(GROUP.toLowerCase()) });
    await weCom.fire(hot);
    await weCom.wait(MINUTE_MS);
    expect(weCom.seen()).toEqual([]);
    expect(await weCom.console()).toContain("hot");
    expect(await weCom.onConsole("通道")).toContain("93006");
  });

  it("that is told twice is carried out once", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.faults.twice = true;
    await weCom.say("CPU使用率超过80%持续5分钟告警");
    await weCom.wait(MINUTE_MS);
    expect(from(weCom, "bot")).toHaveLength(1);
    expect(await weCom.say("规则")).toContain("1 条");
  });

  it("from a group that nobody named is answered there", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.addGroup({ id: "wrUnKnown", name: "另一个群" });
    expect(await weCom.say("编号", "zhangsan", "wrUnKnown")).toContain("wrUnKnown");
    expect(weCom.seen()).toEqual([]);
  });

  it("that was heard and not answered when the house stopped is answered by the next one, and done once", async () => {
    const weCom = await WeComHouse.open({ yaml: told() });
    weCom.fake.faults.refuse = (cmd) => (cmd === "aibot_subscribe" ? 0 : "swallow");
    weCom.fake.ask(GROUP, "zhangsan", "CPU使用率超过80%持续5分钟告警");
    await weCom.wait(1_000);
    await weCom.stop();
    expect(from(weCom, "bot")).toEqual([]);
    weCom.fake.heal();
    await weCom.start();
    await weCom.pass(() => from(weCom, "bot").length > 0);
    await weCom.wait(MINUTE_MS);
    expect(from(weCom, "bot")).toHaveLength(1);
    expect(weCom.seen().at(-1)).toContain("规则 1");
    expect(await weCom.say("规则")).toContain("1 条");
  });
});

describe("with the group's robot beside the bot", { timeout: 60_000 }, () => {
  it("a critical alert is a card of the bot and a call of the robot, and its end is no call", async () => {
    const weCom = await WeComHouse.open({ yaml: told(GROUP, ROBOTS) });
    await weCom.fire(hot);
    await weCom.pass(() => from(weCom, "robot").length > 0);
    expect(weCom.cards()).toHaveLength(1);
    const [call] = from(weCom, "robot");
    expect(call).toMatchObject({ kind: "text", mentions: ["zhangsan"], text: "🔴 [严重] hot · #1" });
    await weCom.fire(hot, weCom.clock.now());
    await weCom.pass(() => weCom.cards().some(({ text }) => text.includes("恢复")));
    await weCom.wait(MINUTE_MS);
    expect(from(weCom, "robot")).toHaveLength(1);
  });

  it("the robot tells while the bot is thrown out, people see why, and the bot goes on when it is back", async () => {
    const weCom = await WeComHouse.open({ yaml: told(GROUP, ROBOTS) });
    weCom.fake.evict();
    await weCom.fire(hot);
    await weCom.pass(() => from(weCom, "robot").length > 0);
    expect(from(weCom, "robot")[0]).toMatchObject({ kind: "text", mentions: ["zhangsan"] });
    expect(from(weCom, "robot")[0]?.text).toContain("db-1");
    expect(await weCom.onConsole("通道")).toContain("由群机器人代发");
    await weCom.pass(() => weCom.isListening(), 10 * MINUTE_MS, STRIDE_MS);
    await weCom.fire(hot, weCom.clock.now());
    await weCom.pass(() => weCom.cards().length > 0);
    await weCom.wait(MINUTE_MS);
    expect(weCom.cards().map(({ card }) => card?.source)).toEqual(["恢复"]);
    expect(from(weCom, "robot")).toHaveLength(1);
    expect(await weCom.onConsole("通道")).not.toContain("由群机器人代发");
    expect(await weCom.console()).not.toContain("hot");
  });

  it("the fallback is told where neither of them can", async () => {
    const weCom = await WeComHouse.open({ yaml: told(GROUP.toLowerCase(), ROBOTS) });
    weCom.fake.robots.delete(ROBOT_KEY);
    await weCom.fire(hot);
    await weCom.wait(MINUTE_MS);
    expect(weCom.seen()).toEqual([]);
    expect(await weCom.console()).toContain("hot");
  });
});
