/** The ladder in a whole house: a group, then mail, then the phone of whoever is on call, then everything is quiet. */
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/bot.ts";
import { ALIYUN, openAliyun } from "../support/clouds/aliyun.ts";
import { DingTalkHouse, GROUP } from "../support/dingtalk-house.ts";
import { openSmtp } from "../support/smtp.ts";

const MINUTE_MS = 60_000;
const LI = "13900139000";
const labels = { alertname: "DbDown", host: "db-1", severity: "critical" };

async function open(steps: string, more = "") {
  const cloud = await openAliyun(() => dingTalk.clock.now());
  const smtp = await openSmtp();
  onTestFinished(async () => {
    await Promise.all([cloud.close(), smtp.close()]);
  });
  const keys = (medium: string): string =>
    `${medium}_provider: aliyun, ${medium}_access_key_id: ${ALIYUN.id}, ${medium}_access_key_secret: ${ALIYUN.secret}, ${medium}_endpoint: "${cloud.url}"`;
  const dingTalk = await DingTalkHouse.open({
    yaml: `
people:
  - { id: "dingtalk:16650698", name: 张三, role: operator }
  - { id: "dingtalk:24680135", name: 李四, role: operator, phone: "${LI}", email: li@shop.example }
oncall: [{ name: db, rotation: { people: ["dingtalk:24680135"], every: 1w, starts: 2026-01-05T09:00 } }]
global: { smtp_smarthost: "127.0.0.1:${smtp.port}", smtp_from: gengfu@shop.example, smtp_require_tls: false, ${keys("sms")}, sms_sign_name: ${ALIYUN.sign}, sms_template: ${ALIYUN.sms}, ${keys("voice")}, voice_template: ${ALIYUN.voice} }
route: { receiver: group, group_by: [alertname], group_wait: 0s, group_interval: 1s, escalation: night }
escalation: [{ name: night, steps: [${steps}] }]
receivers:
  - { name: group, dingtalk_configs: [{ conversation: "${GROUP}" }] }
  - { name: mail, email_configs: [{ oncall: db }] }
  - { name: sms, fallback: group, sms_configs: [{ oncall: db }] }
  - { name: voice, voice_configs: [{ oncall: db }] }
${more}`,
  });
  const began = dingTalk.clock.now();
  /** Something fires; the clock stands still meanwhile, so that what is due later is due to the millisecond. */
  const fire = async (alertname: string): Promise<void> => {
    const answer = await fetch(new URL("/api/v2/alerts", dingTalk.house.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([
        { labels: { ...labels, alertname }, endsAt: new Date(began + 60 * MINUTE_MS).toISOString() },
      ]),
    });
    expect(answer.status).toBe(200);
  };
  /** Until so long after the beginning: a try lasts 10 s of that clock, however busy this machine is. */
  const upTo = (ms: number): Promise<void> => dingTalk.wait(began + ms - dingTalk.clock.now());
  const shown = (): string => dingTalk.seen().find((text) => text.includes("#1")) ?? "";
  return { cloud, smtp, dingTalk, shown, fire, upTo };
}

describe("nobody answers in the group", () => {
  it("then mail, then a message to whoever is on call, who has it; then everything is quiet and every card is right", async () => {
    const { cloud, smtp, dingTalk, shown, fire, upTo } = await open(
      "{ after: 5m, receiver: mail }, { after: 10m, receiver: sms }, { after: 15m, receiver: voice }",
    );
    await fire("DbDown");
    await dingTalk.pass(() => shown().includes("[认领]"));
    await upTo(5 * MINUTE_MS - 1);
    expect([smtp.sessions.count, cloud.asked.count]).toEqual([0, 0]);
    await upTo(5 * MINUTE_MS + 1_000);
    await smtp.heard(1);
    await until(async () => smtp.sessions.open() === 0 || undefined);
    expect(smtp.taken[0]?.to).toEqual(["li@shop.example"]);
    await upTo(10 * MINUTE_MS - 1);
    expect(cloud.asked.count).toBe(0);
    await upTo(10 * MINUTE_MS + 1_000);
    await cloud.heard(1);
    await until(async () => cloud.open() === 0 || undefined);
    expect(cloud.taken[0]).toMatchObject({
      action: "SendSms",
      phone: LI,
      params: { number: "1", name: "DbDown db-1" },
    });

    // In the group, where the message sent them.
    const [card] = dingTalk.fake.cards.all.values();
    dingTalk.fake.press(card?.outTrackId ?? "", "认领", "li");
    await dingTalk.pass(() => shown().includes("已认领"));
    // Mail tells that somebody has it; a phone does not ring for that.
    await dingTalk.pass(() => smtp.taken.length === 2, 10 * MINUTE_MS);
    await until(async () => smtp.sessions.open() === 0 || undefined);
    expect(smtp.taken[1]?.text).toContain("[已认领]");
    // Long past the time of the call: there is none, and nothing is said twice.
    await dingTalk.wait(30 * MINUTE_MS);
    expect([smtp.taken.length, cloud.taken.length]).toEqual([2, 1]);
    expect(shown()).toContain("李四");

    const story = await dingTalk.say("详情 1");
    expect(story.replaceAll("\\", "")).toMatch(/sms:sms\/0.*：李四 \+86139\*\*\*\*9000/);
    const why = await dingTalk.say("为什么 1");
    expect(why).toMatch(/139\\?\*\\?\*\\?\*\\?\*9000/);
    expect(why).toContain("李四");
    for (const text of [story, why, JSON.stringify(dingTalk.lines)]) expect(text).not.toContain(LI);
    expect((await dingTalk.ask("/metrics")).text).not.toContain(LI);

    await dingTalk.fire(labels, dingTalk.clock.now());
    await dingTalk.pass(() => shown().includes("恢复"));
    await dingTalk.wait(MINUTE_MS);
    expect(cloud.taken).toHaveLength(1);
  });

  it("a cloud that is out of order is tried again until somebody has it, and then nobody is called", async () => {
    const { cloud, dingTalk, shown } = await open("{ after: 1m, receiver: voice }");
    cloud.trick = "isp.SYSTEM_ERROR";
    await dingTalk.fire(labels);
    await dingTalk.pass(() => cloud.asked.count > 1, 3 * MINUTE_MS);
    const [card] = dingTalk.fake.cards.all.values();
    dingTalk.fake.press(card?.outTrackId ?? "", "认领", "zhang");
    await dingTalk.pass(() => shown().includes("已认领"));
    cloud.trick = undefined;
    await dingTalk.wait(10 * MINUTE_MS);
    expect(cloud.taken).toEqual([]);
    expect(await dingTalk.say("为什么 1")).toMatch(/voice:voice\/0：不用说.*acknowledged: somebody has it/);
  });

  it("what is more than somebody may get in an hour is told to the fallback, and the story says why", async () => {
    const { cloud, dingTalk, fire, upTo } = await open(
      "{ after: 1m, receiver: few }",
      `
  - { name: few, fallback: spare, sms_configs: [{ oncall: db, max_per_hour: 1 }] }
  - { name: spare, console_configs: [{ conversation: spare }] }
`,
    );
    await fire("DbDown");
    await fire("DiskFull");
    await upTo(MINUTE_MS + 1_000);
    await cloud.heard(1);
    await until(async () => cloud.open() === 0 || undefined);
    await dingTalk.wait(MINUTE_MS);
    expect(cloud.taken).toHaveLength(1);
    const held = cloud.taken[0]?.params["number"] === "1" ? 2 : 1;
    const story = await dingTalk.say(`详情 ${held}`);
    expect(story).toContain("max-per-hour");
    expect(story).toContain("console:spare");
    expect(await dingTalk.say(`为什么 ${held}`)).toContain("max-per-hour: held back");
    const channels = (await dingTalk.say("通道")).replaceAll("\\", "");
    // It is no fault of the cloud, and cost nothing there.
    expect(channels).toMatch(/sms:few\/0\*?\*? — 正常；.*额度还剩 5\/5；最近的错误 max-per-hour/);
    expect(channels).toContain("一小时内：李四 +86139****9000 1/1（1 条没发）");
  });
});
