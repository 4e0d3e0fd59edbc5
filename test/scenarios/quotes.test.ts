/** A line that answers a message is about the incident which that message names; and is put down as carried out. */
import { afterEach, expect, it } from "vitest";
import type { Change, Table } from "../../storage/store.ts";
import { Road } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

const CARD = "### 🔴 #12 busy — see #3\n级别: critical";
const DIGEST = "告警风暴：2 起告警\n- 🔴 **#12** busy — 1 条\n- 🟡 **#13** disk — 1 条";

async function open(): Promise<void> {
  road = await Road.open({ locale: "en" });
  await road.burn();
}

function answering(quotes: string, text: string, who = "boss"): Promise<string> {
  return road.hear({ conversation: "console:ops", person: `console:${who}`, text, quotes });
}

it.each([
  ["认领", "boss 认领了 #12", "认领 12"],
  ["认领 30分钟", "（30分钟）", "认领 12 30分钟"],
  ["认领 30m 我来", "（30分钟）", "认领 12 30m 我来"],
  ["ack 30m", "boss has #12 until", "ack 12 30m"],
  ["Ack looking", "boss has #12 until", "ack 12 looking"],
  ["静默 1小时 发布", "静默 1：#12", "静默 12 1小时 发布"],
  ["silence 2h", "Silence 1: #12", "silence 12 2h"],
  ["关闭 好了", "关闭了 #12", "关闭 12 好了"],
  ["resolve", "boss closed #12", "resolve 12"],
])("%s under a card is about its incident", async (line, reply, audited) => {
  await open();
  expect(await answering(CARD, line)).toContain(reply);
  expect(road.world.audit.latest(1)).toMatchObject([{ line: audited }]);
});

it("a number behind the wide sign that a platform is given for a narrow one is a number all the same", async () => {
  await open();
  expect(await answering("＃12 busy", "认领")).toContain("boss 认领了 #12");
});

it("looking is about it too, and so is giving back", async () => {
  await open();
  await road.say("ack 12");
  expect(await answering("boss 认领了 #12，到 11-25 14:00（4小时）。", "放弃")).toContain("放弃了 #12");
  expect(await answering(CARD, "详情")).toContain("#12");
  expect(await answering(CARD, "why")).toContain("Why it fired");
  expect(await answering(CARD, "预览静默")).toContain("会挡住");
});

it.each([
  ["[严重] #12 busy\n另见 #3"],
  ["- 🔴 **#12** busy"],
  ["**#12** busy — see #3"],
  ["已由 张三 认领 \\#12。"],
])("a message that names it so is about it: %j", async (quote) => {
  await open();
  expect(await answering(quote, "认领")).toContain("认领了 #12");
});

it("a number or matchers that are said go before the quotation", async () => {
  await open();
  expect(await answering(CARD, "认领 7")).toContain("没有告警 #7");
  expect(await answering(CARD, "ack #7 30m")).toContain("no incident #7");
  expect(await answering(CARD, 'silence instance="elsewhere" 2h')).toContain('instance="elsewhere"');
  expect(await answering(CARD, "rule 1")).toContain("busy");
});

it("of several it is asked which, with a button each; of none as without a quotation", async () => {
  await open();
  expect(await answering(DIGEST, "认领 30m")).toContain(
    "引用的消息里有 2 个告警：#12、#13。要说明是哪个，例如 `认领 12 30m`",
  );
  expect(road.cards[0]?.actions?.map(({ label, command }) => [label, command])).toEqual([
    ["#12", "认领 12 30m"],
    ["#13", "认领 13 30m"],
  ]);
  expect(await answering(DIGEST, "ack")).toContain("names 2 incidents: #12, #13");
  expect(await answering(DIGEST, "ack", "stranger")).toContain("needs the role operator");
  for (const quote of ["吃饭了吗", "see https://x.example/#12 and &#12;", "#123abc", ""])
    expect(await answering(quote, "认领"), quote).toContain("要说明是哪个告警");
});

it("a length of time is no number, with a quotation or without", async () => {
  await open();
  expect(await road.say("认领 30分钟")).toContain("要说明是哪个告警");
  expect(await road.say("静默 1小时")).toContain("要静默哪个告警");
  expect(await road.say("认领 12 分析中")).toContain("认领了 #12");
});

it("what carried a message out says so in the same commit, once", async () => {
  await open();
  const { store } = road.world;
  const done: Table<object> = store.table("done", (raw) => raw as object);
  let calls = 0;
  const commit = (change: Change): void => {
    calls++;
    change.put(done, "m1", {});
  };
  const message = { conversation: "console:ops", person: "console:boss", commit };
  await road.hear({ ...message, text: "alerts" });
  expect(calls).toBe(0);
  road.refuse = "the disk is full";
  await road.hear({ ...message, text: "ack 12" });
  expect(done.size).toBe(0);
  road.refuse = undefined;
  const from = road.commits.length;
  await road.hear({ ...message, text: "ack 12" });
  expect(done.size).toBe(1);
  const tables = road.commits[from]?.map(([, table]) => table);
  expect(tables).toEqual(expect.arrayContaining(["done", "audit", "incidents"]));
  expect(calls).toBe(2);
});

it("a change that is refused in words puts nothing down", async () => {
  await open();
  let put = 0;
  const commit = (): void => {
    put++;
  };
  await road.hear({ conversation: "console:ops", person: "console:boss", text: "unack 12", commit });
  expect(put).toBe(0);
});
