/** Pictures on WeCom: a message of their own after the words, and never a reason to say the words again. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { encodePng } from "../../../../bot/pictures/png.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import { weComRobotChannel } from "../../../../bot/wecom/robot/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { openRobots } from "../../../support/robots.ts";
import { attempt, closeLinked, GROUP, linked, OPS } from "./long/linked.ts";

closeLinked();

const png = Buffer.from(await encodePng(4, 4, new Uint8Array(48).fill(200)));
const reply: Card = {
  kind: "reply",
  text: "`cpu`，过去1小时",
  image: `data:image/png;base64,${png.toString("base64")}`,
};

describe("over the long connection", () => {
  it("the picture follows the words", async () => {
    const { fake, channel } = await linked();
    await channel.post(OPS, reply, attempt("card-1@x"));
    expect(fake.messages(GROUP).map(({ kind }) => kind)).toEqual(["markdown", "image"]);
  });

  it("a picture that is refused is left out, and the words are not said twice", async () => {
    const { fake, channel, log } = await linked();
    fake.faults.refuse = (cmd) => (String(cmd).startsWith("aibot_upload") ? 40_058 : 0);
    await channel.post(OPS, reply, attempt("card-1@x"));
    expect(fake.messages(GROUP).map(({ kind }) => kind)).toEqual(["markdown"]);
    expect(JSON.stringify(log.lines)).toContain("WeCom did not take a picture");
  });

  it("what is no answer has none", async () => {
    const { fake, channel } = await linked();
    await channel.post(OPS, { ...reply, kind: "text" }, attempt("card-1@x"));
    expect(fake.messages(GROUP)).toHaveLength(1);
  });
});

describe("a group robot", () => {
  async function opened() {
    const robots = await openRobots();
    onTestFinished(() => robots.close());
    const robot = { url: `${robots.url}/cgi-bin/webhook/send?key=k`, token: "k", http: PLAIN_HTTP };
    const more = {
      cardUrl: undefined,
      mentioned: [],
      mentionedMobiles: [],
      oncall: undefined,
      mentionOn: [],
    };
    const channel = weComRobotChannel({
      find: () => [{ ...robot, ...more }],
      clock: new FakeClock(),
      locale: "zh-CN",
    });
    return { robots, channel };
  }

  it("sends the picture with its sum after the words of an answer, and with nothing else", async () => {
    const { robots, channel } = await opened();
    await channel.post("wecom:x", reply, attempt("card-1@x"));
    await channel.post("wecom:x", { ...reply, kind: "text" }, attempt("card-2@x"));
    expect(robots.said.map(({ body }) => body["msgtype"])).toEqual(["markdown", "image", "markdown"]);
    expect(robots.said[1]?.body["image"]).toEqual({
      base64: png.toString("base64"),
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("takes the words for said where the picture is refused", async () => {
    const { robots, channel } = await opened();
    robots.answer = () => (robots.asked.length > 1 ? 40_009 : undefined);
    await channel.post("wecom:x", reply, attempt("card-1@x"));
    expect(robots.asked).toHaveLength(2);
    expect(robots.said).toHaveLength(1);
  });
});
