/** The life of an alarm in a room of WeChat: a whole house, and a WeChat that is a fake or Wechaty's own mock. */
import { describe, expect, it } from "vitest";
import type { FakeClock } from "../support/fake-clock.ts";
import { isWechatyInstalled, openRealWeChat } from "../support/wechat/real-wechat.ts";
import { OTHER_ROOM, ROOM, type WeChatWorld } from "../support/wechat/world.ts";
import { fakeWeChat, WeChatHouse } from "../support/wechat-house.ts";

const yaml = `
people:
  - { id: "wechat:zhangsan-id", name: 张三, role: operator }
route: { receiver: team, group_by: [alertname], group_wait: 1s }
receivers:
  - name: team
    fallback: "console:ops"
    wechaty_configs: [{ conversation: 值班群 }]
`;

const worlds: readonly [string, boolean, (clock: FakeClock) => WeChatWorld | Promise<WeChatWorld>][] = [
  ["the fake", true, fakeWeChat],
  [
    "Wechaty and its mock puppet, where dist/wechaty has them (see .ci/run)",
    isWechatyInstalled,
    openRealWeChat,
  ],
];

for (const [name, isThere, make] of worlds)
  describe.skipIf(!isThere)(`with ${name}`, { timeout: 60_000 }, () => {
    it("an alarm is a card with numbers in a room found by its topic; a number has it; its end follows", async () => {
      const one = await WeChatHouse.open(make, { yaml });
      await one.fire({ alertname: "DiskFull", severity: "critical", host: "web-1" });
      const card = await one.shows("DiskFull");
      expect(card).toContain("#1");
      expect(card.split("\n").at(-1)).toBe("回复 1 认领 · 2 静默1小时 · 3 详情（@我，或引用这条）");

      await one.say("1");
      expect(await one.shows("@张三")).toContain("#1");
      expect(await one.shows("[已认领]")).toContain("回复 1 放弃");

      await one.fire({ alertname: "DiskFull", severity: "critical", host: "web-1" }, one.clock.now());
      const over = await one.shows("恢复");
      expect(over).not.toContain("回复 1");
      expect(await one.say("#1 1")).toContain("失效");
      expect(one.world.seen(OTHER_ROOM.id)).toEqual([]);
      expect(one.logged("error")).toEqual([]);
    });

    it("what is not meant for the bot is not heard: its own words, talk among people, another room", async () => {
      const one = await WeChatHouse.open(make, { yaml });
      await one.fire({ alertname: "DiskFull", severity: "critical" });
      await one.shows("DiskFull");
      const before = one.world.seen(ROOM.id).length;
      one.world.say("zhangsan-id", "1", ROOM.id);
      one.world.say("zhangsan-id", "@李四 1", ROOM.id, { mentions: ["lisi-id"] });
      one.world.say("gengfu-id", "@更夫 1", ROOM.id, { mentions: ["gengfu-id"] });
      await one.wait(5_000);
      expect(one.world.seen(ROOM.id).slice(before)).toEqual(["@更夫 1"]);
    });

    it("whoever is on call is mentioned on a card that is bad enough", async () => {
      const duty = `
people: [{ id: "wechat:lisi-id", name: 李四, role: operator }]
oncall: [{ name: db, rotation: { people: ["wechat:lisi-id"], every: 1d, starts: 2026-11-01T09:00 } }]
route: { receiver: team, group_by: [alertname], group_wait: 1s }
receivers: [{ name: team, wechaty_configs: [{ conversation: 值班群, oncall: db }] }]
`;
      const one = await WeChatHouse.open(make, { yaml: duty });
      await one.fire({ alertname: "DiskFull", severity: "critical" });
      expect(await one.shows("DiskFull")).toMatch(/^@李四 🔴/);
      await one.fire({ alertname: "Slow", severity: "warning" });
      expect(await one.shows("Slow")).toMatch(/^🟠/);
    });

    it("one-to-one needs no mention, and knows who speaks", async () => {
      const one = await WeChatHouse.open(make, { yaml });
      one.world.say("zhangsan-id", "我是谁");
      expect(await one.shows("wechat:zhangsan-id", "zhangsan-id")).toContain("张三");
    });

    it("signed out, people hear of it elsewhere, and what was for the room goes to the fallback", async () => {
      const one = await WeChatHouse.open(make, { yaml });
      one.world.signOut();
      await one.fire({ alertname: "DiskFull", severity: "critical" });
      let console = "";
      for (let i = 0; i < 100 && !console.includes("DiskFull"); i++) {
        await one.wait(10_000, 1_000);
        console = await one.console();
      }
      expect(console).toContain("微信没有登录");
      expect(console).toContain("DiskFull");
      const ready = (await one.ask("/readyz")).text;
      expect(ready).toContain("已退出登录");
      one.world.signIn();
      await one.wait(2_000);
      expect(await one.console()).toContain("微信已重新登录");
    });
  });
