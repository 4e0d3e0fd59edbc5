/**
 * What a title is about, without what changes from one message to the next: `[告警] web1 磁盘 95%` and
 * `[恢复] web1 磁盘 40%` are both `web1 磁盘`. Two titles that are about different things must never become one, since
 * the end of the one would end the other; so bare numbers stay unless a word before them says that they are values.
 */
import type { Finder } from "../../../storage/regex.ts";
import type { Patterns } from "./patterns.ts";

const CLOCK = String.raw`\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d+)?\s*(?:Z\b|[+-]\d{2}:?\d{2}\b|[AP]M\b)?`;
const DATE = String.raw`(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}月\d{1,2}日|\d{1,2}[-/]\d{1,2}(?=\s+\d{1,2}:\d{2}))`;
const TIMES = new RegExp(String.raw`(?<![\w.:-])(?:${DATE}(?:\s*T?\s*${CLOCK})?|${CLOCK})(?![\w:])`, "giu");

const UNIT =
  "(?:%|％|‰|℃|°C?|[KMGTP]?i?B(?:it)?(?:/s|ps)?|[KMG]bps|ms|us|μs|ns|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|times|qps|tps|rps|毫秒|秒钟?|分钟?|个?小时|天|次|个|条|件|笔|台|人|倍|元|万|千|百)";
/** No word is made of others, and each ends with its own spaces: there is one way to read a row of them, so none explodes. */
const VALUE_WORD = String.raw`(?:(?:当前值?|目前|现在|现值|已|为|是|达到?|超过|超出|高于|低于|大于|小于|剩余|持续|累计|共|约|阈值|\b(?:is|at|now|was|above|below|over|under|exceeds|for|last(?:ed|ing)?)\b|[=＝>＞<＜≥≤~≈@：])\s*|:\s+)`;
const NUMBER = String.raw`[-+]?\d+(?:,\d{3})*(?:\.\d+)?`;
/** No part of a name, an address or a version: `web1`, `10.0.0.5`, `v1.2`, `web1:8080`, `web-1` stay. */
const FREE = "(?<![A-Za-z0-9_.-])";
const END = String.raw`(?![A-Za-z0-9_])(?!\.\d)`;
const AMOUNTS = new RegExp(String.raw`${VALUE_WORD}*${FREE}${NUMBER}\s*${UNIT}${END}`, "giu");
const VALUES = new RegExp(`${VALUE_WORD}+${FREE}${NUMBER}${END}`, "giu");
const DECIMALS = new RegExp(String.raw`${FREE}(?<![:：])[-+]?\d+\.\d+${END}`, "gu");
/** After these a number is a name: `端口: 8080`. */
const NAMING =
  /(?:端口|编号|订单号?|工单|节点|机房|机柜|第|号|分区|版本|\b(?:port|id|node|no|number|code|shard|partition|job|order|version|release))\s*(?:[:：=]|为|是|\bis\b)?\s*$/iu;

/** Titles that say nothing but that there is a message. */
const GENERIC =
  /监控系统|监控平台|监控|系统|平台|消息|信息|通知|提醒|通告|公告|时间|级别|等级|状态|类型|详情|内容|主题|标题|名称|\b(?:notifications?|messages?|monitor(?:ing)?|system|service|status|level|severity|time|title|type|state)\b/giu;

/** What a title is about; "" when it says nothing of it. */
export function identityOf(title: string, patterns: Patterns): string {
  let rest = title;
  for (const find of [patterns.changing, patterns.resolved, patterns.firing]) rest = blank(rest, find);
  for (const severity of ["critical", "warning", "info"] as const) rest = blank(rest, patterns[severity]);
  rest = rest
    .replace(TIMES, " ")
    .replace(AMOUNTS, unlessName)
    .replace(VALUES, unlessName)
    .replace(DECIMALS, unlessName)
    .replace(/\p{Extended_Pictographic}|\u{fe0f}|\u{200d}/gu, " ")
    // `[FIRING:2]`, whose word is gone.
    .replace(/(?<=[[【(（]\s*)[:：]\s*\d+(?=\s*[\]】)）])/gu, " ")
    .replace(/[[\]【】()（）「」『』《》〈〉<>{}"“”'‘’`*]+/gu, " ")
    // Signs that joined what is gone.
    .replace(/\s+[：，、；。！]+\s*/gu, " ")
    .replace(/\s[-–—:：,，、;；|/=~·•>]+(?=\s|$)|(?<=\s|^)[-–—:：,，、;；|/=~·•>]+\s/gu, " ")
    .replace(/\s+(?:is|are)\s*$/iu, " ")
    .replace(/\s+/gu, " ")
    .replace(/^[\s\-–—:：,，。.、;；!！?？|/=~·•#]+|[\s\-–—:：,，。.、;；!！?？|/=~·•#]+$/gu, "");
  return /[\p{L}\p{N}]/u.test(rest.replace(GENERIC, "")) ? rest : "";
}

function unlessName(found: string, ...context: readonly unknown[]): string {
  const [at, whole] = context.filter((one) => one !== undefined).slice(-2) as [number, string];
  // The words that led to the number may be among what was found.
  const before = whole.slice(Math.max(0, at - 12), at) + found.slice(0, found.search(/[-+]?\d/));
  return NAMING.test(before) ? found : " ";
}

function blank(text: string, find: Finder): string {
  let rest = "";
  let from = 0;
  for (const [start, end] of find(text)) {
    rest += `${text.slice(from, start)} `;
    from = end;
  }
  return rest + text.slice(from);
}
