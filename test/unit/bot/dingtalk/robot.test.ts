/** Custom robots of DingTalk in front of one that follows what is known of the real ones. */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, type Channel, SendError } from "../../../../alerts/channel.ts";
import { bodyOf } from "../../../../bot/dingtalk/robot/body.ts";
import { type DingTalkRobot, dingTalkRobotChannel } from "../../../../bot/dingtalk/robot/channel.ts";
import { signatureOf, signed } from "../../../../bot/dingtalk/robot/sign.ts";
import { verdicts } from "../../../../bot/dingtalk/robot/verdicts.ts";
import type { DingTalkRobotConfig } from "../../../../bot/receivers/dingtalk-robot-config.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import { channelContract } from "../../../contract/channel.ts";
import { type FakeDingTalk, type FakeOptions, openFakeDingTalk } from "../../../support/dingtalk/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { openRobots, type RobotTrick } from "../../../support/robots.ts";

const ADDRESS = "dingtalk_robot:team";
const GROUP = "cidFakeOps0001==";
const TOKEN = "fake-robot-token-0001";
const SECRET = "SECfake0001";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const config: DingTalkRobotConfig = {
  url: undefined,
  token: TOKEN,
  secret: SECRET,
  keyword: undefined,
  atMobiles: [],
  atUserIds: [],
  atAll: false,
  oncall: undefined,
  atOn: ["critical"],
};

async function open(robots: readonly Partial<DingTalkRobotConfig>[] = [{}], options: FakeOptions = {}) {
  const clock = new FakeClock();
  const fake = await openFakeDingTalk({ clock, ...options });
  closing.push(() => fake.close());
  const channel = channelOf(fake, clock, robots);
  return { fake, clock, channel, said: () => fake.world.messages };
}

function channelOf(
  { oapiBase }: Pick<FakeDingTalk, "oapiBase">,
  clock: FakeClock,
  robots: readonly Partial<DingTalkRobotConfig>[],
): Channel {
  const found = robots.map((more): DingTalkRobot => {
    const robot = { ...config, ...more };
    return { ...robot, url: `${oapiBase}/robot/send?access_token=${robot.token}`, http: PLAIN_HTTP };
  });
  return dingTalkRobotChannel({
    find: (address) => (address === ADDRESS ? found : undefined),
    clock,
    locale: "zh-CN",
  });
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

async function refusal(posted: Promise<unknown>): Promise<SendError> {
  const error = await posted.catch((e: unknown) => e);
  if (!(error instanceof SendError)) throw new Error("it was taken");
  return error;
}

describe("the signature", () => {
  it.each([
    [1577262236757, "this is secret", "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="],
    [1700000000000, "SECabc123", "N5P09a4+p1AMJIJWnIvQd2Yxw9+fu/oEBnPrjCcsLXk="],
  ])("of %d is as documented", (at, secret, sign) => {
    expect(signatureOf(secret, at)).toBe(sign);
    const url = new URL(signed("https://oapi.dingtalk.com/robot/send?access_token=t", secret, at));
    expect(url.search).toContain(`&timestamp=${at}&sign=${encodeURIComponent(sign)}`);
    expect(url.searchParams.get("access_token")).toBe("t");
  });

  it("is by the clock, and there only where the robot has a secret", async () => {
    const { channel, said } = await open([{}], {
      robots: [{ token: TOKEN, group: GROUP, name: "r", secret: SECRET }],
    });
    await channel.post(ADDRESS, hot, attempt());
    expect(said()).toHaveLength(1);
    const plain = await open([{ secret: undefined }], {
      robots: [{ token: TOKEN, group: GROUP, name: "r" }],
    });
    await plain.channel.post(ADDRESS, hot, attempt());
    expect(plain.said()).toHaveLength(1);
    expect(plain.fake.requests[0]).not.toMatchObject({ query: expect.stringContaining("sign=") });
  });
});

const folder = new URL("../../../payloads/dingtalk/robot/", import.meta.url);
interface Payload {
  readonly about: string;
  readonly robot?: Partial<DingTalkRobotConfig>;
  readonly before?: Attempt["before"];
  readonly card: Card;
  readonly body: unknown;
}

describe("the body", () => {
  it.each(
    readdirSync(folder).map((name) => [
      name,
      JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Payload,
    ]),
  )("%s", (_name, { robot, before, card, body }) => {
    const how = { ...attempt(), ...(before === undefined ? {} : { before }) };
    expect(bodyOf({ ...config, ...robot }, card, how, "zh-CN")).toEqual({
      ...(body as object),
      msgUuid: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("mentions people so that their phones ring, when it is new and not when it is over", async () => {
    const { channel, said } = await open([{ atMobiles: ["13800000000"], atUserIds: ["0123"], atAll: true }]);
    const receipt = await channel.post(ADDRESS, hot, attempt());
    await channel.post(ADDRESS, { ...hot, status: "resolved" }, { ...attempt("x"), before: receipt });
    expect(said().map(({ mentions }) => mentions)).toEqual([["@ALL", "13800000000", "0123"], []]);
  });

  it("has the keyword, where the robot wants one", async () => {
    const { channel, said } = await open([{ keyword: "监控报警" }], {
      robots: [{ token: TOKEN, group: GROUP, name: "r", secret: SECRET, keywords: ["监控报警"] }],
    });
    await channel.post(ADDRESS, hot, attempt());
    await channel.post(ADDRESS, { ...hot, title: "#12 监控报警" }, attempt("b"));
    expect(said().map(({ text }) => text)).toEqual([
      "### 🔴 [严重] #12 hot\n\n监控报警",
      "### 🔴 [严重] #12 监控报警",
    ]);
  });

  it("has at most 20,000 bytes, all of it, whatever is in it", async () => {
    const { channel, said, fake } = await open([{ atMobiles: ["13800000000"], keyword: "告警" }]);
    const text = '"磁盘满了"\\n\n'.repeat(4_000);
    await channel.post(ADDRESS, { ...hot, text }, attempt());
    expect(said()[0]?.text).toMatch(/…还有 \d+ 行\n\n@13800000000\n\n告警$/);
    const bytes = fake.requests.map(({ body }) =>
      Buffer.byteLength(typeof body === "string" ? body : JSON.stringify(body)),
    );
    expect(bytes[0]).toBeGreaterThan(18_000);
  });
});

describe("the same message twice", () => {
  it("is seen once when its answer was lost, also where robots take turns", async () => {
    const robots = await openRobots();
    closing.push(() => robots.close());
    const tokens = ["t-1", "t-2"].map((token) => ({ token, secret: undefined }));
    const channel = channelOf({ oapiBase: robots.url }, new FakeClock(), tokens);
    robots.answer = () => "reset";
    expect(await refusal(channel.post(ADDRESS, hot, attempt()))).toMatchObject({
      next: "retry",
      code: "ECONNRESET",
    });
    robots.answer = () => undefined;
    await channel.post(ADDRESS, hot, attempt());
    const [first, second] = robots.asked;
    expect(second?.token).toBe(first?.token);
    expect(second?.body["msgUuid"]).toBe(first?.body["msgUuid"]);
  });

  it("is a new one when there is news, or another card", () => {
    const uuid = (card: Card, how: Attempt): string => bodyOf(config, card, how, "en").msgUuid;
    const version = (n: number): Attempt => ({
      ...attempt(),
      incident: { incident: { version: n } } as never,
    });
    expect(uuid(hot, version(1))).toBe(uuid({ ...hot, title: "#12 hot 98%" }, version(1)));
    expect(uuid(hot, version(1))).not.toBe(uuid(hot, version(2)));
    const digest: Card = { kind: "digest", title: "3 incidents" };
    expect(uuid(digest, attempt())).toBe(uuid(digest, attempt()));
    expect(uuid(digest, attempt())).not.toBe(uuid({ ...digest, title: "4 incidents" }, attempt()));
    expect(uuid(digest, attempt())).not.toBe(uuid(digest, attempt("other")));
  });
});

describe("a no", () => {
  it.each<[string, RobotTrick, Partial<SendError>]>([
    ["busy", -1, { next: "retry", code: "-1" }],
    ["too fast, as it is seen", 130101, { next: "wait", code: "130101", waitMs: 600_000 }],
    ["too fast, as it is documented", 410100, { next: "wait", code: "410100", waitMs: 600_000 }],
    ["this month's messages are used up", 90030, { next: "wait", code: "90030", waitMs: 3_600_000 }],
    ["keyword, signature, address", 310000, { next: "give-up", code: "310000" }],
    ["no such token", 300005, { next: "give-up", code: "300005" }],
    ["stopped", 400102, { next: "give-up", code: "400102" }],
    ["too long", 460101, { next: "give-up", code: "460101" }],
    ["unsafe", 430102, { next: "give-up", code: "430102" }],
    ["a code that nobody knows", 987654, { next: "retry", code: "987654" }],
    ["another's words in a 200", "html", { next: "retry", code: "none" }],
    ["a gateway's 502", { status: 502 }, { next: "retry", code: "502" }],
    ["too busy", { status: 429 }, { next: "wait", code: "429" }],
    ["not found", { status: 404 }, { next: "give-up", code: "404" }],
    ["taken by nobody", { status: 204 }, { next: "retry", code: "204" }],
    ["broken off", "reset", { next: "retry", code: "ECONNRESET" }],
  ])("%s", async (_what, trick, about) => {
    const robots = await openRobots();
    closing.push(() => robots.close());
    robots.answer = () => trick;
    const channel = channelOf({ oapiBase: robots.url }, new FakeClock(), [{}]);
    expect(await refusal(channel.post(ADDRESS, hot, attempt()))).toMatchObject(about);
  });

  it("of every code in the table has its meaning", () => {
    for (const [code, { next, whose, waitMs }] of Object.entries(verdicts)) {
      expect(Number(code), code).not.toBe(0);
      expect(waitMs !== undefined, code).toBe(next === "wait");
      expect(["robot", "message", "everybody"]).toContain(whose);
    }
  });

  it("of one robot is no no of the group", async () => {
    const robots = [
      { token: "stopped", group: GROUP, name: "a", stopped: true },
      { token: "works", group: GROUP, name: "b" },
    ];
    const { channel, said } = await open(
      [{ token: "stopped", secret: undefined }, { token: "unknown" }, { token: "works", secret: undefined }],
      { robots },
    );
    const receipt = await channel.post(ADDRESS, hot, attempt());
    expect(receipt["answer"]).toBe("errcode 0 (robot 3 of 3)");
    expect(said().map(({ from }) => from.id)).toEqual(["works"]);
  });
});

it("never lets a 21st message reach the platform within a minute", async () => {
  const { fake, channel, said, clock } = await open();
  let waited = 0;
  for (let i = 0; i < 60; i++) {
    const error = await channel.post(ADDRESS, hot, attempt(`card-${i}@${ADDRESS}`)).catch((e: unknown) => e);
    if (error instanceof SendError) {
      expect(error).toMatchObject({ next: "wait", code: "robots-rest" });
      waited += error.waitMs;
      await clock.advance(error.waitMs);
    }
  }
  expect(waited).toBeGreaterThanOrEqual(120_000);
  expect(said().length).toBe(fake.requests.length);
});

channelContract("a custom robot of DingTalk", async () => {
  const clock = new FakeClock();
  const fake = await openFakeDingTalk({ clock });
  const robots = await openRobots();
  let broken: RobotTrick | undefined;
  robots.answer = () => broken;
  let channel = channelOf(fake, clock, [{}]);
  return {
    channel: { post: (...args) => channel.post(...args) },
    conversation: ADDRESS,
    seen: () =>
      fake.world.messages.map(({ title, text }) => `${title}\n${text.replace(/\\([_*`\\])/g, "$1")}`),
    refuse(how) {
      broken = how === "error" ? 310000 : "hang";
      channel = channelOf({ oapiBase: robots.url }, clock, [{}]);
    },
    secrets: [TOKEN, SECRET, "access_token"],
    async close() {
      await Promise.all([fake.close(), robots.close()]);
    },
  };
});
