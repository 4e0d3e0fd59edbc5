import type { Card } from "../alerts/card.ts";
import { formatValue } from "../alerts/words.ts";
import { normaliseUrl } from "../monitors/http/options.ts";
import type { MonitorSpec } from "../monitors/index.ts";
import { nextRun } from "../rules/cron.ts";
import { metricExpression } from "../rules/find-metric.ts";
import { type MetricWord, metricWords } from "../rules/metric-words.ts";
import { formatDuration } from "../storage/duration.ts";
import { inLocale, type Text } from "../storage/locale.ts";
import { addRule } from "./add-rule.ts";
import { action, answer, type Call, Refusal } from "./command.ts";
import type { HalfSentence, Missing, RemindSentence, ThresholdSentence } from "./language/sentence-types.ts";
import { code } from "./markdown.ts";
import { httpSpec, permitUrl } from "./monitor-add.ts";
import { ruleMade } from "./rule-made.ts";
import type { World } from "./world.ts";

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
  const nextAt = nextRun(sentence.schedule, world.zone, call.at);
  if (nextAt === undefined) {
    throw new Refusal({
      zh: `${code(sentence.schedule)} 永远不会到来。`,
      en: `${code(sentence.schedule)} never comes.`,
    });
  }
  const rule = await addRule(
    {
      kind: "cron",
      name: freeName(sentence.text, world),
      cron: sentence.schedule,
      zone: world.zone,
      text: sentence.text,
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

async function makeThreshold(sentence: ThresholdSentence, call: Call, world: World): Promise<Card> {
  const word = wordOf(sentence);
  const expr = expressionOf(sentence, word);
  const same = [...world.rules.all()].find(
    (rule) =>
      rule.kind === "promql" && rule.expr === expr && rule.forMs === sentence.forMs && tellsHere(rule, call),
  );
  if (same !== undefined) {
    return ruleMade(
      same,
      { zh: `这条规则已经有了：规则 ${same.id}`, en: `That is rule ${same.id} already` },
      call,
      world,
    );
  }
  const monitor =
    sentence.subject.url === undefined ? undefined : await monitorFor(sentence.subject.url, world);
  const { subject } = sentence;
  const name = freeName(sentence.name ?? titleOf(sentence, word, call), world);
  const rule = await addRule(
    {
      kind: "promql",
      name,
      expr,
      forMs: sentence.forMs,
      keepFiringForMs: sentence.keepFiringForMs ?? 0,
      labels: { severity: sentence.severity ?? "warning" },
      annotations: {},
    },
    call,
    world,
    (change) => {
      if (monitor !== undefined) {
        world.monitors.add(change, monitor, {
          kind: "chat",
          person: call.person.id,
          conversation: call.conversation,
          at: call.at,
        });
      }
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
      ? { zh: "已有监控", en: "watched already" }
      : {
          zh: `新建 http 监控，每 ${formatDuration(monitor.intervalMs)} 看一次`,
          en: `new http monitor, every ${formatDuration(monitor.intervalMs)}`,
        };
  return {
    ...card,
    fields: [
      {
        name: inLocale(call.locale, { zh: "监控", en: "Monitor" }),
        value: `${subject.url} — ${inLocale(call.locale, watched)}`,
      },
      ...(card.fields ?? []),
    ],
  };
}

/** Whether a rule tells this conversation; the same rule for another group is another rule. */
function tellsHere(rule: { source: { kind: string; conversation?: string } }, call: Call): boolean {
  return rule.source.kind === "file" || rule.source.conversation === call.conversation;
}

/** The http monitor that a sentence needs, unless there is one. Refuses an address that must not be reached. */
async function monitorFor(url: string, world: World): Promise<MonitorSpec | undefined> {
  if (world.monitors.findByUrl(url) !== undefined) return undefined;
  await permitUrl(url, world);
  return httpSpec(url, world);
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
      : { ...subject.labels, instance: normaliseUrl(subject.url) ?? subject.url };
  const selector = metricExpression(word, labels);
  if (windowFunction === undefined) return `${selector} ${op} ${threshold}`;
  const range = formatDuration(windowFunction.rangeMs);
  const fn =
    windowFunction.fn === "rate" || windowFunction.fn === "increase"
      ? windowFunction.fn
      : `${windowFunction.fn}_over_time`;
  return `${fn}(${selector}[${range}]) ${op} ${threshold}`;
}

/** The name of a rule that was said in a sentence: `CPU 使用率 > 80%`. */
function titleOf(sentence: ThresholdSentence, word: MetricWord, call: Call): string {
  const { subject, op, threshold } = sentence;
  const where = Object.values(subject.labels).join(" ");
  const host = subject.url === undefined ? "" : new URL(subject.url).host;
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

const ASK: Readonly<Record<Missing, Text>> = {
  subject: { zh: "看什么（CPU、内存、磁盘、网址……）", en: "what to watch (cpu, memory, disk, a URL …)" },
  comparison: { zh: "怎么比（超过、低于……）", en: "how to compare (above, below …)" },
  threshold: { zh: "到多少（例如 80%、2秒、10GB）", en: "the limit (such as 80%, 2s, 10GB)" },
  when: { zh: "什么时候（例如 每天凌晨2点）", en: "when (such as every day at 02:00)" },
  text: { zh: "提醒什么", en: "what to remind of" },
  url: { zh: "哪个网址", en: "which URL" },
};

/** Asks for what half a sentence leaves open. The next line may be just that. */
export function askForMissing(half: HalfSentence, call: Call): Card {
  const zh = half.missing.map((one) => ASK[one].zh).join("、");
  const en = half.missing.map((one) => ASK[one].en).join(", ");
  return answer(
    call,
    {
      zh: `还差一点：${zh}。直接补上就行，或者整句说，例如 ${code(half.example)}`,
      en: `One thing is missing: ${en}. Just add it, or say it whole, for example ${code(half.example)}`,
    },
    { actions: [action(call, "help", { zh: "帮助", en: "Help" }, "help")] },
  );
}
