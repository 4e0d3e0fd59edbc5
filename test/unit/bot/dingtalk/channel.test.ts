/** Cards and messages on DingTalk: what goes how, and what becomes of it when the platform says no. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { incidentOfCard } from "../../../../bot/dingtalk/channel.ts";
import { channelContract } from "../../../contract/channel.ts";
import { CARD_SCOPE } from "../../../support/dingtalk/settings.ts";
import { attempt, GROUP, HERE, incident, open, openBench, refusal, SECRET } from "./channel-bench.ts";

const CREATE = "POST /v1.0/card/instances/createAndDeliver";
const DELIVER = "POST /v1.0/card/instances/deliver";
const UPDATE = "PUT /v1.0/card/instances";
const MESSAGE = "POST /v1.0/robot/groupMessages/send";
const PERSONAL = "POST /v1.0/robot/oToMessages/batchSend";
const SESSION = "POST /robot/sendBySession";
const HOUR = 3_600_000;

const warning: Card = { ...incident, severity: "warning" };
const reply: Card = { kind: "reply", title: "好的", text: "知道了" };

channelContract("the app's robot on DingTalk", async () => {
  const { fake, channel, seen, close } = await openBench();
  return {
    channel,
    conversation: HERE,
    seen,
    refuse(how) {
      fake.fail("/v1.0/card", how === "hang" ? "hang" : { status: 500, body: { code: "system.busy" } }, 100);
    },
    secrets: [SECRET, "access_token="],
    close,
  };
});

describe("an incident", () => {
  it("is a card whose id is the same for every attempt, and says which incident it stands for", async () => {
    const { channel, fake, asked } = await open();
    const receipt = await channel.post(HERE, incident, attempt());
    const [card] = [...fake.cards.all.values()];
    expect(receipt).toEqual({
      conversation: HERE,
      card: card?.outTrackId,
      carrier: fake.messages(GROUP)[0]?.processQueryKey,
      answer: `card ${card?.outTrackId}`,
    });
    expect(incidentOfCard(card?.outTrackId ?? "")).toBe(12);
    expect(asked()).toEqual([CREATE]);
  });

  it("is delivered to a person's own chat", async () => {
    const { channel, seen, asked } = await open();
    await channel.post("dingtalk:user/16650698", incident, attempt());
    expect(seen("zhang")[0]).toContain("#12 磁盘满了");
    expect(asked()).toEqual([CREATE]);
  });

  it("is before people though the answer was lost, and is not made twice", async () => {
    const { channel, fake, asked } = await open();
    fake.fail("/v1.0/card/instances/createAndDeliver", "lost");
    expect(await refusal(channel.post(HERE, incident, attempt()))).toMatchObject({ next: "retry" });
    const receipt = await channel.post(HERE, { ...incident, title: "#12 现在" }, attempt());
    expect(asked()).toEqual([CREATE, CREATE, UPDATE, DELIVER]);
    expect(fake.cards.all.size).toBe(1);
    expect(fake.messages(GROUP).at(-1)).toMatchObject({
      outTrackId: receipt["card"],
      processQueryKey: receipt["carrier"],
    });
    expect(fake.messages(GROUP).every(({ text }) => text.includes("#12 现在"))).toBe(true);
  });

  it("is before people where a used id is ignored in place of refused", async () => {
    const { channel, fake, asked } = await open();
    fake.settings.usedOutTrackId = "ignore";
    fake.fail("/v1.0/card/instances/createAndDeliver", "lost");
    await refusal(channel.post(HERE, incident, attempt()));
    await channel.post(HERE, incident, attempt());
    expect(asked()).toEqual([CREATE, CREATE, UPDATE, DELIVER]);
    expect(fake.messages(GROUP)).toHaveLength(2);
  });

  it("becomes a new card where the old one is gone", async () => {
    const { channel, fake, seen, asked } = await open();
    const receipt = await channel.post(HERE, incident, attempt());
    fake.fail("/v1.0/card/instances", { status: 400, body: { code: "param.cardNotExist", message: "x" } });
    const again = await channel.edit?.(receipt, { ...incident, title: "#12 还在" }, attempt());
    expect(again?.["card"]).not.toBe(receipt["card"]);
    expect(incidentOfCard(again?.["card"] ?? "")).toBe(12);
    expect(asked()).toEqual([CREATE, UPDATE, CREATE]);
    expect(seen().at(-1)).toContain("#12 还在");
  });

  it("mentions those whom it is for, by the name that they have here", async () => {
    const { channel, fake } = await open();
    const mentions = ["dingtalk:16650698", "wecom:zhang"];
    await channel.post(HERE, { ...incident, kind: "text", mentions }, attempt());
    expect(fake.messages(GROUP)[0]?.mentions).toEqual(["16650698"]);
    expect(fake.requests.at(-1)?.body).toContain('"atUserIds":{"16650698":"张三"}');
  });

  it("is changed by the answer to a click while one waits, which costs no call", async () => {
    const { channel, clicks, asked, counted } = await open();
    const receipt = await channel.post(HERE, incident, attempt());
    const answers: unknown[] = [];
    clicks.open(receipt["card"] ?? "", (change) => answers.push(change) > 0);
    expect(await channel.edit?.(receipt, { ...incident, status: "acknowledged" }, attempt())).toBe(receipt);
    expect(answers).toMatchObject([{ title: expect.stringContaining("已认领") }]);
    expect(asked()).toEqual([CREATE]);
    expect(counted).toEqual(["card-create"]);
  });

  it("is changed by a call when the click's answer came too late", async () => {
    const { channel, clicks, asked } = await open();
    const receipt = await channel.post(HERE, incident, attempt());
    clicks.open(receipt["card"] ?? "", () => false);
    await channel.edit?.(receipt, incident, attempt());
    expect(asked()).toEqual([CREATE, UPDATE]);
  });

  it("gets through though its token was revoked", async () => {
    const { channel, fake, seen } = await open();
    const receipt = await channel.post(HERE, incident, attempt());
    fake.revokeTokens();
    await channel.edit?.(receipt, { ...incident, title: "#12 新" }, attempt());
    expect(seen()[0]).toContain("#12 新");
    expect(fake.tokensIssued()).toBe(2);
  });
});

describe("where cards are refused", () => {
  it("an incident is a message with buttons that say their line, and cards are tried after an hour", async () => {
    const { channel, fake, clock, said, asked, tiers } = await open();
    fake.settings.scopes.delete(CARD_SCOPE);
    const receipt = await channel.post(HERE, incident, attempt());
    expect(receipt).toEqual({ conversation: HERE });
    const [message] = fake.messages(GROUP);
    expect(message?.kind).toBe("actionCard");
    expect(message?.buttons.map(({ url }) => decodeURIComponent(url ?? "").split("content=")[1])).toEqual([
      "ack 12",
      "silence 12 1h",
      "show 12",
    ]);
    expect(channel.remark?.("dingtalk:anywhere", clock.now())?.zh).toContain("AccessTokenPermissionDenied");
    await channel.post(HERE, incident, attempt("incident-13@x"));
    expect(asked()).toEqual([CREATE, MESSAGE, MESSAGE]);
    await clock.advance(HOUR);
    await channel.post(HERE, incident, attempt("incident-14@x"));
    expect(asked().slice(3)).toEqual([CREATE, MESSAGE]);
    expect(said).toEqual([" Forbidden.AccessDenied.AccessTokenPermissionDenied"]);
    fake.settings.scopes.add(CARD_SCOPE);
    await clock.advance(HOUR);
    await channel.post(HERE, incident, attempt("incident-15@x"));
    expect(asked().slice(5)).toEqual([CREATE]);
    expect(tiers.remark(HERE, clock.now())).toBeUndefined();
  });

  it("what was told by a message is not changed: it is told anew", async () => {
    const { channel } = await open();
    const error = await refusal(channel.edit?.({ conversation: HERE }, incident, attempt()));
    expect(error).toMatchObject({ next: "give-up", code: "no-card" });
  });

  it.each(["param.templateNotExist", "param.templateUnpublished"])("%s concerns all", async (code) => {
    const { channel, fake, said, seen } = await open();
    fake.fail("/v1.0/card", { status: 400, body: { code, message: "x" } });
    await channel.post(HERE, incident, attempt());
    expect(seen()[0]).toContain("#12 磁盘满了");
    expect(said).toEqual([` ${code}`]);
  });

  it("a delivery that was refused in a 200 concerns that conversation alone", async () => {
    const { channel, fake, said, tiers, clock, seen } = await open();
    const deliverResults = [{ spaceType: "IM_GROUP", success: false, errorMsg: "robot is not in the group" }];
    fake.fail("/v1.0/card", { status: 200, body: { success: true, result: { deliverResults } } });
    await channel.post(HERE, incident, attempt());
    expect(seen()[0]).toContain("#12 磁盘满了");
    expect(said).toEqual([`${HERE} deliver-failed`]);
    expect(tiers.cards("dingtalk:cidOther", clock.now())).toBe(true);
  });

  it("what one card says does not cost its conversation the cards", async () => {
    const { channel, fake, said, tiers, clock } = await open();
    fake.fail("/v1.0/card", { status: 400, body: { code: "param.contentUnsafe", message: "x" } });
    await channel.post(HERE, incident, attempt());
    expect(fake.messages(GROUP)[0]?.kind).toBe("actionCard");
    expect([said, tiers.cards(HERE, clock.now())]).toEqual([[], true]);
  });

  it("a robot that was stopped is no matter of cards: the refusal is handed on", async () => {
    const { channel, fake, asked, said } = await open();
    fake.fail("/v1.0/card", { status: 400, body: { code: "bot.stopped", message: "x" } });
    const error = await refusal(channel.post(HERE, incident, attempt()));
    expect(error).toMatchObject({ next: "give-up", code: "bot.stopped" });
    expect([asked(), said]).toEqual([[CREATE], []]);
  });
});

describe("an answer", () => {
  it("goes the way the question came, with a mention, and costs no call of the API", async () => {
    const { channel, fake, sessions, clock, counted, asked } = await open();
    const { data } = fake.say(GROUP, "zhang", "状态");
    sessions.remember(HERE, String(data["sessionWebhook"]), Number(data["sessionWebhookExpiredTime"]));
    await channel.post(HERE, { ...reply, mentions: ["dingtalk:16650698"] }, attempt());
    expect(fake.messages(GROUP).at(-1)).toMatchObject({ kind: "markdown", mentions: ["16650698"] });
    expect([asked(), counted]).toEqual([[SESSION], ["session-reply"]]);
    // A minute before its end it is not used any more.
    await clock.advance(89 * 60_000);
    await channel.post(HERE, reply, attempt());
    expect(asked()).toEqual([SESSION, MESSAGE]);
  });

  it("goes by a message where the way it came is closed", async () => {
    const { channel, fake, sessions, clock, asked } = await open();
    sessions.remember(HERE, `${fake.oapiBase}/robot/sendBySession?session=x`, clock.now() + HOUR);
    await channel.post(HERE, reply, attempt());
    expect(asked()).toEqual([SESSION, MESSAGE]);
    await channel.post(HERE, reply, attempt());
    expect(asked()).toEqual([SESSION, MESSAGE, MESSAGE]);
  });

  it("goes by a message where the month's webhook calls are used up", async () => {
    const { channel, fake, sessions, clock, asked } = await open();
    fake.fail("/robot/sendBySession", { status: 200, body: { errcode: 90030, errmsg: "x" } });
    sessions.remember(HERE, `${fake.oapiBase}/robot/sendBySession?session=x`, clock.now() + HOUR);
    await channel.post(HERE, reply, attempt());
    expect(asked()).toEqual([SESSION, MESSAGE]);
  });

  it("is never posted to an address that is not DingTalk's", async () => {
    const { channel, sessions, clock, asked } = await open();
    sessions.remember(HERE, "http://127.0.0.1:9/robot/sendBySession?session=x", clock.now() + HOUR);
    await channel.post(HERE, reply, attempt());
    expect(asked()).toEqual([MESSAGE]);
  });

  it("to one person goes to their own chat, and says so when DingTalk does not know them", async () => {
    const { channel, fake, seen, asked } = await open();
    await channel.post("dingtalk:user/16650698", reply, attempt());
    expect(seen("zhang")[0]).toContain("知道了");
    expect(asked()).toEqual([PERSONAL]);
    const nobody = await refusal(channel.post("dingtalk:user/404", reply, attempt()));
    expect(nobody).toMatchObject({ next: "give-up", code: "invalidStaffIdList" });
    fake.settings.flowControlled.add("16650698");
    const busy = await refusal(channel.post("dingtalk:user/16650698", reply, attempt()));
    expect(busy).toMatchObject({ next: "wait", code: "flowControlledStaffIdList", waitMs: 60_000 });
  });
});

describe("a picture", () => {
  const png = Buffer.from("89504e470d0a1a0a", "hex");
  const image = `data:image/png;base64,${png.toString("base64")}`;

  it("is uploaded and shown", async () => {
    const { channel, fake, counted } = await open();
    await channel.post(HERE, { ...reply, image }, attempt());
    const [id] = fake.media.keys();
    expect(fake.messages(GROUP)[0]?.text).toContain(`![](${id})`);
    expect(counted).toEqual(["upload", "group-message"]);
  });

  it("that is not taken is left out", async () => {
    const { channel, fake, seen } = await open();
    fake.fail("/media/upload", { status: 200, body: { errcode: 40009, errmsg: "x" } });
    await channel.post(HERE, { ...reply, image }, attempt());
    expect(seen()[0]).toContain("知道了");
    expect(seen()[0]).not.toContain("![");
  });

  it("of an address is shown by it, and one of our own pages is not", async () => {
    const { channel, seen } = await open();
    await channel.post(HERE, { ...reply, image: "https://shop.example/a.png" }, attempt("1"));
    await channel.post(HERE, { ...reply, image: "/api/a.png" }, attempt("2"));
    expect(seen().map((text) => text.includes("!["))).toEqual([true, false]);
  });
});

describe("the month's calls", () => {
  it("that run low are kept for what is critical", async () => {
    const bench = await open();
    bench.plenty = false;
    const error = await refusal(bench.channel.post(HERE, warning, attempt()));
    expect(error).toMatchObject({ next: "give-up", code: "quota" });
    expect(bench.asked()).toEqual([]);
    const receipt = await bench.channel.post(HERE, incident, attempt());
    const edit = await refusal(bench.channel.edit?.(receipt, warning, attempt()));
    expect(edit).toMatchObject({ next: "give-up", code: "quota" });
    expect(bench.asked()).toEqual([CREATE]);
  });

  it.each(["as a card", "as a message"])(
    "that are used up leave what is critical to the robots that stand in, %s",
    async (how) => {
      const bench = await open();
      const { channel, fake, tiers, clock } = bench;
      if (how === "as a message") tiers.refused(HERE, "spaceId", clock.now());
      fake.settings.apiPerMonth = 0;
      expect(await refusal(channel.post(HERE, incident, attempt()))).toMatchObject({
        next: "give-up",
        code: "quota",
      });
      bench.standIns = [];
      expect(await channel.post(HERE, incident, attempt())).toEqual({ conversation: HERE });
      expect(bench.standIns).toEqual([incident]);
      const other = await refusal(channel.post(HERE, warning, attempt()));
      expect(other).toMatchObject({ next: "give-up", code: "quota" });
      expect(bench.standIns).toHaveLength(1);
    },
  );

  it("that are used up do not keep an answer waiting for the next month", async () => {
    const { channel, fake } = await open();
    fake.settings.apiPerMonth = 0;
    expect(await refusal(channel.post(HERE, reply, attempt()))).toMatchObject({
      next: "give-up",
      code: "quota",
    });
  });
});
