/** A card as an ordinary message: its kind by how many buttons there are, and buttons that say their line. */
import { describe, expect, it } from "vitest";
import { robotMessage, sessionMessage } from "../../../../bot/dingtalk/plain-message.ts";
import { incident } from "./channel-bench.ts";

const action = (i: number) => ({ id: `b${i}`, label: `按钮${i}`, command: `ack ${i} & 更多` });
const withButtons = (count: number) => ({
  ...incident,
  actions: Array.from({ length: count }, (_, i) => action(i)),
});

describe("a message of the robot", () => {
  it.each([
    [0, "sampleMarkdown"],
    [1, "sampleActionCard"],
    [2, "sampleActionCard2"],
    [5, "sampleActionCard5"],
    [9, "sampleActionCard5"],
  ])("with %i buttons is a %s", (count, msgKey) => {
    const message = robotMessage(withButtons(count), "zh-CN");
    expect(message.msgKey).toBe(msgKey);
    expect(Object.values(message.msgParam).filter((value) => value.startsWith("dtmd://"))).toHaveLength(
      Math.min(count, 5),
    );
  });

  it("has buttons that say exactly their line", () => {
    const { msgParam } = robotMessage(withButtons(2), "zh-CN");
    expect(msgParam).toMatchObject({ actionTitle1: "按钮0", actionTitle2: "按钮1" });
    const url = new URL(msgParam["actionURL2"] ?? "");
    expect(url.searchParams.get("content")).toBe("ack 1 & 更多");
  });

  it("stays below what DingTalk takes, whatever it says", () => {
    for (const text of ["磁盘🔥满了 ".repeat(9_000), '"\\'.repeat(20_000), "a\n".repeat(20_000)]) {
      const { msgParam } = robotMessage({ ...withButtons(5), text }, "zh-CN");
      expect(Buffer.byteLength(JSON.stringify(msgParam))).toBeLessThanOrEqual(15_000);
    }
  });
});

describe("an answer by a session", () => {
  it("mentions people, whose ids stand in the text as well", () => {
    const { actions: _, ...card } = incident;
    expect(sessionMessage({ ...card, mentions: ["dingtalk:16650698"] }, "zh-CN")).toMatchObject({
      msgtype: "markdown",
      markdown: { text: expect.stringMatching(/^@16650698 /) },
      at: { atUserIds: ["16650698"], isAtAll: false },
    });
  });

  it("has its buttons, too", () => {
    expect(sessionMessage(withButtons(1), "zh-CN")).toMatchObject({
      msgtype: "actionCard",
      actionCard: { btns: [{ title: "按钮0", actionURL: expect.stringMatching(/^dtmd:/) }] },
      at: { atUserIds: [] },
    });
  });
});
