/** Which targets are forgotten: those that nobody names any more and that were silent for long. */
import { expect, it } from "vitest";
import { makePlan, type PlanParts } from "../../../alerts/make-plan.ts";
import { KEPT } from "../../../alerts/prune.ts";
import { node, receiver, root } from "../../support/plans.ts";
import { never, RecordingChannel } from "../../support/recording-channel.ts";
import { Scenario } from "../../support/scenario.ts";

const DAY = 24 * 60 * 60_000;

/** Says a card at each address. */
async function tell(s: Scenario, addresses: readonly string[]): Promise<void> {
  await s.commit((change) =>
    s.alerts.book.post(change, addresses, { kind: "text", title: "x" }, "normal", s.clock.now()),
  );
  await s.clock.advance(10_000);
}

/** Lets time pass without living through it. */
async function pass(s: Scenario, ms: number): Promise<void> {
  s.clock.set(s.clock.now() + ms);
  await s.alerts.deadlinesDue(s.clock.now());
}

const known = (s: Scenario): string[] => [...s.alerts.book.tables.targets.values()].map((one) => one.address);

it("a target that nobody names is forgotten 30 days after it last took or refused something", async () => {
  const channel = new RecordingChannel();
  const s = await Scenario.open({ rules: [], channels: { chat: channel } });
  channel.tricks = [never()];
  await tell(s, ["chat:refuses", "chat:takes"]);
  expect(known(s).sort()).toEqual(["chat:refuses", "chat:takes"]);
  await pass(s, 20 * DAY);
  await tell(s, ["chat:takes"]);
  await pass(s, KEPT.targetMs - 20 * DAY);
  expect(known(s)).toEqual(["chat:takes"]);
  await pass(s, 20 * DAY);
  expect(known(s)).toEqual([]);
  // And what was forgotten is told as if it were new.
  await tell(s, ["chat:takes"]);
  expect(channel.shown.at(-1)?.conversation).toBe("chat:takes");
  await s.stop();
});

it.each<[string, PlanParts]>([
  ["a receiver", { receivers: [receiver("other", ["chat:a"])] }],
  ["a route", { route: root("console:ops", { routes: [node("chat:a", 'team="a"')] }) }],
  [
    "an escalation",
    { escalations: [{ name: "e", steps: [{ afterMs: 1, receiver: "chat:a" }], repeatMs: 1 }] },
  ],
])("one that %s names stays", async (_what, plan) => {
  const s = await Scenario.open({ rules: [], channels: { chat: new RecordingChannel() }, plan });
  await tell(s, ["chat:a", "chat:b"]);
  await pass(s, KEPT.targetMs + DAY);
  expect(known(s)).toEqual(["chat:a"]);
  s.plan = makePlan({});
  await pass(s, 2 * 3_600_000);
  expect(known(s)).toEqual([]);
  await s.stop();
});

it("one that a subscription names stays", async () => {
  const s = await Scenario.open({ rules: [], channels: { chat: new RecordingChannel() } });
  const subscription = { id: 1, conversation: "chat:a", matchers: [], person: "chat:p", at: 0 };
  s.plan = makePlan({}, () => [subscription]);
  await tell(s, ["chat:a", "chat:b"]);
  await pass(s, KEPT.targetMs + DAY);
  expect(known(s)).toEqual(["chat:a"]);
  await s.stop();
});

it("one that a delivery names stays, as long as its incident is there", async () => {
  const rule = { id: 1, name: "hot", tells: ["chat:a"] };
  const s = await Scenario.open({ rules: [rule], channels: { chat: new RecordingChannel() } });
  s.sights.bad(1, { host: "a" }, 95);
  await s.until("1m");
  await tell(s, ["chat:b"]);
  await pass(s, KEPT.targetMs + DAY);
  expect(known(s)).toEqual(["chat:a"]);
  await s.stop();
});
