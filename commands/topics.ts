/** What can be asked about that is no command: doors of this Gengfu, platforms, ways of saying things. */
import { inLocale, type Text } from "../storage/locale.ts";
import { answer, type Call } from "./command.ts";
import { code } from "./markdown.ts";
import type { World } from "./world.ts";

/** One thing that `help` knows of besides commands and kinds of monitor. */
export interface Topic {
  /** What it is called, in lower case. A command or a kind of the same name goes first, and mentions the topic. */
  readonly words: readonly [string, ...string[]];
  readonly twins: readonly [string, ...string[]];
  /** What it is, in markdown: two or three lines. */
  readonly says: Text;
  /** Where it stands, as a method and a path of this Gengfu. */
  readonly doors?: readonly string[];
  /** The page that says more, with an anchor where it is long. */
  readonly doc: Text;
}

function page(path: string): Text {
  return { zh: path, en: path };
}

/** The table of topics, in the order in which `help` names them. A new one is one entry here. */
export const topics: readonly Topic[] = [
  {
    words: ["doors", "door", "api", "curl", "http api"],
    twins: ["入口", "接口", "地址"],
    says: {
      zh: "别的系统往这里送东西的地址：告警、样本、心跳。控制台的“入口”面板列出每一个地址、一行能直接运行的 curl，和最近收到的十条。",
      en: "Where other systems post to: alerts, samples, heartbeats. The console's panel Doors shows each address with a `curl` line that works, and the last ten bodies.",
    },
    doors: [
      "POST /api/v2/alerts",
      "POST /api/v1/hooks/<kind>",
      "POST /api/v1/push",
      "POST /ping/<uuid>",
      "POST /robot/send",
      "POST /cgi-bin/webhook/send",
    ],
    doc: page("docs/hooks.md"),
  },
  {
    words: ["push", "push samples", "push metrics", "pushgateway"],
    twins: ["推送", "推送样本", "推送指标", "上报"],
    says: {
      zh: '脚本、批任务、应用把数字送过来，规则像对别的数字一样判断。先在 gengfu.yml 的 `hooks:` 里写一个 `kind: push` 和它的令牌；送来的是 JSON 或 Prometheus 文本，例如：\n\n`curl … -H "Authorization: Bearer $TOKEN" -d \'{"orders_waiting": 12}\'`',
      en: 'A script, a batch job or an application sends numbers, and rules judge them like any other. Write a hook of `kind: push` with a token under `hooks:` in gengfu.yml; a body is JSON or Prometheus text, for example:\n\n`curl … -H "Authorization: Bearer $TOKEN" -d \'{"orders_waiting": 12}\'`',
    },
    doors: ["POST /api/v1/push"],
    doc: page("docs/push.md"),
  },
  {
    words: ["hooks", "hook", "incoming webhook", "grafana", "kibana"],
    twins: ["告警入口", "接收告警", "接入"],
    says: {
      zh: "Grafana、Kibana、另一个 Alertmanager、任意 JSON、群机器人脚本的告警，经由 gengfu.yml 的 `hooks:` 进来：每个系统一个名字、一个种类、一个令牌。说 `帮助 入口` 看全部地址。",
      en: "Alerts of Grafana, Kibana, another Alertmanager, any JSON, or scripts of group robots come in by `hooks:` in gengfu.yml: a name, a kind and a token for each system. Say `help doors` for all addresses.",
    },
    doors: ["POST /api/v1/hooks/<kind>", "POST /robot/send", "POST /cgi-bin/webhook/send"],
    doc: page("docs/hooks.md"),
  },
  {
    words: ["webhook", "webhooks", "outgoing webhook", "feishu", "slack"],
    twins: ["回调", "网络钩子", "飞书"],
    says: {
      zh: "往外：receivers 里的 `webhook_configs` 把告警发给别的系统，和 Alertmanager 的一样；飞书、Slack 用 `shape:`。\n\n往里：别的系统把告警发到更夫，用 gengfu.yml 的 `hooks:`，说 `帮助 告警入口`。",
      en: "Out: a receiver with `webhook_configs` posts alerts to another system, as Alertmanager does; Feishu and Slack by `shape:`.\n\nIn: other systems post their alerts to Gengfu by `hooks:` in gengfu.yml; say `help hooks`.",
    },
    doc: page("docs/webhook.md"),
  },
  {
    words: ["alertmanager", "vmalert", "amtool", "karma"],
    twins: ["告警管理器", "接入普罗米修斯"],
    says: {
      zh: "更夫提供 Alertmanager 的 v2 接口：Prometheus、vmalert 和 Grafana 把它当作 Alertmanager 来发告警，amtool、karma 照常用。设了 `API_TOKEN` 就要带上它。",
      en: "Gengfu serves Alertmanager's API v2: Prometheus, vmalert and Grafana send alerts to it as to an Alertmanager, and amtool and karma work with it. Where `API_TOKEN` is set, they must carry it.",
    },
    doors: ["POST /api/v2/alerts"],
    doc: page("docs/api.md"),
  },
  {
    words: ["/ping", "ping", "ping url", "heartbeat", "heartbeats", "healthchecks", "uptime kuma"],
    twins: ["心跳地址", "报到", "报到地址", "心跳"],
    says: {
      zh: "任务跑完来报到：没来、太久、失败就告警。说 `心跳 夜间备份 每天 02:00 宽限 30分钟`，回复里有可以粘贴的 curl；开头加 `/start`，失败加 `/fail` 或退出码。形如 healthchecks.io 和 Uptime Kuma。",
      en: "A job reports when it is done; when it is missing, too long or failed, people hear of it. Say `heartbeat backup every day 02:00 grace 30m`: the answer has a curl line to paste. `/start` at its beginning, `/fail` or an exit code at its end. Shaped like healthchecks.io and Uptime Kuma.",
    },
    doors: ["POST /ping/<uuid>", "POST /ping/<key>/<slug>", "GET /api/push/<token>"],
    doc: page("docs/monitors.md#heartbeat-a-job-that-reports"),
  },
  {
    words: ["dingtalk", "ding"],
    twins: ["钉钉", "钉钉机器人"],
    says: {
      zh: "用企业内部应用的机器人接入，不需要公网地址：.env 里写 `DINGTALK_CLIENT_ID` 和 `DINGTALK_CLIENT_SECRET`，receivers 里写 `dingtalk_configs`。`状态` 里有连接情况。没有账号也能试：`npm run fake:dingtalk`。",
      en: "By the robot of an internal app, without a public address: `DINGTALK_CLIENT_ID` and `DINGTALK_CLIENT_SECRET` in .env, `dingtalk_configs` in receivers. `status` says how the connection is. Without an account: `npm run fake:dingtalk`.",
    },
    doc: { zh: "docs/dingtalk.zh-CN.md", en: "docs/dingtalk.md" },
  },
  {
    words: ["wecom", "wework", "wechat work"],
    twins: ["企业微信", "企微", "企业微信机器人"],
    says: {
      zh: "用智能机器人长连接接入，不需要公网地址：.env 里写 `WECOM_BOT_ID` 和 `WECOM_BOT_SECRET`，receivers 里写 `wecom_configs`。群机器人、自建应用也可以。没有账号也能试：`npm run fake:wecom`。",
      en: "By a smart bot over the long connection, without a public address: `WECOM_BOT_ID` and `WECOM_BOT_SECRET` in .env, `wecom_configs` in receivers. Group robots and self-built apps, too. Without an account: `npm run fake:wecom`.",
    },
    doc: { zh: "docs/wecom.zh-CN.md", en: "docs/wecom.md" },
  },
  {
    words: ["wechat", "wechaty", "weixin"],
    twins: ["微信", "个人微信"],
    says: {
      zh: "经由 Wechaty 接入，试验性质，帐号可能被封：先装 wechaty 和一个 puppet，再在 .env 里写 `WECHATY_PUPPET`。用钉钉或企业微信的团队请用它们自己的机器人。",
      en: "By Wechaty, experimental, and the account may be banned: install wechaty and a puppet, then set `WECHATY_PUPPET` in .env. A team on DingTalk or WeCom is better off with their own robots.",
    },
    doc: page("docs/wechat.md"),
  },
  {
    words: ["email", "mail", "e-mail", "smtp"],
    twins: ["邮件", "邮箱", "电子邮件"],
    says: {
      zh: "receivers 里的 `email_configs` 发邮件，写法和 Alertmanager 一样；`global:` 里写 `smtp_smarthost` 和 `smtp_from`。说 `通道` 看发得怎么样。",
      en: "A receiver with `email_configs` is written to, as in Alertmanager; `smtp_smarthost` and `smtp_from` stand in `global:`. Say `channels` for how it goes.",
    },
    doc: page("docs/email.md"),
  },
  {
    words: ["phone", "sms", "voice", "call"],
    twins: ["电话", "短信", "语音"],
    says: {
      zh: "receivers 里的 `sms_configs` 和 `voice_configs` 发短信、打电话：阿里云、腾讯云，或任何 HTTP 网关。每人每小时有上限。",
      en: "A receiver with `sms_configs` or `voice_configs` sends short messages and calls: by Aliyun, Tencent Cloud or any HTTP gateway. Nobody gets more than so many in an hour.",
    },
    doc: page("docs/phone.md"),
  },
  {
    words: ["sentences", "sentence", "alert when"],
    twins: ["句子", "一句话", "怎么建规则"],
    says: {
      zh: "一句话只要像一条规则就会变成规则：`CPU使用率超过80%持续5分钟告警`、`nginx 进程不在时告警`。机器人会把它听懂的内容显示出来。",
      en: "A bare sentence that is a rule makes a rule: `alert when cpu > 80% for 5m`, `alert when process nginx is down`. The bot shows what it understood.",
    },
    doc: page("docs/sentences.md"),
  },
  {
    words: ["cron", "schedule", "schedules", "remind", "reminder", "reminders"],
    twins: ["定时", "提醒", "定时提醒", "定时任务"],
    says: {
      zh: '到时间就说一句话：`每天凌晨2点提醒 检查备份`、`每个工作日 9:00 提醒 站会`，或用 cron：`新建规则 备份: cron "0 2 * * *" remind 检查备份`。要等一个任务来报到，说 `帮助 心跳`。',
      en: 'Says something at its time: `every day at 02:00 remind check the backup`, `every weekday at 9:00 remind stand-up`, or by cron: `rule add backup: cron "0 2 * * *" remind check the backup`. To wait for a job that reports, say `help heartbeat`.',
    },
    doc: page("docs/rules.md#schedules"),
  },
  {
    words: ["promql", "expression", "expressions", "query"],
    twins: ["表达式", "查询语句"],
    says: {
      zh: "规则的语言，与 Prometheus 相同：`新建规则 忙: avg_over_time(cpu_usage_percent[5m]) > 80 for 5m`。先用 `测试规则` 看它会在什么时候触发，用 `图表` 看数字。",
      en: "The language of rules, that of Prometheus: `rule add busy: avg_over_time(cpu_usage_percent[5m]) > 80 for 5m`. `rule test` shows when it would have fired, `chart` the numbers.",
    },
    doc: page("docs/rules.md#promql"),
  },
  {
    words: ["kinds", "kinds of monitors", "monitor kinds", "what can be watched"],
    twins: ["监控种类", "种类", "能监控什么"],
    says: {
      zh: "单独说 `添加监控`，会列出每个种类和一个例子；`帮助 tcp` 有一个种类的全部选项。",
      en: "`monitor add` alone lists every kind with an example; `help tcp` has all options of one.",
    },
    doc: page("docs/monitors.md"),
  },
  {
    words: ["configuration", "config", "gengfu.yml", "yaml", "settings"],
    twins: ["配置", "配置文件", "设置"],
    says: {
      zh: "没有配置文件也能用。gengfu.yml 写监控什么、谁能做什么、告诉谁；改完说 `重新加载`。路由和接收人的写法与 alertmanager.yml 相同。",
      en: "It runs without any file. gengfu.yml says what is watched, who may do what and who is told; after a change say `reload`. Routes and receivers are written as in alertmanager.yml.",
    },
    doc: page("docs/configuration.md"),
  },
  {
    words: ["receivers", "receiver", "notifications", "notification"],
    twins: ["接收人", "通知", "发给谁"],
    says: {
      zh: "谁听到告警：默认在哪个群里建的规则就发到哪个群。gengfu.yml 的 `route:` 和 `receivers:` 可以改；说 `路由` 和 `通道` 看现在的样子，说 `订阅` 让这个群也收到。",
      en: "Who hears of an alert: a rule made in a group tells that group. `route:` and `receivers:` in gengfu.yml say otherwise; `routes` and `channels` show how it is, and `subscribe` lets this group hear, too.",
    },
    doc: page("docs/configuration.md#receivers"),
  },
  {
    words: ["escalation", "escalate"],
    twins: ["升级", "告警升级"],
    says: {
      zh: "一直没人认领，就接着告诉下一个人：gengfu.yml 的 `escalation:`。`认领` 让它停下。",
      en: "While nobody acknowledges, the next one is told: `escalation:` in gengfu.yml. `ack` stops it.",
    },
    doc: page("docs/configuration.md#escalation"),
  },
  {
    words: ["roles", "role", "permissions", "permission"],
    twins: ["权限", "角色"],
    says: {
      zh: "观察员只能看，操作员能建规则、认领、静默，管理员什么都能。说 `我是谁` 看自己的，管理员说 `添加人员` 给别人。",
      en: "A viewer looks, an operator makes rules, acknowledges and silences, an admin does everything. `whoami` says yours; an admin gives others theirs by `people add`.",
    },
    doc: page("docs/configuration.md#people-default_role"),
  },
  {
    words: ["proxy", "proxies", "http proxy"],
    twins: ["代理", "代理上网", "出网代理"],
    says: {
      zh: "只能经代理出网的机器：环境变量或 .env 里写 `HTTPS_PROXY`、`HTTP_PROXY`，`NO_PROXY` 里的地址直连。钉钉、企业微信、watchdog、日历、actions、短信和语音、飞书和 Slack 自动走代理，邮件和微信不走；其他 webhook 写 `proxy_url` 或 `proxy_from_environment: true`。",
      en: "Where the way out is a proxy: `HTTPS_PROXY` and `HTTP_PROXY` in the environment or .env; what `NO_PROXY` names goes straight. DingTalk, WeCom, the watchdog, calendars, actions, phones, Feishu and Slack follow it, mail and WeChat do not; other webhooks say `proxy_url` or `proxy_from_environment: true`.",
    },
    doc: { zh: "docs/running.zh-CN.md#通过代理上网", en: "docs/running.md#behind-a-proxy" },
  },
  {
    words: ["postgresql", "postgres", "database_url"],
    twins: ["数据库存储"],
    says: {
      zh: "`.env` 里写 `DATABASE_URL=postgres://…`，状态就存进 PostgreSQL：第一次启动把 `DATA_DIR` 里的搬过去，样本仍在 `DATA_DIR`。一个数据库只能有一个更夫。",
      en: "`DATABASE_URL=postgres://…` in .env keeps the state in PostgreSQL: the first start moves what `DATA_DIR` holds there, samples stay in `DATA_DIR`. One Gengfu per database.",
    },
    doc: { zh: "docs/running.zh-CN.md#状态存进-postgresql", en: "docs/running.md#state-in-postgresql" },
  },
  {
    words: ["running", "service", "backup", "upgrade", "nginx"],
    twins: ["长期运行", "部署", "备份", "更新版本"],
    says: {
      zh: "装成 systemd 服务、放在 nginx 后面、备份和搬家、升级，每一步都在文档里。一切都在 `DATA_DIR`：停下、复制、再启动，就是备份。",
      en: "A service of systemd, nginx in front, backups, moving, upgrades: every step is on the page. Everything is in `DATA_DIR`: stop, copy and start again is a backup.",
    },
    doc: { zh: "docs/running.zh-CN.md", en: "docs/running.md" },
  },
];

/** The topic of this name, in any case. */
export function topicCalled(said: string): Topic | undefined {
  const folded = said.trim().toLowerCase();
  return topics.find(({ words, twins }) => words.includes(folded) || twins.includes(folded));
}

/** What is typed to read of a topic. */
export function askFor({ words, twins }: Topic): Text {
  return { zh: `帮助 ${twins[0]}`, en: `help ${words[0]}` };
}

/** One topic: what it is, where it stands, where more is said. */
export function explainTopic(
  topic: Topic,
  call: Call,
  world: Pick<World, "origin">,
): ReturnType<typeof answer> {
  const name = inLocale(call.locale, { zh: topic.twins[0], en: topic.words[0] });
  const origin = world.origin().replace(/\/$/, "");
  const doors = (topic.doors ?? []).map((door) => `- ${code(door.replace(" ", ` ${origin}`))}`).join("\n");
  const stands = {
    zh: doors === "" ? "" : `\n\n地址：\n\n${doors}`,
    en: doors === "" ? "" : `\n\nAddress:\n\n${doors}`,
  };
  return answer(call, {
    zh: `**${name}**：${topic.says.zh}${stands.zh}\n\n详见 ${topic.doc.zh}`,
    en: `**${name}**: ${topic.says.en}${stands.en}\n\nMore in ${topic.doc.en}`,
  });
}
