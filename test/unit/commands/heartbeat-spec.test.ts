import { expect, test } from "vitest";
import { normalize } from "../../../commands/language/normalize.ts";
import { readHeartbeat } from "../../../commands/monitors/heartbeat-spec.ts";

test.each<[said: string, name: string, options: object]>([
  ["夜间备份 每天 02:00 宽限 30分钟 没来就告警", "夜间备份", { cron: "0 2 * * *", grace: "30m" }],
  ["夜间备份 每天02:00 宽限30分钟，没来就告警", "夜间备份", { cron: "0 2 * * *", grace: "30m" }],
  ["夜间备份每天凌晨2点没来就告警", "夜间备份", { cron: "0 2 * * *", grace: "5m" }],
  [
    "每日报表 工作日 18:00 宽限 1小时 最多跑 2小时",
    "每日报表",
    { cron: "0 18 * * 1-5", grace: "1h", max_duration: "2h" },
  ],
  ["同步 每5分钟 没来告警", "同步", { period: "5m", grace: "5m" }],
  ["同步库存 周期 10分钟，宽限 5分钟", "同步库存", { period: "10m", grace: "5m" }],
  ["日报 每天", "日报", { period: "1d", grace: "5m" }],
  ["backup period 1d grace 30m", "backup", { period: "1d", grace: "30m" }],
  ["backup period=1d grace=30m", "backup", { period: "1d", grace: "30m" }],
  [
    "nightly backup every day at 02:00 grace 30m alert when missing",
    "nightly backup",
    { cron: "0 2 * * *", grace: "30m" },
  ],
  ["sync every 10 minutes", "sync", { period: "10m", grace: "5m" }],
  ["sync every hour", "sync", { period: "1h", grace: "5m" }],
  [
    "x cron 0 2 * * 1-5 grace 1h timezone Europe/Berlin",
    "x",
    { cron: "0 2 * * 1-5", grace: "1h", timezone: "Europe/Berlin" },
  ],
  ['"my job" cron="0 2 * * *"', "my job", { cron: "0 2 * * *", grace: "5m" }],
  ["x cron @daily", "x", { cron: "@daily", grace: "5m" }],
  ["x period 10m grace 0s slug a-b", "x", { period: "10m", grace: "0s", slug: "a-b" }],
])("%s", (said, name, options) => {
  expect(readHeartbeat(normalize(said))).toMatchObject({ name, kind: "heartbeat", options });
});
