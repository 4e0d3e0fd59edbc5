/** Group robots of WeCom: what they say, how they mention people, and what their platform's codes mean. */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, SendError } from "../../../../alerts/channel.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import type { WeComRobotConfig } from "../../../../bot/receivers/wecom-robot-config.ts";
import { bodyOf } from "../../../../bot/wecom/robot/body.ts";
import { type WeComRobot, weComRobotChannel } from "../../../../bot/wecom/robot/channel.ts";
import { verdicts } from "../../../../bot/wecom/robot/verdicts.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type FakeRobots, openRobots, type RobotTrick, textOf } from "../../../support/robots.ts";

const ADDRESS = "wecom_robot:team";
const KEY = "fake-key-0001";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const config: WeComRobotConfig = {
  url: undefined,
  token: KEY,
  cardUrl: undefined,
  mentioned: [],
  mentionedMobiles: [],
  oncall: undefined,
  mentionOn: ["critical"],
};

function channelOf(robots: FakeRobots, clock: FakeClock, more: readonly Partial<WeComRobotConfig>[] = [{}]) {
  const found = more.map((one): WeComRobot => {
    const robot = { ...config, ...one };
    return { ...robot, url: `${robots.url}/cgi-bin/webhook/send?key=${robot.token}`, http: PLAIN_HTTP };
  });
  return weComRobotChannel({
    find: (address) => (address === ADDRESS ? found : undefined),
    clock,
    locale: "zh-CN",
  });
}

async function open(more?: readonly Partial<WeComRobotConfig>[]) {
  const robots = await openRobots();
  closing.push(() => robots.close());
  const clock = new FakeClock();
  return { robots, clock, channel: channelOf(robots, clock, more) };
}

const hot: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
};
const attempt = (deliveryId = `incident-12@${ADDRESS}`): Attempt => ({
  deliveryId,
  signal: new AbortController().signal,
});

const folder = new URL("../../../payloads/wecom/robot/", import.meta.url);
interface Payload {
  readonly about: string;
  readonly robot?: Partial<WeComRobotConfig>;
  readonly before?: Attempt["before"];
  readonly card: Card;
  readonly body: unknown;
}
const payloads = readdirSync(folder).map(
  (name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Payload] as const,
);

describe("the body", () => {
  it.each(payloads)("%s", (_name, { robot, before, card, body }) => {
    const how = { ...attempt(), ...(before === undefined ? {} : { before }) };
    expect(bodyOf({ ...config, ...robot }, card, how, "zh-CN")).toEqual(body);
  });

  it("is within the limit of its type, in bytes", () => {
    const long = { ...hot, text: "- 磁盘满了 🔥\n".repeat(1_000) };
    const text = bodyOf({ ...config, mentioned: ["@all"] }, long, attempt(), "zh-CN");
    const markdown = bodyOf(config, long, attempt(), "zh-CN");
    const bytes = (body: object): number =>
      Buffer.byteLength(textOf({ token: "", query: new URLSearchParams(), body: { ...body } }));
    expect([text.msgtype, markdown.msgtype]).toEqual(["text", "markdown"]);
    expect(bytes(text)).toBeLessThanOrEqual(2_048);
    expect(bytes(text)).toBeGreaterThan(1_980);
    expect(bytes(markdown)).toBeLessThanOrEqual(4_096);
    expect(bytes(markdown)).toBeGreaterThan(4_000);
  });

  it("is a card that opens an address, where the robot is given one and nobody is to be mentioned", async () => {
    const { robots, channel } = await open([{ cardUrl: "https://gengfu.example/" }]);
    const card: Card = {
      ...hot,
      text: "- host=a — 95%",
      fields: [
        { name: "位置", value: "host=a" },
        { name: "说明", value: "长".repeat(200) },
      ],
      actions: [{ id: "ack", label: "认领", command: "ack 12" }],
    };
    await channel.post(ADDRESS, card, attempt());
    await channel.post(ADDRESS, { kind: "text", title: "still firing", incident: 12 }, attempt("card-1@x"));
    const [first, second] = robots.said.map(({ body }) => body);
    expect(first).toEqual({
      msgtype: "template_card",
      template_card: {
        card_type: "text_notice",
        source: { desc: "严重", desc_color: 2 },
        main_title: { title: "🔴 #12 hot" },
        sub_title_text: expect.stringMatching(/^· host=a — 95%\n说明：长+…$/),
        horizontal_content_list: [{ keyname: "位置", value: "host=a" }],
        card_action: { type: 1, url: "https://gengfu.example/" },
      },
    });
    expect(second?.["msgtype"]).toBe("markdown");
  });

  it("mentions when it is new, and when it is worse; else it is markdown", async () => {
    const { channel, robots } = await open([
      { mentionedMobiles: ["13800000000"], mentionOn: ["warning", "critical"] },
    ]);
    const first = await channel.post(ADDRESS, { ...hot, severity: "warning" }, attempt());
    const second = await channel.post(ADDRESS, hot, { ...attempt(), before: first });
    await channel.post(ADDRESS, { ...hot, status: "acknowledged" }, { ...attempt(), before: second });
    expect(robots.said.map(({ body }) => body["msgtype"])).toEqual(["text", "text", "markdown"]);
  });
});

describe("a no", () => {
  it.each<[string, RobotTrick, Partial<SendError>]>([
    ["busy", -1, { next: "retry", code: "-1" }],
    ["too fast", 45009, { next: "wait", code: "45009", waitMs: 60_000 }],
    ["removed", 93000, { next: "give-up", code: "93000" }],
    ["too long", 40058, { next: "give-up", code: "40058" }],
    ["no such type", 40008, { next: "give-up", code: "40008" }],
    ["a code that nobody knows", 987654, { next: "retry", code: "987654" }],
    ["another's words in a 200", "html", { next: "retry", code: "none" }],
    ["a gateway's 503", { status: 503 }, { next: "retry", code: "503" }],
    ["broken off", "reset", { next: "retry", code: "ECONNRESET" }],
  ])("%s", async (_what, trick, about) => {
    const { robots, channel } = await open();
    robots.answer = () => trick;
    const error = await channel.post(ADDRESS, hot, attempt()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject(about);
  });

  it("of every code in the table has its meaning", () => {
    for (const [code, { next, waitMs }] of Object.entries(verdicts)) {
      expect(Number(code), code).not.toBe(0);
      expect(waitMs !== undefined, code).toBe(next === "wait");
    }
  });

  it("of one robot is no no of the group, and no other message of it is tried again", async () => {
    const { robots, channel } = await open([{ token: "removed" }, { token: "works" }]);
    robots.answer = (token) => (token === "removed" ? 93000 : undefined);
    await channel.post(ADDRESS, hot, attempt());
    robots.answer = () => 40058;
    await channel.post(ADDRESS, hot, attempt("b")).catch(() => {});
    expect(robots.asked.map(({ token }) => token)).toEqual(["removed", "works", "works"]);
  });
});

channelContract("a group robot of WeCom", async () => {
  const robots = await openRobots();
  let broken: RobotTrick | undefined;
  robots.answer = () => broken;
  return {
    channel: channelOf(robots, new FakeClock(), [{ mentioned: ["zhangsan"] }]),
    conversation: ADDRESS,
    mentioned: () =>
      robots.said.flatMap(
        ({ body }) => (body as { text?: { mentioned_list?: string[] } }).text?.mentioned_list ?? [],
      ),
    longest: () => ({
      bytes: Math.max(...robots.said.map((one) => Buffer.byteLength(textOf(one)))),
      most: 2_048,
    }),
    // The number stands at the end of the first line, and in front of the title elsewhere.
    seen: () => robots.said.map((one) => textOf(one).replace(/(\S+) · (#\d+)/, "$2 $1")),
    refuse(how) {
      broken = how === "error" ? 93000 : "hang";
    },
    secrets: [KEY, "key="],
    close: () => robots.close(),
  };
});
