/** What somebody says of a flow, as a monitor: `夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 06:00 工作日`. */
import type { MonitorSpec } from "../../monitors/index.ts";
import { Refusal } from "../command.ts";
import { scanDuration } from "../language/durations.ts";
import { scanSchedule } from "../language/schedule.ts";
import { tokenize } from "../language/tokenize.ts";
import { code } from "../markdown.ts";
import { checkedMonitor } from "../monitors/options.ts";
import { BEFORE, CRON, takeMatch, takeSpanOf } from "../monitors/said-options.ts";
import { quoted } from "../phrases.ts";
import { readStep, type SaidStep } from "./said-step.ts";

/** Whole lines that make a flow. */
export const FLOW_EXAMPLES = {
  zh: "流程 添加 夜间结算: 拉取 <10分钟 → 对账 <30分钟 → 出报表 截止 06:00 工作日\n流程 添加 订单同步: 下载 <2分钟 → 入库 <5分钟 每小时 宽限 10分钟",
  en: "flow add settlement: fetch <10m -> reconcile <30m -> report by 06:00 weekdays\nflow add order sync: download <2m -> load <5m every hour grace 10m",
};

/** Before a length of time, of the flow as a whole. */
const SPANS: readonly (readonly [option: string, words: string])[] = [
  ["grace", "grace period|grace|宽限期|宽限"],
  ["max_duration", "max_duration|max duration|in total|全程最多|总共最多|整个最多|最多跑|最长跑|全程|总共"],
  ["interval", "interval"],
];

/** It says what is done anyway; a step may well be called 告警, so that alone says nothing. */
const ALARM = [
  /[\s,;]+(?:没来|没到|不来|没跑|没完成|没跑完|迟到|超时|卡住|失败|出错|出问题|有问题)\S*? *(?:告警|报警|通知|提醒|叫)我?们?[\s.!]*$/,
  /[\s,;]+(?:and )?(?:alert|alarm|tell|notify) (?:me|us|(?:when|if) )[^,;>→]*$/i,
];

const ARROW = /\s*(?:→|⇒|➔|➜|⟶|-+>|=+>|—+>|–>)\s*/;
/** Between steps that are said without arrows. */
const COMMA = /\s*(?:[,;、]|\bthen\b|然后|接着|再到)\s*/i;

/** Reads a flow. Throws a Refusal that quotes what is not understood, and shows an example. */
export function readFlow(said: string): MonitorSpec {
  const given: Record<string, string> = {};
  let text = ALARM.reduce((rest, words) => rest.replace(words, ""), said);
  for (const [option, words] of SPANS) text = takeSpanOf(text, option, words, given);
  text = takeMatch(text, new RegExp(`${BEFORE}(?:timezone|时区)\\s*[=:]?\\s*(\\S+)`, "i"), "timezone", given);
  text = takeMatch(text, new RegExp(`${BEFORE}token\\s*[=:]?\\s*(\\S+)`, "i"), "token", given);
  text = takeMatch(text, CRON, "cron", given);
  const { head, chain } = split(text);
  const name = takeRecurring(head, undefined, given).trim();
  if (name === "" || chain.trim() === "") throw incomplete(said);
  const steps = stepsOf(chain, given);
  return checkedMonitor({ ...given, name, steps, kind: "flow" });
}

/** The name, before a colon that is not part of a time of day; or the first word. */
function split(text: string): { readonly head: string; readonly chain: string } {
  const trimmed = text.trim();
  const arrow = ARROW.exec(trimmed)?.index ?? trimmed.length;
  const colon = /(?<!\d):|:(?!\d)/.exec(trimmed.slice(0, arrow));
  if (colon !== null) return { head: trimmed.slice(0, colon.index), chain: trimmed.slice(colon.index + 1) };
  const [first] = tokenize(trimmed);
  return first === undefined
    ? { head: "", chain: "" }
    : { head: trimmed.slice(first.from, first.to), chain: trimmed.slice(first.to) };
}

interface Step {
  name: string;
  max_duration?: string;
  deadline?: string;
}

function stepsOf(chain: string, given: Record<string, string>): readonly Step[] {
  const arrows = chain.split(ARROW);
  const bare = chain.split(/\s*(?<![<>=-])>(?!=)\s*/);
  const parts = arrows.length > 1 ? arrows : bare.length > 1 ? bare : chain.split(COMMA);
  const isList = parts.length > 1 && arrows.length === 1 && bare.length === 1;
  const steps: Step[] = [];
  parts.forEach((part, i) => {
    if (part.trim() === "" && parts.length > 1) throw emptyStep(chain);
    const { rest, ...limits } = readStep(part);
    const isLast = i === parts.length - 1;
    const deadline = limits.deadline ?? (isLast ? steps.at(-1)?.deadline : undefined);
    const name = isLast ? takeRecurring(rest, deadline, given).trim() : rest;
    const before = steps.at(-1);
    // `…, 出报表 截止 06:00, 工作日`: what stands alone at the end is about the last step and the whole.
    if (name === "" && isLast && before !== undefined && isList) Object.assign(before, limits);
    else steps.push(namedStep(name, limits, part));
  });
  return steps;
}

function namedStep(name: string, limits: Omit<SaidStep, "rest">, part: string): Step {
  if (name === "")
    throw new Refusal({
      zh: `“${quoted(part.trim(), 60)}”没有步骤的名字。例如 ${code(firstLine("zh"))}`,
      en: `“${quoted(part.trim(), 60)}” has no name of a step. For example ${code(firstLine("en"))}`,
    });
  const odd = oddTime(name);
  if (odd !== undefined)
    throw new Refusal({
      zh: `步骤“${quoted(name, 60)}”里的“${quoted(odd, 40)}”看不懂：时长写 ${code("<10分钟")}，截止写 ${code("截止 06:00")}，哪天跑写在最后，如 ${code("工作日")}、${code("每天 02:00")}。`,
      en: `“${quoted(odd, 40)}” in the step “${quoted(name, 60)}” is not understood: write ${code("<10m")} for how long, ${code("by 06:00")} for a deadline, and when it runs at the end, such as ${code("weekdays")} or ${code("every day at 02:00")}.`,
    });
  return { name, ...limits };
}

/** A time in a name that should have been a limit, a deadline or a schedule. */
function oddTime(name: string): string | undefined {
  const sign = /\S*[<>≤≥]\S*/.exec(name);
  if (sign !== null) return sign[0];
  return name.split(" ").find((word) => {
    const at = word.search(/\d/);
    if (at < 0) return false;
    return scanDuration(word, at)?.to === word.length || /\d{1,2}:\d\d/.test(word);
  });
}

/** Words around a schedule. */
const STARTS = /^(?:starts?|starting|runs?|begins?|on|从|于)\s+/i;
const STARTED = /\s*(?:开始|启动|起跑|起|运行|执行|跑)$/;

/**
 * The schedule at the end of a text, after a name or alone: with a time of day it says when runs begin; days alone say
 * by which days' last deadline they are to be done.
 */
function takeRecurring(said: string, deadline: string | undefined, given: Record<string, string>): string {
  if (given["cron"] !== undefined || given["days"] !== undefined) return said;
  const rest = said.trimEnd().replace(STARTED, "");
  const starts = tokenize(rest).map(({ from }) => from);
  for (const at of starts) {
    const tail = rest.slice(at).replace(STARTS, "");
    const found = scanSchedule(tail, 0);
    if (found?.recurs !== true || found.to < tail.length) continue;
    if (found.schedule !== undefined) {
      given["cron"] = found.schedule;
      return rest.slice(0, at);
    }
    // Which days these are, cron can say with a time of day.
    const days = deadline === undefined || found.timed ? undefined : scanSchedule(`${tail} ${deadline}`, 0);
    if (days?.schedule === undefined) throw noTime(tail);
    given["days"] = days.schedule.split(" ").slice(2).join(" ");
    return rest.slice(0, at);
  }
  return said;
}

function noTime(tail: string): Refusal {
  return new Refusal({
    zh: `“${quoted(tail, 60)}”还差一个时刻：写几点开始（${code("工作日 02:00")}），或者给最后一步写 ${code("截止 06:00")}。`,
    en: `“${quoted(tail, 60)}” needs a time of day: when it begins (${code("weekdays at 02:00")}), or ${code("by 06:00")} for the last step.`,
  });
}

function emptyStep(chain: string): Refusal {
  return new Refusal({
    zh: `“${quoted(chain.trim(), 80)}”里有一个箭头的一边没有步骤。`,
    en: `An arrow in “${quoted(chain.trim(), 80)}” has no step on one side.`,
  });
}

function incomplete(said: string): Refusal {
  return said.trim() === ""
    ? new Refusal({
        zh: `哪个流程，有哪些步骤？例如 ${code(firstLine("zh"))}`,
        en: `Which flow, and which steps? For example ${code(firstLine("en"))}`,
      })
    : new Refusal({
        zh: `“${quoted(said, 80)}”里看不出名字和步骤；要写“名字: 步骤 → 步骤”，例如 ${code(firstLine("zh"))}`,
        en: `There are no name and steps in “${quoted(said, 80)}”; write NAME: STEP -> STEP, for example ${code(firstLine("en"))}`,
      });
}

function firstLine(language: keyof typeof FLOW_EXAMPLES): string {
  return FLOW_EXAMPLES[language].split("\n")[0] ?? "";
}
