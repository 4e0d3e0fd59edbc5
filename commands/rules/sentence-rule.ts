import type { Card } from "../../alerts/card.ts";
import { DEFAULT_CONVERSATION } from "../../alerts/routing/route.ts";
import { formatSpan, formatValue, plain } from "../../alerts/words.ts";
import { type MonitorSpec, readAddress } from "../../monitors/index.ts";
import { metricExpression } from "../../rules/find-metric.ts";
import { type MetricWord, metricWords } from "../../rules/metric-words.ts";
import type { Rule } from "../../rules/rule.ts";
import { nextRun } from "../../storage/cron.ts";
import { formatDuration } from "../../storage/duration.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import { action, type Call, Refusal } from "../command.ts";
import { isRunning } from "../language/running.ts";
import type { RemindSentence, ThresholdSentence } from "../language/sentence-types.ts";
import { code } from "../markdown.ts";
import { permit, readSpec } from "../monitors/add.ts";
import type { World } from "../world.ts";
import { addRule } from "./keep-rule.ts";
import { logSubject } from "./log-rule.ts";
import { ruleMade } from "./made.ts";

/** Makes the rule that a sentence is, and shows what was understood. */
export function makeRule(
  sentence: ThresholdSentence | RemindSentence,
  call: Call,
  world: World,
): Promise<Card> {
  return sentence.kind === "remind"
    ? makeReminder(sentence, call, world)
    : makeThreshold(sentence, call, world);
}

async function makeReminder(sentence: RemindSentence, call: Call, world: World): Promise<Card> {
  const { schedule, text } = sentence;
  const nextAt = nextRun(schedule, world.zone, call.at);
  if (nextAt === undefined) {
    throw new Refusal({ zh: `${code(schedule)} 永远不会到来。`, en: `${code(schedule)} never comes.` });
  }
  const same = find(
    world.rules.all(),
    (rule) => rule.kind === "cron" && rule.cron === schedule && rule.text === text && tellsHere(rule, call),
  );
  if (same !== undefined) return thereAlready(same, call, world);
  const rule = await addRule(
    {
      kind: "cron",
      name: freeName(text, world),
      cron: schedule,
      zone: world.zone,
      text,
      nextAt,
      labels: {},
      annotations: {},
    },
    call,
    world,
  );
  return ruleMade(
    rule,
    { zh: `好的，定时提醒，规则 ${rule.id}`, en: `A reminder, rule ${rule.id}` },
    call,
    world,
  );
}

async function makeThreshold(said: ThresholdSentence, call: Call, world: World): Promise<Card> {
  const log = isAboutLog(said) ? await logSubject(said, call, world) : undefined;
  const sentence = log === undefined ? said : { ...said, subject: { ...said.subject, labels: log.labels } };
  const { subject, forMs, keepFiringForMs = 0, severity = "warning" } = sentence;
  const word = wordOf(sentence);
  const expr = expressionOf(sentence, word);
  const same = find(
    world.rules.all(),
    (rule) =>
      rule.kind === "promql" &&
      rule.expr === expr &&
      rule.forMs === forMs &&
      rule.keepFiringForMs === keepFiringForMs &&
      (rule.labels["severity"] ?? "warning") === severity &&
      tellsHere(rule, call),
  );
  if (same !== undefined) return thereAlready(same, call, world);
  const monitor = subject.url === undefined ? undefined : await monitorFor(subject.url, call, world);
  const name = freeName(sentence.name ?? titleOf(sentence, word, call), world);
  const rule = await addRule(
    { kind: "promql", name, expr, forMs, keepFiringForMs, labels: { severity }, annotations: {} },
    call,
    world,
    (change) => {
      log?.make(change);
      // The same sentence said twice at once: the first one's monitor is on its way to disk.
      if (monitor === undefined || change.get(world.monitors.table, monitor.name) !== undefined) return;
      world.monitors.add(change, monitor, {
        kind: "chat",
        person: call.person.id,
        conversation: call.conversation,
        at: call.at,
      });
    },
  );
  const card = await ruleMade(
    rule,
    { zh: `明白了，规则 ${rule.id}：${name}`, en: `Understood, rule ${rule.id}: ${name}` },
    call,
    world,
  );
  if (subject.url === undefined) return card;
  const watched =
    monitor === undefined
      ? watchedAlready(subject.url, world)
      : {
          zh: `新建 ${monitor.kind} 监控，每${formatSpan(monitor.intervalMs, "zh-CN")}看一次`,
          en: `new ${monitor.kind} monitor, every ${formatSpan(monitor.intervalMs, "en")}`,
        };
  return {
    ...card,
    fields: [
      {
        name: inLocale(call.locale, { zh: "监控", en: "Monitor" }),
        value: plain(`${maskedAddresses(subject.url)} — ${inLocale(call.locale, watched)}`, 400),
      },
      ...(card.fields ?? []),
    ],
  };
}

function isAboutLog({ subject: { metric, labels } }: ThresholdSentence): boolean {
  return metric.startsWith("log_") && labels["monitor"] !== undefined;
}

function watchedAlready(url: string, world: World): Text {
  return world.monitors.findByUrl(url)?.paused === true
    ? { zh: "已有监控，但停用着", en: "watched already, but paused" }
    : { zh: "已有监控", en: "watched already" };
}

/** Answers with the rule that says the same; a rule that is not new is not offered to be undone. */
async function thereAlready(rule: Rule, call: Call, world: World): Promise<Card> {
  const paused = rule.paused ? { zh: "（停用着）", en: " (paused)" } : { zh: "", en: "" };
  const card = await ruleMade(
    rule,
    {
      zh: `已经有这条规则了：规则 ${rule.id}${paused.zh}`,
      en: `There is that rule already: rule ${rule.id}${paused.en}`,
    },
    call,
    world,
  );
  return {
    ...card,
    actions: [
      action(call, "show", { zh: "查看", en: "Show" }, `rule ${rule.id}`),
      ...(rule.paused
        ? [action(call, "resume", { zh: "启用", en: "Resume" }, `rule resume ${rule.id}`)]
        : []),
      ...(card.actions ?? []).filter(({ id }) => id !== "undo"),
    ],
  };
}

function find(rules: Iterable<Rule>, fits: (rule: Rule) => boolean): Rule | undefined {
  for (const rule of rules) if (fits(rule)) return rule;
  return undefined;
}

/** Whether a rule tells this conversation; the same rule for another group is another rule. */
function tellsHere({ source, tells }: Rule, call: Call): boolean {
  if (tells.length > 0) return tells.includes(call.conversation);
  return (source.kind === "chat" ? source.conversation : DEFAULT_CONVERSATION) === call.conversation;
}

/** The monitor that a sentence needs, unless there is one. Refuses an address that must not be reached. */
async function monitorFor(url: string, call: Call, world: World): Promise<MonitorSpec | undefined> {
  if (world.monitors.findByUrl(url) !== undefined) return undefined;
  const spec = readSpec(url, world);
  await permit(spec, call, world);
  return spec;
}

/** What is known of the metric that a sentence watches; a metric that was named by its own name may be unknown. */
function wordOf({ subject: { metric } }: ThresholdSentence): MetricWord {
  const unknown: MetricWord = {
    metric,
    unit: "count",
    title: { zh: metric, en: metric },
    words: { zh: [], en: [] },
    labels: [],
    of: "any",
  };
  return metricWords.find((word) => word.metric === metric) ?? unknown;
}

/** The PromQL of a sentence: `cpu_usage_percent > 80`, `avg_over_time(load1[5m]) > 4`. */
function expressionOf(sentence: ThresholdSentence, word: MetricWord): string {
  const { subject, op, threshold, windowFunction } = sentence;
  const labels =
    subject.url === undefined
      ? subject.labels
      : { ...subject.labels, instance: readAddress(subject.url)?.instance ?? subject.url };
  const selector = metricExpression(word, labels);
  if (windowFunction === undefined) return `${selector} ${op} ${threshold}`;
  const range = formatDuration(windowFunction.rangeMs);
  const fn =
    windowFunction.fn === "rate" || windowFunction.fn === "increase"
      ? windowFunction.fn
      : `${windowFunction.fn}_over_time`;
  return `${fn}(${selector}[${range}]) ${op} ${threshold}`;
}

/** `shop.example:8443`; of a program or a unit its name, which may have signs that mean something in an address. */
function hostOf(url: string): string {
  return isRunning(url) ? url.replace(/^[a-z]+:\/\//, "") : new URL(url).host;
}

/** The name of a rule that was said in a sentence: `CPU 使用率 > 80%`. */
function titleOf(sentence: ThresholdSentence, word: MetricWord, call: Call): string {
  const { subject, op, threshold } = sentence;
  const where = Object.values(subject.labels).join(" ");
  const host = subject.url === undefined ? "" : hostOf(subject.url);
  const metric = inLocale(call.locale, word.title);
  if (word.unit === "boolean" && threshold === 0 && op === "==") {
    return [host, where, inLocale(call.locale, { zh: "不可用", en: "is down" })].filter(Boolean).join(" ");
  }
  return [host, where, metric, op, formatValue(threshold, word.unit, call.locale)].filter(Boolean).join(" ");
}

/** The name, or the name with the first number that makes it free. */
function freeName(wanted: string, { rules }: World): string {
  const name = wanted.slice(0, 80);
  if (rules.find(name) === undefined) return name;
  for (let i = 2; ; i++) {
    const numbered = `${name} (${i})`;
    if (rules.find(numbered) === undefined) return numbered;
  }
}
