/** What schemas cannot see: names of one part of a `gengfu.yml` that stand in another. */
import type { EscalationPolicy } from "../../alerts/incidents/escalation-config.ts";
import type { TimeInterval } from "../../alerts/muting/time-interval-config.ts";
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import type { RouteNode } from "../../alerts/routing/route-config.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import type { Database } from "../../monitors/sql/database.ts";
import type { Text } from "../../storage/locale.ts";
import { mailProblems } from "../email/check.ts";
import type { SmtpConfig } from "../email/config.ts";
import type { Hook } from "../hooks/hook.ts";
import { onCallProblems } from "../oncall/check.ts";
import { phoneProblems } from "../phone/check.ts";
import type { GatewayConfig, Medium } from "../phone/config.ts";
import { type ReceiverConfig, UNSUPPORTED } from "../receivers/receivers-config.ts";
import type { Problem } from "./error.ts";

/** The parts that name each other. */
export interface CrossChecked {
  readonly route?: RouteNode | undefined;
  readonly receivers: readonly ReceiverConfig[];
  readonly time_intervals: readonly TimeInterval[];
  readonly mute_time_intervals: readonly TimeInterval[];
  readonly escalation: readonly EscalationPolicy[];
  readonly hooks: readonly Pick<Hook, "receiver">[];
  readonly databases: readonly Pick<Database, "name">[];
  readonly monitors: readonly Pick<MonitorSpec, "kind" | "options">[];
  readonly ignore_unsupported: boolean;
  readonly global: {
    readonly smtp: SmtpConfig;
    readonly phone: Readonly<Record<Medium, GatewayConfig>>;
  };
  readonly people: readonly ListedPerson[];
  readonly oncall: readonly RotationConfig[];
}

/** A conversation of the console may stand where a receiver does: it is a receiver of its own. */
const CONVERSATION = /^console:./;

/** Every name that leads nowhere, and every receiver that cannot be what it says. */
export function crossCheck(config: CrossChecked): readonly Problem[] {
  const { receivers, escalation } = config;
  const problems: Problem[] = [];
  const names = new Set(receivers.map(({ name }) => name));
  const intervals = new Set(config.time_intervals.map(({ name }) => name));
  config.mute_time_intervals.forEach(({ name }, i) => {
    if (intervals.has(name))
      problems.push({
        path: `mute_time_intervals[${i}].name`,
        text: { zh: `time_intervals 里已经有 '${name}'`, en: `'${name}' is in time_intervals already` },
      });
    intervals.add(name);
  });
  const policies = new Set(["none", ...escalation.map(({ name }) => name)]);

  function need(known: ReadonlySet<string>, name: string, path: string, what: Text): void {
    if (known.has(name) || (what === RECEIVER && CONVERSATION.test(name))) return;
    problems.push({
      path,
      text: { zh: `没有名为 '${name}' 的${what.zh}`, en: `there is no ${what.en} named '${name}'` },
    });
  }

  for (const { node, path } of config.route === undefined ? [] : nodesOf(config.route)) {
    if (node.receiver !== undefined) need(names, node.receiver, `${path}.receiver`, RECEIVER);
    if (node.escalation !== undefined) need(policies, node.escalation, `${path}.escalation`, POLICY);
    node.muteTimeIntervals.forEach((name, i) => {
      need(intervals, name, `${path}.mute_time_intervals[${i}]`, INTERVAL);
    });
    node.activeTimeIntervals.forEach((name, i) => {
      need(intervals, name, `${path}.active_time_intervals[${i}]`, INTERVAL);
    });
  }
  escalation.forEach(({ steps }, i) => {
    steps.forEach(({ receiver }, k) => {
      need(names, receiver, `escalation[${i}].steps[${k}].receiver`, RECEIVER);
    });
  });
  const databases = new Set(config.databases.map(({ name }) => name));
  config.monitors.forEach(({ kind, options: { database } }, i) => {
    if (kind === "sql") need(databases, String(database), `monitors[${i}].database`, DATABASE);
  });
  config.hooks.forEach(({ receiver }, i) => {
    if (receiver !== undefined) need(names, receiver, `hooks[${i}].receiver`, RECEIVER);
  });
  receivers.forEach(({ name, fallback, unsupported }, i) => {
    if (fallback !== undefined) need(names, fallback, `receivers[${i}].fallback`, RECEIVER);
    if (fallback !== undefined && returns(name, receivers))
      problems.push({
        path: `receivers[${i}].fallback`,
        text: { zh: "这条后备链会回到自己", en: "this chain of fallbacks leads back to itself" },
      });
    if (!config.ignore_unsupported)
      for (const word of unsupported)
        problems.push({ path: `receivers[${i}].${word}`, text: unsupportedWords(word) });
  });
  return [
    ...problems,
    ...onCallProblems(config),
    ...mailProblems(receivers, config.global.smtp),
    ...phoneProblems(config),
  ];
}

const RECEIVER: Text = { zh: "接收人", en: "receiver" };
const DATABASE: Text = { zh: "数据库", en: "database" };
const POLICY: Text = { zh: "升级策略", en: "escalation policy" };
const INTERVAL: Text = { zh: "时间段", en: "time interval" };

/** Every node of a tree with its path in the file, parents first. */
export function* nodesOf(
  node: RouteNode,
  path = "route",
): Generator<{ readonly node: RouteNode; readonly path: string }> {
  yield { node, path };
  for (const [i, child] of node.routes.entries()) yield* nodesOf(child, `${path}.routes[${i}]`);
}

function unsupportedWords(word: string): Text {
  const { called, instead } = UNSUPPORTED[word] ?? { called: word };
  const hint =
    instead === undefined
      ? {
          zh: "顶层写 ignore_unsupported: true 可以跳过它",
          en: "ignore_unsupported: true at the top level skips it",
        }
      : {
          zh: `请改用 ${instead}，或在顶层写 ignore_unsupported: true 跳过它`,
          en: `use ${instead}, or skip it by ignore_unsupported: true at the top level`,
        };
  return {
    zh: `更夫没有 ${called} 渠道；${hint.zh}`,
    en: `Gengfu has no ${called}; ${hint.en}`,
  };
}

/** Whether whoever follows the fallbacks of a receiver comes to it again. */
function returns(name: string, receivers: readonly ReceiverConfig[]): boolean {
  const seen = new Set<string>();
  for (let next: string | undefined = name; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const at: string = next;
    next = receivers.find((one) => one.name === at)?.fallback;
    if (next === name) return true;
  }
  return false;
}
