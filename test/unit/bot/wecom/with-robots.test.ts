/** The bot with robots of its group beside it: who tells, who pages, and who stands in for whom. */
import { afterEach, describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../../../alerts/channel.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import type { WeComRobotConfig } from "../../../../bot/receivers/wecom-robot-config.ts";
import { type WeComRobot, weComRobotChannel } from "../../../../bot/wecom/robot/channel.ts";
import { withRobots } from "../../../../bot/wecom/with-robots.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type FakeRobots, openRobots, textOf } from "../../../support/robots.ts";
import { closeLinked, GROUP, keepLog, linked, OPS } from "./long/linked.ts";

const MUTE = "wecom:wrWithoutRobots";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const ONCALL: Partial<WeComRobotConfig> = { token: "oncall", mentioned: ["zhangsan"] };
const PLAIN: Partial<WeComRobotConfig> = { token: "plain" };

interface Bench {
  readonly channel: Channel;
  readonly robots: FakeRobots;
  /** What the bot has said. */
  readonly said: Card[];
  /** The bot's no to what it is given next, until it is taken back. */
  no: SendError | undefined;
  readonly log: ReturnType<typeof keepLog>;
}

function robotOf(one: Partial<WeComRobotConfig>, url: string): WeComRobot {
  return {
    token: "",
    cardUrl: undefined,
    mentioned: [],
    mentionedMobiles: [],
    oncall: undefined,
    mentionOn: ["critical"],
    ...one,
    url,
    http: PLAIN_HTTP,
  };
}

async function open(more: readonly Partial<WeComRobotConfig>[] = [ONCALL]): Promise<Bench> {
  const robots = await openRobots();
  closing.push(() => robots.close());
  const found = more.map((one) => robotOf(one, `${robots.url}/cgi-bin/webhook/send?key=${one.token}`));
  const robotsOf = (address: string): readonly WeComRobot[] | undefined =>
    address === OPS ? found : undefined;
  const said: Card[] = [];
  const log = keepLog();
  const say = async (conversation: string, card: Card): Promise<Receipt> => {
    if (bench.no !== undefined) throw bench.no;
    said.push(card);
    return { conversation, task: `task-${said.length}` };
  };
  const bench: Bench = {
    channel: withRobots({
      bot: {
        post: say,
        edit: async (receipt, card) => ({ ...receipt, ...(await say(receipt["conversation"] ?? "", card)) }),
        canEdit: () => true,
      },
      robotsOf,
      robots: weComRobotChannel({ find: robotsOf, clock: new FakeClock(), locale: "zh-CN" }),
      log,
    }),
    robots,
    said,
    no: undefined,
    log,
  };
  return bench;
}

const hot: Card = {
  kind: "incident",
  title: "#12 hot",
  text: "- 磁盘满了",
  severity: "critical",
  status: "firing",
  incident: 12,
};
const mild: Card = { ...hot, severity: "warning" };
const over: Card = { ...hot, status: "resolved" };

function attempt(before?: Receipt): Attempt {
  const signal = new AbortController().signal;
  return { deliveryId: "incident-12@x", signal, ...(before === undefined ? {} : { before }) };
}

const no = (next: SendError["next"], code: string): SendError => new SendError("no", { next, code });

/** Who was mentioned, message by message of the robots. */
const mentioned = ({ robots }: Bench): unknown[] =>
  robots.said.map(({ body }) => (body["text"] as Record<string, unknown> | undefined)?.["mentioned_list"]);

closeLinked();

channelContract(
  "a WeCom conversation with a robot beside the bot",
  async () => {
    const { fake, channel, log, clock } = await linked();
    const [key = ""] = fake.robots.keys();
    const url = `${fake.url}/cgi-bin/webhook/send?key=${key}`;
    const robot = robotOf({ token: key, mentioned: ["zhangsan"] }, url);
    const robotsOf = (address: string): readonly WeComRobot[] | undefined =>
      address === OPS ? [robot] : undefined;
    const robots = weComRobotChannel({ find: robotsOf, clock, locale: "zh-CN" });
    return {
      channel: withRobots({ bot: channel, robotsOf, robots, log }),
      conversation: OPS,
      // What the robot says beside it is short, and held below.
      seen: () => fake.messages(GROUP).flatMap(({ from, text }) => (from.kind === "bot" ? [text] : [])),
      mentioned: () => fake.messages(GROUP).flatMap(({ mentions }) => mentions),
      refuse(how) {
        if (how === "error") fake.faults.refuse = () => 45009;
        else fake.faults.acks = () => "lose";
      },
      secrets: [fake.bot.secret, key],
    };
  },
  { "changes a card in place": "only in answer to a click" },
);

describe("while the bot tells", () => {
  it("a robot pages for what is critical, in few words, and says nothing of the rest", async () => {
    const bench = await open();
    await bench.channel.post(OPS, mild, attempt());
    await bench.channel.post(OPS, { kind: "reply", text: "好的" }, attempt());
    expect(bench.robots.asked).toEqual([]);
    await bench.channel.post(OPS, hot, attempt());
    expect(mentioned(bench)).toEqual([["zhangsan"]]);
    expect(bench.robots.said.map(textOf)).toEqual(["🔴 [严重] hot · #12"]);
    expect(bench.said).toHaveLength(3);
  });

  it("pages once for each news: not for what goes on, again for what got worse, never for the end", async () => {
    const bench = await open();
    const first = await bench.channel.post(OPS, mild, attempt());
    const second = await bench.channel.post(OPS, hot, attempt(first));
    expect(mentioned(bench)).toEqual([["zhangsan"]]);
    const third = await bench.channel.post(OPS, hot, attempt(second));
    const fourth = await bench.channel.post(OPS, { ...hot, status: "acknowledged" }, attempt(third));
    await bench.channel.post(OPS, over, attempt(fourth));
    expect(bench.robots.asked).toHaveLength(1);
  });

  it("pages as well where the answer to a click is the first to say that it got worse", async () => {
    const bench = await open();
    const first = await bench.channel.post(OPS, mild, attempt());
    const second = await bench.channel.edit?.(first, hot, attempt());
    expect(mentioned(bench)).toEqual([["zhangsan"]]);
    await bench.channel.edit?.(second ?? {}, hot, attempt());
    expect(bench.robots.asked).toHaveLength(1);
  });

  it("lets the one page that mentions people, whoever's turn it is", async () => {
    const bench = await open([PLAIN, ONCALL]);
    for (let i = 0; i < 3; i++) await bench.channel.post(OPS, hot, attempt());
    expect(bench.robots.said.map(({ token }) => token)).toEqual(["oncall", "oncall", "oncall"]);
  });

  it("does not say it a second time when nobody could be paged, but lets people know", async () => {
    const bench = await open();
    bench.robots.answer = () => 93000;
    await bench.channel.post(OPS, hot, attempt());
    expect(bench.said).toHaveLength(1);
    expect(bench.channel.remark?.(OPS, 0)?.zh).toBe("群机器人没有叫到人（93000）");
    bench.robots.answer = () => undefined;
    await bench.channel.post(OPS, hot, attempt());
    expect(bench.channel.remark?.(OPS, 0)).toBeUndefined();
  });
});

describe("where the bot cannot tell", () => {
  it.each([
    ["nobody has mentioned it there", no("give-up", "93006")],
    ["it may not speak there", no("give-up", "600039")],
    ["another connection has thrown it out", no("retry", "evicted")],
    ["its secret is wrong", no("retry", "853000")],
    ["there is no connection", no("retry", "waiting")],
    ["the connection broke before it was sent", no("retry", "not-connected")],
    ["the subscription is gone", no("retry", "846609")],
  ])("the robots tell all of it, and page: %s", async (_why, refusal) => {
    const bench = await open();
    bench.no = refusal;
    const receipt = await bench.channel.post(OPS, hot, attempt());
    expect(receipt).toMatchObject({ conversation: OPS, severity: "critical", incident: "12" });
    // Once, and nothing beside it.
    expect(bench.robots.asked).toHaveLength(1);
    expect(textOf(bench.robots.said[0] as never)).toContain("磁盘满了");
    expect(mentioned(bench)).toEqual([["zhangsan"]]);
    expect(bench.channel.remark?.(OPS, 0)?.zh).toContain("由群机器人代发");
  });

  it.each([
    ["it is asked to wait", no("wait", "45009")],
    ["nobody knows whether it arrived", no("retry", "ack-timeout")],
    ["the connection broke on the way", no("retry", "connection-lost")],
    ["what was sent is wrong", no("give-up", "40058")],
    ["the house does not listen yet", no("retry", "off")],
  ])("they do not: %s", async (_why, refusal) => {
    const bench = await open();
    bench.no = refusal;
    await expect(bench.channel.post(OPS, hot, attempt())).rejects.toBe(refusal);
    expect(bench.robots.asked).toEqual([]);
  });

  it("there is nobody to stand in where no robots are", async () => {
    const bench = await open();
    bench.no = no("give-up", "93006");
    await expect(bench.channel.post(MUTE, hot, attempt())).rejects.toBe(bench.no);
    expect(bench.channel.remark?.(MUTE, 0)).toBeUndefined();
  });

  it("the bot tells again as soon as it can, and nobody is told or paged twice", async () => {
    const bench = await open();
    bench.no = no("retry", "evicted");
    const first = await bench.channel.post(OPS, hot, attempt());
    const second = await bench.channel.post(OPS, { ...hot, status: "acknowledged" }, attempt(first));
    bench.no = undefined;
    await bench.channel.post(OPS, over, attempt(second));
    expect(bench.robots.said.map(({ body }) => body["msgtype"])).toEqual(["text", "markdown"]);
    expect(bench.said).toEqual([over]);
    expect(bench.channel.remark?.(OPS, 0)).toBeUndefined();
    // Said once in the log, however long it lasts.
    expect(bench.log.lines.filter((line) => line.includes("its robots do"))).toHaveLength(1);
    expect(bench.log.lines.at(-1)).toContain("tells this conversation again");
  });

  it("the no that gives more hope counts where the robots say no as well", async () => {
    const bench = await open();
    bench.robots.answer = () => 93000;
    bench.no = no("retry", "evicted");
    await expect(bench.channel.post(OPS, hot, attempt())).rejects.toMatchObject({ code: "evicted" });
    bench.no = no("give-up", "93006");
    await expect(bench.channel.post(OPS, hot, attempt())).rejects.toMatchObject({
      next: "give-up",
      code: "93006",
    });
    bench.robots.answer = () => 45009;
    await expect(bench.channel.post(OPS, hot, attempt())).rejects.toMatchObject({ next: "wait" });
  });
});
