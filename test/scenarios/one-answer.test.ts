/** What a line does to an incident is said once where it was said: by its answer, where no card can be changed. */
import { describe, expect, it } from "vitest";
import { ROOM } from "../support/wechat/world.ts";
import { fakeWeChat, WeChatHouse } from "../support/wechat-house.ts";
import { GROUP, WeComHouse } from "../support/wecom-house.ts";

const OTHER = "wrOtherXyZ";
const chats = [
  { id: GROUP, name: "值班群", spoken: true },
  { id: OTHER, name: "旁听群", spoken: true },
];
const yaml = (targets: string): string => `
people:
  - { id: "wecom:zhangsan", name: 张三, role: operator }
  - { id: "wechat:zhangsan-id", name: 张三, role: operator }
route: { receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1s }
receivers: [{ name: ops, ${targets} }]
`;
const hot = { alertname: "hot", severity: "warning", host: "db-1" };

/** Two groups have the card of an incident. */
async function alarm(): Promise<WeComHouse> {
  const told = yaml(`wecom_configs: [{ conversation: ${GROUP} }, { conversation: ${OTHER} }]`);
  const weCom = await WeComHouse.open({ yaml: told, fake: { chats } });
  await weCom.fire(hot);
  await weCom.pass(() => weCom.cards().length + weCom.cards(OTHER).length === 2);
  return weCom;
}

/** What the bot has said in a group after its card, once nothing more comes. */
async function said(weCom: WeComHouse, where = GROUP): Promise<readonly string[]> {
  await weCom.wait(60_000, 1_000);
  const all = weCom.fake.messages(where).filter(({ from }) => from.kind === "bot");
  return all.slice(1).map(({ text }) => text);
}

describe("in a WeCom group, where only a click changes a card", { timeout: 60_000 }, () => {
  it("one message says who has it, until when and how to give it up; another group has a card", async () => {
    const weCom = await alarm();
    const mine = await weCom.say("认领 1 1小时 在看");
    expect(mine).toContain("张三 认领了 #1，到 ");
    expect(mine).toContain("放弃：unack 1");
    expect(await said(weCom)).toEqual([mine]);
    const given = await weCom.say("放弃 1");
    expect(given).toContain("认领：ack 1");
    expect(await said(weCom)).toEqual([mine, given]);
    expect(await said(weCom, OTHER)).toEqual([
      expect.stringContaining("已认领"),
      expect.stringContaining("放弃）"),
    ]);
    expect(await weCom.say("详情 1")).toContain(`已告知 wecom:${GROUP}`);
    const closed = await weCom.say("关闭 1");
    expect((await said(weCom)).slice(3)).toEqual([closed]);
    expect((await said(weCom, OTHER)).slice(2)).toEqual([expect.stringContaining("恢复")]);
  });

  it("a click changes the card, and what it changed is no message in that group", async () => {
    const weCom = await alarm();
    weCom.fake.press((await weCom.card()).taskId, "ack 1", "zhangsan");
    await weCom.pass(() => weCom.cards()[0]?.text.includes("已认领"));
    expect(await said(weCom)).toEqual([]);
    expect(await said(weCom, OTHER)).toEqual([expect.stringContaining("已认领")]);
  });

  it("a line in somebody's own chat is told to the groups", async () => {
    const weCom = await alarm();
    const mine = await weCom.say("认领 1", "zhangsan", "user/zhangsan");
    expect(mine).toContain("认领了 #1");
    expect(await said(weCom)).toEqual([expect.stringContaining("已认领")]);
  });

  it("a card follows where WeCom refuses the answer", async () => {
    const weCom = await alarm();
    weCom.fake.refuseNext(40_058, 1, "aibot_respond_msg");
    weCom.fake.ask(GROUP, "zhangsan", "认领 1");
    expect(await said(weCom)).toEqual([expect.stringContaining("已认领")]);
  });
});

it("in a room of WeChat the numbers of the answer count from then on", { timeout: 60_000 }, async () => {
  const one = await WeChatHouse.open(fakeWeChat, {
    yaml: yaml(`wechaty_configs: [{ conversation: "${ROOM.id}" }]`),
  });
  await one.fire(hot);
  await one.shows("1 认领");
  expect(await one.say("1")).toMatch(/认领了 #1.*回复 1 放弃 · 2 详情/s);
  expect(await one.say("1")).toMatch(/放弃了 #1.*回复 1 认领/s);
  const before = one.world.seen(ROOM.id).length;
  await one.wait(60_000, 1_000);
  expect(one.world.seen(ROOM.id)).toHaveLength(before);
});
