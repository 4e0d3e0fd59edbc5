import type { Card, Field } from "../../alerts/card.ts";
import { addressesOf } from "../../alerts/routing/addresses.ts";
import { DEFAULT_CONVERSATION } from "../../alerts/routing/route.ts";
import { formatSpan, formatTime, formatValue, plain } from "../../alerts/words.ts";
import { describeSchedule } from "../../rules/describe-schedule.ts";
import { RuleLimit, recorder } from "../../rules/judge.ts";
import { PromqlError } from "../../rules/promql/promql-error.ts";
import type { CronRule, PromqlRule, RecordingRule, Rule } from "../../rules/rule.ts";
import { formatDuration } from "../../storage/duration.ts";
import { formatLabels, METRIC_NAME } from "../../storage/labels.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import { action, type Call } from "../command.ts";
import type { World } from "../world.ts";
import { tryOut } from "./preview.ts";

/** What people need of an expression or a reminder's text; the rest would fill the screen. In characters. */
const LONGEST_FIELD = 1_000;

/** What the bot understood of a rule, shown to the one who made it. `opening` says what has just happened. */
export async function ruleMade(rule: Rule, opening: Text, call: Call, world: World): Promise<Card> {
  const field = (name: Text, value: string): Field => ({
    name: inLocale(call.locale, name),
    value: plain(maskedAddresses(value), LONGEST_FIELD),
  });
  const about = await fieldsOf(rule, field, call, world);
  return {
    kind: "reply",
    title: plain(inLocale(call.locale, opening)),
    fields: about,
    actions: [
      action(call, "undo", { zh: "撤销", en: "Undo" }, `rule remove ${rule.id}`),
      ...(rule.kind === "cron"
        ? []
        : [action(call, "test", { zh: "试算", en: "Test" }, `rule test ${rule.expr}`)]),
    ],
  };
}

async function fieldsOf(rule: Rule, field: MakeField, call: Call, world: World): Promise<Field[]> {
  if (rule.kind === "record") return recordFields(rule, field, call, world);
  const about =
    rule.kind === "cron"
      ? cronFields(rule, field, call, world)
      : await promqlFields(rule, field, call, world);
  return [...about, field({ zh: "通知", en: "Tells" }, tells(rule, call, world))];
}

type MakeField = (name: Text, value: string) => Field;

async function promqlFields(rule: PromqlRule, field: MakeField, call: Call, world: World): Promise<Field[]> {
  const tried = await tryOut(world.rules.compiled(rule), rule, world, call.at);
  return [
    field({ zh: "表达式", en: "Expression" }, rule.expr),
    field(
      { zh: "持续", en: "For" },
      rule.forMs === 0 ? inLocale(call.locale, { zh: "立即", en: "at once" }) : spanText(rule.forMs, call),
    ),
    field({ zh: "级别", en: "Severity" }, severityWord(rule.labels["severity"] ?? "warning", call)),
    field({ zh: "试算", en: "On record" }, inLocale(call.locale, tried)),
  ];
}

/** So many of the series that it writes are shown. */
const SHOWN = 5;

function recordFields(rule: RecordingRule, field: MakeField, call: Call, world: World): Field[] {
  const { name, labels, intervalMs, expr } = rule;
  const now = recordsNow(rule, call, world);
  return [
    field({ zh: "写入", en: "Writes" }, formatLabels({ ...labels, [METRIC_NAME]: name })),
    field({ zh: "表达式", en: "Expression" }, expr),
    field({ zh: "间隔", en: "Every" }, spanText(intervalMs, call)),
    field({ zh: "现在", en: "Now" }, inLocale(call.locale, now)),
  ];
}

/** What it would write now. */
function recordsNow(rule: RecordingRule, call: Call, world: World): Text {
  try {
    const { findings } = recorder(world.rules.compiled(rule), rule)(world.series, call.at);
    if (findings.length === 0) return { zh: "没有结果", en: "nothing" };
    const shown = findings
      .slice(0, SHOWN)
      .map(({ labels, value }) => `${formatLabels(labels)} = ${formatValue(value, undefined, call.locale)}`)
      .join("; ");
    const more = findings.length > SHOWN ? "; …" : "";
    return {
      zh: `${findings.length} 条序列：${shown}${more}`,
      en: `${findings.length} series: ${shown}${more}`,
    };
  } catch (error) {
    if (error instanceof PromqlError || error instanceof RuleLimit) return error.text;
    throw error;
  }
}

function cronFields(rule: CronRule, field: MakeField, call: Call, world: World): Field[] {
  const nextAt = nextOf(rule, world);
  const next =
    nextAt === undefined
      ? inLocale(call.locale, { zh: "不会再有", en: "never again" })
      : `${formatTime(nextAt, rule.zone, call.locale)} (${rule.zone})`;
  return [
    field({ zh: "提醒", en: "Reminds" }, rule.text),
    field({ zh: "时间", en: "When" }, `${describeSchedule(rule.cron, call.locale)} (${rule.cron})`),
    field({ zh: "下一次", en: "Next" }, next),
    ...(world.zone === rule.zone ? [] : [field({ zh: "时区", en: "Time zone" }, rule.zone)]),
  ];
}

/** When a reminder is due next: as the watch keeps it, or as it was made while the watch has not seen it yet. */
export function nextOf(rule: CronRule, { alerts }: World): number | undefined {
  return alerts.reminders.nextOf(rule.id) ?? rule.nextAt;
}

const SEVERITY: Readonly<Record<string, string>> = { critical: "严重", warning: "警告", info: "提示" };

/** `严重（critical）`: the word people read and the one that the exact form has. */
function severityWord(severity: string, call: Call): string {
  const chinese = call.locale === "zh-CN" && Object.hasOwn(SEVERITY, severity);
  return chinese ? `${SEVERITY[severity]}（${severity}）` : severity;
}

/** `5分钟（5m）`: the words people read and the form that PromQL has. */
function spanText(ms: number, call: Call): string {
  return call.locale === "zh-CN" ? `${formatSpan(ms, "zh-CN")}（${formatDuration(ms)}）` : formatDuration(ms);
}

/** Whom a rule tells, in words: what the routes say of its own labels. A label that it finds may lead elsewhere. */
function tells(rule: PromqlRule | CronRule, call: Call, world: World): string {
  const told = rule.kind === "cron" ? reminded(rule) : routed(rule, world);
  if (told.length === 0) return inLocale(call.locale, { zh: "没有人", en: "nobody" });
  return told
    .map((one) => {
      if (one === call.conversation) return inLocale(call.locale, { zh: "本会话", en: "this conversation" });
      const usual = { zh: `默认会话 ${one}`, en: `the default, ${one}` };
      return one === DEFAULT_CONVERSATION ? inLocale(call.locale, usual) : one;
    })
    .join(", ");
}

function reminded({ tells, source }: CronRule): readonly string[] {
  if (tells.length > 0) return tells;
  return [source.kind === "chat" ? source.conversation : DEFAULT_CONVERSATION];
}

function routed({ id, name, labels, tells, source }: PromqlRule, world: World): readonly string[] {
  const plan = world.plan();
  const conversation = source.kind === "chat" ? source.conversation : undefined;
  const routes = plan.router(
    { severity: "warning", ...labels, alertname: name },
    { id, name, tells, conversation },
  );
  return [...new Set(routes.flatMap((route) => addressesOf(plan, route)))];
}
