/** Makes a heartbeat together with the rule that tells people, and answers with the lines to paste. */
import type { Card } from "../../alerts/card.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { reasonText } from "../../monitors/reason.ts";
import type { Rule } from "../../rules/rule.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { action, answer, type Call } from "../command.ts";
import { quoted } from "../phrases.ts";
import { addRule } from "../rules/keep-rule.ts";
import type { World } from "../world.ts";
import { expectationWords, pingLines } from "./heartbeat-lines.ts";
import { refusing } from "./options.ts";

/** Adds the monitor and its rule in one commit. */
export async function addHeartbeat(spec: MonitorSpec, call: Call, world: World): Promise<Card> {
  let record: MonitorRecord | undefined;
  const rule = await addRule(
    {
      kind: "promql",
      name: freeRuleName(
        inLocale(call.locale, { zh: `心跳 ${spec.name}`, en: `heartbeat ${spec.name}` }),
        world,
      ),
      expr: expressionOf(spec.name, call.locale),
      // The grace of the heartbeat is wait enough.
      forMs: 0,
      keepFiringForMs: 0,
      labels: { severity: "warning" },
      annotations: {
        summary: inLocale(call.locale, {
          zh: "{{ $labels.monitor }}：{{ $labels.reason }}",
          en: "{{ $labels.monitor }}: {{ $labels.reason }}",
        }),
      },
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
  const made = record ?? spec;
  const words = expectationWords(made);
  const lines = pingLines(made, world, call.locale);
  return answer(
    call,
    {
      zh: `已添加心跳 ${quoted(made.name)}：${quoted(words.zh)}。没来、跑太久或报告失败就告警（规则 ${rule.id}）。让任务这样报到：\n\n${lines}`,
      en: `Heartbeat ${quoted(made.name)} added: ${quoted(words.en)}. Missing, running too long or failed alerts (rule ${rule.id}). Let the job report like this:\n\n${lines}`,
    },
    {
      actions: [
        action(call, "show", { zh: "查看", en: "Show" }, `monitor ${made.name}`),
        action(call, "undo", { zh: "撤销", en: "Undo" }, `monitor remove ${made.name}`),
      ],
    },
  );
}

/** The rule that came with a heartbeat, as long as nobody has changed what it watches. */
export function heartbeatRule(monitor: string, { rules }: World): Rule | undefined {
  const mine = LOCALES.map((locale) => expressionOf(monitor, locale));
  for (const rule of rules.all())
    if (rule.kind === "promql" && rule.source.kind === "chat" && mine.includes(rule.expr)) return rule;
  return undefined;
}

const LOCALES = ["zh-CN", "en"] as const satisfies readonly Locale[];

/** One alert for each reason; in Chinese the reason is said in Chinese, since cards show labels as they are. */
function expressionOf(monitor: string, locale: Locale): string {
  const problem = `${formatLabels({ __name__: "heartbeat_problem", monitor })} == 1`;
  if (locale === "en") return problem;
  return (["missing", "too_long", "failed"] as const).reduce(
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
