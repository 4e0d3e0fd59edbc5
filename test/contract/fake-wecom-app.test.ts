/** The fake's self-built application: messages, cards that may be changed later, and the callback. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { WecomCrypto } from "@wecom/aibot-node-sdk";
import { describe, expect, test } from "vitest";
import { type Body, partOf, textOf } from "../support/wecom/read.ts";
import { alertCard, claimed, closeLater, closeScenes, markdown, started } from "../support/wecom/scene.ts";

closeScenes();

async function application(options: Parameters<typeof started>[0] = {}) {
  const { fake, clock } = await started(options);
  const { corpId, secret, agentId } = fake.app;
  const token = async () => {
    const path = `/cgi-bin/gettoken?corpid=${corpId}&corpsecret=${secret}`;
    return textOf(await (await fetch(`${fake.url}${path}`)).json(), "access_token") ?? "";
  };
  let access = await token();
  const call = async (path: string, body: Body, by = access): Promise<Body> => {
    const url = `${fake.url}/cgi-bin/message/${path}?access_token=${by}`;
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ agentid: agentId, ...body }),
    });
    return (await response.json()) as Body;
  };
  return {
    fake,
    clock,
    call,
    token,
    send: (body: Body) => call("send", body),
    renew: async () => {
      access = await token();
    },
  };
}

const text = (content: string): Body => ({ msgtype: "text", text: { content } });
const card = (task: string): Body => ({ msgtype: "template_card", template_card: alertCard(task) });

describe("tokens", () => {
  test("one token is given for as long as it lives, which is two hours", async () => {
    const { clock, token, send, renew } = await application();
    const first = await token();
    await clock.advance(7_199_999);
    expect(await token()).toBe(first);
    await clock.advance(1);
    expect((await send({ touser: "lisi", ...text("x") }))["errcode"]).toBe(42_001);
    await renew();
    expect((await send({ touser: "lisi", ...text("x") }))["errcode"]).toBe(0);
  });

  test("a wrong corpid, a wrong secret, no token, an unknown one and one that was revoked are refused", async () => {
    const { fake, call, send } = await application();
    const ask = async (query: string) =>
      ((await (await fetch(`${fake.url}/cgi-bin/gettoken?${query}`)).json()) as Body)["errcode"];
    expect(await ask(`corpid=x&corpsecret=${fake.app.secret}`)).toBe(40_013);
    expect(await ask(`corpid=${fake.app.corpId}&corpsecret=x`)).toBe(40_001);
    expect((await call("send", text("x"), ""))["errcode"]).toBe(41_001);
    expect((await call("send", text("x"), "unknown"))["errcode"]).toBe(40_014);
    fake.app.revokeTokens();
    expect((await send(text("x")))["errcode"]).toBe(40_014);
  });

  test("from an address that is not trusted everything is refused with 60020", async () => {
    const { fake, send } = await application();
    fake.faults.trusted = false;
    expect((await send({ touser: "lisi", ...text("x") }))["errcode"]).toBe(60_020);
  });

  test("neither secret nor token stands in a record", async () => {
    const { fake, token, send } = await application();
    await send({ touser: "lisi", ...text("x") });
    const records = JSON.stringify(fake.requests);
    expect(records).not.toContain(fake.app.secret);
    expect(records).not.toContain(await token());
  });
});

describe("messages", () => {
  test("go to people, departments and tags, once to each, and name who there is not", async () => {
    const { fake, send } = await application();
    const answer = await send({ touser: "wangwu|nobody", toparty: "2|9", totag: "1|7", ...text("x") });
    expect(answer).toMatchObject({ errcode: 0, invaliduser: "nobody", invalidparty: "9", invalidtag: "7" });
    expect(textOf(answer, "msgid")).toBeDefined();
    const heard = fake.chats.filter(({ key, posted }) => key.startsWith("app/") && posted.length === 1);
    expect(heard.map(({ id }) => id).sort()).toEqual(["lisi", "wangwu", "zhangsan"]);
  });

  test("to everybody, and to nobody", async () => {
    const { fake, send } = await application();
    expect((await send({ touser: "@all", ...text("x") }))["errcode"]).toBe(0);
    expect(fake.messages("app/wangwu")).toHaveLength(1);
    expect(await send({ touser: "nobody", ...text("x") })).toMatchObject({
      errcode: 81_013,
      invaliduser: "nobody",
    });
  });

  test("text loses what is over 2048 bytes at a whole letter; markdown is refused", async () => {
    const { fake, send } = await application();
    expect((await send({ touser: "lisi", ...text("更".repeat(700)) }))["errcode"]).toBe(0);
    expect(fake.messages("app/lisi")[0]?.text).toBe("更".repeat(682));
    expect((await send({ touser: "lisi", ...markdown("更".repeat(700)) }))["errcode"]).toBe(40_058);
    expect((await send({ touser: "lisi", msgtype: "markdown_v2", markdown_v2: {} }))["errcode"]).toBe(40_008);
  });

  test("what is over 30 a minute for one person is dropped without a word", async () => {
    const { fake, send } = await application();
    for (let i = 0; i < 31; i++) expect((await send({ touser: "lisi", ...text(`${i}`) }))["errcode"]).toBe(0);
    expect(fake.messages("app/lisi")).toHaveLength(30);
  });

  test("a repeat within half an hour is kept back for whoever asks for that", async () => {
    const { fake, clock, send } = await application();
    const body = { touser: "lisi", enable_duplicate_check: 1, ...text("x") };
    for (let i = 0; i < 2; i++) expect((await send(body))["errcode"]).toBe(0);
    expect(fake.messages("app/lisi")).toHaveLength(1);
    await clock.advance(1_800_000);
    await send(body);
    expect(fake.messages("app/lisi")).toHaveLength(2);
  });

  test("the wrong agent is refused, and a message can be recalled", async () => {
    const { fake, send, call } = await application();
    expect((await send({ touser: "lisi", ...text("x"), agentid: 1 }))["errcode"]).toBe(40_056);
    const msgid = textOf(await send({ touser: "lisi", ...text("x") }), "msgid");
    expect((await call("recall", { msgid }))["errcode"]).toBe(0);
    expect(fake.messages("app/lisi")).toEqual([]);
  });
});

describe("cards", () => {
  test("can be changed once for everybody by the code that came back, for 72 hours", async () => {
    const { fake, clock, send, call, renew } = await application();
    const first = textOf(await send({ touser: "lisi|zhangsan", ...card("t_1") }), "response_code");
    const second = textOf(await send({ touser: "lisi", ...card("t_2") }), "response_code");
    await clock.advance(72 * 3_600_000);
    await renew();
    const change = async (response_code: unknown) =>
      (await call("update_template_card", { atall: 1, response_code, template_card: claimed("t_1") }))[
        "errcode"
      ];
    expect(await change(first)).toBe(0);
    expect(await change(first)).not.toBe(0);
    expect(fake.messages("app/lisi").map((one) => one.card?.title)).toEqual(["已认领", "P1 db-1 CPU 97%"]);
    expect(fake.messages("app/zhangsan")[0]?.card?.title).toBe("已认领");
    await clock.advance(1);
    expect(await change(second)).not.toBe(0);
  });

  test("can have their buttons replaced for some", async () => {
    const { fake, send, call } = await application();
    const response_code = textOf(await send({ touser: "lisi|zhangsan", ...card("t_1") }), "response_code");
    const button = { replace_name: "已认领" };
    const answer = await call("update_template_card", { userids: ["lisi", "nobody"], response_code, button });
    expect(answer).toMatchObject({ errcode: 0, invaliduser: "nobody" });
    expect(fake.messages("app/lisi")[0]?.card?.buttons).toMatchObject([{ text: "已认领", key: undefined }]);
    expect(fake.messages("app/zhangsan")[0]?.card?.buttons).toHaveLength(2);
  });

  test("that only tell something give no code; a task_id serves once", async () => {
    const { send } = await application();
    const notice = { msgtype: "template_card", template_card: claimed("t_1") };
    expect(partOf(await send({ touser: "lisi", ...notice }), "response_code")).toBeUndefined();
    expect((await send({ touser: "lisi", ...notice }))["errcode"]).toBe(42_045);
  });
});

/** A callback that answers with what `answer` gives. */
async function callback(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wecom/callback`;
}

describe("the callback", () => {
  const xmlOf = (body: string, tag: string): string =>
    new RegExp(`<${tag}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${tag}>`).exec(body)?.[1] ?? "";

  /** An application that reads what it is told with the crypto of the platform's own SDK, and keeps it. */
  async function listening(reply: (xml: string) => string = () => "") {
    const { fake, clock, send, call } = await application();
    const crypto = new WecomCrypto(fake.app.token, fake.app.aesKey, fake.app.corpId);
    const heard: { signed: boolean; text?: string; broken?: string }[] = [];
    const url = await callback(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { searchParams: query } = new URL(request.url ?? "", "http://127.0.0.1");
      const encrypted = query.get("echostr") ?? xmlOf(body, "Encrypt");
      const [timestamp = "", nonce = "", signature = ""] = ["timestamp", "nonce", "msg_signature"].map(
        (name) => query.get(name) ?? "",
      );
      const signed = crypto.verifySignature(signature, timestamp, nonce, encrypted);
      try {
        const text = crypto.decrypt(encrypted);
        heard.push({ signed, text });
        const answer = query.has("echostr") ? text : reply(text);
        const isBare = query.has("echostr") || answer === "";
        const { encrypt } = crypto.encrypt(answer, timestamp, nonce);
        response.end(isBare ? answer : `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`);
      } catch (error) {
        heard.push({ signed, broken: String(error) });
        response.writeHead(400).end();
      }
    });
    fake.app.listenAt(url);
    return { fake, clock, send, call, heard };
  }

  test("is verified by an echo", async () => {
    const { fake, heard } = await listening();
    const { text: echoed, echo, status } = await fake.app.verify();
    expect([echoed, status]).toEqual([echo, 200]);
    expect(heard).toEqual([{ signed: true, text: echo }]);
  });

  test("can be called with a wrong signature, padding, receiver and key", async () => {
    const { fake, heard } = await listening();
    for (const manner of ["wrong-signature", "wrong-padding", "wrong-receiver"] as const)
      await fake.app.say("lisi", "状态", manner);
    expect(heard).toMatchObject([
      { signed: false, text: expect.stringContaining("状态") },
      { signed: true, broken: expect.stringContaining("padding") },
      { signed: true, broken: expect.stringContaining('got "wwSomebodyElse"') },
    ]);
    await fake.app.verify("wrong-key");
    expect(heard.at(-1)).toEqual({ signed: true, broken: expect.any(String) });
  });

  test("hears what is said", async () => {
    const { fake, heard } = await listening();
    await fake.app.say("lisi", "认领 12 ]]> 好");
    const xml = heard[0]?.text ?? "";
    expect(xmlOf(xml, "FromUserName")).toBe("lisi");
    expect(xml).toContain("<Content><![CDATA[认领 12 ]]]]><![CDATA[> 好]]></Content>");
  });

  test("hears a click with key, task and a code that changes the card once", async () => {
    const { fake, heard, send, call } = await listening();
    await send({ touser: "lisi|zhangsan", ...card("t_1") });
    await fake.app.press("t_1", "ack 12", "lisi");
    const xml = heard[0]?.text ?? "";
    expect(["Event", "EventKey", "TaskId", "CardType"].map((tag) => xmlOf(xml, tag))).toEqual([
      "template_card_event",
      "ack 12",
      "t_1",
      "button_interaction",
    ]);
    const response_code = xmlOf(xml, "ResponseCode");
    const change = { atall: 1, response_code, template_card: claimed("t_1") };
    expect((await call("update_template_card", change))["errcode"]).toBe(0);
    expect(fake.messages("app/zhangsan")[0]?.card?.title).toBe("已认领");
  });

  test("may answer a click with a text in the place of the buttons, for whoever clicked", async () => {
    const { fake, send } = await listening(
      () =>
        "<xml><MsgType><![CDATA[update_button]]></MsgType><Button><ReplaceName><![CDATA[已认领]]></ReplaceName></Button></xml>",
    );
    await send({ touser: "lisi|zhangsan", ...card("t_1") });
    const { reply } = await fake.app.press("t_1", "ack 12", "lisi");
    expect(reply).toContain("update_button");
    expect(fake.messages("app/lisi")[0]?.card?.buttons.map((one) => one.text)).toEqual(["已认领"]);
    expect(fake.messages("app/zhangsan")[0]?.card?.buttons).toHaveLength(2);
  });

  test("is called three times when it does not answer within 5 s", async () => {
    const { fake, clock } = await application();
    let calls = 0;
    let called = (): void => {};
    const url = await callback(() => {
      calls += 1;
      called();
    });
    fake.app.listenAt(url);
    const result = fake.app.say("lisi", "状态");
    for (let i = 1; i <= 3; i++) {
      if (calls < i)
        await new Promise<void>((resolve) => {
          called = resolve;
        });
      await clock.advance(5_000);
    }
    expect(await result).toMatchObject({ status: 0, attempts: 3 });
  });
});
