import type { DeliveryFacts, Explanation } from "../alerts/why.ts";
import { escapeMarkdown, formatSpan, formatTime, formatValue } from "../alerts/words.ts";
import { explain as explainExpression } from "../rules/explain.ts";
import { formatDuration } from "../storage/duration.ts";
import { formatLabels } from "../storage/labels.ts";
import { inLocale, type Text } from "../storage/locale.ts";
import { needNothing, needNumber } from "./arguments.ts";
import { answer, type Call, type Command, Refusal } from "./command.ts";
import { code } from "./markdown.ts";
import { alertNumber, quoted } from "./phrases.ts";
import type { World } from "./world.ts";

/** `why 12`: why it fired, and why somebody was or was not told. */
export const why: Command = {
  words: ["why", "explain"],
  twins: ["为什么", "为何"],
  takes: { zh: "编号", en: "N" },
  summary: { zh: "为什么触发，为什么通知了或没通知", en: "why it fired, why somebody was or was not told" },
  examples: { zh: "为什么 12", en: "why 12" },
  needs: "viewer",
  run(rest, call, world) {
    const number = needNumber(rest, alertNumber, this.examples);
    needNothing(number.rest);
    const incident = world.alerts.book.incident(number.value);
    if (incident === undefined) {
      throw new Refusal({
        zh: `没有编号是 #${number.value} 的告警。`,
        en: `There is no incident #${number.value}.`,
      });
    }
    const found = world.alerts.explain(incident, call.at);
    const parts = [
      ...expressionLines(found, call, world),
      ...muterLines(found, call),
      ...deliveryLines(found, call, world),
    ];
    const text = parts.map((part) => inLocale(call.locale, part)).join("\n");
    return answer(
      call,
      { zh: text, en: text },
      { title: `#${found.incident.id} ${found.incident.title}`, incident: found.incident.id },
    );
  },
};

function expressionLines(found: Explanation, call: Call, world: World): Text[] {
  const lines: Text[] = [{ zh: "**为什么触发**", en: "**Why it fired**" }];
  for (const { id, rule, health } of found.rules) {
    if (rule === undefined) {
      lines.push({ zh: `- 规则 ${id} 已经不在了`, en: `- Rule ${id} is gone` });
      continue;
    }
    const held =
      rule.forMs === 0
        ? { zh: "", en: "" }
        : { zh: `，持续 ${formatDuration(rule.forMs)}`, en: ` for ${formatDuration(rule.forMs)}` };
    const state =
      health?.message === undefined
        ? { zh: "", en: "" }
        : { zh: `（${quoted(health.message.zh)}）`, en: ` (${quoted(health.message.en)})` };
    lines.push({
      zh: `- 规则 ${id} ${quoted(rule.name)}：${code(rule.expression)}${held.zh}${state.zh}`,
      en: `- Rule ${id} ${quoted(rule.name)}: ${code(rule.expression)}${held.en}${state.en}`,
    });
  }
  for (const alert of found.alerts) {
    const since = formatTime(alert.since, world.zone, call.locale);
    const fired = formatTime(alert.firedAt, world.zone, call.locale);
    const reason =
      alert.reason === undefined ? "" : ` — ${escapeMarkdown(inLocale(call.locale, alert.reason))}`;
    const value = formatValue(alert.value, undefined, call.locale);
    lines.push({
      zh: `- ${code(formatLabels(alert.labels))} = ${value}，${since} 起成立，${fired} 触发，现在 ${alert.state}${reason}`,
      en: `- ${code(formatLabels(alert.labels))} = ${value}, true since ${since}, fired ${fired}, now ${alert.state}${reason}`,
    });
    lines.push(...subexpressions(found, alert, call, world));
  }
  if (found.total > found.alerts.length) {
    lines.push({ zh: `- ……共 ${found.total} 条`, en: `- … ${found.total} in all` });
  }
  return lines;
}

/** The values behind the first alert: what each selector of its rule gives for it now. */
function subexpressions(
  found: Explanation,
  alert: Explanation["alerts"][number],
  call: Call,
  world: World,
): Text[] {
  if (alert !== found.alerts[0]) return [];
  const rule = world.rules.find(Number(alert.id.split("/")[0]));
  if (rule?.kind !== "promql") return [];
  return explainExpression(world.rules.compiled(rule), world.series, call.at, alert.found).map(
    ({ text, values }) => {
      const shown = values
        .map(
          ({ labels, value }) =>
            `${code(formatLabels(labels))} = ${formatValue(value, undefined, call.locale)}`,
        )
        .join(", ");
      return {
        zh: `  - ${code(text)} → ${shown === "" ? "无数据" : shown}`,
        en: `  - ${code(text)} → ${shown === "" ? "no data" : shown}`,
      };
    },
  );
}

function muterLines(found: Explanation, call: Call): Text[] {
  return [
    { zh: "**谁会拦住通知**", en: "**What may hold a notification back**" },
    ...found.muters.map(({ name, held, asked, reason }): Text => {
      if (reason === undefined || held === 0) return { zh: `- ${name}：没有拦`, en: `- ${name}: does not` };
      const note = reason.note === undefined ? "" : ` — ${quoted(reason.note)}`;
      const left =
        reason.until === undefined
          ? { zh: "", en: "" }
          : {
              zh: `，还有 ${formatSpan(reason.until - call.at, "zh-CN")}`,
              en: `, ${formatSpan(reason.until - call.at, "en")} left`,
            };
      const scope =
        reason.holds === "repeats"
          ? { zh: "只拦重复提醒", en: "repeats only" }
          : { zh: "全部拦下", en: "everything" };
      return {
        zh: `- ${name}：拦住 ${held}/${asked} 条，${scope.zh}：${escapeMarkdown(reason.why.zh)}${left.zh}${note}`,
        en: `- ${name}: holds ${held} of ${asked}, ${scope.en}: ${escapeMarkdown(reason.why.en)}${left.en}${note}`,
      };
    }),
  ];
}

const DELIVERY: Readonly<Record<DeliveryFacts["state"], Text>> = {
  told: { zh: "已送达", en: "told" },
  waiting: { zh: "等待送达", en: "waiting" },
  lost: { zh: "送不到，已放弃", en: "given up" },
  unwanted: { zh: "没有要送的", en: "nothing wanted" },
};

function deliveryLines(found: Explanation, call: Call, world: World): Text[] {
  return [
    { zh: "**通知了谁**", en: "**Who was told**" },
    ...found.deliveries.map((delivery): Text => {
      const { conversation, state, attempts, trouble, sent, wanted } = delivery;
      const said = DELIVERY[state];
      const refused =
        trouble === undefined
          ? ""
          : ` — ${quoted(`${trouble.code}: ${trouble.message}`, 300)} (${formatTime(trouble.at, world.zone, call.locale)})`;
      return {
        zh: `- ${quoted(conversation)}：${said.zh}（版本 ${sent}/${wanted}，本轮第 ${attempts} 次）${refused}`,
        en: `- ${quoted(conversation)}: ${said.en} (version ${sent}/${wanted}, attempt ${attempts})${refused}`,
      };
    }),
  ];
}
