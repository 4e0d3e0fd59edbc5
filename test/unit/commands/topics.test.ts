/** Whatever a newcomer asks help about is answered, or something near is suggested. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hookKinds } from "../../../bot/hooks/index.ts";
import { push } from "../../../bot/hooks/push/push.ts";
import { findCommand } from "../../../commands/find.ts";
import { commands } from "../../../commands/index.ts";
import { topics } from "../../../commands/topics.ts";
import { Road } from "../../support/road.ts";

const HAN = /\p{Script=Han}/u;
const NOTHING = /There is no command|没有 .*这个命令/;

/** What somebody new may ask, and what the answer must hold. */
const ASKED: readonly (readonly [line: string, ...expected: string[]])[] = [
  ["help push", "POST http://gengfu.example/api/v1/push", "docs/push.md"],
  ["help hooks", "/api/v1/hooks/<kind>", "docs/hooks.md"],
  ["help grafana", "/api/v1/hooks/<kind>"],
  ["help webhook", "webhook_configs", "help hooks", "docs/webhook.md"],
  ["help webhooks", "webhook_configs"],
  ["help doors", "/ping/<uuid>", "/api/v2/alerts"],
  ["help /ping", "/ping/<uuid>", "docs/monitors.md"],
  ["help ping", "a kind of monitor", "See also `help /ping`"],
  ["help heartbeat", "grace", "See also `help /ping`"],
  ["help alertmanager", "/api/v2/alerts", "docs/api.md"],
  ["help DingTalk", "DINGTALK_CLIENT_ID", "docs/dingtalk.md"],
  ["help wecom", "WECOM_BOT_ID", "docs/wecom.md"],
  ["help wechat", "WECHATY_PUPPET"],
  ["help email", "email_configs", "docs/email.md"],
  ["help sms", "sms_configs"],
  ["help cron", "every weekday at 9:00", "docs/rules.md#schedules"],
  ["help promql", "rule add", "docs/rules.md#promql"],
  ["help log", "a kind of monitor", "`patterns`"],
  ["help flow", "`flow [NAME"],
  ["help oncall", "`oncall"],
  ["help actions", "`actions`"],
  ["help silence", "`silence N"],
  ["help config", "gengfu.yml"],
  ["help emial", "Did you mean `email`"],
  ["help dingding", "Did you mean `ding`"],
  ["帮助 推送", "POST http://gengfu.example/api/v1/push", "docs/push.md"],
  ["帮助 钉钉", "DINGTALK_CLIENT_ID", "docs/dingtalk.zh-CN.md"],
  ["帮助 企业微信", "WECOM_BOT_ID", "docs/wecom.zh-CN.md"],
  ["帮助 邮件", "email_configs"],
  ["帮助 值班", "`值班 "],
  ["帮助 流程", "`流程 "],
  ["帮助 日志", "监控种类 `log`"],
  ["帮助 心跳", "`心跳 ", "另见 `帮助 心跳地址`"],
  ["帮助 静默", "`静默 "],
  ["帮助 证书", "监控种类 `tls`"],
  ["帮助 入口", "/api/v1/push"],
  ["帮助 定时", "每个工作日"],
  ["帮助 钉钉群", "你是想说 `钉钉`"],
];

describe("help", () => {
  let zh: Road;
  let en: Road;

  beforeEach(async () => {
    zh = await Road.open();
    en = await Road.open({ locale: "en" });
  });

  afterEach(async () => {
    await zh.close();
    await en.close();
  });

  it.each(ASKED)("%s", async (line, ...expected) => {
    const said = await (HAN.test(line) ? zh : en).say(line, "stranger");
    for (const part of expected) expect(said).toContain(part);
  });

  it.each(topics)("knows $words.0 by each of its names, in both languages", async (topic) => {
    for (const word of [...topic.words, ...topic.twins]) {
      expect(word, "is asked for in any case").toBe(word.toLowerCase());
      const said = await (HAN.test(word) ? zh : en).say(`help ${word}`, "stranger");
      expect(said, word).not.toMatch(NOTHING);
      // A command or a kind of that name goes first; the topic is mentioned, and found by its first name.
      if (!/另见|See also/.test(said))
        expect(said, word).toMatch(HAN.test(word) ? topic.says.zh : topic.says.en);
    }
    expect(await zh.say(`帮助 ${topic.twins[0]}`)).toContain(topic.says.zh);
    const said = await en.say(`help ${topic.words[0]}`);
    expect(said).toContain(topic.says.en);
    expect(said).not.toMatch(HAN);
  });

  it.each(topics)("says the same of $words.0 where only the word is said", async ({ words, twins }) => {
    for (const word of [...words, ...twins]) {
      if (findCommand(word, commands) !== undefined) continue;
      const road = HAN.test(word) ? zh : en;
      expect(await road.say(word, "stranger"), word).toBe(await road.say(`help ${word}`, "stranger"));
    }
  });

  it("says the same where only the word of a kind of monitor is said", async () => {
    for (const word of ["tcp", "进程", "ping"])
      expect(await zh.say(word, "stranger")).toBe(await zh.say(`帮助 ${word}`, "stranger"));
  });

  it("hears a bare word in any case and width, in the language of the room", async () => {
    expect(await en.say("Webhook")).toContain("docs/webhook.md");
    expect(await zh.say(" ＤｉｎｇＴａｌｋ ")).toContain("docs/dingtalk.zh-CN.md");
    expect(await en.say("钉钉")).toContain("docs/dingtalk.zh-CN.md");
  });

  it("takes a bare word from no command and no sentence", async () => {
    expect(await en.say("heartbeat")).not.toContain("healthchecks.io");
    expect(await zh.say("query")).toContain("要试算什么");
    expect(await en.say("monitor kinds")).toContain("There is no monitor");
    // The other half of a sentence is no question.
    expect(await zh.say("每天提醒 推送")).toContain("什么时候");
    expect(await zh.say("早上8点半")).toContain("提醒: 推送");
    await zh.say("每天9点提醒");
    expect(await zh.say("钉钉")).toContain("提醒: 钉钉");
    expect(await zh.say("nginx 进程不在时告警")).toContain("明白了");
    expect(await zh.say("推送 超过10告警")).toContain("还差");
  });

  it.each([
    ["dingtlak", "did not understand"],
    ["push please", "did not understand"],
    ["推送到哪里", "没听懂"],
    ["akc", "`ack`"],
  ])("leads from %s to the nearest words, as ever", async (line, expected) => {
    expect(await (HAN.test(line) ? zh : en).say(line)).toContain(expected);
  });

  it("names every topic in its overview", async () => {
    const [inChinese, inEnglish] = [await zh.say("帮助"), await en.say("help")];
    for (const { words, twins } of topics) {
      expect(inChinese).toContain(`\`${twins[0]}\``);
      expect(inEnglish).toContain(`\`${words[0]}\``);
    }
  });
});

it("names each topic once", () => {
  const names = topics.flatMap(({ words, twins }) => [...words, ...twins]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

it("names only pages and sections that are there", () => {
  for (const { doc } of topics)
    for (const place of Object.values(doc)) {
      const [path = "", anchor] = place.split("#");
      const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
      expect(existsSync(file), path).toBe(true);
      const headings = readFileSync(file, "utf8").match(/^#+ .*$/gm) ?? [];
      const anchors = headings.map((heading) =>
        heading
          .replace(/^#+ /, "")
          .toLowerCase()
          .replace(/[^\p{L}\p{N}_ -]/gu, "")
          .replaceAll(" ", "-"),
      );
      if (anchor !== undefined) expect(anchors, place).toContain(anchor);
    }
});

it("names only doors that are there", () => {
  const doors = [
    ...Object.values(hookKinds).map(({ path }) => path),
    push.path,
    "/api/v2/alerts",
    "/ping/<uuid>",
    "/ping/<key>/<slug>",
    "/api/push/<token>",
  ].map((path) => path.replace(/^\/api\/v1\/hooks\/.*/, "/api/v1/hooks/<kind>"));
  const named = topics.flatMap((topic) => topic.doors ?? []);
  for (const door of named) expect(doors).toContain(door.split(" ")[1]);
});
