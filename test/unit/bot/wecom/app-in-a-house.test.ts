/** From a `gengfu.yml` to people and back: a whole house, its callback, and WeCom's application in front of it. */
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";
import { sealed, signatureOf } from "../../../support/wecom/app-crypto.ts";
import { type FakeWeCom, openFakeWeCom } from "../../../support/wecom/fake-wecom.ts";

const file = ({ app }: FakeWeCom, callback = true): string => `
people: [{ id: "wecom:lisi", name: 李四, role: operator }]
route: { receiver: team, group_wait: 0s }
receivers:
  - name: team
    wecom_app_configs:
      - corpid: ${app.corpId}
        corpsecret: ${app.secret}
        agentid: ${app.agentId}
        touser: lisi|zhangsan
        ${callback ? `callback: { token: ${app.token}, encoding_aes_key: ${app.aesKey} }` : ""}
`;

async function open({
  env = {},
  callback = true,
}: {
  env?: Record<string, string>;
  callback?: boolean;
} = {}) {
  const fake = await openFakeWeCom();
  onTestFinished(() => fake.close());
  const house = await buildHouse({
    dir: await temporaryFolder(),
    yaml: file(fake, callback),
    env: { LOCALE: "zh-CN", WECOM_API_BASE: fake.url, ...env },
  });
  const url = `${house.url}wecom/callback`;
  fake.app.listenAt(url);
  const labels = { alertname: "DiskFull", host: "web-1", severity: "critical" };
  const alert = (more: object = {}): Promise<Response> =>
    fetch(`${house.url}api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([{ labels, annotations: { summary: "磁盘满了" }, ...more }]),
    });
  const cardOf = (user: string) => fake.messages(`app/${user}`)[0]?.card;
  /** What the application said to somebody besides the first card. */
  const saidTo = (user: string): readonly string[] =>
    fake
      .messages(`app/${user}`)
      .filter(({ from, card }) => from.kind === "app" && card === undefined)
      .map(({ text }) => text);
  return { fake, house, url, alert, cardOf, saidTo };
}

describe("an alert", () => {
  it("is a card that a click acknowledges for everybody, whose questions are answered to whoever asks, and which ends", {
    timeout: 60_000,
  }, async () => {
    const { fake, house, alert, cardOf, saidTo } = await open();
    expect((await alert()).status).toBe(200);
    await fake.until(() => cardOf("zhangsan") !== undefined);
    expect(cardOf("lisi")?.title).toBe("🔴 #1 DiskFull");
    const task = cardOf("lisi")?.taskId ?? "";

    // Whoever may not is told so, and nobody else.
    expect(await fake.app.press(task, "ack 1", "zhangsan")).toMatchObject({
      status: 200,
      text: "",
      attempts: 1,
    });
    await fake.until(() => saidTo("zhangsan").length === 1);
    expect(cardOf("lisi")?.title).toBe("🔴 #1 DiskFull");

    expect(await fake.app.press(task, "ack 1", "lisi")).toMatchObject({ status: 200, text: "", attempts: 1 });
    await fake.until(() => cardOf("lisi")?.title === "🙋 #1 DiskFull");
    for (const user of ["lisi", "zhangsan"])
      expect(
        cardOf(user)
          ?.fields.map(({ value }) => value)
          .join(),
      ).toContain("李四");
    // The card says it: nothing else does.
    expect(saidTo("lisi")).toEqual([]);

    await fake.app.press(task, "show 1", "lisi");
    await fake.until(() => saidTo("lisi").length === 1);
    expect(saidTo("lisi")[0]).toContain("#1");
    expect(await fake.app.say("lisi", "告警")).toMatchObject({ status: 200, text: "" });
    await fake.until(() => saidTo("lisi").length === 2);
    expect(saidTo("lisi")[1]).toContain("DiskFull");
    expect(saidTo("zhangsan")).toHaveLength(1);

    await alert({ endsAt: new Date(Date.now() - 1_000).toISOString() });
    await fake.until(() => cardOf("zhangsan")?.title === "✅ #1 DiskFull");
    expect([saidTo("lisi").length, saidTo("zhangsan").length]).toEqual([2, 1]);

    const said = await fetch(`${house.url}api/console/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ conversation: "ops", user: "alice", text: "通道" }),
    });
    const shown = `${await said.text()}${await (await fetch(`${house.url}api/v2/status`)).text()}`.replaceAll(
      "\\",
      "",
    );
    expect(shown).toContain("wecom_app:team/0");
    for (const secret of [fake.app.secret, fake.app.token, fake.app.aesKey])
      expect(shown).not.toContain(secret);
  });

  it("whose card was changed by the code that it came with is told anew when it is over", {
    timeout: 60_000,
  }, async () => {
    const { fake, house, alert, cardOf } = await open();
    await alert();
    await fake.until(() => cardOf("lisi") !== undefined);
    await fetch(`${house.url}api/console/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ conversation: "ops", user: "alice", text: "认领 1" }),
    });
    await fake.until(() => cardOf("lisi")?.title === "🙋 #1 DiskFull");
    await alert({ endsAt: new Date(Date.now() - 1_000).toISOString() });
    await fake.until(() => fake.messages("app/lisi").length === 2);
    expect(fake.messages("app/lisi").map(({ card }) => card?.title)).toEqual([
      "🙋 #1 DiskFull",
      "✅ #1 DiskFull",
    ]);
  });
});

describe("the callback", () => {
  it("is verified by an echo, with API_TOKEN or without", { timeout: 60_000 }, async () => {
    for (const env of [{}, { API_TOKEN: "the-api-token" }]) {
      const { fake } = await open({ env });
      const { text, echo, status } = await fake.app.verify();
      expect([text, status]).toEqual([echo, 200]);
    }
  });

  it("refuses what is wrong without a word, and nothing comes of it", { timeout: 60_000 }, async () => {
    const { fake, saidTo } = await open();
    for (const manner of ["wrong-signature", "wrong-padding", "wrong-receiver", "wrong-key"] as const) {
      expect(await fake.app.verify(manner)).toMatchObject({ status: 403, text: "" });
      expect(await fake.app.say("lisi", "告警", manner)).toMatchObject({ status: 403, text: "" });
    }
    await fake.app.say("lisi", "告警");
    await fake.until(() => saidTo("lisi").length > 0);
    expect(saidTo("lisi")).toHaveLength(1);
  });

  it("does nothing for a copy of a letter, and gives out nothing that is sealed", {
    timeout: 60_000,
  }, async () => {
    const { fake, url, saidTo } = await open();
    const { app } = fake;
    const seconds = Math.floor(Date.now() / 1_000);
    const xml = (id: number): string =>
      `<xml><ToUserName>${app.corpId}</ToUserName><FromUserName>lisi</FromUserName><CreateTime>${seconds}</CreateTime><MsgType>text</MsgType><Content>告警</Content><MsgId>${id}</MsgId><AgentID>${app.agentId}</AgentID></xml>`;
    const letter = (text: string, random: string) => {
      const encrypted = sealed(app.aesKey, text, app.corpId, random);
      const signature = signatureOf(app.token, String(seconds), "1", encrypted);
      const query = new URLSearchParams({ msg_signature: signature, timestamp: String(seconds), nonce: "1" });
      return { encrypted, query, body: `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>` };
    };
    const { encrypted, query, body } = letter(xml(1), "0123456789abcdef");
    const post = (of: URLSearchParams, what: string) => fetch(`${url}?${of}`, { method: "POST", body: what });
    for (let i = 0; i < 3; i++) expect((await post(query, body)).status).toBe(200);
    // The same message in another letter is the same message.
    const again = letter(xml(1), "fedcba9876543210");
    expect((await post(again.query, again.body)).status).toBe(200);
    // What is signed is what is sealed, whether its envelope was packed or not.
    const headers = { "content-encoding": "gzip" };
    const packed = { method: "POST", headers, body: gzipSync(again.body) };
    expect((await fetch(`${url}?${again.query}`, packed)).status).toBe(200);
    const next = letter(xml(2), "0000000000000000");
    await post(next.query, next.body);
    await fake.until(() => saidTo("lisi").length >= 2);
    expect(saidTo("lisi")).toHaveLength(2);

    query.set("echostr", encrypted);
    const answer = await fetch(`${url}?${query}`);
    expect([answer.status, await answer.text()]).toEqual([403, ""]);
    for (const wrong of ["", "<xml></xml>", "{}", "<xml><Encrypt/></xml>"])
      expect((await post(query, wrong)).status).toBe(403);
    expect((await post(new URLSearchParams(), body)).status).toBe(403);
    expect((await post(query, "x".repeat(100_000))).status).toBe(413);
    expect((await fetch(url, { method: "PUT" })).status).toBe(405);
  });

  it("lets somebody claim the bot who says the code, and says who they are", {
    timeout: 60_000,
  }, async () => {
    const { fake, house, saidTo } = await open();
    await fake.app.say("zhangsan", `claim ${house.claimCode}`);
    await fake.until(() => saidTo("zhangsan").length === 1);
    await fake.app.say("zhangsan", "编号");
    await fake.until(() => saidTo("zhangsan").length === 2);
    const said = saidTo("zhangsan")[1] ?? "";
    expect(said).toContain('people: [{ id: "wecom:zhangsan", role: admin }]');
    // It is told by its member, not as a conversation of a receiver.
    expect(said).not.toContain("receivers");
  });

  it("is no address where no application has one", { timeout: 60_000 }, async () => {
    const { fake, url, alert } = await open({ callback: false });
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(url, { method: "POST", body: "<xml></xml>" })).status).toBe(404);
    await alert();
    await fake.until(() => fake.messages("app/lisi").length === 1);
    expect(fake.messages("app/lisi")[0]?.kind).toBe("markdown");
  });
});
