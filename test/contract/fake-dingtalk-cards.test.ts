/** The fake DingTalk: interactive cards, clicks on them, and what becomes of the answers. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { api, connect, type Frame } from "../support/dingtalk/client.ts";
import { CARD_TOPIC } from "../support/dingtalk/deliveries.ts";
import { DEFAULTS, type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const [{ clientId: robotCode }] = DEFAULTS.apps;
const [{ id: group, title: GROUP }] = DEFAULTS.groups;
const INSTANCES = "/v1.0/card/instances";
const BUTTONS = JSON.stringify({
  msgButtons: [
    { text: "认领", color: "blue", id: "ack", request: true, params: { action: "ack 12" } },
    { text: "看图", url: "https://x.example" },
  ],
});
const CARD = {
  cardTemplateId: "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",
  outTrackId: "alert-12",
  callbackType: "STREAM",
  userIdType: 1,
  cardData: { cardParamMap: { title: "磁盘将满", markdown: "93%", sys_full_json_obj: BUTTONS } },
  openSpaceId: `dtv1.card//IM_GROUP.${group}`,
  imGroupOpenSpaceModel: { supportForward: true, lastMessageI18n: { ZH_CN: "[P1] 磁盘将满" } },
  imGroupOpenDeliverModel: { robotCode, atUserIds: { "16650698": "张三" } },
};

let clock: FakeClock;
let fake: FakeDingTalk;
beforeEach(async () => {
  clock = new FakeClock();
  fake = await openFakeDingTalk({ clock, random: () => 0 });
});
afterEach(() => fake.close());

const create = (more: object = {}) =>
  api(fake, "POST", `${INSTANCES}/createAndDeliver`, { ...CARD, ...more });
const put = (body: object) => api(fake, "PUT", INSTANCES, { outTrackId: "alert-12", ...body });
const withValues = (cardParamMap: object) => ({ cardData: { cardParamMap } });
const seen = (as?: string) => fake.messages(GROUP, as).at(-1);
const dataOf = (frame: Frame) => JSON.parse(frame.data);

describe("a card", () => {
  test("is made, delivered and seen with its buttons", async () => {
    const { status, body } = await create();
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.result.deliverResults).toEqual([
      { spaceType: "IM_GROUP", spaceId: group, success: true, carrierId: expect.any(String), errorMsg: "" },
    ]);
    expect(seen()).toMatchObject({
      kind: "card",
      title: "[P1] 磁盘将满",
      text: "**磁盘将满**\n\n93%",
      buttons: [{ id: "ack", text: "认领", color: "blue" }, { text: "看图" }],
      mentions: ["16650698"],
      outTrackId: "alert-12",
    });
  });

  test.each([
    ["no template", { cardTemplateId: "" }, "cardTemplateIdEmpty"],
    ["an unknown template", { cardTemplateId: "mine.schema" }, "templateNotExist"],
    ["no outTrackId", { outTrackId: undefined }, "outTrackIdEmpty"],
    ["no cardData", { cardData: undefined }, "invalid"],
    ["a value that is a number", withValues({ title: 1 }), "invalid"],
    ["a value that is an object", withValues({ sys_full_json_obj: { msgButtons: [] } }), "invalid"],
    ["no space", { openSpaceId: "" }, "openSpaceIdEmpty"],
    ["a space that is none", { openSpaceId: group }, "openSpaceIdInvalid"],
    ["no deliver model", { imGroupOpenDeliverModel: undefined }, "openDeliverModelEmpty"],
  ])("with %s is refused", async (_name, more, code) => {
    const { status, body } = await create(more);
    expect([status, body.code]).toEqual([400, `param.${code}`]);
    expect(fake.cards.all.size).toBe(0);
  });

  test("of an unpublished template, or with an unsafe text, is refused", async () => {
    fake.cards.templates.set("new.schema", { id: "new.schema", published: false, title: "a", text: "b" });
    expect((await create({ cardTemplateId: "new.schema" })).body.code).toBe("param.templateUnpublished");
    fake.settings.unsafeWords = ["磁盘"];
    expect((await create()).body.code).toBe("param.contentUnsafe");
  });

  test("has an outTrackId that nobody used before, or it is ignored", async () => {
    await create();
    const again = await create(withValues({ title: "other" }));
    expect([again.status, again.body.code]).toEqual([400, "param.cardAlreadyExist"]);
    fake.settings.usedOutTrackId = "ignore";
    expect((await create(withValues({ title: "other" }))).body.success).toBe(true);
    expect(fake.messages(GROUP)).toHaveLength(1);
    expect(seen()?.text).toContain("磁盘将满");
  });

  test("with a value of more than 1 KB is noted, or refused in strict mode", async () => {
    const long = withValues({ markdown: "啊".repeat(342) });
    expect((await create(long)).status).toBe(200);
    expect(fake.world.warnings).toEqual([expect.stringContaining("1026 bytes")]);
    fake.settings.cardValues = "strict";
    expect((await create({ ...long, outTrackId: "other" })).body.code).toBe("param.invalid");
    expect(
      (await create({ ...withValues({ markdown: "a".repeat(1_024) }), outTrackId: "third" })).status,
    ).toBe(200);
  });

  test.each([
    ["an unknown group", { openSpaceId: "dtv1.card//IM_GROUP.cid" }],
    ["no supportForward", { imGroupOpenSpaceModel: {} }],
    ["another robot", { imGroupOpenDeliverModel: { robotCode: "other" } }],
  ])("for %s is 200, and the failure stands inside", async (_name, more) => {
    const { status, body } = await create(more);
    expect([status, body.success]).toEqual([200, true]);
    expect(body.result.deliverResults[0]).toMatchObject({
      success: false,
      errorMsg: expect.stringMatching(/./),
    });
    expect(fake.messages(GROUP)).toEqual([]);
  });

  test("goes to a person's own chat", async () => {
    await create({
      openSpaceId: "dtv1.card//IM_ROBOT.24680135",
      imRobotOpenSpaceModel: { supportForward: true },
      imRobotOpenDeliverModel: { spaceType: "IM_ROBOT", robotCode },
    });
    expect(fake.messages("李四")).toMatchObject([{ kind: "card", outTrackId: "alert-12" }]);
  });

  test("can be made and delivered in two steps", async () => {
    await api(fake, "POST", INSTANCES, CARD);
    expect(fake.messages(GROUP)).toEqual([]);
    const { body } = await api(fake, "POST", `${INSTANCES}/deliver`, CARD);
    expect(body.result[0].success).toBe(true);
    expect(fake.messages(GROUP)).toHaveLength(1);
  });

  test("wants its scope", async () => {
    fake.settings.scopes.delete("Card.Instance.Write");
    const { status, body } = await create();
    expect([status, body.accessdenieddetail.requiredScopes]).toEqual([403, ["Card.Instance.Write"]]);
  });
});

describe("an update", () => {
  test("by key changes what it names; without, it takes the place of everything", async () => {
    await create();
    const byKey = { cardUpdateOptions: { updateCardDataByKey: true } };
    expect((await put({ ...withValues({ markdown: "95%" }), ...byKey })).body).toEqual({
      success: true,
      result: true,
    });
    expect(seen()).toMatchObject({ text: "**磁盘将满**\n\n95%", buttons: [{ id: "ack" }, {}] });
    await put(withValues({ markdown: "96%" }));
    expect(seen()).toMatchObject({ text: "96%", buttons: [] });
    expect(fake.messages(GROUP)).toHaveLength(1);
    expect(fake.cards.all.get("alert-12")?.changes.map(({ by }) => by)).toEqual(["create", "put", "put"]);
  });

  test("may be for one person's eyes", async () => {
    await create();
    const options = { cardUpdateOptions: { updatePrivateDataByKey: true } };
    await put({ privateData: { "16650698": { cardParamMap: { markdown: "只给你看" } } }, ...options });
    expect(seen("张三")?.text).toContain("只给你看");
    expect(seen("李四")?.text).toContain("93%");
  });

  test.each([
    ["no outTrackId", { outTrackId: "" }, "outTrackIdEmpty"],
    ["an unknown card", { outTrackId: "other" }, "cardNotExist"],
    ["nothing in it", {}, "cardDataAndPrivateDataBothEmpty"],
    ["a value that is no string", withValues({ count: 3 }), "invalid"],
  ])("with %s is refused", async (_name, body, code) => {
    await create();
    expect((await put(body)).body.code).toBe(`param.${code}`);
  });
});

describe("a click", () => {
  const answer = {
    cardUpdateOptions: { updateCardDataByKey: true },
    cardData: { cardParamMap: { title: "张三已认领" } },
  };

  test("is told in strings within strings, and the answer changes the card", async () => {
    const line = await connect(fake);
    await create();
    const delivery = fake.press("alert-12", "ack", "张三");
    const frame = await line.frame(0);
    expect(frame).toMatchObject({ type: "CALLBACK", headers: { topic: CARD_TOPIC } });
    const data = dataOf(frame);
    expect(data).toMatchObject({
      outTrackId: "alert-12",
      userId: "16650698",
      spaceId: group,
      extension: "{}",
    });
    expect(JSON.parse(data.content)).toEqual({
      cardPrivateData: { actionIds: ["ack"], params: { action: "ack 12" } },
    });
    await clock.advance(2_000);
    line.ack(frame, answer);
    expect(await delivery.settled).toBe("answered");
    expect(seen()).toMatchObject({ text: "**张三已认领**\n\n93%", buttons: [{ id: "ack" }, {}] });
    expect(fake.quota.used.api).toBe(1);
  });

  test("answered after two seconds changes nothing, and is not told again", async () => {
    const line = await connect(fake);
    await create();
    const delivery = fake.press("alert-12", 0, "张三");
    const frame = await line.frame(0);
    await clock.advance(2_001);
    expect(await delivery.settled).toBe("late");
    line.ack(frame, answer);
    await fake.until(() => delivery.pushes[0]?.late === true);
    expect(seen()?.text).toContain("磁盘将满");
    await clock.advance(300_000);
    expect(line.frames).toHaveLength(1);
  });

  test("may be answered for the clicker's eyes only", async () => {
    const line = await connect(fake);
    await create();
    const delivery = fake.press("alert-12", 0, "张三");
    const own = { userPrivateData: { cardParamMap: { markdown: "你认领了" } } };
    line.ack(await line.frame(0), { ...own, cardUpdateOptions: { updatePrivateDataByKey: true } });
    await delivery.settled;
    expect([seen("张三")?.text, seen("李四")?.text]).toEqual([
      "**磁盘将满**\n\n你认领了",
      "**磁盘将满**\n\n93%",
    ]);
  });

  test.each([
    ["nothing", {}, 0],
    ["a value that is no string", withValues({ count: 3 }), 1],
    ["private data keyed by user", { privateData: { "16650698": { cardParamMap: { a: "b" } } } }, 1],
    ["user data keyed by user", { userPrivateData: { "16650698": { cardParamMap: { a: "b" } } } }, 1],
  ])("answered with %s changes nothing", async (_name, response, wrong) => {
    const line = await connect(fake);
    await create();
    const before = seen("张三");
    const delivery = fake.press("alert-12", 0, "张三");
    line.ack(await line.frame(0), response);
    await delivery.settled;
    await fake.until(() => fake.sockets.wrong.length === wrong);
    expect(seen("张三")).toEqual(before);
  });

  test("goes nowhere without callbackType STREAM, and for a button that is a link", async () => {
    await create({ callbackType: "stream" });
    expect(fake.press("alert-12", "ack", "张三").state).toBe("nowhere");
    await create({ outTrackId: "other" });
    expect(fake.press("other", "看图", "张三").state).toBe("nowhere");
    expect(() => fake.press("other", "没有", "张三")).toThrow("no button '没有'");
  });

  test("of a public template may carry the id of the layout's node", async () => {
    fake.settings.actionIds = "node";
    const line = await connect(fake);
    await create();
    fake.press("alert-12", "ack", "张三");
    const { cardPrivateData } = JSON.parse(dataOf(await line.frame(0)).content);
    expect(cardPrivateData.actionIds).not.toEqual(["ack"]);
    expect(cardPrivateData.params).toEqual({ action: "ack 12" });
  });

  test("of an own template has the id of the component", async () => {
    const buttons = [{ id: "button_ack", text: "认领", params: { action: "ack" } }];
    fake.cards.templates.set("own.schema", { id: "own.schema", title: "t", text: "x", buttons });
    const line = await connect(fake);
    await create({ cardTemplateId: "own.schema", ...withValues({ t: "标题", x: "正文" }) });
    fake.press("alert-12", "认领", "李四");
    expect(JSON.parse(dataOf(await line.frame(0)).content).cardPrivateData.actionIds).toEqual(["button_ack"]);
  });

  test("reaches only the app that made the card", async () => {
    const other = { clientId: "dingother", clientSecret: "other-secret", name: "别人" };
    fake.world.apps.set(other.clientId, other);
    const line = await connect(fake, { clientId: other.clientId, clientSecret: other.clientSecret });
    await create();
    expect(fake.press("alert-12", "ack", "张三").pushes).toMatchObject([{ connection: undefined }]);
    expect(line.frames).toEqual([]);
  });

  test("while it waits, a PUT on its card is noted", async () => {
    const line = await connect(fake);
    await create();
    fake.press("alert-12", "ack", "张三");
    await line.frame(0);
    await put(withValues({ title: "x" }));
    expect(fake.world.warnings).toEqual([expect.stringContaining("PUT on alert-12")]);
  });
});

test("the answer to a card tells which one it is, and not what stands in it", async () => {
  const line = await connect(fake);
  const { carrierId } = (await create()).body.result.deliverResults[0];
  fake.say(GROUP, "张三", "认领", { quotes: seen()?.id ?? "" });
  const data = dataOf(await line.frame(0));
  expect(data.originalProcessQueryKey).toBe(carrierId);
  expect(data.text.repliedMsg).toMatchObject({ msgType: "interactiveCard" });
  expect(data.text.repliedMsg).not.toHaveProperty("content");
});
