/** Subscriptions, the tree in the chat, and where an alert would go, as conversations in both languages. */
import { afterEach, expect, test } from "vitest";
import type { PlanParts } from "../../../alerts/make-plan.ts";
import { parseConfig } from "../../../bot/config.ts";
import { planParts } from "../../../bot/plan-of.ts";
import { converse, Road } from "../../support/road.ts";

let road: Road;
afterEach(() => road.close());

const TREE = `
route:
  receiver: ops
  group_by: [alertname]
  routes:
    - matchers: [team="db"]
      receiver: dba
      mute_time_intervals: [morning]
      escalation: night
    - { matchers: [severity="critical"], receiver: nobody, continue: true }
    - { matchers: ['severity=~"critical|warning"'], receiver: both }
receivers:
  - { name: ops, console_configs: [{ conversation: ops }] }
  - { name: dba, console_configs: [{ conversation: dba }] }
  - { name: nobody }
  - { name: both, console_configs: [{ conversation: a }, { conversation: b }] }
time_intervals:
  - name: morning
    time_intervals: [{ times: [{ start_time: "09:00", end_time: "12:00" }], location: Asia/Shanghai }]
escalation: [{ name: night, steps: [{ after: 5m, receiver: ops }] }]
inhibit_rules: [{ source_matchers: [alertname=busy], target_matchers: [team=web] }]
`;

const plan = (): PlanParts => planParts(parseConfig("t.yml", TREE, {}), new Set(["console"]));

test("a conversation subscribes, is told beside whoever else is, and unsubscribes", async () => {
  road = await Road.open({ locale: "en", plan: plan() });
  await converse(road, [
    ['stranger: subscribe severity="critical"', "needs the role operator"],
    ["subscribe", "Subscribe to what?"],
    ['subscribe severity=~"crit("', "severity", "not valid RE2"],
    ['subscribe severity=~"crit', "never closed"],
    [
      'operator: subscribe severity=~"critical|warning"',
      'Subscription 1: this conversation is told of alerts that match `{severity=~"critical|warning"}`',
      "0 alerts match now",
    ],
    ['subscribe severity=~"critical|warning"', "subscribed to that already (1)"],
    ["subscribe all", "Subscription 2", "`{}`"],
    ["routes", "subscription 1:", "subscription 2:", "console:ops"],
    ["unsubscribe", "**1**", "**2**", "End which?"],
    ["unsubscribe two", "number of the subscription"],
    ["unsubscribe 7", "has no subscription 7"],
    ["unsubscribe 2", "Subscription 2 has ended"],
    ["stranger: unsubscribe", "needs the role operator"],
    ["unsubscribe", "Subscription 1 has ended"],
    ["unsubscribe", "has no subscription"],
  ]);
});

test("in Chinese", async () => {
  road = await Road.open({ plan: plan() });
  await converse(road, [
    ["订阅", "要订阅什么"],
    ['订阅 severity=~"critical|warning"', "订阅 1：这个会话会收到", "现在有 0 条符合"],
    ["订阅 全部", "订阅 2"],
    ["路由", "默认 → ops", "订阅 1：", "根以下的路由或订阅"],
    ["退订 2", "已退订 2"],
    ["取消订阅", "已退订 1"],
    ["退订", "没有订阅"],
    ["路由 测试 team=db", "dba", "升级策略 night", "在静音时间段 morning 内"],
    ["路由 测试 team=web", "→ **ops**（console:ops）", "!在这里建的规则"],
    ["路由 测试", "要写出告警的标签"],
  ]);
});

test("an alert that fits a subscription is told there, whatever the tree says of it", async () => {
  road = await Road.open({ locale: "en", plan: plan() });
  await road.say('subscribe severity="critical"');
  await road.burn();
  await road.clock.advance(30_000);
  const told = new Set(road.console.shown.map(({ conversation }) => conversation));
  // The first route has no targets, the second goes on to two, and the subscription adds this conversation.
  expect([...told].sort()).toEqual(["console:a", "console:b", "console:ops"]);
});

test("the tree is shown as it is, and what it would do with an alert", async () => {
  road = await Road.open({ locale: "en", plan: plan() });
  await converse(road, [
    [
      "routes",
      "default → ops  group_by [alertname]",
      '├─ {team="db"} → dba  mute morning  escalation night',
      '├─ {severity="critical"} → nobody  continue',
      '└─ {severity=~"critical|warning"} → both',
      "also tells its conversation",
    ],
    ["routes nonsense", "I do not know what to do with"],
    ["routes test", "Say the labels of an alert"],
    ["routes test host=~web", "Say the labels of an alert"],
    [
      "routes test host=web1 severity=critical",
      '1. `{}/{severity="critical"}` → **nobody** (nobody)',
      '2. `{}/{severity=~"critical|warning"}` → **both** (console:a, console:b)',
      "!this conversation would be told too",
      'Group: `{}/{severity="critical"}:{}`',
    ],
    [
      "routes test alertname=Slow team=db",
      '`{}/{team="db"}` → **dba** (console:dba)',
      "escalation night",
      "held back now: inside the time interval morning",
      'Group: `{}/{team="db"}:{alertname="Slow"}`',
    ],
    ["routes test alertname=X", "`{}` → **ops** (console:ops)", "!Held back"],
  ]);
  await road.burn();
  await converse(road, [
    ["routes test alertname=X team=web", "Held back now: inhibited by the alert busy of #12"],
  ]);
});

test("who makes a rule sees whom it tells", async () => {
  road = await Road.open({ locale: "en", plan: plan() });
  await converse(road, [
    ["rule add hot: cpu_usage_percent > 80 severity info", "Tells: this conversation"],
    ["rule add hotter: cpu_usage_percent > 90", "Tells: console:a, console:b"],
    ["subscribe all", "Subscription 1"],
    [
      "rule add hottest: cpu_usage_percent > 95 severity critical",
      "Tells: console:a, console:b, this conversation",
    ],
  ]);
});

test("without a tree of the file it says where alerts go all the same", async () => {
  road = await Road.open({ locale: "en" });
  await converse(road, [
    ["routes", "default → console:ops", "gengfu.yml has no route"],
    ["routes test a=b", "`{}` → **console:ops** (console:ops)"],
  ]);
});

test("a reload says what is wrong, and what is worth knowing", async () => {
  road = await Road.open({ locale: "en" });
  const note = { path: "receivers[0]", text: { zh: "没有路由会到达 'x'", en: "no route leads to 'x'" } };
  await converse(road, [["reload", "Reloaded.", "!Worth"]]);
  road.reloaded = { ok: true, problems: [note] };
  await converse(road, [
    ["reload", "Reloaded.", "`receivers[0]` no route leads to 'x'"],
    ["重新加载", "已重新加载", "没有路由会到达"],
  ]);
  road.reloaded = { ok: false, problems: [note], words: note.text };
  await converse(road, [
    ["reload", "the old configuration stays in force", "`receivers[0]`"],
    ["operator: reload", "needs the role admin"],
    ["reload now", "I do not know what to do with"],
  ]);
});
