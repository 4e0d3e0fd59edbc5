/** What a number means: on the one card that is open, among several, on one that is over or has changed. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Action } from "../../../../alerts/card.ts";
import { type Choices, choiceLine, openChoices } from "../../../../bot/wechat/choices.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";

const ROOM = "wechat:123@chatroom";

function actionsOf(incident: number, first = "认领"): readonly Action[] {
  return [
    { id: "ack", label: first, command: `${first === "认领" ? "ack" : "unack"} ${incident}` },
    { id: "silence", label: "静默1小时", command: `silence ${incident} 1h` },
    { id: "show", label: "详情", command: `show ${incident}` },
  ];
}

const journal = { now: new Journal() };
const clock = new FakeClock();
const over = new Set<number>();
let choices: Choices;

function reopen(): void {
  choices = openChoices(journal.now.open(clock), (incident) => !over.has(incident));
}

beforeEach(() => {
  journal.now = new Journal();
  over.clear();
  reopen();
});

function show(incident: number, first?: string): Promise<void> {
  return choices.show(ROOM, incident, actionsOf(incident, first), clock.now() + incident);
}

function zh(text: string, quotes?: string): string {
  const chosen = choices.choose(ROOM, text, quotes);
  if (chosen === undefined) return "not a number";
  return "command" in chosen ? chosen.command : chosen.refused.zh;
}

describe("with one card open", () => {
  beforeEach(() => show(12));

  it.each([
    ["1", "ack 12"],
    ["2", "silence 12 1h"],
    [" 3 ", "show 12"],
    ["１", "ack 12"],
    ["1。", "ack 12"],
    ["#12 1", "ack 12"],
    ["12 1", "ack 12"],
    ["＃12，2", "silence 12 1h"],
    ["#12 4", "#12 没有这个选项。可以回复：#12 1 认领；#12 2 静默1小时；#12 3 详情"],
    ["13 1", "#13 的卡片已经失效：告警结束了，或不是在这里发的。"],
  ])("%j is %j", (said, meant) => {
    expect(zh(said)).toBe(meant);
  });

  it.each([
    "1 认领",
    "认领 12",
    "12",
    "1.5",
    "0",
    "-1",
    "1小时",
    "#12 认领",
    "1 2 3",
    `1${" ".repeat(60)}x`,
    "",
  ])("%j is no choice, or none of its", (said) => {
    expect(["not a number", zh("12")]).toContain(zh(said));
  });

  it("is void when it is over", () => {
    over.add(12);
    expect(zh("1")).toBe("现在没有等着选择的告警卡片。");
    expect(zh("#12 1")).toContain("失效");
  });

  it("means nothing elsewhere", () => {
    expect(choices.choose("wechat:user/x", "1")).toHaveProperty("refused");
  });

  it("means the same after a restart", () => {
    reopen();
    expect(zh("2")).toBe("silence 12 1h");
  });

  it("means it also when the disk has not taken it", async () => {
    journal.now.refuse = "disk full";
    await show(13);
    expect(zh("13 1")).toBe("ack 13");
  });

  it("means what the latest card says", async () => {
    await show(12, "放弃");
    expect(zh("1")).toBe("unack 12");
  });
});

describe("with several cards open", () => {
  beforeEach(async () => {
    await show(12);
    await show(13);
  });

  it("asks which is meant", () => {
    expect(zh("1")).toBe("有 2 个告警等着选择，是哪一个？回复：\n#13 1 认领\n#12 1 认领");
    expect(zh("#12 1")).toBe("ack 12");
  });

  it("asks no more when all but one are over", () => {
    over.add(13);
    expect(zh("1")).toBe("ack 12");
  });

  it("takes the one that is quoted, as far as the quote goes", () => {
    const card = `🔴 [严重] 磁盘满 · #12\n\n${choiceLine(actionsOf(12), true, "zh-CN")}`;
    expect(zh("1", card)).toBe("ack 12");
    expect(zh("2", "🔴 [严重] 磁盘满 · #12 …")).toBe("silence 12 1h");
    expect(zh("3", card.slice(0, -30))).toBe("show 12");
  });

  it("does not take a number of a card that has changed since", async () => {
    const card = `🔴 [严重] 磁盘满 · #12\n\n${choiceLine(actionsOf(12), false, "zh-CN")}`;
    await show(12, "放弃");
    expect(zh("1", card)).toBe("引用的卡片已经更新。现在可以回复：#12 1 放弃；#12 2 静默1小时；#12 3 详情");
    expect(zh("2", card)).toBe("silence 12 1h");
  });

  it("asks among those that a digest names, when it is quoted", async () => {
    await show(14);
    expect(zh("1", "#13 a\n#14 b")).toContain("有 2 个告警");
    expect(zh("1", "#99 elsewhere, #14 b")).toBe("ack 14");
  });

  it("lists a few of many, and remembers the latest only", async () => {
    for (let incident = 20; incident < 90; incident++) await show(incident);
    const asked = zh("1");
    expect(asked.split("\n")).toHaveLength(10);
    expect(asked).toContain("…还有 42 个");
    expect(zh("#12 1")).toContain("失效");
    reopen();
    expect(zh("#89 1")).toBe("ack 89");
    expect(zh("#12 1")).toContain("失效");
  });
});

describe("the line of choices", () => {
  it("says how to answer, in both languages", () => {
    expect(choiceLine(actionsOf(12), false, "zh-CN")).toBe("回复 1 认领 · 2 静默1小时 · 3 详情");
    expect(choiceLine(actionsOf(12), true, "en")).toBe(
      "Reply 1 认领 · 2 静默1小时 · 3 详情 (mention me, or quote this)",
    );
  });
});
