import type { Command } from "../command.ts";
import { addHeartbeat } from "./heartbeat-made.ts";
import { HEARTBEAT_EXAMPLES, readHeartbeat } from "./heartbeat-spec.ts";

/** `heartbeat add NAME every day at 02:00 grace 30m`, `心跳 夜间备份 每天 02:00 宽限 30分钟 没来就告警`. */
export const heartbeatAdd: Command = {
  words: ["heartbeat add", "add heartbeat", "heartbeat"],
  twins: ["心跳", "添加心跳"],
  takes: {
    zh: '名字 每天 02:00|周期 1天|cron "0 2 * * *" [宽限 30分钟] [最多跑 2小时] [时区 Asia/Shanghai]',
    en: 'NAME every day at 02:00|period 1d|cron "0 2 * * *" [grace 30m] [max_duration 2h] [timezone Asia/Shanghai]',
  },
  summary: {
    zh: "等一个任务来报到：没来、跑太久、报告失败就告警；回复里有可以粘贴的 curl",
    en: "wait for a job to report, and alert when it is missing, runs too long or fails; answers with the curl lines to paste",
  },
  examples: HEARTBEAT_EXAMPLES,
  needs: "operator",
  run: (rest, call, world) => addHeartbeat(readHeartbeat(rest), call, world),
};
