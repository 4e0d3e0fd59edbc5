/** What is sent to DingTalk, and how its yes and its no are understood, against a server on loopback. */
import { afterEach, describe, expect, test } from "vitest";
import type { NewCard } from "../../../../bot/dingtalk/api/new-card.ts";
import { settle } from "../../../support/fake-clock.ts";
import {
  type ApiBench,
  type Asked,
  CLIENT_ID,
  CLIENT_SECRET,
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

async function opened(reply: (asked: Asked, n: number) => Reply, token?: (n: number) => Reply) {
  bench = await openApiBench(reply, token);
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

  test.each([[[]], [undefined], [null]])("believes in no delivery that is not told: %j", async (results) => {
    const { api } = await opened(() => delivered(results ?? null));
    expect(await refusalOf(api.createAndDeliver(card, never))).toMatchObject({ code: "unreadable" });
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

describe("when DingTalk does not answer as it should", () => {
  const send = ({ api }: ApiBench, signal = new AbortController().signal): Promise<void> =>
    api.sendToGroup("cid", "sampleText", { content: "hi" }, signal);

  test("tries again after a page of HTML, whatever its status", async () => {
    for (const status of [200, 302, 403, 404, 502]) {
      const one = await opened(() => ({ status, body: "<html>Bad Gateway</html>" }));
      const error = await refusalOf(send(one));
      expect(error).toMatchObject({ next: "retry", code: status === 200 ? "unreadable" : String(status) });
      await one.close();
    }
  });

  test("reads no more than the beginning of a huge answer", async () => {
    let written = 0;
    const one = await opened(() => ({
      raw(response) {
        const chunk = Buffer.alloc(256 * 1024, " ");
        const more = (): void => {
          if (response.destroyed || written > 200 * 1024 * 1024) return;
          written += chunk.length;
          response.write(chunk, more);
        };
        response.writeHead(200);
        more();
      },
    }));
    expect(await refusalOf(send(one))).toMatchObject({ next: "retry", code: "unreadable" });
    expect(written).toBeLessThan(100 * 1024 * 1024);
  });

  test("waits ten seconds for an answer that never comes, and leaves no timer", async () => {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const one = await opened(() => ({ raw: () => arrived() }));
    const sent = refusalOf(send(one));
    await there;
    await one.clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
    expect(one.clock.sleeping).toBe(0);
    expect(one.counted).toEqual([]);
  });

  test("waits no longer for a body that stops half-way", async () => {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const one = await opened(() => ({
      raw(response) {
        response.writeHead(200);
        response.write('{"processQueryKey":', () => arrived());
      },
    }));
    const sent = refusalOf(send(one));
    await there;
    await one.clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
  });

  test("stops at once when the caller's signal aborts", async () => {
    const control = new AbortController();
    const one = await opened(() => ({ raw: () => control.abort() }));
    expect(await refusalOf(send(one, control.signal))).toMatchObject({ next: "retry", code: "aborted" });
    expect(one.clock.sleeping).toBe(0);
  });

  test("asks nothing for a caller who is gone already", async () => {
    const one = await opened(() => ({}));
    expect(await refusalOf(send(one, AbortSignal.abort()))).toMatchObject({ code: "aborted" });
    expect([one.asked.length, one.tokens()]).toEqual([0, 0]);
  });

  test("names the trouble of a network by its code alone", async () => {
    const one = await opened(() => ({ raw: (response) => response.destroy() }));
    const error = await refusalOf(send(one));
    expect(error.next).toBe("retry");
    expect(error.code).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
    expect(everyWordOf(error)).not.toContain("127.0.0.1");
  });

  test("keeps its pace: fifteen calls in a second, the others after it", async () => {
    const one = await opened(() => ({ body: { processQueryKey: "q" } }));
    await send(one);
    const sent = Promise.all(Array.from({ length: 20 }, () => send(one)));
    while (one.asked.length < 15) await settle();
    await settle();
    expect(one.asked).toHaveLength(15);
    await one.clock.advance(1_000);
    await sent;
    expect(one.asked).toHaveLength(21);
  });
});

describe("secrets", () => {
  /** Everything that came, as a careless server would repeat it. */
  const echo = ({ path, headers }: Asked): string =>
    `${path} ${headers["x-acs-dingtalk-access-token"]} ${CLIENT_SECRET} ${tokenOf(1)}`;

  test.each<[string, (asked: Asked) => Reply]>([
    [
      "a refusal that repeats them",
      (asked) => ({ status: 400, body: { code: "x.y", message: echo(asked) } }),
    ],
    ["an errcode that repeats them", (asked) => ({ body: { errcode: 40035, errmsg: echo(asked) } })],
    [
      "a refusal that is cut within one of them",
      () => ({ status: 400, body: { code: "x", message: `${"x".repeat(190)}${tokenOf(1)}` } }),
    ],
    ["a page that repeats them", (asked) => ({ status: 500, body: echo(asked) })],
    ["a delivery that repeats them", (asked) => delivered([{ success: false, errorMsg: echo(asked) }])],
    [
      "a token that is refused twice",
      (asked) => ({ status: 401, body: { code: "InvalidAuthentication", message: echo(asked) } }),
    ],
    ["a connection that breaks", () => ({ raw: (response) => response.destroy() })],
  ])("are in no error after %s", async (_, reply) => {
    const { api } = await opened(reply);
    for (const send of [
      () => api.createAndDeliver(card, never),
      () => api.uploadImage(new Uint8Array(3), "a.png", never),
    ]) {
      const words = everyWordOf(await refusalOf(send()));
      // Not half of one either.
      for (const part of [CLIENT_SECRET.slice(0, 8), tokenOf(1).slice(0, 9)])
        expect(words).not.toContain(part);
    }
  });

  test("are in no error when a token is no header", async () => {
    const { api } = await opened(
      () => ({}),
      () => ({ body: { accessToken: "tok\nen-secret", expireIn: 7200 } }),
    );
    const error = await refusalOf(api.createAndDeliver(card, never));
    expect(everyWordOf(error)).not.toContain("en-secret");
  });
});
