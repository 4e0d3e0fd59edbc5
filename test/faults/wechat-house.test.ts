/** What goes wrong between a whole house and WeChat: nothing ends it, nothing is done twice, and people know. */
import { describe, expect, it } from "vitest";
import type { BotEvents, Contact, Message } from "../../bot/wechat/wechaty.ts";
import { BOT, ROOM } from "../support/wechat/world.ts";
import { fakeWeChat, WeChatHouse } from "../support/wechat-house.ts";

const MINUTE_MS = 60_000;
/** Where minutes pass. */
const STRIDE_MS = 1_000;

const yaml = `
people:
  - { id: "wechat:zhangsan-id", name: 张三, role: operator }
route: { receiver: team, group_by: [alertname], group_wait: 1s }
receivers:
  - name: team
    fallback: "console:ops"
    wechaty_configs: [{ conversation: "${ROOM.id}" }]
`;

const open = () => WeChatHouse.open(fakeWeChat, { yaml });
const disk = { alertname: "DiskFull", severity: "critical" };
const cpu = { alertname: "CpuHot", severity: "critical" };

describe("numbers", { timeout: 60_000 }, () => {
  it("are asked about while two cards are open, and settled by the incident, a quote, or the other one's end", async () => {
    const one = await open();
    await one.fire(disk);
    await one.shows("DiskFull");
    await one.fire(cpu);
    const card = await one.shows("CpuHot");
    expect(await one.say("1")).toBe("@张三 有 2 个告警等着选择，是哪一个？回复：\n#2 1 认领\n#1 1 认领");
    expect(await one.onConsole("告警")).not.toContain("已认领");

    one.world.say("zhangsan-id", `「更夫：${card}」\n- - - - - - - - - - - - - - -\n1`, ROOM.id);
    // What a line does is said once, by its answer: no card follows it.
    expect(await one.shows("认领了 #2")).toMatch(/放弃/);
    expect(await one.say("#1 1")).toContain("认领了 #1");
    await one.wait(10_000);
    expect(one.world.seen(ROOM.id).join()).not.toContain("[已认领]");

    await one.fire(cpu, one.clock.now());
    await one.shows("恢复");
    // Only one is left, and its first choice is another by now.
    await one.say("1");
    expect(await one.shows("放弃了")).toContain("#1");
  });

  it("mean the same in the next life, and a line that comes again is not carried out again", async () => {
    const one = await open();
    await one.fire(disk);
    await one.shows("DiskFull");
    const text = "@更夫 1";
    const said = one.world.message("zhangsan-id", text, ROOM.id, { mentions: [BOT.id] });
    await one.stop();
    await one.start();
    await one.pass(() => one.world.isStarted());
    one.world.signIn();
    await one.pass(() => one.world.bot.isLoggedIn);
    one.world.emit("message", said);
    await one.shows("认领了 #1");
    await one.say("1");
    await one.shows("放弃了");
    one.world.emit("message", said);
    await one.wait(10_000);
    expect(one.world.seen(ROOM.id).filter((line) => line.includes("认领了 #1"))).toHaveLength(1);
  });

  it("change nothing for somebody who may only look", async () => {
    const one = await open();
    await one.fire(disk);
    await one.shows("DiskFull");
    expect(await one.say("1", "lisi-id")).toContain("@李四");
    await one.wait(5_000);
    expect(one.world.seen(ROOM.id).join()).not.toContain("认领了");
  });
});

describe("what a puppet may do", { timeout: 60_000 }, () => {
  it("ends nothing: garbage in every event, members that throw and reject, storms of errors", async () => {
    const one = await open();
    const { world } = one;
    const broken: Message = {
      ...world.message("zhangsan-id", "状态", ROOM.id),
      mentionSelf: () => Promise.reject(new Error("no such message")),
      date: () => {
        throw new Error("no date");
      },
    };
    const throwing = new Proxy(
      {},
      {
        get() {
          throw new Error("thrown at once");
        },
      },
    ) as Message;
    const names: readonly (keyof BotEvents)[] = ["scan", "error", "message", "ready"];
    for (const garbage of [undefined, null, 0, "", {}, [], Number.NaN, broken, throwing])
      for (const name of names) world.emit(name, garbage as never, garbage as never);
    world.emit("login", undefined as unknown as Contact);
    for (let i = 0; i < 1_000; i++) world.emit("error", new Error(`storm ${i}`));
    const empty = {
      ...world.message("zhangsan-id", "", ROOM.id),
      text: () => undefined as unknown as string,
    };
    world.emit("message", empty);
    world.signIn();
    expect(await one.say("状态")).toContain("监控");
    expect(one.logged("warn").filter((line) => line.includes("reports an error"))).toHaveLength(1);
  });

  it("not to start is tried again with waits that grow, and known at the doors", async () => {
    const one = await open();
    one.world.startError = new Error("token is not valid");
    one.world.signOut();
    await one.wait(3 * MINUTE_MS + 1_000, STRIDE_MS);
    const before = one.world.lives.length;
    await one.wait(60 * MINUTE_MS, 10_000);
    // 5 s, 10 s, 20 s … 10 min: a dozen in an hour, and not a storm.
    expect(one.world.lives.length - before).toBeGreaterThan(8);
    expect(one.world.lives.length - before).toBeLessThan(16);
    expect((await one.ask("/readyz")).text).toContain("token is not valid");
    expect(await one.onConsole("通道")).toContain("token is not valid");
    const told = (await one.console()).split("微信没有登录").length - 1;
    expect(told).toBe(1);
    one.world.startError = undefined;
    await one.pass(() => one.world.isStarted(), 15 * MINUTE_MS, STRIDE_MS);
    one.world.signIn();
    expect(await one.say("状态")).toContain("监控");
  });

  it("to fall silent without a code is ended, and started again", async () => {
    const one = await WeChatHouse.openSignedOut(fakeWeChat, { yaml });
    await one.wait(4 * MINUTE_MS, STRIDE_MS);
    expect(one.world.lives.length).toBe(2);
    expect(one.world.lives[0]?.runs).toBe(false);
    expect(await one.console()).toContain("微信没有登录");
  });
});

describe("the code to sign in by", { timeout: 60_000 }, () => {
  it("is a picture on the console's board, is in the log, and is at no other door", async () => {
    const one = await WeChatHouse.openSignedOut(fakeWeChat, { yaml });
    one.world.scan("http://weixin.qq.com/x/AbC");
    const board = await one.pass(() => one.logged("warn").includes(SCAN) && one.ask("/api/console/board"));
    const { trouble } = JSON.parse(board.text) as { trouble: { name: string; picture?: string }[] };
    const picture = trouble.find(({ name }) => name === "wechat")?.picture ?? "";
    expect(Buffer.from(picture.replace("data:image/svg+xml;base64,", ""), "base64").toString()).toMatch(
      /^<svg /,
    );
    const logged = one.lines.find(({ message }) => message === SCAN);
    expect(logged?.fields).toEqual({ qrcode: "http://weixin.qq.com/x/AbC" });
    expect((await one.ask("/readyz")).text).not.toContain("svg");

    one.world.scan("", 3);
    await one.wait(3_000);
    expect((await one.ask("/api/console/board")).text).toContain("请在手机上确认");
    one.world.signIn();
    await one.wait(3_000);
    expect((await one.ask("/api/console/board")).text).not.toContain("svg");
    // A code that no picture can hold is no reason to be without doors.
    one.world.signOut();
    one.world.scan("x".repeat(5_000));
    await one.wait(3_000);
    expect((await one.ask("/api/console/board")).text).toContain("等待扫码");
  });
});

const SCAN = "WeChat waits for its code to be scanned; the console's board shows it";

describe("after a sign-in", { timeout: 60_000 }, () => {
  it("what was said long before is not carried out", async () => {
    const one = await open();
    await one.fire(disk);
    await one.shows("DiskFull");
    one.world.say("zhangsan-id", "@更夫 1", ROOM.id, {
      mentions: [BOT.id],
      at: one.clock.now() - 11 * MINUTE_MS,
    });
    await one.wait(5_000);
    expect(one.world.seen(ROOM.id)).toHaveLength(1);
    expect(one.logged("info")).toContain("an old line of WeChat is not carried out");
  });
});
