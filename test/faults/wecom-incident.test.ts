/** The life of an incident in a WeCom group: told, claimed by a click, over; by the courier, over a real socket. */
import { afterEach, expect, it } from "vitest";
import { until } from "../support/bot.ts";
import { root } from "../support/plans.ts";
import { Scenario } from "../support/scenario.ts";
import { closeLinked, GROUP, type Linked, linked, OPS } from "../unit/bot/wecom/long/linked.ts";

closeLinked();
let s: Scenario;
afterEach(() => s.stop());

const cards = ({ fake }: Linked) => fake.messages(GROUP).map(({ text }) => text);

/** Lets the incident's time go by in small steps until it is so; what is on its way arrives meanwhile. */
function pass(isSo: () => boolean): Promise<void> {
  return until(async () => {
    await s.clock.advance(500);
    return isSo() ? true : undefined;
  }).then(() => {});
}

async function firing(press: () => Promise<void>): Promise<Linked> {
  const all = await linked({ press });
  s = await Scenario.open({
    rules: [{ id: 1, name: "hot", tells: [OPS], labels: { severity: "critical" } }],
    channels: { wecom: all.channel },
    plan: { route: root("console:ops", { groupWaitMs: 0, groupIntervalMs: 0 }) },
    locale: "zh-CN",
  });
  s.sights.bad(1, { host: "db-1" }, 97);
  await pass(() => cards(all).length > 0);
  return all;
}

it("is a card, changed by the click that claims it, and followed by another when it is over", async () => {
  const all = await firing(async () => {
    const at = s.clock.now();
    const claim = { person: "wecom:zhangsan", until: at + 3_600_000, at };
    await s.commit((change) => s.alerts.book.acknowledge(change, 1, claim));
  });
  const [card] = all.fake.messages(GROUP);
  expect(card?.text).toContain("🔴 #1 hot");
  all.fake.press(card?.card?.taskId ?? "", "ack 1", "zhangsan");
  await pass(() => cards(all)[0]?.includes("已认领") === true);
  expect(cards(all)).toHaveLength(1);
  expect(cards(all)[0]).toContain("zhangsan");
  s.sights.ok(1, { host: "db-1" });
  await pass(() => cards(all).length > 1);
  await pass(() => s.alerts.book.index.pending.size === 0);
  expect(cards(all)).toHaveLength(2);
  expect(cards(all)[1]).toContain("✅ #1 hot");
});

it("is followed by one card for each news, where nobody clicked", async () => {
  const all = await firing(async () => {});
  const settled = (): Promise<void> => pass(() => s.alerts.book.index.pending.size === 0);
  await settled();
  const at = s.clock.now();
  const claim = { person: "console:alice", until: at + 3_600_000, at };
  await s.commit((change) => s.alerts.book.acknowledge(change, 1, claim));
  await settled();
  s.sights.ok(1, { host: "db-1" });
  await pass(() => cards(all).some((text) => text.includes("恢复")));
  await settled();
  expect(cards(all).map((text) => text.split("\n")[1])).toEqual(["🔴 #1 hot", "🙋 #1 hot", "✅ #1 hot"]);
});

it("is one of a storm's, of which the group is told in few messages", async () => {
  const all = await linked();
  s = await Scenario.open({
    rules: [{ id: 1, name: "hot", tells: [OPS] }],
    channels: { wecom: all.channel },
    plan: { route: root("console:ops", { groupBy: ["host"], groupWaitMs: 0, groupIntervalMs: 0 }) },
    locale: "zh-CN",
  });
  // Two more every second, for two minutes.
  for (let second = 0; second < 120; second++) {
    for (const host of [`a${second}`, `b${second}`]) s.sights.bad(1, { host, severity: "warning" }, 97);
    await s.clock.advance(1_000);
  }
  await pass(() => cards(all).length > 0);
  // A digest that cannot be changed in place is said again at most every minute.
  expect(cards(all).length).toBeLessThanOrEqual(3);
  for (const text of cards(all)) expect(text).toContain("告警风暴");
});
