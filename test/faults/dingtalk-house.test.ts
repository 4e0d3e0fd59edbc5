/** A whole house in front of a DingTalk that says no, is away, runs out of calls, or is flooded. */
import { describe, expect, it } from "vitest";
import { CARD_SCOPE } from "../support/dingtalk/settings.ts";
import { BUTTONS } from "../support/dingtalk-card-template.ts";
import { DingTalkHouse, type DingTalkHouseSpec, GROUP } from "../support/dingtalk-house.ts";
import { usedMemory } from "../support/heap.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const CREATE = "/v1.0/card/instances/createAndDeliver";
const UPDATE = "/v1.0/card/instances";
const MESSAGE = "/v1.0/robot/groupMessages/send";
const SESSION = "/robot/sendBySession";

/** What tells the group of what other systems send. */
function yaml(more = "", target = `conversation: "${GROUP}"`): string {
  return `
people:
  - { id: "dingtalk:16650698", name: 张三, role: operator }
route: { receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4h }
receivers:
  - name: ops
    fallback: "console:fallback"
    dingtalk_configs: [{ ${target} }]
${more}`;
}

async function open(spec: DingTalkHouseSpec = {}): Promise<DingTalkHouse> {
  return DingTalkHouse.open({ yaml: yaml(), ...spec });
}

/** Another system says that something is wrong, or no longer. */
async function fire(
  { house, clock }: DingTalkHouse,
  alertname: string,
  { severity = "critical", host = "web-1", over = false } = {},
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const endsAt = over ? at : new Date(clock.now() + 24 * HOUR).toISOString();
  const response = await fetch(new URL("/api/v2/alerts", house.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ labels: { alertname, severity, host }, startsAt: at, endsAt }]),
  });
  expect(response.status).toBe(200);
}

/** What the console shows in a conversation. */
async function onConsole({ house }: DingTalkHouse, conversation: string): Promise<string> {
  const response = await fetch(
    new URL(`/api/console/messages?conversation=${conversation}&after=0`, house.url),
  );
  return response.text();
}

const showing =
  (dingTalk: DingTalkHouse, words: string, where = GROUP) =>
  () =>
    dingTalk.seen(where).find((text) => text.includes(words));

describe("without the permission for cards", () => {
  it("an incident is told all the same, pressed all the same, and is a card again an hour after", async () => {
    const dingTalk = await open();
    const { fake, lines } = dingTalk;
    fake.settings.scopes.delete(CARD_SCOPE);
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1"));
    const [message] = fake.messages(GROUP);
    expect(message?.kind).toBe("actionCard");
    fake.press(message?.id ?? "", "认领", "zhang");
    const answer = await dingTalk.pass(showing(dingTalk, "认领了"));
    expect(answer).toContain("[放弃]");
    expect(dingTalk.seen().join("\n")).toContain("@更夫 ack 1");
    // The message cannot be changed, so that the answer alone says it.
    await dingTalk.wait(MINUTE);
    expect(dingTalk.seen().at(-1)).toBe(answer);
    await fire(dingTalk, "CpuHigh");
    await dingTalk.pass(showing(dingTalk, "#2"));
    expect(await dingTalk.say("通道")).toContain("不给发互动卡片");
    expect(lines.filter(({ message: said }) => said.includes("refuses cards"))).toHaveLength(1);
    expect(dingTalk.asked(CREATE)).toHaveLength(1);

    fake.settings.scopes.add(CARD_SCOPE);
    await dingTalk.wait(HOUR, MINUTE);
    await fire(dingTalk, "LoadHigh");
    await dingTalk.pass(() => fake.cards.all.size === 1);
    expect(await dingTalk.say("通道")).not.toContain("不给发互动卡片");
  });
});

describe("a platform that is away", () => {
  it("for an hour is told what is critical as soon as it is back, once", async () => {
    const dingTalk = await open();
    const { fake } = dingTalk;
    await fake.down();
    await fire(dingTalk, "DiskFull");
    await dingTalk.wait(HOUR, MINUTE);
    await fake.up();
    await dingTalk.pass(showing(dingTalk, "#1"), 15 * MINUTE);
    await dingTalk.wait(MINUTE);
    expect(dingTalk.seen()).toHaveLength(1);
    await dingTalk.pass(() => fake.counters().connections > 0, 10 * MINUTE);
    expect(fake.counters().mostOpensInOneSecond).toBeLessThanOrEqual(1);
  });

  it("loses an answer, and people have the card at least once", async () => {
    const dingTalk = await open();
    dingTalk.fake.fail(CREATE, "lost");
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(() => dingTalk.asked("/v1.0/card/instances/deliver").length === 1);
    await dingTalk.wait(MINUTE);
    expect(dingTalk.fake.cards.all.size).toBe(1);
    expect(dingTalk.seen()[0]).toContain("[认领]");
    expect(dingTalk.asked(MESSAGE)).toEqual([]);
  });

  it("revokes the token, and nobody notices", async () => {
    const dingTalk = await open();
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1"));
    dingTalk.fake.revokeTokens();
    await fire(dingTalk, "CpuHigh");
    await dingTalk.pass(showing(dingTalk, "#2"));
    expect(dingTalk.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("closes the way of an answer, which then goes by a message", async () => {
    const dingTalk = await open({ fake: { settings: { sessionMs: 0 } } });
    expect(await dingTalk.say("我是谁")).toContain("dingtalk:16650698");
    expect(dingTalk.asked(SESSION)).toEqual([]);
    expect(dingTalk.asked(MESSAGE)).toHaveLength(1);
  });

  it("has nobody with that number: the fallback is told instead", async () => {
    const dingTalk = await open({ yaml: yaml("", 'conversation: "user/404"') });
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(() => dingTalk.asked("/v1.0/robot/oToMessages/batchSend").length > 0);
    await dingTalk.wait(MINUTE);
    expect(await onConsole(dingTalk, "fallback")).toContain("DiskFull");
  });
});

describe("a template of one's own", () => {
  it("has buttons that carry only their names, which are lines all the same", async () => {
    const id = "00000000-0000-0000-0000-000000000000.schema";
    const buttons = BUTTONS.map(({ id: name, label: text }) => ({ id: name, text }));
    const env = { DINGTALK_CARD_TEMPLATE_ID: id };
    const dingTalk = await open({ env });
    const { fake } = dingTalk;
    fake.cards.templates.set(id, { id, title: "title", text: "markdown", tips: "tips", buttons });
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1"));
    const [card] = fake.cards.all.values();
    expect(card?.values).toMatchObject({ ack: "true", unack: "false" });
    fake.press(card?.outTrackId ?? "", "ack", "zhang");
    await dingTalk.pass(showing(dingTalk, "已认领"));
    expect(fake.cards.all.get(card?.outTrackId ?? "")?.values).toMatchObject({ ack: "false", unack: "true" });
    // A press on what is there no more, as on a card that a phone has not drawn anew, changes nothing.
    fake.press(card?.outTrackId ?? "", "unsilence", "zhang");
    await dingTalk.wait(5 * SECOND);
    expect(dingTalk.seen()[0]).toContain("已认领");
  });
});

describe("somebody's own chat", () => {
  it("has its alarms as cards, whose buttons answer there", async () => {
    const dingTalk = await open({ yaml: yaml("", 'conversation: "user/16650698"') });
    const { fake } = dingTalk;
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1", "zhang"));
    const [card] = fake.cards.all.keys();
    await fake.press(card ?? "", "认领", "zhang");
    await dingTalk.pass(showing(dingTalk, "已认领", "zhang"));
    expect(dingTalk.asked(UPDATE, "PUT")).toEqual([]);
    expect(dingTalk.seen()).toEqual([]);
  });
});

describe("whoever had an incident", () => {
  it("is mentioned when that has ended and it still fires", async () => {
    const dingTalk = await open();
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1"));
    expect(await dingTalk.say("认领 1 5分钟")).toContain("#1");
    await dingTalk.pass(showing(dingTalk, "到期"), 10 * MINUTE);
    const told = dingTalk.fake.messages(GROUP).find(({ text }) => text.includes("的认领到期了"));
    expect(told).toMatchObject({ kind: "card", mentions: ["16650698"] });
    expect(dingTalk.asked(CREATE).at(-1)?.body).toContain('"atUserIds":{"16650698":"张三"}');
  });
});

describe("changes of a card", () => {
  it("that nobody made are put together, at most one a minute", async () => {
    const dingTalk = await open();
    await fire(dingTalk, "DiskFull", { severity: "warning", host: "web-0" });
    await dingTalk.pass(showing(dingTalk, "#1"));
    for (let host = 1; host <= 12; host++) {
      await dingTalk.wait(10 * SECOND);
      await fire(dingTalk, "DiskFull", { severity: "warning", host: `web-${host}` });
    }
    await dingTalk.wait(MINUTE);
    expect(dingTalk.seen()[0]).toContain("13 条告警");
    const edits = dingTalk.asked(UPDATE, "PUT").map(({ at }) => at);
    expect(edits.length).toBeGreaterThan(0);
    for (const at of edits) expect(edits.filter((one) => one >= at && one < at + MINUTE)).toHaveLength(1);
    expect(dingTalk.asked(CREATE)).toHaveLength(1);
  });

  it("that somebody makes by a line are shown at once", async () => {
    const dingTalk = await open();
    await fire(dingTalk, "DiskFull");
    await dingTalk.pass(showing(dingTalk, "#1"));
    await dingTalk.say("认领 1");
    const at = dingTalk.clock.now();
    await dingTalk.pass(() => dingTalk.seen()[0]?.includes("已认领"));
    expect(dingTalk.clock.now() - at).toBeLessThan(2 * SECOND);
  });
});

describe("the month's calls", () => {
  const robots = 'robots: [{ access_token: "fake-robot-token-0001", secret: "SECfake0001" }]';
  const few = "dingtalk: { quota: { api_calls: 20 } }\n";
  const warnings = (dingTalk: DingTalkHouse) =>
    dingTalk.lines.filter(({ level, fields }) => level === "warn" && "percent" in fields);

  it("are told of at 70 and 90 percent, once, and the last of them are for what is critical", async () => {
    const dingTalk = await open({ yaml: yaml(few) });
    for (let i = 0; i < 20; i++) {
      await fire(dingTalk, `Warning${i}`, { severity: "warning" });
      await dingTalk.wait(20 * SECOND);
    }
    await dingTalk.wait(MINUTE);
    expect(warnings(dingTalk).map(({ fields }) => fields)).toMatchObject([
      { purse: "api", percent: 70 },
      { purse: "api", percent: 90 },
    ]);
    expect(await onConsole(dingTalk, "ops")).toContain("已过 90%");
    expect(dingTalk.fake.quota.used.api).toBe(19);
    expect(await dingTalk.say("通道")).toContain("API 调用已用 19/20 次");
    expect(await onConsole(dingTalk, "fallback")).toContain("Warning19");

    await dingTalk.stop();
    await dingTalk.start();
    await fire(dingTalk, "Critical");
    await dingTalk.pass(showing(dingTalk, "Critical"));
    await dingTalk.wait(MINUTE);
    expect(warnings(dingTalk)).toHaveLength(2);
    expect(dingTalk.fake.quota.used.api).toBe(20);
  });

  it("that DingTalk says are used up leave the group's own robots to what is critical", async () => {
    const dingTalk = await open({ yaml: yaml("", `conversation: "${GROUP}", ${robots}`) });
    dingTalk.fake.settings.apiPerMonth = 0;
    await fire(dingTalk, "Critical");
    await dingTalk.pass(showing(dingTalk, "Critical"));
    expect(dingTalk.fake.messages(GROUP)[0]?.from).toMatchObject({ is: "robot", name: "告警机器人" });
    await fire(dingTalk, "Warning", { severity: "warning" });
    await dingTalk.wait(MINUTE);
    expect(dingTalk.seen().join("\n")).not.toContain("Warning");
    expect(await onConsole(dingTalk, "fallback")).toContain("Warning");
    await fire(dingTalk, "Critical", { over: true });
    await dingTalk.pass(showing(dingTalk, "恢复"), 5 * MINUTE);
  });
});

describe("what people say", () => {
  it("before the process ends is carried out once, and answered in the next life", async () => {
    const dingTalk = await open();
    const { fake } = dingTalk;
    const end = fake.fail("/", "hang", 1_000);
    const said = fake.say(GROUP, "zhang", "新建规则 慢：up == 0 持续 5分钟");
    await dingTalk.pass(() => said.state === "answered");
    await dingTalk.stop();
    end();
    await dingTalk.start();
    await dingTalk.pass(() => dingTalk.seen().length === 2);
    // And DingTalk brings it again, as if it had not been told that it was received.
    fake.deliveries.again(said, 3);
    await dingTalk.wait(MINUTE);
    expect(dingTalk.seen()).toHaveLength(2);
    expect((await dingTalk.say("规则")).match(/up == 0/g)).toHaveLength(1);
  });

  it("with a picture alone is answered, too", async () => {
    const dingTalk = await open();
    dingTalk.fake.say(GROUP, "zhang", "", { picture: Buffer.from("x") });
    await dingTalk.pass(showing(dingTalk, "没看到内容"));
  });

  it("ten thousand times in a minute is acknowledged in time and answered within the budget", async () => {
    const groups = Array.from({ length: 10 }, (_, i) => ({ id: `cidFlood${i}==`, title: `群${i}` }));
    const dingTalk = await open({ fake: { groups } });
    const { fake } = dingTalk;
    const before = usedMemory();
    for (let second = 0; second < 100; second++) {
      for (let i = 0; i < 10; i++) for (const { id } of groups) fake.say(id, "zhang", "我是谁");
      await dingTalk.wait(600, 600);
    }
    await dingTalk.wait(2 * MINUTE, SECOND);
    expect(fake.deliveries.all).toHaveLength(10_000);
    expect(fake.deliveries.all.filter(({ state }) => state !== "answered")).toEqual([]);
    expect(fake.counters()).toMatchObject({ lateAcks: 0, wrongFrames: 0 });
    expect(fake.counters().slowestAckMs).toBeLessThanOrEqual(3 * SECOND);
    for (const { id } of groups) {
      const answers = fake.messages(id).filter(({ from }) => from.is === "app");
      for (const { at } of answers)
        expect(answers.filter((one) => one.at >= at && one.at < at + MINUTE).length).toBeLessThanOrEqual(40);
      expect(answers.some(({ text }) => /还有 \d+ 句也办了/.test(text))).toBe(true);
    }
    // Most of it is what the fake remembers of every message.
    expect(usedMemory() - before).toBeLessThan(100_000_000);
  }, 300_000);
});
