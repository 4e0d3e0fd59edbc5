/** The `flow` monitor: a business process of named steps. It is told instead of looking; a look asks how its runs stand. */
import type { MonitorKind } from "../monitor.ts";
import { type FlowOptions, flowOptions } from "./options.ts";

export const flow: MonitorKind<FlowOptions> = {
  kind: "flow",
  summary: {
    zh: "看一个分步骤的业务流程：没来、迟到、卡住、顺序不对、失败，每一步用时",
    en: "follows a business process of several steps: missing, late, stuck, out of order, failed; how long each step takes",
  },
  example: {
    zh: "流程 夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 06:00 工作日",
    en: "flow settlement: fetch <10m -> reconcile <30m -> report by 06:00 weekdays",
  },
  options: flowOptions,
  intervalMs: 15_000,
  timeoutMs: 5_000,
  // Not the token: whoever knows it may tell, and everybody sees labels.
  secrets: ["token"],
  instance: () => "flow",
  identify: (options, before, uuid) =>
    options.token === undefined ? { ...options, token: before?.token ?? uuid() } : options,
  addresses: ({ token }) => (token === undefined ? [] : [`token ${token}`]),
  create: (options, { flows }) => ({
    look: async (signal) => {
      signal.throwIfAborted();
      return flows === undefined ? { readings: [], unknown: true } : flows.look(options, signal);
    },
  }),
};
