/** The `heartbeat` monitor: it is told instead of looking, and a look only asks what the last word was. */
import type { MonitorKind } from "../monitor.ts";
import { type HeartbeatOptions, heartbeatOptions } from "./options.ts";

export const heartbeat: MonitorKind<HeartbeatOptions> = {
  kind: "heartbeat",
  summary: {
    zh: "等一个任务来报到（ping 地址）：没来、迟到、跑太久、失败",
    en: "waits for a job to report by its ping address: missing, late, running too long, failed",
  },
  example: {
    zh: "心跳 夜间备份 每天 02:00 宽限 30分钟",
    en: "heartbeat nightly backup every day at 02:00 grace 30m",
  },
  options: heartbeatOptions,
  intervalMs: 30_000,
  timeoutMs: 5_000,
  secrets: ["uuid", "push_token"],
  // Not the uuid: whoever knows it may ping, and everybody sees labels.
  instance: ({ slug }) => slug ?? "heartbeat",
  identify: (options, before, uuid) =>
    options.uuid === undefined ? { ...options, uuid: before?.uuid ?? uuid() } : options,
  addresses: ({ uuid, slug, push_token }) => [
    ...(uuid === undefined ? [] : [`/ping/${uuid}`]),
    ...(slug === undefined ? [] : [`/ping/…/${slug}`]),
    ...(push_token === undefined ? [] : [`/api/push/${push_token}`]),
  ],
  create: (options, { heartbeats }) => ({
    look: async (signal) => {
      signal.throwIfAborted();
      return heartbeats === undefined ? { readings: [], unknown: true } : heartbeats.look(options, signal);
    },
  }),
};
