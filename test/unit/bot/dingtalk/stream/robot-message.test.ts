import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRobotMessage } from "../../../../../bot/dingtalk/stream/robot-message.ts";
import { framed, frameOf } from "./payloads.ts";

const about = { clientId: "dingmade", now: 1_790_000_001_000 };
const read = (name: string, changed?: Readonly<Record<string, unknown>>) =>
  readRobotMessage(frameOf(name, changed), about);

describe("a message to the robot", () => {
  test("in a group is read whole, without the space that the mention leaves behind", () => {
    expect(read("group-text")).toEqual({
      id: "dingtalk:dingmade/msgMade0001==",
      conversation: "dingtalk:cidMade0001==",
      isPrivate: false,
      text: "ack 42",
      at: 1_790_000_000_000,
      person: "dingtalk:16650698",
      name: "张三",
      robotCode: "dingmade",
      conversationTitle: "值班群",
      sessionWebhook: "https://oapi.dingtalk.com/robot/sendBySession?session=made-up-session",
      sessionWebhookExpiresAt: 1_790_005_400_000,
      isOrgAdmin: true,
      senderCorpId: "dingmadecorp",
    });
  });

  test("one-to-one is answered in the person's own chat", () => {
    expect(read("private-text")).toMatchObject({
      conversation: "dingtalk:user/16650698",
      isPrivate: true,
      text: "静默 web-1 2小时",
    });
  });

  test("of somebody whom DingTalk does not name has no person", () => {
    const heard = read("unpublished");
    expect(heard).toMatchObject({ conversation: "dingtalk:cidMade0001==", name: "张三", text: "status" });
    expect(heard).not.toHaveProperty("person");
    expect(read("unpublished-private")).toMatchObject({
      conversation: "dingtalk:cidMadePrivate==",
      isPrivate: true,
    });
  });

  test.each([
    ["quotes-text", "web-1 又挂了"],
    ["quotes-markdown", "### web-1 CPU 97%\nweb-1"],
    ["quotes-rich-text", "看这个\n谁在处理？"],
    ["quotes-chat-record", "张三: 数据库慢\n李四: 在看\n群聊的聊天记录"],
    ["quotes-card", "P1 web-1 CPU 97%\n#k3f9 · 触发 3 分钟"],
  ])("that answers to another holds its text: %s", (name, quotes) => {
    expect(read(name)).toMatchObject({ text: "ack", quotes, quotedMessage: "msgQuoted01==" });
  });

  test("that answers to a card of which DingTalk tells nothing still names the card", () => {
    const heard = read("quotes-card-bare");
    expect(heard).toMatchObject({ quotedCarrier: "carrierMade0001", quotedMessage: "msgQuoted01==" });
    expect(heard).not.toHaveProperty("quotes");
  });

  test.each([
    ["rich-text", { text: "silence web-1\n2h" }],
    ["rich-text-pictures", { text: "", unreadable: "picture" }],
    ["picture", { text: "", unreadable: "picture" }],
    ["audio", { text: "现在有什么告警。" }],
    ["audio-unheard", { text: "", unreadable: "audio" }],
    ["video", { text: "", unreadable: "video" }],
    ["file", { text: "", unreadable: "file" }],
    ["unknown-type", { text: "", unreadable: "unknown" }],
  ])("of another kind gives what can be read of it: %s", (name, expected) => {
    const heard = read(name);
    expect(heard).toMatchObject(expected);
    if (!("unreadable" in expected)) expect(heard).not.toHaveProperty("unreadable");
  });

  test("of a kind named like something in JavaScript is of an unknown kind", () => {
    expect(read("unknown-type", { msgtype: "constructor" })).toMatchObject({ unreadable: "unknown" });
  });

  test("without words because the quota is used up says so", () => {
    expect(read("over-quota")).toEqual({ overQuota: true });
  });

  test("keeps to the robot's own id when DingTalk leaves it out, and to the frame's time", () => {
    expect(read("group-text", { robotCode: undefined, createAt: undefined })).toMatchObject({
      id: "dingtalk:dingmade/msgMade0001==",
      at: 1_790_000_000_500,
    });
  });

  test("survives fields of other types where nothing hangs on them", () => {
    const odd = { senderNick: 5, isAdmin: "yes", sessionWebhook: "ftp://x", createAt: "soon", text: "ack" };
    expect(read("group-text", odd)).toMatchObject({ text: "", person: "dingtalk:16650698" });
    expect(read("group-text", odd)).not.toHaveProperty("sessionWebhook");
  });

  test.each([
    ["conversationId", { conversationId: undefined }],
    ["conversationType", { conversationType: "3" }],
    ["msgId", { msgId: "" }],
  ])("without its %s is malformed, and what was said stands in no complaint", (field, changed) => {
    const said = { text: { content: "the-password-is-tiger" } };
    const { malformed } = read("group-text", { ...changed, ...said }) as { malformed: string };
    expect(malformed).toContain(field);
    expect(malformed).not.toContain("tiger");
  });

  test.each([
    ["no JSON", "{"],
    ["data", "null"],
    ["data", "[]"],
    ["data", undefined],
  ])("that is no message at all is malformed: %s", (why, data) => {
    expect(readRobotMessage(framed(data), about)).toEqual({ malformed: expect.stringContaining(why) });
  });

  test("is read or refused, whatever it holds", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (text, content) => {
        const changed = { text: JSON.parse(text) as unknown, content: JSON.parse(content) as unknown };
        for (const name of ["quotes-card", "rich-text", "audio"])
          expect(read(name, changed)).toHaveProperty("id");
        expect(typeof readRobotMessage(framed(text), about)).toBe("object");
      }),
      { numRuns: 100 },
    );
  });
});
