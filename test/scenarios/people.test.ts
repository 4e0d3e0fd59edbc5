/** Who may do what, as people arrange it in chat: the people book, the claim code, somebody whom nobody names. */
import { afterEach, describe, expect, it } from "vitest";
import type { Message } from "../../commands/say.ts";
import { cardText, converse, Road, type RoadOptions } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

const GROUP = "dingtalk:cidOps";

/** Somebody of DingTalk says something in the group. */
function inGroup(person: string, text: string, more: Partial<Message> = {}): Promise<string> {
  return road.hear({ conversation: GROUP, person: `dingtalk:${person}`, text, ...more });
}

/** Somebody of DingTalk says something to the bot alone. */
function alone(person: string, text: string): Promise<string> {
  const id = `dingtalk:${person}`;
  return road.hear({ conversation: `dingtalk:user/${person}`, person: id, text, isPrivate: true });
}

async function open(options: RoadOptions = {}): Promise<void> {
  // A line that is Chinese is answered in Chinese all the same.
  road = await Road.open({ locale: "en", ...options });
}

describe("roles given in chat", () => {
  it("hold at once, are listed with who gave them, and are taken back", async () => {
    await open();
    expect(await inGroup("7", "静默 severity=info 1小时")).toContain("`people add dingtalk:7 operator`");
    await converse(road, [
      ["添加人员 dingtalk:7 操作员 张 三", "张 三 (`dingtalk:7`) 现在是操作员"],
      ["人员", "**张 三** `dingtalk:7` 操作员，11-25 10:00 由 boss 添加", "其他人都是观察员"],
      ["audit", "**boss** (console:ops) `添加人员 dingtalk:7 操作员 张 三`"],
    ]);
    expect(await inGroup("7", "静默 severity=info 1小时")).toContain("静默 1：");
    await converse(road, [
      ["people add dingtalk:7 operator", "张 三 (`dingtalk:7`) still has the role operator", "!now"],
      ["people add dingtalk:7 viewer", "now has the role viewer"],
      ["people add dingtalk:7 operator", "now has the role operator"],
      ["移除人员 dingtalk:7", "收回了 `dingtalk:7` 的角色，现在是观察员"],
      ["people remove dingtalk:7", "`dingtalk:7` was not given a role"],
      ["people", "Nobody has been given a role yet"],
    ]);
    expect(await inGroup("7", "解除静默 1")).toContain("需要操作员权限");
  });

  it("are an admin's to give", async () => {
    await open();
    await converse(road, [
      [
        "operator: people add dingtalk:7 admin",
        "needs the role admin",
        "`people add console:operator admin`",
      ],
      ["operator: 移除人员 dingtalk:7", "需要管理员权限"],
      ["stranger: people", "Nobody has been given a role yet"],
    ]);
  });

  it("are named by an id, an id of the platform at hand, a mention or a name", async () => {
    await open({ people: [{ id: "dingtalk:1", role: "admin" }] });
    await inGroup("7", "状态", { name: "张三" });
    await inGroup("8", "状态", { name: "Li Si" });
    expect(await inGroup("1", "添加人员 @张三 操作员")).toContain("张三 (`dingtalk:7`) 现在是操作员");
    expect(await inGroup("1", "people add Li Si operator")).toContain("Li Si (`dingtalk:8`) now has");
    expect(await inGroup("1", "people add 0123 operator")).toContain("`dingtalk:0123` now has");
    expect(await inGroup("1", "people add DingTalk:Ab viewer")).toContain("`dingtalk:Ab` now has");
    expect(await inGroup("1", "移除人员 li si")).toContain("收回了 `dingtalk:8`");
    await converse(road, [
      ["people add 张三 viewer", "`dingtalk:7`"],
      ["添加人员 王五 操作员", "我不认识“王五”", "我是谁"],
      ["people add @wang operator", "I do not know “wang”"],
      ["people add operator", "Say who, and which role"],
      ["people add dingtalk:7 king", "Say who, and which role"],
      ["people add dingtalk:? admin", "DingTalk did not tell who is speaking"],
      [`people add dingtalk:${"x".repeat(200)} admin`, "too long"],
      ["people remove", "Remove whom?"],
    ]);
  });

  it("go to nobody who only has another's name or id for a name", async () => {
    await open({ people: [{ id: "dingtalk:1", role: "admin" }] });
    await inGroup("7", "状态", { name: "张三" });
    await inGroup("8", "状态", { name: "张三" });
    await inGroup("9", "状态", { name: "manager12" });
    expect(await inGroup("1", "添加人员 @张三 操作员")).toContain("可能是 `dingtalk:7`、`dingtalk:8`");
    expect(await inGroup("1", "people add manager12 admin")).toContain(
      "may be `dingtalk:9`, `dingtalk:manager12`",
    );
    expect(road.world.people.book.all()).toEqual([]);
  });

  it("never go against gengfu.yml", async () => {
    await open({ people: [{ id: "dingtalk:7", name: "张三", role: "viewer" }], defaultRole: "operator" });
    await converse(road, [
      [
        "people add dingtalk:7 admin",
        "`dingtalk:7` is listed in gengfu.yml (viewer), which chat cannot change",
      ],
      ["移除人员 张三", "写在 gengfu.yml 里（观察员）"],
      [
        "people",
        "**张三** `dingtalk:7` viewer, in gengfu.yml",
        "elsewhere everybody else has the role operator",
      ],
    ]);
    expect(await inGroup("7", "whoami")).toContain("Your role is viewer, as gengfu.yml says");
    expect(await inGroup("8", "whoami")).toContain("Your role is operator, which is the default");
  });

  it("are one human with several accounts, whose phone and mail address nobody sees in full", async () => {
    const zhang = {
      id: "dingtalk:7",
      name: "张三",
      role: "operator" as const,
      aliases: ["wecom:zhang"],
      phone: "+8613800138000",
      email: "zhangsan@shop.example",
    };
    await open({ people: [zhang] });
    await inGroup("7", "状态", { name: "张三" });
    const people = await road.say("people");
    expect(people).toContain("**张三** `dingtalk:7` operator, in gengfu.yml · = `wecom:zhang`");
    expect(people).toContain("☎ `+86138****8000` · ✉ `z***@shop.example`");
    expect(people).not.toMatch(/13800138000|zhangsan@/);
    await converse(road, [
      ["people add wecom:zhang admin", "`dingtalk:7` is listed in gengfu.yml (operator)"],
      ["people add 张三 admin", "`dingtalk:7` 写在 gengfu.yml 里（操作员）"],
    ]);
  });

  it("leave an admin: the last one cannot step down before there is another", async () => {
    await open();
    await road.say("people add dingtalk:1 admin");
    expect(await inGroup("1", "people remove dingtalk:1")).toContain("That would leave no admin");
    expect(await inGroup("1", "添加人员 1 操作员")).toContain("这样就没有管理员了");
    await inGroup("1", "people add 2 admin");
    expect(await inGroup("1", "people add 1 operator")).toContain("now has the role operator");
    expect(await inGroup("2", "people remove 2")).toContain("That would leave no admin");
    // Whoever sits at the machine's own console is no worse off without one.
    expect(await road.say("people remove dingtalk:2")).toContain("is taken back");
  });

  it("leave an admin of two who demote each other at once", async () => {
    await open();
    await road.say("people add dingtalk:1 admin");
    await road.say("people add dingtalk:2 admin");
    await Promise.all([inGroup("1", "people add 2 viewer"), inGroup("2", "people add 1 viewer")]);
    expect(road.world.people.book.all().filter(({ role }) => role === "admin")).toHaveLength(1);
  });

  it("may be given up where the file has another admin", async () => {
    await open({ people: [{ id: "wecom:li", role: "admin" }] });
    await road.say("people add dingtalk:1 admin");
    expect(await inGroup("1", "people remove 1")).toContain("is taken back; it is viewer now");
  });
});

describe("whoever does something", () => {
  it("is called by name wherever they are spoken of, as the platform told it, or the book", async () => {
    await open();
    await road.burn();
    await converse(road, [
      ["people add dingtalk:7 operator", "`dingtalk:7`"],
      ["people add dingtalk:8 operator 李四", "李四"],
    ]);
    expect(await inGroup("7", "认领 12", { name: "张*三" })).toContain("张\\*三 认领了 #12");
    expect(await inGroup("8", "认领 12", { name: "Li" })).toContain("已由 张\\*三 认领");
    expect(await inGroup("8", "静默 12 1小时", { name: "Li" })).toContain("静默 1：");
    await converse(road, [
      ["详情 12", "认领: 张*三，到", "静默: 静默 1，李四，到", "张\\*三 认领，到"],
      ["静默列表", "李四"],
      ["why 12", "silence 1 (李四, until", "acknowledged by 张\\*三 until"],
      ["audit", "**李四**"],
      ["解除静默 1", "已解除"],
      ["告警", "张\\*三 已认领到"],
    ]);
    // The card itself was drawn anew when it was taken.
    expect(JSON.stringify(road.console.shown)).toContain("张*三 until");
  });
});

describe("who am I", () => {
  it("is answered with the id, the role, where it comes from and what it is good for", async () => {
    await open();
    await road.say("people add dingtalk:7 operator");
    const chinese = await inGroup("7", "我是谁", { name: "张三" });
    expect(chinese).toContain("你是 **张三**，编号 `dingtalk:7`，角色是操作员（operator），是在聊天里给的");
    expect(chinese).toContain("认领");
    expect(chinese).not.toContain("管理人员");
    expect(await inGroup("8", "whoami")).toContain("Your role is viewer, which is the default");
    expect(await inGroup("8", "whoami")).not.toContain("acknowledge");
    // A platform may leave the name out where it told it before.
    expect(await inGroup("7", "who am i")).toContain("You are **张三**");
  });

  it("is answered with the lines for gengfu.yml", async () => {
    await open();
    expect(await inGroup("7", "编号", { name: '张"三' })).toContain(
      [
        "```",
        'receivers: [{ name: ops, dingtalk_configs: [{ conversation: "cidOps" }] }]',
        'people: [{ id: "dingtalk:7", name: "张\\"三", role: operator }]',
        "```",
      ].join("\n"),
    );
    const wecom = { conversation: "wecom:wr1", person: "wecom:li", text: "id" };
    expect(await road.hear(wecom)).toContain('wecom_configs: [{ conversation: "wr1" }]');
    expect(cardText(road.cards[0] ?? { kind: "reply" })).toContain('[{ id: "wecom:li", role: operator }]');
    expect(await road.say("id")).toContain('console_configs: [{ conversation: "ops" }]');
  });
});

describe("somebody whom the platform does not name", () => {
  it("only looks, whatever the default role, and is told how to be named", async () => {
    await open({ defaultRole: "admin" });
    await road.burn();
    expect(await inGroup("?", "告警")).toContain("正在发生 1 起");
    const refused = await inGroup("?", "认领 12", { name: "张三" });
    expect(refused).toContain("需要操作员权限");
    expect(refused).toContain("版本管理与发布");
    expect(refused).not.toContain("people add");
    expect(await inGroup("?", "ack 12")).toContain("publish the robot");
    expect(await inGroup("?", "whoami")).toContain("publish the robot");
    const lines = await inGroup("?", "id");
    expect(lines).toContain("publish the robot");
    expect(lines).not.toContain("people:");
    expect(await road.hear({ conversation: "wecom:wr1", person: "wecom:?", text: "ack 12" })).toContain(
      "The platform did not tell who is speaking",
    );
    expect(road.world.audit.latest(10).filter(({ person }) => person === "dingtalk:?")).toEqual([]);
  });

  it("lends nobody a name", async () => {
    await open();
    await inGroup("?", "状态", { name: "张三" });
    expect(road.world.people.speakers.all()).toEqual([]);
  });
});

describe("the first admin", () => {
  const FIRST = "AAAAAAAA";
  const SECOND = "BBBBBBBB";
  const platforms = ["dingtalk"];

  it("is whoever sends the code one-to-one, once", async () => {
    await open({ platforms });
    expect(road.world.people.claims.code()).toBe(FIRST);
    expect(await alone("7", "认证 aaaa-aaaa")).toContain("你现在是管理员");
    expect(road.world.people.claims.code()).toBeUndefined();
    expect(road.world.people.book.find("dingtalk:7")).toMatchObject({ role: "admin" });
    expect(road.world.audit.latest(1)).toMatchObject([{ person: "dingtalk:7", line: "认证 aaaa-aaaa" }]);
    expect(await inGroup("7", "people add 8 operator")).toContain("now has the role operator");
    const late = await alone("8", `claim ${FIRST}`);
    expect(late).toContain("There is an admin already");
    expect(late).toContain("`dingtalk:7`");
    expect(await road.say("人员")).toContain("用认证码");
    await alone("7", "people add 7 admin Zhang");
    expect(await road.say("people")).toContain("**Zhang** `dingtalk:7` admin, given by Zhang");
  });

  it("is one of two who send it at once", async () => {
    await open({ platforms });
    await Promise.all([alone("7", `claim ${FIRST}`), alone("8", `claim ${FIRST}`)]);
    expect(road.world.people.book.all()).toHaveLength(1);
    expect(road.errors).toEqual([]);
  });

  it("is not made in a group: what others saw is void, and the new code is in the log", async () => {
    await open({ platforms });
    const said = await inGroup("7", `claim ${FIRST}`);
    expect(said).toContain("one-to-one");
    expect(said).toContain("it is void");
    expect(said).not.toContain(SECOND);
    expect(road.warnings).toEqual([{ claim: SECOND, platforms }]);
    expect(await alone("8", `claim ${FIRST}`)).toContain("That is not the code");
    expect(await alone("7", `claim ${SECOND}`)).toContain("you are an admin now");
  });

  it("is not guessed: five wrong tries each, twenty in all and the code is another", async () => {
    await open({ platforms });
    for (let i = 0; i < 5; i++) expect(await alone("7", "claim CCCCCCCC")).toContain("That is not the code");
    expect(await alone("7", `claim ${FIRST}`)).toContain("try again in an hour");
    for (let i = 0; i < 14; i++) await inGroup(`x${i}`, "claim CCCCCCCC");
    expect(road.world.people.claims.code()).toBe(FIRST);
    await alone("y", "claim CCCCCCCC");
    expect(road.world.people.claims.code()).toBe(SECOND);
    expect(road.warnings).toEqual([{ claim: SECOND, platforms }]);
    expect(await alone("7", `claim ${SECOND}`)).toContain("try again in an hour");
    await alone("z", "claim CCCCCCCC");
    expect(road.world.people.claims.code()).toBe(SECOND);
    await road.clock.advance(3_600_000);
    expect(await alone("7", `claim ${SECOND}`)).toContain("you are an admin now");
  });

  it("keeps the code when the disk refuses", async () => {
    await open({ platforms });
    road.refuse = "the disk is full";
    expect(await alone("7", `claim ${FIRST}`)).toContain("Not saved");
    expect(await inGroup("7", `claim ${FIRST}`)).toContain("Not saved");
    road.refuse = undefined;
    expect(await alone("7", `claim ${FIRST}`)).toContain("you are an admin now");
  });

  it("is not needed on the console, nor where there is one", async () => {
    await open({ platforms, people: [{ id: "wecom:li", name: "李四", role: "admin" }] });
    expect(road.world.people.claims.code()).toBeUndefined();
    expect(await alone("7", `claim ${FIRST}`)).toContain("**李四** `wecom:li`");
    expect(await road.say("认证 AAAAAAAA")).toContain("在控制台上已经是管理员");
  });

  it("is still wanted while only the console has one", async () => {
    await open({ platforms, people: [{ id: "console:boss", role: "admin" }] });
    expect(await alone("7", `claim ${FIRST}`)).toContain("you are an admin now");
  });

  it.each([
    ["no chat platform is set up", {}],
    ["everybody is one", { platforms, defaultRole: "admin" as const }],
  ])("needs no code where %s", async (_, options) => {
    await open(options);
    expect(road.world.people.claims.code()).toBeUndefined();
    expect(await alone("7", `claim ${FIRST}`)).toContain("no code to claim with");
  });

  it("is nobody whom the file calls something else, and nobody unnamed", async () => {
    await open({ platforms, people: [{ id: "dingtalk:7", role: "viewer" }] });
    expect(await alone("7", `claim ${FIRST}`)).toContain("listed in gengfu.yml (viewer)");
    expect(await alone("?", `claim ${FIRST}`)).toContain("publish the robot");
    expect(road.world.people.claims.code()).toBe(FIRST);
  });

  it("is not who says something else by that word", async () => {
    await open({ platforms });
    expect(await alone("7", "claim")).toContain("8 characters");
    expect(await alone("7", "认证 失败超过5次告警")).toContain("8 个字符");
    expect(await alone("7", "claim 12 30m")).toContain("`ack 12 30m`");
    for (let i = 0; i < 9; i++) await alone("7", "claim something");
    expect(await alone("7", `claim ${FIRST}`)).toContain("you are an admin now");
  });
});
