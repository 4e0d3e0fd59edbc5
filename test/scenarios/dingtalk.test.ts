/** The life of an alarm in a DingTalk group: a whole house, the real client, real sockets, and the fake platform. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { DingTalkHouse, GROUP } from "../support/dingtalk-house.ts";

const yaml = `
network: { allow: [127.0.0.0/8] }
people:
  - { id: "dingtalk:16650698", name: 张三, role: operator }
`;

/** A site that answers or does not. */
async function openSite(): Promise<{ url: string; up: boolean }> {
  const site = { url: "", up: true };
  const server: Server = createServer((_request, response) => {
    response.statusCode = site.up ? 200 : 500;
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return site;
}

/** A body as it is kept: what differs from run to run has a name instead. */
function kept(body: string, site: string): string {
  const text = body
    .replaceAll(encodeURIComponent(site), encodeURIComponent("http://shop.example/"))
    .replaceAll(site, "http://shop.example/")
    .replaceAll(new URL(site).host, "shop.example")
    .replace(/gengfu-[\da-f]{8}-/g, "gengfu-0000abcd-");
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

describe("in a DingTalk group", () => {
  it("a rule is made by a message, its alarm is a card, a click has it, a line silences it, and its end is shown", async () => {
    const site = await openSite();
    const dingTalk = await DingTalkHouse.open({ yaml });
    const { fake } = dingTalk;
    const keep = async (name: string, body: string | undefined): Promise<void> => {
      await expect(kept(body ?? "{}", site.url)).toMatchFileSnapshot(
        `../payloads/dingtalk/story/${name}.json`,
      );
    };

    const made = await dingTalk.say(`${site.url} 打不开时告警`);
    expect(made).toContain("明白了，规则 1");
    await keep("reply", dingTalk.asked("/robot/sendBySession")[0]?.body);

    site.up = false;
    const card = await dingTalk.pass(() => [...fake.cards.all.values()][0]);
    await keep("create-and-deliver", dingTalk.asked("/v1.0/card/instances/createAndDeliver")[0]?.body);
    const shown = (): string => dingTalk.seen().find((text) => text.includes("#1")) ?? "";
    expect(shown()).toContain("[认领][静默1小时][详情]");

    // The answer to the click carries the change: no call is made for it.
    const click = fake.press(card.outTrackId, "认领", "zhang");
    await dingTalk.pass(() => shown().includes("已认领"));
    expect(await click.settled).toBe("answered");
    expect(shown()).toContain("张三");
    expect(shown()).toContain("[放弃]");
    expect(dingTalk.asked("/v1.0/card/instances", "PUT")).toEqual([]);

    expect(await dingTalk.say("静默 1 1小时")).toContain("静默");
    await dingTalk.pass(() => dingTalk.asked("/v1.0/card/instances", "PUT").length === 1);
    await keep("update", dingTalk.asked("/v1.0/card/instances", "PUT")[0]?.body);
    expect(shown()).toContain("静默");

    site.up = true;
    await dingTalk
      .pass(() => shown().includes("恢复"))
      .catch(async (e) => {
        console.log(
          dingTalk.seen().join("\n---\n"),
          dingTalk.lines.filter((l) => l.level !== "debug").slice(-10),
        );
        console.log(
          await dingTalk.say("详情 1"),
          await dingTalk.say("监控"),
          await dingTalk.say("通道"),
          await dingTalk.say("为什么 1"),
        );
        throw e;
      });
    expect(shown()).not.toContain("[认领]");
    expect(dingTalk.asked("/v1.0/card/instances/createAndDeliver")).toHaveLength(1);
    expect(fake.counters()).toMatchObject({ duplicates: 0, lateAcks: 0, wrongFrames: 0 });
    expect(fake.world.warnings).toEqual([]);
  });

  it("a quoted card is the one that is meant, whatever the line leaves out", async () => {
    const site = await openSite();
    const dingTalk = await DingTalkHouse.open({ yaml });
    await dingTalk.say(`${site.url} 打不开时告警`);
    site.up = false;
    const message = await dingTalk.pass(() =>
      dingTalk.fake.messages(GROUP).find(({ outTrackId }) => outTrackId !== undefined),
    );
    expect(await dingTalk.say("认领", "zhang", GROUP, message.id)).toContain("#1");
    await dingTalk.pass(() => dingTalk.seen().some((text) => text.includes("已认领")));
  });

  it("a stranger's click and message change nothing, and are told why", async () => {
    const site = await openSite();
    const dingTalk = await DingTalkHouse.open({ yaml });
    const { fake } = dingTalk;
    await dingTalk.say(`${site.url} 打不开时告警`);
    site.up = false;
    const card = await dingTalk.pass(() => [...fake.cards.all.values()][0]);
    const before = dingTalk.seen();
    fake.press(card.outTrackId, "认领", "li");
    await dingTalk.pass(() => dingTalk.seen().length === before.length + 1);
    expect(dingTalk.seen().at(-1)).toContain("这需要操作员权限。你是 dingtalk:24680135");
    expect(dingTalk.seen().slice(0, before.length)).toEqual(before);
    expect(await dingTalk.say("认领 1", "stranger")).toContain("钉钉没有告诉我是谁在说话");
    expect(dingTalk.seen().join()).not.toContain("已认领");
  });

  it("the first to send the claim code one-to-one is its admin, and gives others their roles", async () => {
    const dingTalk = await DingTalkHouse.open({ yaml: "" });
    const code = dingTalk.house.claimCode ?? "";
    expect(await dingTalk.say(`认证 ${code}`, "zhang", "zhang")).toContain("管理员");
    expect(await dingTalk.say("添加人员 dingtalk:24680135 operator 李四")).toContain("李四");
    expect(await dingTalk.say("我是谁", "li")).toContain("操作员");
    await dingTalk.stop();
    await dingTalk.start();
    expect(await dingTalk.say("我是谁", "zhang")).toContain("管理员");
  });
});
