import type { AlertSource } from "../../alerts/alert.ts";
import { unitOf } from "../../alerts/evaluation/unit-of.ts";
import { MUTERS } from "../../alerts/incidents/story-words.ts";
import type { AlertFacts, DeliveryFacts, Explanation } from "../../alerts/incidents/why.ts";
import { escapeMarkdown, formatSpan, formatTime, formatValue, plain } from "../../alerts/words.ts";
import { type ExplainedPart, explain as explainExpression } from "../../rules/explain.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { needNothing, needNumber } from "../arguments.ts";
import { answer, type Call, type Command } from "../command.ts";
import { code, maskedCode } from "../markdown.ts";
import { alertNumber, counted, noIncident, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { routeLines, saidLines } from "./why-routes.ts";

/** `why 12`: why it fired, and why somebody was or was not told. */
export const why: Command = {
  words: ["why", "explain"],
  twins: ["为什么", "为何"],
  takes: { zh: "编号", en: "N" },
  summary: { zh: "为什么触发，为什么通知了或没通知", en: "why it fired, why somebody was or was not told" },
  examples: { zh: "为什么 12", en: "why 12" },
  needs: "viewer",
  takesIncident: true,
  run(rest, call, world) {
    const number = needNumber(rest, alertNumber, this.examples);
    needNothing(number.rest);
    const incident = world.alerts.book.incident(number.value);
    if (incident === undefined) throw noIncident(number.value);
    const found = world.alerts.explain(incident, call.at);
    const section = (heading: Text, lines: readonly Text[]): string =>
      [`**${inLocale(call.locale, heading)}**`, "", ...lines.map((line) => inLocale(call.locale, line))].join(
        "\n",
      );
    const text = [
      section({ zh: "为什么触发", en: "Why it fired" }, expressionLines(found, call, world)),
      section({ zh: "什么会拦住通知", en: "What may hold a notification back" }, muterLines(found, call)),
      section({ zh: "走了哪些路由", en: "Which routes it took" }, routeLines(found.routes, call, world.zone)),
      section({ zh: "通知了谁", en: "Who was told" }, deliveryLines(found, call, world)),
      ...(found.said.length === 0
        ? []
        : [section({ zh: "每次通知", en: "Each time" }, saidLines(found.said, call, world.zone))]),
    ].join("\n\n");
    return answer(
      call,
      { zh: text, en: text },
      { title: `#${found.incident.id} ${plain(found.incident.title)}`, incident: found.incident.id },
    );
  },
};

const STATE: Readonly<Record<AlertFacts["state"], Text>> = {
  pending: { zh: "观察中", en: "pending" },
  firing: { zh: "告警中", en: "firing" },
  nodata: { zh: "无数据", en: "no data" },
  resolved: { zh: "已恢复", en: "resolved" },
};

const ENDED: Readonly<Record<NonNullable<AlertFacts["ended"]>, Text>> = {
  recovered: STATE.resolved,
  expired: { zh: "发送方不再发送，按超时结束", en: "ended: its sender fell silent" },
  closed: { zh: "已手动关闭", en: "closed by hand" },
  "rule-removed": { zh: "规则已删除", en: "its rule was removed" },
  "rule-paused": { zh: "规则已停用", en: "its rule was paused" },
};

function expressionLines(found: Explanation, call: Call, world: World): Text[] {
  const lines: Text[] = [];
  for (const { id, rule, health } of found.rules) {
    if (rule === undefined) {
      lines.push({ zh: `- 规则 ${id} 已经不在了`, en: `- Rule ${id} is gone` });
      continue;
    }
    const held =
      rule.forMs === 0
        ? { zh: "", en: "" }
        : { zh: `，持续${formatSpan(rule.forMs, "zh-CN")}`, en: ` for ${formatSpan(rule.forMs, "en")}` };
    const state =
      health?.message === undefined
        ? { zh: "", en: "" }
        : { zh: `（${quoted(health.message.zh)}）`, en: ` (${quoted(health.message.en)})` };
    lines.push({
      zh: `- 规则 ${id} ${quoted(rule.name)}：${maskedCode(rule.expression)}${held.zh}${state.zh}`,
      en: `- Rule ${id} ${quoted(rule.name)}: ${maskedCode(rule.expression)}${held.en}${state.en}`,
    });
  }
  for (const alert of found.alerts) {
    const since = moment(alert.since, call, world);
    const fired = moment(alert.firedAt, call, world);
    const reason =
      alert.reason === undefined ? "" : ` — ${escapeMarkdown(inLocale(call.locale, alert.reason))}`;
    const value = formatValue(alert.value, world.alerts.unitOf(alert.rule), call.locale);
    const state = alert.ended === undefined ? STATE[alert.state] : ENDED[alert.ended];
    if (alert.source !== undefined) {
      lines.push(receivedLine(alert, alert.source, state, since));
      continue;
    }
    lines.push({
      zh: `- ${maskedCode(formatLabels(alert.labels))} = ${value}，${since} 起成立，${fired} 触发，现在：${state.zh}${reason}`,
      en: `- ${maskedCode(formatLabels(alert.labels))} = ${value}, true since ${since}, fired ${fired}, now: ${state.en}${reason}`,
    });
    lines.push(...subexpressions(found, alert, call, world));
  }
  const others = found.total - found.alerts.length;
  if (found.total === 0) {
    lines.push(...pastLines(found, call, world));
    lines.push({
      zh: "- 它的告警后来又触发过，属于新的告警编号了",
      en: "- Its alerts have fired again since, and belong to a later incident",
    });
  }
  if (others > 0) lines.push({ zh: `- ……还有 ${others} 条`, en: `- … and ${others} more` });
  return lines;
}

/** What another system judged has no value and no expression here, but somebody who sent it. */
function receivedLine(
  { labels }: AlertFacts,
  { sender, generatorURL }: AlertSource,
  state: Text,
  since: string,
): Text {
  const where = generatorURL === "" ? "" : ` — ${code(plain(generatorURL, 200))}`;
  return {
    zh: `- ${maskedCode(formatLabels(labels))}，来自 ${code(sender)}，${since} 起触发，现在：${state.zh}${where}`,
    en: `- ${maskedCode(formatLabels(labels))}, sent by ${code(sender)}, firing since ${since}, now: ${state.en}${where}`,
  };
}

/** What has happened is told to the second: several things happen in a minute. */
function moment(at: number, call: Call, world: World): string {
  return formatTime(at, world.zone, call.locale, "second");
}

/** What an old incident was about, when its alerts have begun another episode since. */
function pastLines(found: Explanation, call: Call, world: World): Text[] {
  return found.fired.map(({ at, labels, value = Number.NaN, rule, count }) => {
    const when = moment(at, call, world);
    const unit = rule === undefined ? undefined : world.alerts.unitOf(rule);
    const what = `${maskedCode(formatLabels(labels ?? {}))} = ${formatValue(value, unit, call.locale)}`;
    const more =
      count === undefined ? { zh: "", en: "" } : { zh: `，共 ${count} 条`, en: `, ${count} in all` };
    return { zh: `- ${when} 触发 ${what}${more.zh}`, en: `- ${when} fired ${what}${more.en}` };
  });
}

/** The values behind the first alert: what each part of its rule gives for it now. */
function subexpressions(found: Explanation, alert: AlertFacts, call: Call, world: World): Text[] {
  if (alert !== found.alerts[0]) return [];
  const rule = world.rules.find(Number(alert.id.split("/")[0]));
  if (rule?.kind !== "promql") return [];
  const parts = explainExpression(world.rules.compiled(rule), world.series, call.at, alert.found);
  return parts.map((part) => partLine(part, call));
}

function partLine({ text, values, more }: ExplainedPart, call: Call): Text {
  const unit = unitOf(text);
  const shown = values.map(({ labels, value }) => {
    const number = formatValue(value, unit, call.locale);
    const name = Object.keys(labels).length === 0 ? "" : formatLabels(labels);
    return name === "" || name === text ? number : `${maskedCode(name)} = ${number}`;
  });
  if (shown.length === 0)
    return { zh: `  - ${maskedCode(text)} → 无数据`, en: `  - ${maskedCode(text)} → no data` };
  const all = shown.join(", ");
  return {
    zh: `  - ${maskedCode(text)} → ${all}${more === 0 ? "" : `，还有 ${more} 个`}`,
    en: `  - ${maskedCode(text)} → ${all}${more === 0 ? "" : ` and ${more} more`}`,
  };
}

function muterLines(found: Explanation, call: Call): Text[] {
  return found.muters.map(({ name, held, asked, reason }): Text => {
    const { zh, en } = MUTERS[name] ?? { zh: name, en: name };
    const called = { zh, en: en.slice(0, 1).toUpperCase() + en.slice(1) };
    if (reason === undefined || held === 0)
      return { zh: `- ${called.zh}：没有拦`, en: `- ${called.en}: holds nothing back` };
    const note = reason.note === undefined ? "" : ` — ${quoted(reason.note)}`;
    const left =
      reason.until === undefined
        ? { zh: "", en: "" }
        : {
            zh: `，还有${formatSpan(reason.until - call.at, "zh-CN")}`,
            en: `, ${formatSpan(reason.until - call.at, "en")} left`,
          };
    const what =
      reason.holds === "repeats"
        ? { zh: "只拦重复提醒", en: "repeats only" }
        : name === "time-interval"
          ? { zh: `拦住 ${asked} 条路由里的 ${held} 条`, en: `${held} of ${counted(asked, "route")}` }
          : { zh: `拦住 ${asked} 条里的 ${held} 条`, en: `${held} of ${counted(asked, "alert")}` };
    return {
      zh: `- ${called.zh}：${what.zh}。${escapeMarkdown(reason.why.zh)}${left.zh}${note}`,
      en: `- ${called.en}: ${what.en}; ${escapeMarkdown(reason.why.en)}${left.en}${note}`,
    };
  });
}

const DELIVERY: Readonly<Record<DeliveryFacts["state"], Text>> = {
  told: { zh: "已送达", en: "told" },
  unsaid: { zh: "不用说", en: "not said" },
  waiting: { zh: "正在送", en: "on its way" },
  folded: { zh: "已列入汇总", en: "listed in a digest" },
  lost: { zh: "送不到，已放弃", en: "could not be told, given up" },
  unwanted: { zh: "还没有要送的", en: "nothing to tell so far" },
};

function deliveryLines(found: Explanation, call: Call, world: World): Text[] {
  return found.deliveries.map(({ conversation, state, attempts, trouble, dueAt, saidAt, answer }): Text => {
    const said = DELIVERY[state];
    const last = saidAt === undefined ? "" : ` ${moment(saidAt, call, world)}`;
    const given = answer === undefined || answer === "" ? "" : ` ${code(answer)}`;
    const tried =
      attempts === 0
        ? { zh: "", en: "" }
        : {
            zh: `，试过 ${attempts} 次`,
            en: `, tried ${attempts === 1 ? "once" : counted(attempts, "time")}`,
          };
    const again =
      dueAt === undefined || dueAt <= call.at
        ? { zh: "", en: "" }
        : {
            zh: `，${formatSpan(dueAt - call.at, "zh-CN")}后再试`,
            en: `, again in ${formatSpan(dueAt - call.at, "en")}`,
          };
    const refused =
      trouble === undefined
        ? ""
        : ` — ${quoted(`${trouble.code}: ${trouble.message}`, 300)} (${moment(trouble.at, call, world)})`;
    return {
      zh: `- ${quoted(conversation)}：${said.zh}${last}${given}${tried.zh}${again.zh}${refused}`,
      en: `- ${quoted(conversation)}: ${said.en}${last}${given}${tried.en}${again.en}${refused}`,
    };
  });
}
