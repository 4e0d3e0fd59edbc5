/** The fake's group robots against the platform's page on them. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { FakeWeCom } from "../support/wecom/fake-wecom.ts";
import { type Body, textOf } from "../support/wecom/read.ts";
import { alertCard, claimed, closeScenes, GROUP, markdown, started } from "../support/wecom/scene.ts";

closeScenes();

async function robot(more: Parameters<typeof started>[0] = {}) {
  const { fake, clock } = await started(more);
  const key = [...fake.robots.keys()][0] ?? "";
  const send = (body: Body | string, to = key) => posted(fake, `/cgi-bin/webhook/send?key=${to}`, body);
  return { fake, clock, key, send };
}

/** What is answered; that it is a 200 whatever it says is part of the contract. */
async function posted(fake: FakeWeCom, path: string, body: Body | string | FormData): Promise<Body> {
  const raw = typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body);
  const response = await fetch(`${fake.url}${path}`, { method: "POST", body: raw });
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

const text = (content: string, more: Body = {}): Body => ({ msgtype: "text", text: { content, ...more } });
const png = (width: number, more = 0): Buffer => {
  const bytes = Buffer.alloc(64 + more);
  bytes.write("\x89PNG\r\n\x1a\n", "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(width, 20);
  return bytes;
};
const image = (bytes: Buffer, md5 = createHash("md5").update(bytes).digest("hex")): Body => ({
  msgtype: "image",
  image: { base64: bytes.toString("base64"), md5 },
});

describe("a group robot", () => {
  test("says text and calls people by it", async () => {
    const { fake, send } = await robot();
    const body = text("db-1 挂了", {
      mentioned_list: ["zhangsan", "@all"],
      mentioned_mobile_list: ["13800000000"],
    });
    expect(await send(body)).toEqual({ errcode: 0, errmsg: "ok" });
    expect(fake.messages(GROUP)).toMatchObject([
      { from: { kind: "robot" }, text: "db-1 挂了", mentions: ["zhangsan", "@all", "13800000000"] },
    ]);
  });

  test("says markdown with three colours and mentions, but without lists", async () => {
    const { fake, send } = await robot();
    const content =
      '# 告警\n<font color="warning">严重</font> **db-1**\n- 一\n<@zhangsan> <font color="red">x</font>';
    expect((await send(markdown(content)))["errcode"]).toBe(0);
    expect(fake.messages(GROUP)).toMatchObject([
      { text: '告警\n严重 db-1\n- 一\n@zhangsan <font color="red">x</font>', mentions: ["zhangsan"] },
    ]);
  });

  test("says markdown_v2 with lists and tables, but without colours and mentions", async () => {
    const { fake, send } = await robot();
    const content = '- 一\n| 主机 | 值 |\n|:--|--:|\n| db-1 | 97 |\n<font color="info">x</font> <@zhangsan>';
    expect((await send({ msgtype: "markdown_v2", markdown_v2: { content } }))["errcode"]).toBe(0);
    expect(fake.messages(GROUP)).toMatchObject([
      { text: '• 一\n主机 | 值\ndb-1 | 97\n<font color="info">x</font> <@zhangsan>', mentions: [] },
    ]);
  });

  test.each([
    ["text", 2_048],
    ["markdown", 4_096],
    ["markdown_v2", 4_096],
  ])("takes %s of %i bytes of UTF-8, and refuses one more with 40058", async (msgtype, most) => {
    const { send } = await robot();
    const content = `${"更".repeat(Math.floor(most / 3))}${"a".repeat(most % 3)}`;
    expect((await send({ msgtype, [msgtype]: { content } }))["errcode"]).toBe(0);
    expect((await send({ msgtype, [msgtype]: { content: `${content}a` } }))["errcode"]).toBe(40_058);
  });

  test("refuses a wrong key with 93000, and so one that was deleted", async () => {
    const { fake, key, send } = await robot();
    expect((await send(text("x"), "wrong"))["errcode"]).toBe(93_000);
    fake.robots.delete(key);
    expect((await send(text("x")))["errcode"]).toBe(93_000);
    expect(JSON.stringify(fake.requests)).not.toContain(key);
  });

  test("takes 20 a minute and refuses the next with 45009, which does not count", async () => {
    const { clock, send } = await robot();
    const codes = async (count: number) =>
      (await Promise.all(Array.from({ length: count }, (_, i) => send(text(`${i}`))))).map(
        (one) => one["errcode"],
      );
    expect(await codes(20)).toEqual(Array(20).fill(0));
    await clock.advance(30_000);
    expect(await codes(2)).toEqual([45_009, 45_009]);
    await clock.advance(30_000);
    expect(await codes(20)).toEqual(Array(20).fill(0));
  });

  test("refuses what is no JSON, of no kind, or empty", async () => {
    const { send } = await robot();
    expect((await send("{"))["errcode"]).toBe(47_001);
    expect((await send({ msgtype: "poem", poem: {} }))["errcode"]).toBe(40_008);
    expect((await send({ msgtype: "text", text: {} }))["errcode"]).toBe(44_004);
  });

  test("shows a picture of up to 2 MB whose md5 is right, but not of a single dot", async () => {
    const { fake, send } = await robot();
    expect((await send(image(png(8))))["errcode"]).toBe(0);
    expect((await send(image(png(8), "0".repeat(32))))["errcode"]).toBe(40_058);
    expect((await send(image(png(1))))["errcode"]).toBe(40_123);
    expect((await send(image(Buffer.from("GIF89a"))))["errcode"]).toBe(40_123);
    expect((await send(image(png(8, 2 * 1024 * 1024))))["errcode"]).toBe(40_058);
    expect(fake.messages(GROUP)[0]?.picture).toMatch(/^data:image\/png;base64,/);
  });

  test("shows one to eight news", async () => {
    const { fake, send } = await robot();
    const news = (count: number): Body => ({
      msgtype: "news",
      news: { articles: Array(count).fill({ title: "周报", description: "本周", url: "https://g/x" }) },
    });
    expect((await send(news(1)))["errcode"]).toBe(0);
    expect(fake.messages(GROUP)[0]?.text).toBe("周报\n本周");
    expect((await send(news(8)))["errcode"]).toBe(0);
    expect((await send(news(9)))["errcode"]).toBe(40_058);
    expect((await send(news(0)))["errcode"]).toBe(40_058);
  });

  test("shows notices, but no cards with buttons", async () => {
    const { fake, send } = await robot();
    const card = (template_card: Body): Body => ({ msgtype: "template_card", template_card });
    expect((await send(card(claimed("t_1"))))["errcode"]).toBe(0);
    expect((await send(card(alertCard("t_2"))))["errcode"]).toBe(40_058);
    expect((await send(card({ ...claimed("t_3"), card_action: undefined })))["errcode"]).toBe(42_045);
    expect(fake.messages(GROUP).map((one) => one.text)).toEqual(["已认领\n张三"]);
  });

  test("sends a file that it uploaded itself, for three days", async () => {
    const other = { key: "other-robot-key", chat: GROUP, name: "另一个" };
    const mine = { key: "my-robot-key", chat: GROUP, name: "告警" };
    const { fake, clock } = await robot({ robots: [mine, other], chats: [{ id: GROUP }] });
    const form = new FormData();
    form.append("media", new Blob(["a,b\n1,2\n"]), "报表.csv");
    const path = `/cgi-bin/webhook/upload_media?key=${mine.key}&type=file`;
    const answer = await posted(fake, path, form);
    expect(answer).toMatchObject({ errcode: 0, type: "file", created_at: expect.any(String) });
    const file = { msgtype: "file", file: { media_id: textOf(answer, "media_id") } };
    const send = async (key: string) =>
      (await posted(fake, `/cgi-bin/webhook/send?key=${key}`, file))["errcode"];
    expect(await send(mine.key)).toBe(0);
    expect(await send(other.key)).toBe(40_007);
    expect(fake.messages(GROUP).map((one) => one.text)).toEqual(["报表.csv"]);
    await clock.advance(3 * 24 * 3_600_000 + 1);
    expect(await send(mine.key)).toBe(40_007);
    expect((await posted(fake, path.replace("=file", "=image"), form))["errcode"]).toBe(40_004);
    const tiny = new FormData();
    tiny.append("media", new Blob(["abc"]), "a.txt");
    expect((await posted(fake, path, tiny))["errcode"]).toBe(40_006);
  });

  test("goes wrong when told to: another status, no answer, an answer that breaks off", async () => {
    const { fake, send } = await robot();
    fake.faults.http = () => ({ status: 502, body: "bad gateway" });
    const key = [...fake.robots.keys()][0];
    expect((await fetch(`${fake.url}/cgi-bin/webhook/send?key=${key}`, { method: "POST" })).status).toBe(502);
    fake.faults.http = () => "lost";
    await expect(send(text("x"))).rejects.toThrow();
    fake.faults.http = () => "reset";
    await expect(send(text("y"))).rejects.toThrow();
    expect(fake.messages(GROUP).map((one) => one.text)).toEqual(["x"]);
  });

  test("nobody answers while the platform is down, and all is there when it is up again", async () => {
    const { fake, send } = await robot();
    await send(text("x"));
    await fake.down();
    await expect(send(text("y"))).rejects.toThrow();
    await fake.up();
    await send(text("z"));
    expect(fake.messages(GROUP).map((one) => one.text)).toEqual(["x", "z"]);
  });
});
