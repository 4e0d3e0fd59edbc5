/** What a console shows on a bad night, for the tests and pictures of the page. */
import type { Card } from "../../alerts/card.ts";
import type { Incident } from "../../alerts/incidents/incident.ts";
import type { BoardSources, MonitorFacts } from "../../bot/console/board.ts";
import type { RuleView } from "../../bot/console/board-view.ts";
import type { Conversations } from "../../bot/console/conversations.ts";
import type { Labels } from "../../storage/labels.ts";
import type { Series } from "../../storage/series.ts";

/** A series of one value per 15 s over the last half hour. */
function wave(labels: Labels, at: number, value: (minute: number) => number): Series {
  const start = at - 30 * 60_000;
  const time = (i: number): number => start + i * 15_000;
  return {
    labels,
    length: 121,
    at: time,
    value: (i) => value(i / 4),
    indexAt: (t) => Math.max(-1, Math.min(120, Math.floor((t - start) / 15_000))),
  };
}

const hum = (minute: number): number => Math.sin(minute * 1.7) * 2 + Math.sin(minute * 0.45) * 4;

/** The series of this machine and of two addresses. */
function seriesAt(at: number): readonly Series[] {
  const of = (monitor: string, name: string, value: (minute: number) => number, more: Labels = {}): Series =>
    wave({ __name__: name, monitor, ...more }, at, value);
  return [
    of("本机", "cpu_usage_percent", (m) => Math.min(99, 24 + hum(m) + Math.max(0, m - 21) * 9)),
    of("本机", "memory_usage_percent", (m) => 61 + m * 0.12 + Math.sin(m) * 0.5),
    of("本机", "disk_usage_percent", () => 42.3, { mount: "/" }),
    of("本机", "disk_usage_percent", (m) => 88 + m * 0.05, { mount: "/data" }),
    of("本机", "load1", (m) => Math.max(0.2, 1.2 + hum(m) / 4 + Math.max(0, m - 21) * 0.5)),
    of("本机", "network_receive_bytes_per_second", () => 182_000, { interface: "eth0" }),
    of("本机", "network_transmit_bytes_per_second", () => 96_000, { interface: "eth0" }),
    of("官网", "probe_duration_seconds", (m) => 0.18 + Math.abs(Math.sin(m * 2.1)) * 0.08),
    of("官网", "probe_http_status_code", () => 200),
    of("支付网关", "probe_duration_seconds", (m) => (m < 24 ? 0.35 + Math.abs(hum(m)) / 40 : Number.NaN)),
    of("支付网关", "probe_success", (m) => (m < 24 ? 1 : 0)),
  ];
}

const TITLES: Readonly<Record<string, string>> = {
  cpu_usage_percent: "CPU 使用率",
  memory_usage_percent: "内存使用率",
  disk_usage_percent: "磁盘使用率",
  load1: "1 分钟负载",
  probe_duration_seconds: "响应时间",
  probe_http_status_code: "状态码",
  probe_success: "可达",
};

const monitor = (facts: Omit<MonitorFacts, "matchers">): MonitorFacts => ({
  ...facts,
  matchers: [{ name: "monitor", op: "=", value: facts.name }],
});

function incident(id: number, title: string, severity: Incident["severity"], openedAt: number): Incident {
  return {
    id,
    group: `g${id}`,
    title,
    labels: {},
    severity,
    openedAt,
    active: 1,
    peak: 1,
    version: 1,
    news: 1,
    tells: ["console:ops"],
    routes: [],
  };
}

/** The card of an open incident, as the alerts draw it. */
export function incidentCard(about: {
  incident: number;
  title: string;
  severity: "critical" | "warning" | "info";
  status: "firing" | "acknowledged" | "silenced" | "flapping" | "resolved";
  fields: readonly (readonly [name: string, value: string])[];
}): Card {
  const { incident: id, status } = about;
  return {
    kind: "incident",
    title: about.title,
    severity: about.severity,
    status,
    incident: id,
    fields: about.fields.map(([name, value]) => ({ name, value })),
    actions:
      status === "resolved"
        ? [{ id: "show", label: "详情", command: `show ${id}` }]
        : [
            status === "acknowledged"
              ? { id: "unack", label: "放弃认领", command: `unack ${id}` }
              : { id: "ack", label: "认领", command: `ack ${id}` },
            { id: "silence", label: "静默1小时", command: `silence ${id} 1h` },
            { id: "show", label: "详情", command: `show ${id}` },
          ],
  };
}

/** The board of that night, as of `at`. */
export function livelyBoard(at: number): Partial<BoardSources> {
  const series = seriesAt(at);
  const rules: RuleView[] = [
    { id: 1, name: "CPU 使用率过高", expr: "cpu_usage_percent > 80", for: "5分钟", state: "firing" },
    {
      id: 2,
      name: "支付网关响应慢",
      expr: 'probe_duration_seconds{monitor="支付网关"} > 2',
      state: "nodata",
    },
    { id: 3, name: "磁盘快满", expr: "disk_usage_percent > 90", for: "10分钟", state: "pending" },
    { id: 4, name: "内存使用率过高", expr: "memory_usage_percent > 80", for: "5分钟", state: "ok" },
    {
      id: 5,
      name: "检查备份",
      schedule: "每天 02:00",
      state: "ok",
      next: new Date(at + 13 * 3_600_000).toISOString(),
    },
    { id: 6, name: "发布期间的夜班提醒", schedule: "每隔 30 分钟", state: "paused" },
  ];
  const incidents = [
    incident(11, "支付网关不可达", "warning", at - 6 * 60_000),
    incident(12, "CPU 使用率过高", "critical", at - 3 * 60_000),
  ];
  return {
    series: { select: ([matcher]) => series.filter(({ labels }) => labels["monitor"] === matcher?.value) },
    monitors: () => [
      monitor({ name: "本机", kind: "system", target: "web-01", state: "up" }),
      monitor({ name: "官网", kind: "http", target: "https://www.example.com/health", state: "up" }),
      monitor({
        name: "支付网关",
        kind: "http",
        target: "https://pay.example.com/v1/ping?from=gengfu&region=cn-east-2",
        state: "down",
        reason: "连接超时：10 秒内没有回应",
      }),
    ],
    rules: () => rules,
    incidents: () => incidents,
    card: ({ id, title, severity }) => ({
      kind: "incident",
      title,
      severity,
      status: id === 11 ? "acknowledged" : "firing",
      incident: id,
    }),
    nameOf: (metric) => TITLES[metric],
  };
}

/** Tells the story of that night into `ops`, ending at `at`. */
export async function livelyTalk(conversations: Conversations, at: number): Promise<void> {
  const minute = 60_000;
  const say = (from: string, text: string, ago: number): Promise<unknown> =>
    conversations.say("ops", from, text, at - ago * minute);
  const post = (card: Card, ago: number): Promise<unknown> =>
    conversations.post("ops", [card], at - ago * minute);
  await say("李娜", "CPU使用率超过80%持续5分钟告警", 26 * 60);
  await post(
    {
      kind: "reply",
      title: "规则 1 已建立：CPU 使用率过高",
      text: "我的理解：`cpu_usage_percent > 80`，持续 **5 分钟** 告警，级别 *警告*，通知到本群。\n\n过去 6 小时的记录里，它会响 **2 次**。",
      actions: [
        { id: "undo", label: "撤销", command: "rule remove 1" },
        { id: "test", label: "试算", command: "rule test 1" },
      ],
    },
    26 * 60,
  );
  await post(
    incidentCard({
      incident: 10,
      title: "磁盘快满",
      severity: "warning",
      status: "resolved",
      fields: [
        ["在哪里", "web-01 /data"],
        ["最高", "91.2%"],
        ["历时", "42 分钟"],
        ["认领", "王强"],
      ],
    }),
    95,
  );
  await say("王强", "规则", 40);
  await post(
    {
      kind: "reply",
      title: "规则（4 条）",
      text: "| # | 名称 | 条件 | 状态 |\n|---|---|---|---|\n| 1 | CPU 使用率过高 | `cpu_usage_percent > 80` | 正常 |\n| 3 | 磁盘快满 | `disk_usage_percent > 90` | 正常 |\n| 4 | 内存使用率过高 | `memory_usage_percent > 80` | 正常 |\n| 5 | 检查备份 | 每天 02:00 | 明天 02:00 |",
    },
    40,
  );
  await post(
    incidentCard({
      incident: 11,
      title: "支付网关不可达",
      severity: "warning",
      status: "acknowledged",
      fields: [
        ["在哪里", "https://pay.example.com/v1/ping"],
        ["原因", "连接超时：10 秒内没有回应"],
        ["开始", "10:24"],
        ["认领", "王强，到 14:30"],
      ],
    }),
    6,
  );
  await say("值班员", "王强在看支付网关，我看 CPU", 4);
  await post(
    incidentCard({
      incident: 12,
      title: "CPU 使用率过高",
      severity: "critical",
      status: "firing",
      fields: [
        ["在哪里", "web-01"],
        ["当前值", "97.4%（高于 80%）"],
        ["开始", "10:27，已 3 分钟"],
        ["占用最多", "java 312%，mysqld 44%"],
      ],
    }),
    3,
  );
}
