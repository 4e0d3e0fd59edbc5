/** The fake DingTalk: tokens, plain messages, custom robots, session webhooks, media. */
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessToken, api, call, connect, signature } from "../support/dingtalk/client.ts";
import { DEFAULTS, type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const [{ clientId: robotCode }] = DEFAULTS.apps;
const [{ id: openConversationId, title: GROUP }] = DEFAULTS.groups;
const [{ token, secret }] = DEFAULTS.robots;
const SEND = "/v1.0/robot/groupMessages/send";
const BATCH = "/v1.0/robot/oToMessages/batchSend";
const markdown = { msgKey: "sampleMarkdown", msgParam: JSON.stringify({ title: "标题", text: "**正文**" }) };

let clock: FakeClock;
let fake: FakeDingTalk;
beforeEach(async () => {
  clock = new FakeClock();
  fake = await openFakeDingTalk({ clock, random: () => 0 });
});
afterEach(() => fake.close());

const send = (more: object = {}) =>
  api(fake, "POST", SEND, { robotCode, openConversationId, ...markdown, ...more });

describe("the access token", () => {
  test("is the same within its validity, and another afterwards", async () => {
    const first = await accessToken(fake);
    await clock.advance(7_199_000);
    expect(await accessToken(fake)).toBe(first);
    await clock.advance(7_200_000);
    expect(await accessToken(fake)).not.toBe(first);
    expect(fake.tokensIssued()).toBe(3);
  });

  test("tells for how long it is valid; a wrong secret is 400", async () => {
    const url = `${fake.apiBase}/v1.0/oauth2/accessToken`;
    const { DINGTALK_CLIENT_ID: appKey, DINGTALK_CLIENT_SECRET: appSecret } = fake.environment;
    expect((await call(url, "POST", { appKey, appSecret })).body.expireIn).toBe(7_200);
    const no = await call(url, "POST", { appKey, appSecret: "wrong" });
    expect([no.status, no.body.code]).toEqual([400, "invalidClientIdOrSecret"]);
  });

  test("that is missing, expired or revoked is InvalidAuthentication, 401 or 400", async () => {
    const headers = { "x-acs-dingtalk-access-token": await accessToken(fake) };
    const ask = async (with_: Record<string, string>) => {
      const { status, body } = await call(`${fake.apiBase}${SEND}`, "POST", {}, with_);
      return [status, body.code];
    };
    expect((await ask(headers))[1]).not.toBe("InvalidAuthentication");
    expect(await ask({})).toEqual([401, "InvalidAuthentication"]);
    fake.revokeTokens();
    fake.settings.invalidTokenStatus = 400;
    expect(await ask(headers)).toEqual([400, "InvalidAuthentication"]);
  });
});

describe("the OpenAPI", () => {
  test("names the scope that is missing", async () => {
    fake.settings.scopes.delete("qyapi_robot_sendmsg");
    const { status, body } = await send();
    expect(status).toBe(403);
    expect(body.code).toBe("Forbidden.AccessDenied.AccessTokenPermissionDenied");
    expect(body.accessdenieddetail.requiredScopes).toEqual(["qyapi_robot_sendmsg"]);
  });

  test("takes so many calls a second of an app and an API", async () => {
    fake.settings.qps = 20;
    for (let i = 0; i < 20; i++) expect((await send()).status).toBe(200);
    expect((await send()).body.code).toMatch(/QpsLimitForAppkeyAndApi$/);
    await clock.advance(1_000);
    expect((await send()).status).toBe(200);
  });

  test("takes so many calls a month, and none for tokens", async () => {
    fake.settings.apiPerMonth = 1;
    await send();
    expect(fake.quota.used).toEqual({ api: 1, stream: 0 });
    const { status, body } = await send();
    expect([status, body.code]).toEqual([403, "Forbidden.AccessDenied.ApiCountLimitForOrg"]);
    await clock.advance(31 * 86_400_000);
    expect((await send()).status).toBe(200);
  });

  test("knows no other paths", async () => {
    expect((await api(fake, "POST", "/v1.0/im/v1.0/robot/interactiveCards/send", {})).status).toBe(404);
  });
});

describe("a message to a group", () => {
  test("is seen there", async () => {
    const { body } = await send();
    expect(body.processQueryKey).toEqual(expect.any(String));
    expect(fake.messages(GROUP)).toMatchObject([
      { kind: "markdown", title: "标题", text: "**正文**", from: { is: "app", name: "更夫" } },
    ]);
    expect(fake.requests.at(-1)?.body).toContain('"msgKey":"sampleMarkdown"');
  });

  test.each([
    ["msgParam that is an object", { msgParam: {} }, "invalidParameter.msgParam.invalid"],
    ["msgParam that is no JSON", { msgParam: "text" }, "invalidParameter.msgParam.invalid"],
    [
      "msgParam without a field of its msgKey",
      { msgParam: '{"title":"1"}' },
      "invalidParameter.msgParam.invalid",
    ],
    [
      "a number where text belongs",
      { msgParam: '{"title":1,"text":"1"}' },
      "invalidParameter.msgParam.invalid",
    ],
    ["an unknown msgKey", { msgKey: "markdown" }, "invalidParameter.msgKey.invalid"],
    ["a robot that there is not", { robotCode: "other" }, "invalidParameter.robotCode.notExsit"],
    ["no conversation", { openConversationId: "" }, "miss.openConversationId"],
    ["an unknown conversation", { openConversationId: "cid" }, "invalid.openConversationId"],
  ])("with %s is refused", async (_name, more, code) => {
    const { status, body } = await send(more);
    expect([status, body.code]).toEqual([400, code]);
    expect(fake.messages(GROUP)).toEqual([]);
  });

  test("has at most 15000 bytes, not characters", async () => {
    const param = (length: number): string => {
      const text = "啊".repeat(4_000);
      const bytes = Buffer.byteLength(JSON.stringify({ title: "t", text }));
      return JSON.stringify({ title: "t", text: text + "a".repeat(length - bytes) });
    };
    expect((await send({ msgParam: param(15_000) })).status).toBe(200);
    expect((await send({ msgParam: param(15_001) })).body.code).toBe("invalidParameter.msgParam.tooLong");
  });

  test("is refused where the group or the robot is gone", async () => {
    const group = fake.world.groups.get(openConversationId);
    if (group === undefined) throw new Error("no group");
    group.stopped = true;
    expect((await send()).body.code).toBe("bot.stopped");
    group.apps.clear();
    expect((await send()).body.code).toBe("resource.not.found");
    group.disbanded = true;
    expect((await send()).body.code).toBe("group.disbanded");
    group.foreign = true;
    expect((await send()).body.code).toBe("conversation.org.notMatch");
  });

  test("that is unsafe is refused", async () => {
    fake.settings.unsafeWords = ["正文"];
    expect((await send()).body.code).toBe("contain.notAllowed.text");
  });

  test("can be recalled", async () => {
    const { processQueryKey } = (await send()).body;
    const body = { robotCode, openConversationId, processQueryKeys: [processQueryKey, "other"] };
    const { successResult, failedResult } = (
      await api(fake, "POST", "/v1.0/robot/groupMessages/recall", body)
    ).body;
    expect([successResult, Object.keys(failedResult)]).toEqual([[processQueryKey], ["other"]]);
    expect(fake.messages(GROUP)).toEqual([]);
  });

  test("shows buttons; pressing a dtmd link says its text as the one who pressed", async () => {
    const line = await connect(fake);
    const url = `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent("认领 12")}`;
    const msgParam = {
      title: "t",
      text: `[静默](${url})`,
      actionTitle1: "认领",
      actionURL1: url,
      actionTitle2: "看",
      actionURL2: "https://x.example",
    };
    await send({ msgKey: "sampleActionCard2", msgParam: JSON.stringify(msgParam) });
    const [card] = fake.messages(GROUP);
    expect(card?.buttons.map(({ text }) => text)).toEqual(["认领", "看", "静默"]);
    fake.press(card?.id ?? "", 0, "李四");
    const data = JSON.parse((await line.frame(0)).data);
    expect(data).toMatchObject({ senderStaffId: "24680135", text: { content: " 认领 12" } });
    expect(fake.press(card?.id ?? "", "看", "李四").state).toBe("nowhere");
    fake.press(card?.id ?? "", "静默", "张三");
    expect(
      fake
        .messages(GROUP)
        .slice(1)
        .map(({ from, text }) => [from.name, text]),
    ).toEqual([
      ["李四", "@更夫 认领 12"],
      ["张三", "@更夫 认领 12"],
    ]);
  });
});

describe("a message to people", () => {
  test("reaches those it can, and names the others", async () => {
    fake.settings.flowControlled.add("24680135");
    const { status, body } = await api(fake, "POST", BATCH, {
      robotCode,
      userIds: ["16650698", "24680135", "0"],
      ...markdown,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ invalidStaffIdList: ["0"], flowControlledStaffIdList: ["24680135"] });
    expect([fake.messages("张三").length, fake.messages("李四").length]).toEqual([1, 0]);
  });

  test("goes to twenty at most", async () => {
    const userIds = Array.from({ length: 21 }, (_, index) => String(index));
    expect((await api(fake, "POST", BATCH, { robotCode, userIds, ...markdown })).status).toBe(400);
  });
});

describe("a custom robot", () => {
  const text = { msgtype: "text", text: { content: "备份完成" } };
  const url = (query = signature(secret, clock.now()), which: string = token): string =>
    `${fake.oapiBase}/robot/send?access_token=${which}&${query}`;
  const post = async (body: unknown = text, address = url(), headers = {}) => {
    const answer = await call(address, "POST", body, headers);
    expect(answer.status).toBe(200);
    return answer.body.errcode;
  };

  test("signs as the official example does", () => {
    const sign = (at: string, key: string) =>
      createHmac("sha256", key).update(`${at}\n${key}`).digest("base64");
    expect(sign("1577262236757", "this is secret")).toBe("hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=");
  });

  test("posts what is signed, within an hour, in milliseconds, and encoded", async () => {
    expect(await post()).toBe(0);
    expect(await post(text, url(signature("SECother", clock.now())))).toBe(310000);
    expect(await post(text, url(signature(secret, clock.now() - 3_600_001)))).toBe(310000);
    expect(await post(text, url(signature(secret, Math.floor(clock.now() / 1000))))).toBe(310000);
    expect(await post(text, url(""))).toBe(310000);
    // A sign with a plus sign that is not encoded arrives with a space.
    const at = Array.from({ length: 500 }, (_, index) => clock.now() + index).find((one) =>
      signature(secret, one).includes("%2B"),
    );
    expect(await post(text, url(signature(secret, at ?? 0).replaceAll("%2B", "+")))).toBe(310000);
    expect(fake.messages(GROUP)).toHaveLength(1);
  });

  test("wants its keyword and an address of its list, where it has them", async () => {
    fake.world.robots.set("words", {
      token: "words",
      group: openConversationId,
      name: "词",
      keywords: ["告警"],
    });
    expect(await post(text, url("", "words"))).toBe(310000);
    expect(
      await post({ msgtype: "markdown", markdown: { title: "告警", text: "x" } }, url("", "words")),
    ).toBe(0);
    fake.world.robots.set("ips", { token: "ips", group: openConversationId, name: "址", ips: ["10.0.0.1"] });
    expect(await post(text, url("", "ips"))).toBe(310000);
  });

  test.each([
    ["no JSON", "text", {}, 40035],
    ["another content-type", JSON.stringify(text), { "content-type": "text/plain" }, 43004],
    ["an unknown msgtype", { msgtype: "card" }, {}, 400105],
    ["a field missing", { msgtype: "markdown", markdown: { text: "1" } }, {}, 40035],
    ["more than 20000 bytes", { msgtype: "text", text: { content: "啊".repeat(6_700) } }, {}, 460101],
  ])("refuses %s", async (_name, body, headers, code) => {
    expect(await post(body, url(), headers)).toBe(code);
  });

  test("is refused without a token, with an unknown one, when stopped, and by GET", async () => {
    const robot = fake.world.robots.get(token);
    if (robot === undefined) throw new Error("no robot");
    expect((await call(url(), "GET")).body.errcode).toBe(43002);
    expect((await call(`${fake.oapiBase}/robot/send`, "POST", text)).body.errcode).toBe(400101);
    expect(await post(text, url("", "unknown"))).toBe(300005);
    robot.stopped = true;
    expect(await post()).toBe(400102);
    const group = fake.world.groups.get(openConversationId);
    if (group !== undefined) group.disbanded = true;
    robot.stopped = false;
    expect(await post()).toBe(400013);
  });

  test("sends twenty a minute; one more, and it is silent for ten minutes", async () => {
    for (let i = 0; i < 20; i++) expect(await post()).toBe(0);
    expect(await post()).toBe(130101);
    await clock.advance(599_999);
    expect(await post()).toBe(130101);
    await clock.advance(1);
    expect(await post()).toBe(0);
    fake.settings.robotThrottleCode = 410100;
    for (let i = 0; i < 19; i++) await post();
    expect(await post()).toBe(410100);
  });

  test("posts the same msgUuid once", async () => {
    expect([await post({ ...text, msgUuid: "a" }), await post({ ...text, msgUuid: "a" })]).toEqual([0, 0]);
    expect(fake.messages(GROUP)).toHaveLength(1);
  });

  test("counts among webhook calls, and stops when the month's are used up", async () => {
    fake.settings.streamPerMonth = 1;
    expect([await post(), await post()]).toEqual([0, 90030]);
    expect(fake.quota.used).toEqual({ api: 0, stream: 1 });
  });

  test("mentions people; in markdown only those whom the text names", async () => {
    const at = { atMobiles: ["13800000000"], atUserIds: ["16650698"], isAtAll: false };
    await post({ ...text, at });
    await post({ msgtype: "markdown", markdown: { title: "t", text: "@16650698 看" }, at });
    await post({
      msgtype: "link",
      link: { title: "t", text: "x", messageUrl: "https://x.example" },
      at: { isAtAll: true },
    });
    expect(fake.messages(GROUP).map(({ mentions }) => mentions)).toEqual([
      ["13800000000", "16650698"],
      ["16650698"],
      [],
    ]);
  });

  test("shows action cards and feed cards", async () => {
    const btns = [{ title: "看", actionURL: "https://x.example" }];
    expect(
      await post({ msgtype: "actionCard", actionCard: { title: "t", text: "x", btnOrientation: "1", btns } }),
    ).toBe(0);
    const links = [{ title: "a", messageURL: "https://x.example", picURL: "https://x.example/a.png" }];
    expect(await post({ msgtype: "feedCard", feedCard: { links } })).toBe(0);
    expect(fake.messages(GROUP).map(({ buttons }) => buttons[0]?.text)).toEqual(["看", "a"]);
  });
});

test("a sessionWebhook answers in its conversation for ninety minutes", async () => {
  const line = await connect(fake);
  fake.say(GROUP, "张三", "help");
  const { sessionWebhook } = JSON.parse((await line.frame(0)).data);
  const body = { msgtype: "text", text: { content: "收到" }, at: { atUserIds: ["16650698"] } };
  await clock.advance(5_400_000);
  expect((await call(sessionWebhook, "POST", body)).body).toEqual({ errcode: 0, errmsg: "ok" });
  expect(fake.messages(GROUP).at(-1)).toMatchObject({
    text: "收到",
    from: { is: "app" },
    mentions: ["16650698"],
  });
  await clock.advance(1);
  const late = await call(sessionWebhook, "POST", body);
  expect([late.status, late.body.errcode]).toEqual([200, 300001]);
});

describe("media", () => {
  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const upload = async (field: string, bytes: Buffer, with_: string) => {
    const form = new FormData();
    form.append(field, new Blob([bytes], { type: "image/png" }), "chart.png");
    return call(`${fake.oapiBase}/media/upload?access_token=${with_}&type=image`, "POST", form);
  };

  test("is taken from the field media, and kept", async () => {
    const { body } = await upload("media", PNG, await accessToken(fake));
    expect(body).toMatchObject({ errcode: 0, type: "image", media_id: expect.stringMatching(/^@lAD/) });
    expect(fake.media.get(body.media_id)).toMatchObject({ name: "chart.png", bytes: PNG });
    const kept = await fetch(`${fake.apiBase}/fake/media/${encodeURIComponent(body.media_id)}`);
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(PNG);
  });

  test("is refused with a bad token, in another field, and when it is no picture", async () => {
    const good = await accessToken(fake);
    expect((await upload("media", PNG, "bad")).body.errcode).toBe(40014);
    expect((await upload("file", PNG, good)).body.errcode).toBe(41005);
    expect((await upload("media", Buffer.from("<svg/>"), good)).body.errcode).toBe(40005);
  });
});

test("the log of requests can be kept without secrets", async () => {
  const careful = await openFakeDingTalk({ clock, maskSecrets: true });
  const answer = await accessToken(careful);
  await call(
    `${careful.oapiBase}/robot/send?access_token=${token}&${signature(secret, clock.now())}`,
    "POST",
    {},
  );
  await api(careful, "POST", SEND, {});
  const log = JSON.stringify(careful.requests);
  for (const hidden of [answer, token, careful.environment["DINGTALK_CLIENT_SECRET"] ?? "?"])
    expect(log).not.toContain(hidden);
  expect(log).toContain("access_token=***");
  await careful.close();
});
