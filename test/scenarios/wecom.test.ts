/** The life of an alarm in a WeCom group: a whole house, the real client, a real socket, and the fake platform. */
import { describe, expect, it } from "vitest";
import { openSite } from "../support/site.ts";
import type { FrameRecord } from "../support/wecom/record.ts";
import { GROUP, WeComHouse } from "../support/wecom-house.ts";

const yaml = `
network: { allow: [127.0.0.0/8] }
people:
  - { id: "wecom:zhangsan", name: 张三, role: operator }
`;

/** A frame as it is kept: what differs from run to run has a name instead. */
function kept(frame: FrameRecord | undefined, site: string): string {
  const text = (frame?.text ?? "{}")
    .replaceAll(site, "http://shop.example/")
    .replaceAll(new URL(site).host, "shop.example")
    .replace(/"task_id":"incident-1-[^"]*"/g, '"task_id":"incident-1-mgd4o0-1z141z3"')
    .replace(/"req_id":"(aibot_send_msg|cb)_[^"]*"/g, '"req_id":"$1_0"');
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

/** A rule on a site, made in the group; the site is down, and its card is there. */
async function alarm(spec: Parameters<typeof WeComHouse.open>[0] = { yaml }) {
  const site = await openSite();
  const weCom = await WeComHouse.open(spec);
  await weCom.say(`${site.url} 打不开时告警`);
  site.up = false;
  const card = await weCom.card();
  return { site, weCom, card };
}

describe("in a WeCom group", { timeout: 60_000 }, () => {
  it("a rule is made by a message, its alarm is a card, a click has it, a line silences it, and its end follows", async () => {
    const site = await openSite();
    const weCom = await WeComHouse.open({ yaml });
    const { fake } = weCom;
    const keep = async (name: string, frame: FrameRecord | undefined): Promise<void> => {
      await expect(kept(frame, site.url)).toMatchFileSnapshot(`../payloads/wecom/story/${name}.json`);
    };

    expect(await weCom.say(`${site.url} 打不开时告警`)).toContain("明白了，规则 1");
    await keep("reply", weCom.sent("aibot_respond_msg")[0]);

    site.up = false;
    const card = await weCom.card();
    await keep("card", weCom.sent("aibot_send_msg")[0]);
    expect(card.text).toContain("#1");
    expect(card.text).toContain("[认领] [静默1小时] [详情]");

    // The answer to the click carries the change: nothing else is said of it.
    const before = weCom.seen().length;
    fake.press(card.taskId, "ack 1", "zhangsan");
    await weCom.pass(() => weCom.cards()[0]?.text.includes("已认领"));
    await keep("answer-to-click", weCom.sent("aibot_respond_update_msg")[0]);
    expect(weCom.cards()[0]?.text).toContain("张三");
    expect(weCom.cards()[0]?.text).toContain("[放弃]");
    await weCom.wait(10_000);
    expect(weCom.seen()).toHaveLength(before);

    // What is done by a line is said by its answer; no card can be changed without a click.
    const silenced = await weCom.say("静默 1 1小时");
    expect(silenced).toContain("静默");
    await weCom.wait(10_000);
    expect(weCom.seen().at(-1)).toBe(silenced);
    expect(weCom.cards()[0]?.text).toContain("已认领");

    expect(await weCom.say("解除静默 1")).toContain("静默");
    site.up = true;
    const end = await weCom.pass(() => weCom.cards().find(({ text }) => text.includes("恢复")));
    await keep("end", weCom.sent("aibot_send_msg").at(-1));
    expect(end.text).toContain("#1");
    expect(end.text).not.toContain("[认领]");
    await weCom.wait(60_000);
    expect(weCom.cards().filter(({ text }) => text.includes("恢复"))).toHaveLength(1);
    // Nothing but the click was answered with a change.
    expect(weCom.sent("aibot_respond_update_msg")).toHaveLength(1);
    expect(fake.frames.filter(({ errcode = 0 }) => errcode !== 0)).toEqual([]);
    const titles = weCom.cards().map(({ card: one }) => one?.title.split(" ").slice(0, 2).join(" "));
    expect(titles).toEqual(["🙋 #1", "🙋 #1", "✅ #1"]);
    // All that it warns of is that nobody is an admin yet.
    expect(weCom.logged()).toEqual([expect.stringContaining("nobody is an admin")]);
  });

  it("the buttons of a card that is no longer true do the right thing", async () => {
    const { site, weCom, card } = await alarm();
    const { fake } = weCom;
    expect(await weCom.say("认领 1")).toContain("#1");
    await weCom.wait(10_000);
    // It still offers what was true before; a click that comes to nothing is told so, and shows how things are now.
    expect(weCom.cards()[0]?.text).toContain("[认领]");
    fake.press(card.taskId, "ack 1", "zhangsan");
    await weCom.wait(10_000);
    expect(weCom.seen().at(-1)).toContain("张三 已经认领了 #1");
    expect(weCom.cards()[0]?.text).toContain("[放弃]");
    // What it offers then does what it says, and shows it at once.
    fake.press(card.taskId, "unack 1", "zhangsan");
    await weCom.pass(() => weCom.cards()[0]?.text.includes("[认领]"));

    site.up = true;
    await weCom.pass(() => weCom.cards().some(({ text }) => text.includes("恢复")));
    await weCom.wait(10_000);
    const before = weCom.seen().length;
    fake.press(card.taskId, "ack 1", "zhangsan");
    await weCom.wait(10_000);
    expect(weCom.seen().slice(before)).toEqual(["#1 已经恢复了。"]);
    expect(weCom.cards()[0]?.text).toContain("✅ #1");
    expect(weCom.cards()[0]?.text).not.toContain("[认领]");
  });

  it("a quoted card is the one that is meant, whatever the line leaves out", async () => {
    const { weCom, card } = await alarm();
    expect(await weCom.say("认领", "zhangsan", GROUP, { quote: card.id })).toContain("#1");
    expect(await weCom.say("详情 1")).toContain("已认领");
  });

  it("a stranger's click and message change nothing, and are told why", async () => {
    const { weCom, card } = await alarm();
    const before = weCom.seen();
    weCom.fake.press(card.taskId, "ack 1", "lisi");
    await weCom.pass(() => weCom.seen().length === before.length + 1);
    expect(weCom.seen().at(-1)).toContain("这需要操作员权限。你是 wecom:lisi");
    expect(weCom.seen().slice(0, before.length)).toEqual(before);
    expect(await weCom.say("认领 1", "wangwu")).toContain("这需要操作员权限。你是 wecom:wangwu");
    expect(weCom.seen().join()).not.toContain("已认领");
  });

  it("the first to send the claim code one-to-one is its admin, and a restart forgets nobody", async () => {
    const weCom = await WeComHouse.open({ yaml: "" });
    const code = weCom.house.claimCode ?? "";
    expect(await weCom.say(`认证 ${code}`, "zhangsan", "user/zhangsan")).toContain("管理员");
    expect(await weCom.say("添加人员 wecom:lisi operator 李四")).toContain("李四");
    expect(await weCom.say("我是谁", "lisi")).toContain("操作员");
    await weCom.stop();
    await weCom.start();
    await weCom.pass(() => weCom.isListening());
    expect(await weCom.say("我是谁", "zhangsan")).toContain("管理员");
    expect(await weCom.say("我是谁", "lisi")).toContain("操作员");
  });

  it("says the ids of the group and of whoever asks, and greets who opens a chat with it", async () => {
    const weCom = await WeComHouse.open({ yaml });
    const ids = await weCom.say("编号");
    expect(ids).toContain(GROUP);
    expect(ids).toContain("wecom:zhangsan");
    weCom.fake.enter("lisi");
    const greeting = await weCom.pass(() => weCom.seen("user/lisi")[0]);
    expect(greeting).toContain("更夫");
    expect(weCom.sent("aibot_respond_welcome_msg")).toHaveLength(1);
  });
});
