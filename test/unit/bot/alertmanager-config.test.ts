/** A real `alertmanager.yml` pastes in: read whole, routed alike, and what of it does nothing is said. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makePlan } from "../../../alerts/make-plan.ts";
import { routesOf } from "../../../alerts/routing/route-tree.ts";
import { BUILT_CHANNELS } from "../../../bot/built-channels.ts";
import { checkFile } from "../../../bot/config/check.ts";
import { notesOf } from "../../../bot/config/notes.ts";
import { parseConfig, readConfigFile } from "../../../bot/config.ts";
import { readEnvironment } from "../../../bot/environment.ts";
import { planParts, webhooksOf } from "../../../bot/plan-of.ts";
import { robotsOf } from "../../../bot/robots/robots.ts";
import { secretsOf } from "../../../bot/secrets.ts";
import type { Labels } from "../../../storage/labels.ts";
import { hasAmtool, inFours, receiversByAmtool } from "../../support/amtool.ts";

const folder = fileURLToPath(new URL("../../config", import.meta.url));
const path = join(folder, "good-alertmanager.yml");
const channels: ReadonlySet<string> = new Set(BUILT_CHANNELS);
const variables = { SHOP_TOKEN: "s3cret-token", SHOP_HOST_URL: "https://shop.example/hook" };

describe("the file of a shop with two regions", () => {
  const config = readConfigFile(path, true, {});
  const { tree } = makePlan(planParts(config, channels));

  test("is longer than 300 lines and is read whole", () => {
    expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(300);
    expect(config.receivers).toHaveLength(38);
    expect(config.inhibit_rules).toHaveLength(5);
    expect(config.time_intervals.map(({ name }) => name)).toEqual([
      "offhours",
      "business-hours",
      "maintenance-window",
      "month-end-closing",
      "golden-week",
      "european-nights",
    ]);
    expect(config.global.resolveTimeoutMs).toBe(300_000);
    expect(config.secrets).toEqual(["not-a-real-password", "not-a-real-password"]);
  });

  /** Labels as this shop has them; half of the values are those that some route asks for. */
  const labels: fc.Arbitrary<Labels> = fc
    .record(
      {
        alertname: fc.constantFrom(
          "Watchdog",
          "CPUThrottlingHigh",
          "NodeDown",
          "ReplicationLag",
          "LowDiskSpace",
          "BackupFailed",
          "KubePodCrash",
          "SettlementLate",
          "IndexLag",
          "WebErrors",
        ),
        severity: fc.constantFrom("info", "warning", "critical", "page"),
        team: fc.constantFrom("security", "platform", "web", "data", "ml", "other"),
        service: fc.constantFrom("mysql", "mongodb", "redis", "payments", "search", "warehouse", "mailer"),
        env: fc.constantFrom("production", "staging", "test", "dev"),
        region: fc.constantFrom("eu-west", "cn-north-1", "cn-south-22", "us-east"),
        component: fc.constantFrom("network", "ceph", "csi-rbd", "cdn"),
        namespace: fc.constantFrom("kube-system", "shop"),
        instance: fc.constantFrom("legacy-07.shop", "legacy-7.shop", "db1"),
        category: fc.constantFrom("audit", "compliance", "none"),
        provider: fc.constantFrom("alipay", "stripe"),
        job: fc.constantFrom("hourly-sync", "daily-report", "nightly"),
      },
      { requiredKeys: [] },
    )
    .map((found) => ({ ...found }) as Labels);
  const sets = fc.sample(labels, { seed: 352, numRuns: 300 });
  const ours = (set: Labels): readonly string[] => routesOf(tree, set).map(({ options }) => options.receiver);

  test("the sets reach every receiver of the file", () => {
    const many = fc.sample(labels, { seed: 1, numRuns: 60_000 });
    const reached = new Set(many.flatMap(ours));
    expect(config.receivers.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
  });

  const title = hasAmtool
    ? "routes 300 alerts as Alertmanager does"
    : "skipped: amtool is not installed here";
  test.skipIf(!hasAmtool)(title, { timeout: 60_000 }, async () => {
    const wrong: unknown[] = [];
    await inFours(sets, async (set) => {
      const theirs = await receiversByAmtool(path, set);
      if (String(theirs) !== String(ours(set))) wrong.push({ set, theirs, ours: ours(set) });
    });
    expect(wrong).toEqual([]);
  });

  test("its webhooks are posted to as there", () => {
    const webhooks = webhooksOf(config);
    expect(webhooks.get("webhook:ops-pager/0")).toEqual({
      url: "https://pager.shop.example/hooks/ops",
      maxAlerts: 0,
      timeoutMs: undefined,
      hmacSecret: undefined,
      receiver: "ops-pager",
      http: { authorization: "Bearer not-a-real-token", headers: {}, followRedirects: true, tls: undefined },
    });
    expect(webhooks.get("webhook:dba-pager/1")?.url).toBe("https://chat.shop.example/hooks/dba");
    expect(webhooks.get("webhook:security/0")?.http.authorization).toBe(
      `Basic ${Buffer.from("alertmanager:not-a-real-password").toString("base64")}`,
    );
    expect(webhooks.has("webhook:deadmansswitch/0")).toBe(true);
  });

  test("a mail receiver is written to, and a receiver without targets tells nobody", () => {
    const plan = makePlan(planParts(config, channels));
    expect(plan.receiver("ops-mail")?.targets).toEqual([{ address: "email:ops-mail/0", sendResolved: true }]);
    expect(plan.receiver("blackhole")?.targets).toEqual([]);
    expect(plan.receiver("platform-cn-night")?.targets).toEqual([
      { address: "webhook:platform-cn-night/0", sendResolved: false },
    ]);
    expect(plan.receiver("nobody-knows-it")).toBeUndefined();
    expect(plan.receiver("console:dev")?.targets).toEqual([{ address: "console:dev", sendResolved: true }]);
    const notes = notesOf(config, channels).map(({ path, text }) => `${path}: ${text.en}`);
    expect(notes).toContain("templates: Gengfu's cards need no templates; these files are not read");
    for (const key of ["html", "headers.subject"])
      expect(notes).toContain(
        `receivers[0].email_configs[0].${key}: not read: Gengfu's mails need no templates`,
      );
    expect(notes.filter((note) => note.includes("no route leads"))).toEqual([]);
  });

  test("with a Slack receiver it is refused by name, and read with ignore_unsupported", () => {
    const slack = readFileSync(path, "utf8").replace(
      "  - name: blackhole\n",
      "  - name: blackhole\n    slack_configs: [{ channel: '#noise', api_url_file: /not/there }]\n",
    );
    expect(() => parseConfig(path, slack, {})).toThrow("receivers[1].slack_configs: Gengfu has no Slack");
    const read = parseConfig(path, `ignore_unsupported: true\n${slack}`, {});
    const notes = notesOf(read, channels).map(({ path, text }) => `${path}: ${text.en}`);
    expect(notes).toContain("receivers[1].slack_configs: skipped: Gengfu has no Slack");
    // It was meant to tell somebody, so somebody is told.
    expect(makePlan(planParts(read, channels)).receiver("blackhole")?.targets[0]?.address).toBe(
      "console:ops",
    );
  });
});

describe("a file with everything", () => {
  const config = readConfigFile(join(folder, "good-who-is-told.yml"), true, variables);

  test("matchers of every form", () => {
    expect(config.route?.routes[0]?.matchers).toEqual([
      { name: "a", op: "=", value: "b,c" },
      { name: "d", op: "=~", value: "x{1,2}" },
      { name: "e", op: "!=", value: "f" },
      { name: "g", op: "=", value: "h" },
    ]);
    expect(config.route?.routes[1]?.matchers).toEqual([
      { name: "level", op: "=", value: "1" },
      { name: "paged", op: "=", value: "true" },
    ]);
    expect(config.route?.routes[2]?.matchers).toEqual([{ name: "团队", op: "=", value: "数据库" }]);
  });

  test("policies, spans, limits", () => {
    expect(config.escalation).toEqual([
      {
        name: "night",
        steps: [
          { afterMs: 300_000, receiver: "people" },
          { afterMs: 900_000, receiver: "robots" },
        ],
        repeatMs: 1_800_000,
      },
    ]);
    expect(config.acknowledge).toEqual({ critical: 7_200_000, warning: 14_400_000 });
    expect(config.flapping).toEqual({ changes: 8, withinMs: 3_600_000 });
    expect(config.storm).toEqual({ incidents: 30, perMs: 120_000 });
    expect(config.limits).toEqual({ dingtalk_robot: { messages: 18, perMs: 60_000 } });
    expect(config.watchdog).toEqual({ url: "https://shop.example/hook", everyMs: 30_000 });
    const off = parseConfig("off.yml", "flapping: false\nstorm: false", {});
    expect(planParts(off, channels)).toMatchObject({ flapping: null, storm: null });
    expect(makePlan(planParts(off, channels)).storm).toBeUndefined();
    expect(makePlan({}).storm).toBeDefined();
  });

  test("addresses, and what works of them now", () => {
    const plan = makePlan(planParts(config, channels));
    const told = (name: string) => plan.receiver(name)?.targets.map(({ address }) => address);
    expect(told("ops")).toEqual(["console:ops", "console:dev", "webhook:ops/0", "webhook:ops/1"]);
    const robots = [
      "dingtalk:cidAbc",
      "wecom:wrAbc",
      "wechat:值班群",
      "wechat:user/老张",
      "dingtalk_robot:robots",
      "wecom_robot:robots",
      "wecom_app:robots/0",
    ];
    expect(told("robots")).toEqual(robots);
    // Those of one platform take turns: a target that may say as much as all of them together.
    expect(["dingtalk_robot:robots", "wecom_robot:robots"].map(plan.robotsAt)).toEqual([2, 1]);
    expect(told("people")).toEqual(["email:people/0", "sms:people/0", "voice:people/0"]);
    // Its fallback would be asked in its place, if it had one.
    expect(plan.receiver("ops")?.fallback).toBe("people");
    const stranded = parseConfig(
      "s.yml",
      "ignore_unsupported: true\nreceivers: [{ name: a, fallback: b, slack_configs: [{ channel: x }] }, { name: b, console_configs: [{ conversation: b }] }]",
      {},
    );
    expect(makePlan(planParts(stranded, channels)).receiver("a")?.targets[0]?.address).toBe("console:b");
  });

  test("secrets come from files and variables, and no log would show them", () => {
    const webhook = webhooksOf(config).get("webhook:ops/0");
    expect(webhook).toMatchObject({
      url: "https://shop.example/hook",
      hmacSecret: "not-a-real-password",
      timeoutMs: 5_000,
      maxAlerts: 10,
      http: { headers: { "X-Team": "shop", "X-Key": "s3cret-token" } },
    });
    expect(webhooksOf(config).get("webhook:ops/1")).toMatchObject({
      url: "https://hook.shop.example/secret-path",
      http: { authorization: "Bearer not-a-real-password" },
    });
    const secrets = secretsOf(readEnvironment({}), config);
    for (const secret of [
      "not-a-real-password",
      "https://hook.shop.example/secret-path",
      "https://shop.example/hook",
      "s3cret-token",
      "SECabc",
    ])
      expect(secrets).toContain(secret);
  });

  test("a route behind one that takes everything, and a receiver that nothing leads to, are said", () => {
    const yaml = `
route: { receiver: a, routes: [{ receiver: b }, { receiver: c, matchers: [x=1] }] }
receivers: [{ name: a }, { name: b }, { name: c }, { name: d }]`;
    const notes = notesOf(parseConfig("n.yml", yaml, {}), channels).map(
      ({ path, text }) => `${path}: ${text.en}`,
    );
    expect(notes).toEqual([
      "route.routes[1]: never reached: routes[0] before it has no matchers and takes everything",
      "receivers[3]: no route leads to 'd'",
    ]);
  });
});

describe("robots of groups", () => {
  const config = readConfigFile(join(folder, "good-robots.yml"), true, variables);
  const robots = robotsOf(config, { DINGTALK_OAPI_BASE: "http://relay.example/", WECOM_API_BASE: undefined });

  test("are found at the address that is given, or at their platform's", () => {
    const where = (all: readonly { readonly url: string }[] | undefined) => all?.map(({ url }) => url);
    expect(where(robots.dingTalk.get("dingtalk_robot:group"))).toEqual([
      "https://oapi.dingtalk.com/robot/send?access_token=s3cret-token",
      "http://relay.example/robot/send?access_token=not-a-real-password",
      "http://relay.example/robot/send?access_token=t",
    ]);
    expect(where(robots.weCom.get("wecom_robot:group"))).toEqual([
      "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cret-token",
      "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
    ]);
    expect([robots.dingTalk.size, robots.weCom.size]).toEqual([1, 1]);
  });

  test("are known by their tokens, mention by default what is critical, and hear of the end if one of them does", () => {
    expect(robots.dingTalk.get("dingtalk_robot:group")).toMatchObject([
      {
        token: "s3cret-token",
        secret: "SECabc",
        keyword: "告警",
        atMobiles: [],
        atAll: false,
        atOn: ["critical"],
      },
      { token: "not-a-real-password", secret: "not-a-real-password" },
      {
        token: "t",
        atMobiles: ["13800000000"],
        atUserIds: ["0123"],
        atAll: true,
        atOn: ["critical", "warning"],
      },
    ]);
    expect(robots.weCom.get("wecom_robot:group")).toMatchObject([
      { token: "s3cret-token", mentionOn: [] },
      { token: "k", mentioned: ["zhangsan", "@all"], mentionedMobiles: ["13800000000"] },
    ]);
    const plan = makePlan(planParts(config, channels));
    expect(plan.receiver("group")?.targets).toEqual([
      { address: "dingtalk_robot:group", sendResolved: true, robots: 3 },
      { address: "wecom_robot:group", sendResolved: true, robots: 2 },
    ]);
  });

  test("are secrets, by their addresses and by their tokens, and are not told who we are", () => {
    const secrets = secretsOf(readEnvironment({}), config);
    for (const secret of ["s3cret-token", "SECabc", "not-a-real-password", "t", "k"])
      expect(secrets).toContain(secret);
    expect(secrets).toContain("https://oapi.dingtalk.com/robot/send?access_token=s3cret-token");
    const whole = readConfigFile(join(folder, "good-who-is-told.yml"), true, variables);
    expect(whole.global.http.authorization).toBe("Bearer not-a-real-password");
    const [robot] = robotsOf(whole, {} as never).weCom.get("wecom_robot:robots") ?? [];
    expect(robot?.http.authorization).toBeUndefined();
  });
});

describe("gengfu check", () => {
  const check = (locale: "zh-CN" | "en", name = "good-who-is-told.yml") =>
    checkFile(join(folder, name), { variables, locale, channels });

  test("prints the tree, who is told, and what is worth knowing", () => {
    const { ok, text } = check("en");
    expect(ok).toBe(true);
    expect(text.split("\n").slice(1)).toEqual([
      "",
      "Routes",
      "  default → ops  group_by [...]  group_wait 30s  group_interval 5m  repeat_interval 4h  escalation night",
      '  ├─ {a="b,c",d=~"x{1,2}",e!="f",g="h"} → console:dba  escalation none',
      '  ├─ {level="1",paged="true"} → robots  continue',
      '  └─ {"团队"="数据库"} → people  mute weekend  active old',
      "",
      "Receivers",
      "  ops: console:ops, console:dev, webhook:ops/0, webhook:ops/1",
      "  robots: dingtalk:cidAbc, wecom:wrAbc, wechat:值班群, wechat:user/老张, dingtalk_robot:robots ×2, wecom_robot:robots, wecom_app:robots/0",
      "  people: email:people/0, sms:people/0, voice:people/0",
      "  elsewhere: (slack_configs), → console:ops",
      "",
      "Worth knowing",
      "  receivers[3].slack_configs: skipped: Gengfu has no Slack",
      "  receivers[3]: 'elsewhere' has no channel that works now; console:ops is told instead",
      "  receivers[3]: no route leads to 'elsewhere'",
    ]);
    for (const secret of ["s3cret", "not-a-real", "secret-path", "SECabc"])
      expect(text).not.toContain(secret);
  });

  test("in Chinese too", () => {
    const { text } = check("zh-CN");
    for (const words of [
      "可以使用",
      "路由",
      "默认 → ops",
      "接收人",
      "值得留意",
      "没有路由会到达 'elsewhere'",
    ])
      expect(text).toContain(words);
  });

  test("says all that is wrong, and that the file cannot be used", () => {
    const { ok, text } = check("en", "bad-root-route.yml");
    expect(ok).toBe(false);
    expect(text).toContain("5 problems");
    expect(text).toContain("route.receiver: the root route must name a default receiver");
    expect(check("en", "is-not-there.yml").text).toContain("cannot be read");
  });
});
