/** Monitors that come with the rule that tells people: one alert for each reason. */
import type { MonitorSpec } from "../../monitors/index.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { reasonText } from "../../monitors/reason.ts";
import type { Rule } from "../../rules/rule.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Call } from "../command.ts";
import { addRule } from "../rules/keep-rule.ts";
import type { World } from "../world.ts";
import { refusing } from "./options.ts";

/** What the rule of a kind watches. */
interface Problems {
  readonly metric: string;
  readonly reasons: readonly (keyof typeof reasonText)[];
  /** What its name begins with. */
  readonly title: Text;
  readonly summary: Text;
}

const problemsOf: Readonly<Record<string, Problems>> = {
  heartbeat: {
    metric: "heartbeat_problem",
    reasons: ["missing", "too_long", "failed"],
    title: { zh: "心跳", en: "heartbeat" },
    summary: {
      zh: "{{ $labels.monitor }}：{{ $labels.reason }}",
      en: "{{ $labels.monitor }}: {{ $labels.reason }}",
    },
  },
  flow: {
    metric: "flow_problem",
    reasons: ["missing", "late", "stuck", "out_of_order", "failed"],
    title: { zh: "流程", en: "flow" },
    summary: {
      zh: "{{ $labels.monitor }}：{{ $labels.step }} {{ $labels.reason }}",
      en: "{{ $labels.monitor }}: {{ $labels.step }} {{ $labels.reason }}",
    },
  },
};

/** A monitor and the rule that came with it. */
export interface Made {
  readonly record: MonitorRecord;
  readonly rule: Rule;
}

/** Adds the monitor and its rule in one commit. */
export async function addWithRule(spec: MonitorSpec, call: Call, world: World): Promise<Made> {
  const about = problemsOf[spec.kind];
  if (about === undefined) throw new Error(`no rule comes with a ${spec.kind}`);
  let record: MonitorRecord | undefined;
  const rule = await addRule(
    {
      kind: "promql",
      name: freeRuleName(`${inLocale(call.locale, about.title)} ${spec.name}`, world),
      expr: expressionOf(spec.name, about, call.locale),
      // The grace of the monitor is wait enough.
      forMs: 0,
      keepFiringForMs: 0,
      labels: { severity: "warning" },
      annotations: { summary: inLocale(call.locale, about.summary) },
    },
    call,
    world,
    (change) => {
      const { person, conversation, at } = call;
      record = refusing(() =>
        world.monitors.add(change, spec, { kind: "chat", person: person.id, conversation, at }),
      );
    },
  );
  if (record === undefined) throw new Error("a monitor was not added");
  return { record, rule };
}

/** The rule that came with a monitor, as long as nobody has changed what it watches. */
export function ruleOf(
  { name, kind }: Pick<MonitorRecord, "name" | "kind">,
  { rules }: World,
): Rule | undefined {
  const about = problemsOf[kind];
  if (about === undefined) return undefined;
  const mine = LOCALES.map((locale) => expressionOf(name, about, locale));
  for (const rule of rules.all())
    if (rule.kind === "promql" && rule.source.kind === "chat" && mine.includes(rule.expr)) return rule;
  return undefined;
}

const LOCALES = ["zh-CN", "en"] as const satisfies readonly Locale[];

/** In Chinese the reason is said in Chinese, since cards show labels as they are. */
function expressionOf(monitor: string, { metric, reasons }: Problems, locale: Locale): string {
  const problem = `${formatLabels({ __name__: metric, monitor })} == 1`;
  if (locale === "en") return problem;
  return reasons.reduce(
    (expr, reason) => `label_replace(${expr}, "reason", "${reasonText[reason].zh}", "reason", "${reason}")`,
    problem,
  );
}

function freeRuleName(wanted: string, { rules }: World): string {
  const name = wanted.slice(0, 80);
  for (let i = 1; ; i++) {
    const numbered = i === 1 ? name : `${name} (${i})`;
    if (rules.find(numbered) === undefined) return numbered;
  }
}
