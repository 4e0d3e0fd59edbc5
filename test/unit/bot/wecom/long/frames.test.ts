/** What the platform pushes, read: messages with their mentions and quotes, clicks at their nested place, and noise. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatOf, readEvent, readMessage } from "../../../../../bot/wecom/long/frames.ts";

const AT = 1_795_405_001_234;

function payload(name: string): { body: Record<string, unknown> } {
  return JSON.parse(
    readFileSync(new URL(`../../../../payloads/wecom/${name}.json`, import.meta.url), "utf8"),
  );
}

function groupText(content: string): unknown {
  const frame = payload("group-text");
  return { ...frame, body: { ...frame.body, text: { content } } };
}

const textIn = (content: string, botName?: string): string | undefined =>
  readMessage(groupText(content), AT, botName)?.heard.text;

describe("a message", () => {
  it("of a group is heard without the mention, with who said it and where", () => {
    expect(readMessage(payload("group-text"), AT, "更夫")).toEqual({
      reqId: "REQ1",
      heard: {
        id: "wecom:CAIQ16HMjQYYgroup",
        conversation: "wecom:wrOpsAbC",
        isPrivate: false,
        person: "wecom:zhangsan",
        text: "ack 12",
        at: AT,
      },
    });
  });

  it("of a person's own chat is answered to that person, and keeps what looks like a mention", () => {
    const heard = readMessage(payload("single-text"), AT, "更夫")?.heard;
    expect(heard).toMatchObject({ conversation: "wecom:user/zhangsan", isPrivate: true, text: "状态" });
    const frame = payload("single-text");
    const mention = { ...frame, body: { ...frame.body, text: { content: "@更夫 状态" } } };
    expect(readMessage(mention, AT, "更夫")?.heard.text).toBe("@更夫 状态");
  });

  it("brings along the text that it quotes", () => {
    expect(readMessage(payload("group-quote"), AT, "更夫")?.heard).toMatchObject({
      text: "认领",
      quotes: "🔴 #12 db-1 CPU 97%",
    });
  });

  it("with a picture is heard by its text", () => {
    expect(readMessage(payload("group-mixed"), AT, "更夫")?.heard.text).toBe("详情 12");
  });

  it("that was spoken is heard as it was understood", () => {
    expect(readMessage(payload("single-voice"), AT, "更夫")?.heard.text).toBe("告警");
  });

  it("that is only a picture says nothing", () => {
    expect(readMessage(payload("single-image"), AT, "更夫")).toBeUndefined();
  });

  it("keeps the case of the conversation's id", () => {
    expect(readMessage(payload("group-text"), AT, "更夫")?.heard.conversation).toContain("wrOpsAbC");
  });

  it("from nobody is heard from nobody", () => {
    const { from: _, ...body } = payload("group-text").body;
    const heard = readMessage({ ...payload("group-text"), body }, AT, "更夫")?.heard;
    expect(heard).toBeDefined();
    expect(heard).not.toHaveProperty("person");
  });

  it("of a group that is not named is passed over", () => {
    const { chatid: _, ...body } = payload("group-text").body;
    expect(readMessage({ ...payload("group-text"), body }, AT, "更夫")).toBeUndefined();
  });
});

describe("the mention of the bot", () => {
  it.each([" ", "\u2005", "\u00a0", "\u3000", "\n", "  ", "：", ", "])(
    "goes with %j behind it",
    (separator) => {
      expect(textIn(`@更夫${separator}ack 12`, "更夫")).toBe("ack 12");
    },
  );

  it("goes from the end and from the middle", () => {
    expect(textIn("ack 12 @更夫", "更夫")).toBe("ack 12");
    expect(textIn("ack\u2005@更夫\u2005 12", "更夫")).toBe("ack\u200512");
  });

  it("may be of a name with spaces and signs", () => {
    expect(textIn("@Night Watch (v2) status", "Night Watch (v2)")).toBe("status");
  });

  it("is not that of somebody whose name only begins like it", () => {
    expect(textIn("@RobotAlpha help @RobotA", "RobotA")).toBe("@RobotAlpha help");
  });

  it("goes without a separator, too, where it begins the message", () => {
    expect(textIn("@更夫状态", "更夫")).toBe("状态");
  });

  it("alone leaves nothing", () => {
    expect(textIn("@更夫", "更夫")).toBe("");
    expect(textIn("@更夫\u2005", "更夫")).toBe("");
  });

  it("of a bot without a configured name is the first word", () => {
    expect(textIn("@Anybody\u2005status")).toBe("status");
    expect(textIn("@Anybody")).toBe("");
  });

  it("goes once: what is said about it stays", () => {
    expect(textIn("@更夫 静默 12 1h @更夫 太吵", "更夫")).toBe("静默 12 1h @更夫 太吵");
  });
});

describe("an event", () => {
  it("of a click is read from its nested place", () => {
    expect(readEvent(payload("click"), AT)).toEqual({
      is: "pressed",
      reqId: "EV1",
      pressed: {
        id: "wecom:CAIQ16HMjQYYclick",
        conversation: "wecom:wrOpsAbC",
        person: "wecom:zhangsan",
        card: "incident-12-mgx3k2-7f3a9c",
        command: "ack 12",
        at: 1_795_405_000_000,
      },
    });
  });

  it("of a click is read where the SDK's own types have it, too", () => {
    expect(readEvent(payload("click-flat"), AT)).toMatchObject({
      is: "pressed",
      pressed: { command: "ack 12", conversation: "wecom:user/zhangsan" },
    });
  });

  it("of a first visit says who came", () => {
    expect(readEvent(payload("enter"), AT)).toEqual({
      is: "entered",
      reqId: "EV3",
      id: "wecom:CAIQ16HMjQYYenter",
      conversation: "wecom:user/lisi",
      person: "wecom:lisi",
    });
  });

  it("of an eviction needs no place", () => {
    expect(readEvent(payload("evicted"), AT)).toEqual({ is: "evicted" });
  });

  it("that nobody knows is passed over", () => {
    expect(readEvent(payload("feedback"), AT)).toBeUndefined();
  });
});

it("no frame, whatever is in it, makes the reader throw", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (headers, body) => {
      for (const frame of [headers, { headers, body }, { headers: { req_id: "r" }, body }]) {
        readMessage(frame, AT, "更夫");
        readEvent(frame, AT);
      }
    }),
  );
});

it.each([
  ["wecom:wrOpsAbC", { chatid: "wrOpsAbC", chat_type: 2 }],
  ["wecom:user/ZhangSan", { chatid: "ZhangSan", chat_type: 1 }],
  ["wecom:user/", undefined],
  ["wecom:", undefined],
  ["dingtalk:cid", undefined],
])("the address %s means %j", (address, chat) => {
  expect(chatOf(address)).toEqual(chat);
});
