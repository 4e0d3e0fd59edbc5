/** What is sent to DingTalk, and how its yes and its no are understood, against a server on loopback. */
import { afterEach, describe, expect, test } from "vitest";
import type { NewCard } from "../../../../bot/dingtalk/api/new-card.ts";
import {
  type ApiBench,
  type Asked,
  CLIENT_ID,
  everyWordOf,
  never,
  openApiBench,
  type Reply,
  refusalOf,
  tokenOf,
} from "./api-bench.ts";

let bench: ApiBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function opened(reply: (asked: Asked, n: number) => Reply) {
  bench = await openApiBench(reply);
  return bench;
}

const delivered = (results: unknown = [{ spaceType: "IM_GROUP", success: true, errorMsg: "" }]): Reply => ({
  body: { success: true, result: { outTrackId: "card-1", deliverResults: results } },
});

const card: NewCard = {
  templateId: "t.schema",
  outTrackId: "card-1",
  cardParamMap: { title: "cpu 过高", count: "3" },
  space: { group: "cidA==" },
  summary: "[P1] cpu",
};

describe("sending by DingTalk's OpenAPI", () => {
  test("puts a card into a group, with clicks by the stream and the robot named", async () => {
    const { api, asked, counted } = await opened(() => delivered());
    await api.createAndDeliver({ ...card, space: { group: "cidA==", atUserIds: { u1: "张三" } } }, never);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "POST", path: "/v1.0/card/instances/createAndDeliver" });
    expect(asked[0]?.headers["x-acs-dingtalk-access-token"]).toBe(tokenOf(1));
    expect(asked[0]?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      cardTemplateId: "t.schema",
      outTrackId: "card-1",
      callbackType: "STREAM",
      userIdType: 1,
      cardData: { cardParamMap: { title: "cpu 过高", count: "3" } },
      openSpaceId: "dtv1.card//IM_GROUP.cidA==",
      imGroupOpenSpaceModel: {
        supportForward: true,
        lastMessageI18n: { ZH_CN: "[P1] cpu" },
        notification: { alertContent: "[P1] cpu", notificationOff: false },
      },
      imGroupOpenDeliverModel: { robotCode: CLIENT_ID, atUserIds: { u1: "张三" } },
    });
    expect(counted).toEqual(["card-create"]);
  });

  test("puts a card into a person's own chat", async () => {
    const { api, asked } = await opened(() => delivered());
    await api.createAndDeliver({ ...card, space: { user: "u1" } }, never);
    expect(JSON.parse(asked[0]?.body ?? "")).toMatchObject({
      openSpaceId: "dtv1.card//IM_ROBOT.u1",
      imRobotOpenSpaceModel: { supportForward: true },
      imRobotOpenDeliverModel: { spaceType: "IM_ROBOT", robotCode: CLIENT_ID },
    });
  });

  test("reads a delivery that failed in a 200 as the refusal that it is", async () => {
    const { api } = await opened(() =>
      delivered([{ success: true }, { success: false, errorMsg: "spaceId is illegal" }]),
    );
    const error = await refusalOf(api.createAndDeliver(card, never));
    expect(error).toMatchObject({ next: "give-up", code: "deliver-failed" });
    expect(error.message).toContain("spaceId is illegal");
  });

  test("tries a delivery again that failed because DingTalk was in trouble", async () => {
    const { api } = await opened(() => delivered([{ success: false, errorMsg: "SYSTEM_ERROR" }]));
    expect(await refusalOf(api.createAndDeliver(card, never))).toMatchObject({
      next: "retry",
      code: "SYSTEM_ERROR",
    });
  });

  test.each([null, {}, "yes"])("believes in no delivery that is not told: %j", async (results) => {
    const { api } = await opened(() => delivered(results));
    expect(await refusalOf(api.createAndDeliver(card, never))).toMatchObject({ code: "unreadable" });
  });

  test("takes a used id that is ignored for the refusal that others give it", async () => {
    const { api } = await opened(() => delivered([]));
    expect(await refusalOf(api.createAndDeliver(card, never))).toMatchObject({
      next: "give-up",
      code: "param.cardAlreadyExist",
    });
  });

  test("puts a card that exists before people once more", async () => {
    const { api, asked } = await opened((_, n) => ({
      body: { success: true, result: [{ success: n === 1, errorMsg: "spaceId is illegal" }] },
    }));
    await api.deliverCard(card, never);
    expect(asked[0]).toMatchObject({ method: "POST", path: "/v1.0/card/instances/deliver" });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      outTrackId: "card-1",
      userIdType: 1,
      openSpaceId: "dtv1.card//IM_GROUP.cidA==",
      imGroupOpenDeliverModel: { robotCode: CLIENT_ID },
    });
    expect(await refusalOf(api.deliverCard(card, never))).toMatchObject({ next: "give-up" });
  });

  test("changes some of a card's variables and keeps the others", async () => {
    const { api, asked, counted } = await opened(() => ({ body: { success: true, result: true } }));
    await api.updateCard("card-1", { title: "over" }, never);
    expect(asked[0]).toMatchObject({ method: "PUT", path: "/v1.0/card/instances" });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      outTrackId: "card-1",
      cardData: { cardParamMap: { title: "over" } },
      cardUpdateOptions: { updateCardDataByKey: true },
      userIdType: 1,
    });
    expect(counted).toEqual(["card-update"]);
  });

  test.each([{ success: true, result: false }, { success: false }])(
    "takes %j for no change of a card",
    async (body) => {
      const { api } = await opened(() => ({ body }));
      expect(await refusalOf(api.updateCard("card-1", {}, never))).toMatchObject({
        next: "give-up",
        code: "unsuccessful",
      });
    },
  );

  test("sends a message to a group, its parameters as text", async () => {
    const { api, asked, counted } = await opened(() => ({ body: { processQueryKey: "q" } }));
    await api.sendToGroup("cidA==", "sampleMarkdown", { title: "t", text: "磁盘" }, never);
    expect(asked[0]).toMatchObject({ method: "POST", path: "/v1.0/robot/groupMessages/send" });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      robotCode: CLIENT_ID,
      openConversationId: "cidA==",
      msgKey: "sampleMarkdown",
      msgParam: '{"title":"t","text":"磁盘"}',
    });
    expect(counted).toEqual(["group-message"]);
  });

  test("asks nothing for a message that is too long, counted in bytes", async () => {
    const { api, asked } = await opened(() => ({ body: { processQueryKey: "q" } }));
    // 13 bytes around it, and three for each character.
    await api.sendToGroup("cid", "sampleText", { content: "警".repeat(4995) }, never);
    const error = await refusalOf(
      api.sendToGroup("cid", "sampleText", { content: "警".repeat(4996) }, never),
    );
    expect(error).toMatchObject({ next: "give-up", code: "invalidParameter.msgParam.tooLong" });
    expect(asked).toHaveLength(1);
  });

  test("gives back both lists of people whom a message did not reach", async () => {
    const { api, asked, counted } = await opened(() => ({
      body: { processQueryKey: "q", invalidStaffIdList: ["u2"], flowControlledStaffIdList: ["u3"] },
    }));
    expect(await api.sendToPeople(["u1", "u2", "u3"], "sampleText", { content: "hi" }, never)).toEqual({
      invalid: ["u2"],
      flowControlled: ["u3"],
    });
    expect(JSON.parse(asked[0]?.body ?? "")).toMatchObject({ userIds: ["u1", "u2", "u3"] });
    expect(counted).toEqual(["private-message"]);
  });

  test("finds nobody left out where DingTalk names nobody", async () => {
    const { api } = await opened(() => ({ body: { processQueryKey: "q" } }));
    expect(await api.sendToPeople(["u1"], "sampleText", { content: "hi" }, never)).toEqual({
      invalid: [],
      flowControlled: [],
    });
  });

  test("asks nothing for more people than one call takes", async () => {
    const { api, asked } = await opened(() => ({}));
    const many = Array.from({ length: 21 }, (_, n) => `u${n}`);
    expect(await refusalOf(api.sendToPeople(many, "sampleText", {}, never))).toMatchObject({
      next: "give-up",
    });
    expect(asked).toEqual([]);
  });

  test("uploads a picture as a form", async () => {
    const { api, asked, counted } = await opened(() => ({ body: { errcode: 0, media_id: "@lAD1" } }));
    expect(await api.uploadImage(new TextEncoder().encode("bytes"), "chart.png", never)).toBe("@lAD1");
    const [one] = asked;
    expect(one?.path).toBe(`/media/upload?access_token=${tokenOf(1)}&type=image`);
    expect(one?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(one?.body).toMatch(
      /name="media"; filename="chart.png"\r\nContent-Type: image\/png\r\n\r\nbytes\r\n/,
    );
    expect(counted).toEqual(["upload"]);
  });

  test("takes no picture without its id for uploaded", async () => {
    const { api } = await opened(() => ({ body: { errcode: 0 } }));
    expect(await refusalOf(api.uploadImage(new Uint8Array(1), "a.png", never))).toMatchObject({
      next: "retry",
      code: "unreadable",
    });
  });

  test("counts a call that was refused, since DingTalk may bill it, but none turned away at the gate", async () => {
    const { api, counted } = await opened((_, n) =>
      n === 1
        ? { status: 400, body: { code: "group.disbanded" } }
        : { status: 403, body: { code: "Forbidden.AccessDenied.QpsLimitForApi" } },
    );
    await refusalOf(api.sendToGroup("cid", "sampleText", {}, never));
    await refusalOf(api.sendToGroup("cid", "sampleText", {}, never));
    expect(counted).toEqual(["group-message"]);
  });
});

describe("answering by a session", () => {
  test("posts the body where the message said", async () => {
    const { api, asked, url, counted, tokens } = await opened(() => ({
      body: { errcode: "0", errmsg: "ok" },
    }));
    const body = { msgtype: "text", text: { content: "好" }, at: { atUserIds: ["u1"] } };
    await api.replyBySession(`${url}/robot/sendBySession?session=s1`, body, never);
    expect(asked[0]?.path).toBe("/robot/sendBySession?session=s1");
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual(body);
    expect(counted).toEqual(["session-reply"]);
    expect(tokens()).toBe(0);
  });

  test("says of a session that is over that it is over, and not where it was", async () => {
    const { api, url } = await opened(() => ({
      body: { errcode: 300001, errmsg: "session s-secret 不存在" },
    }));
    const error = await refusalOf(
      api.replyBySession(`${url}/robot/sendBySession?session=s-secret`, {}, never),
    );
    expect(error).toMatchObject({ next: "give-up", code: "300001" });
    expect(error.message).toContain("不存在");
    expect(everyWordOf(error)).not.toContain("s-secret");
  });

  test.each([
    "http://127.0.0.1:1/robot/sendBySession?session=s-secret",
    "https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=s-secret",
    "file:///etc/passwd?s-secret",
    "s-secret",
    "",
  ])("posts nothing to %j", async (address) => {
    const { api, asked } = await opened(() => ({}));
    const error = await refusalOf(api.replyBySession(address, {}, never));
    expect(error).toMatchObject({ next: "give-up", code: "session-host" });
    expect(everyWordOf(error)).not.toContain("s-secret");
    expect(asked).toEqual([]);
  });

  test("posts nothing to an address with a name and a password in it", async () => {
    const { api, url, asked } = await opened(() => ({}));
    const address = url.replace("http://", "http://me:pass@");
    expect(await refusalOf(api.replyBySession(address, {}, never))).toMatchObject({ code: "session-host" });
    expect(asked).toEqual([]);
  });

  test("follows no redirect", async () => {
    const { api, url, asked } = await opened(() => ({
      status: 307,
      headers: { location: `${bench?.url}/elsewhere` },
      body: "",
    }));
    expect(await refusalOf(api.replyBySession(`${url}/robot/sendBySession`, {}, never))).toMatchObject({
      next: "retry",
      code: "307",
    });
    expect(asked).toHaveLength(1);
  });

  test("takes a 200 without errcode for no yes", async () => {
    const { api, url } = await opened(() => ({ body: {} }));
    expect(await refusalOf(api.replyBySession(`${url}/x`, {}, never))).toMatchObject({ code: "unreadable" });
  });
});
