/** An incident's story in words. */
import type { MetricUnit } from "../../rules/metric-words.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Ending } from "../actions/run.ts";
import type { Because } from "../routing/incident-route.ts";
import { formatTime, formatValue, type NameOf, plain, nameOf as plainName } from "../words.ts";
import type { TimelineEntry } from "./incident.ts";
import { where } from "./incident-card.ts";

/** One line of the story without its time, as plain text; markdown needs `escapeMarkdown` around it. */
export function storyWords(
  entry: TimelineEntry,
  {
    locale,
    zone,
    nameOf = plainName,
    unit,
  }: { locale: Locale; zone: string; nameOf?: NameOf; unit?: MetricUnit | undefined },
): string {
  const who = entry.person === undefined ? { zh: "有人", en: "somebody" } : same(nameOf(entry.person));
  const until = entry.until === undefined ? "" : formatTime(entry.until, zone, locale);
  const value = entry.value === undefined ? "" : formatValue(entry.value, unit, locale);
  const words = inLocale(locale, WORDS[entry.what](entry, { who, until, value, about: about(entry) }));
  const reason = entry.reason === undefined ? "" : inLocale(locale, entry.reason);
  const note = entry.note === undefined || OWN_NOTE.has(entry.what) ? plain(reason) : plain(entry.note);
  if (note === "") return words;
  return locale === "zh-CN" ? `${words}：${note}` : `${words}: ${note}`;
}

interface Parts {
  readonly who: Text;
  readonly until: string;
  readonly value: string;
  readonly about: Text;
}

/** These say their note in their own words, or it is a word of ours and not of people. */
const OWN_NOTE: ReadonlySet<TimelineEntry["what"]> = new Set([
  "worse",
  "resolved",
  "recovered",
  "acknowledge-ended",
  "escalated",
]);

const WORDS: Readonly<Record<TimelineEntry["what"], (entry: TimelineEntry, parts: Parts) => Text>> = {
  fired: (_, { about, value }) => ({
    zh: `触发 ${about.zh}${par(value)}`,
    en: `fired ${about.en}${par(value)}`,
  }),
  joined: (_, { about, value }) => ({
    zh: `又触发 ${about.zh}${par(value)}`,
    en: `also fired ${about.en}${par(value)}`,
  }),
  worse: ({ note }) => ({ zh: `级别升为 ${severityZh(note)}`, en: `got worse: ${note ?? ""}` }),
  nodata: (_, { about }) => ({ zh: `没有数据了 ${about.zh}`, en: `no data any more ${about.en}` }),
  "data-back": (_, { about, value }) => ({
    zh: `数据恢复，仍在触发 ${about.zh}${par(value)}`,
    en: `data is back and it still fires ${about.en}${par(value)}`,
  }),
  recovered: (entry, { about }) => ({ zh: `${endZh(entry)} ${about.zh}`, en: `${endEn(entry)} ${about.en}` }),
  resolved: (entry) => ({ zh: `全部结束（${endZh(entry)}）`, en: `all over (${endEn(entry)})` }),
  closed: (_, { who }) => ({ zh: `${who.zh} 关闭了告警`, en: `${who.en} closed it` }),
  acknowledged: (_, { who, until }) => ({
    zh: `${who.zh} 认领，到 ${until}`,
    en: `${who.en} acknowledged it until ${until}`,
  }),
  unacknowledged: (_, { who }) => ({ zh: `${who.zh} 放弃认领`, en: `${who.en} gave it back` }),
  "acknowledge-ended": ({ note }, { who }) => {
    const why = note === undefined ? undefined : OWNER_LOST[note];
    return {
      zh: `${who.zh} 的认领${why?.zh ?? "到期"}`,
      en: `the acknowledgement by ${who.en} ended${why === undefined ? "" : `: ${why.en}`}`,
    };
  },
  silenced: ({ silence }, { who, until }) => ({
    zh: `${who.zh} 静默（${silence ?? "?"}），到 ${until}`,
    en: `${who.en} silenced it (${silence ?? "?"}) until ${until}`,
  }),
  unsilenced: ({ silence }, { who }) => ({
    zh: `${who.zh} 解除静默 ${silence ?? "?"}`,
    en: `${who.en} ended silence ${silence ?? "?"}`,
  }),
  "silence-ended": ({ silence }) => ({
    zh: `静默 ${silence ?? "?"} 到期`,
    en: `silence ${silence ?? "?"} ended`,
  }),
  "silence-extended": ({ silence }, { who, until }) => ({
    zh: `${who.zh} 把静默 ${silence ?? "?"} 延长到 ${until}`,
    en: `${who.en} extended silence ${silence ?? "?"} until ${until}`,
  }),
  told: (entry) => said(entry, { zh: "已告知", en: "told" }),
  edited: (entry) => said(entry, { zh: "已更新卡片", en: "changed the card at" }),
  repeated: ({ receiver }) => ({
    zh: `仍在触发，再次告知 ${receiver ?? ""}`,
    en: `still firing, told ${receiver ?? ""} again`,
  }),
  // The name of the policy stands in the note.
  escalated: ({ receiver, step, note }) => ({
    zh: `没有人认领，按 ${plain(note ?? "")} 升级到第 ${step ?? 1} 步：${receiver ?? ""}`,
    en: `nobody acknowledged it, escalated by ${plain(note ?? "")} to step ${step ?? 1}: ${receiver ?? ""}`,
  }),
  flapping: ({ count }) => ({
    zh: `开始抖动：变化了 ${count ?? 0} 次`,
    en: `flapping: it has changed ${count ?? 0} times`,
  }),
  steady: ({ count }) => ({
    zh: `不再抖动，一共变化了 ${count ?? 0} 次`,
    en: `no longer flapping, after ${count ?? 0} changes`,
  }),
  "not-told": ({ silence, by }, { until }) => {
    if (silence !== undefined)
      return {
        zh: `没有告知任何人：静默 ${silence}，到 ${until}`,
        en: `nobody was told: silence ${silence} until ${until}`,
      };
    const muter = by === undefined ? undefined : (MUTERS[by] ?? same(by));
    if (muter === undefined) return { zh: "没有告知任何人", en: "nobody was told" };
    return {
      zh: `没有告知任何人：${muter.zh}${until === "" ? "" : `，到 ${until}`}`,
      en: `nobody was told: ${muter.en}${until === "" ? "" : ` until ${until}`}`,
    };
  },
  undeliverable: ({ conversation }) => ({
    zh: `无法送达 ${conversation ?? ""}`,
    en: `could not be delivered to ${conversation ?? ""}`,
  }),
  folded: ({ conversation }) => ({
    zh: `并入 ${conversation ?? ""} 的汇总`,
    en: `listed in the digest at ${conversation ?? ""}`,
  }),
  // Where to stands in the note.
  "failed-over": ({ conversation }) => ({
    zh: `${conversation ?? ""} 送不到，改为告知`,
    en: `${conversation ?? ""} could not be reached, told instead`,
  }),
  action: ({ action = "", person, ending }, { who }) => {
    if (ending === undefined)
      return person === undefined
        ? { zh: `自动执行 ${action}`, en: `${action} is run by itself` }
        : { zh: `${who.zh} 执行 ${action}`, en: `${who.en} runs ${action}` };
    return { zh: `${action} ${ENDING_WORDS[ending].zh}`, en: `${action} ${ENDING_WORDS[ending].en}` };
  },
  "watch-interrupted": (_, { until }) => ({
    zh: `更夫停过，直到 ${until} 之前的情况不明`,
    en: `nobody watched; what happened before ${until} is unknown`,
  }),
};

/** How what was run ended. */
export const ENDING_WORDS: Readonly<Record<Ending, Text>> = {
  ok: { zh: "执行成功", en: "succeeded" },
  failed: { zh: "执行失败", en: "failed" },
  timeout: { zh: "超时，已中止", en: "took too long and was ended" },
  refused: { zh: "没有执行", en: "was not run" },
  late: { zh: "没有执行，已经太晚", en: "was not run: it is too late" },
  unknown: { zh: "结果未知，更夫在执行途中停过", en: "ended unseen: Gengfu stopped meanwhile" },
};

/** What the muters are called. */
export const MUTERS: Readonly<Record<string, Text>> = {
  silence: { zh: "静默", en: "silence" },
  inhibition: { zh: "抑制", en: "inhibition" },
  "time-interval": { zh: "时间段", en: "time interval" },
  acknowledgement: { zh: "认领", en: "acknowledgement" },
  flapping: { zh: "抖动", en: "flapping" },
};

/** Why something is told, in a word or two. */
export const BECAUSE: Readonly<Record<Because, Text>> = {
  first: { zh: "首次", en: "first" },
  joined: { zh: "又有告警触发", en: "new alerts" },
  changed: { zh: "有变化", en: "changed" },
  worse: { zh: "更严重了", en: "got worse" },
  acknowledged: { zh: "有人认领", en: "acknowledged" },
  unacknowledged: { zh: "放弃认领", en: "given back" },
  "acknowledge-ended": { zh: "认领结束", en: "acknowledgement ended" },
  silenced: { zh: "被静默", en: "silenced" },
  "let-go": { zh: "不再被挡住", en: "no longer held back" },
  flapping: { zh: "开始抖动", en: "flapping" },
  steady: { zh: "不再抖动", en: "no longer flapping" },
  resolved: { zh: "已恢复", en: "resolved" },
  repeat: { zh: "到了重复提醒的时间", en: "repeat due" },
  escalated: { zh: "升级", en: "escalated" },
};

/** Why an acknowledgement ended, and nobody gave it back. */
const OWNER_LOST: Readonly<Record<string, Text>> = {
  deadline: { zh: "到期", en: "its time was over" },
  severity: { zh: "级别升高，作废", en: "it got worse" },
  alerts: { zh: "告警明显增多，作废", en: "many more alerts" },
};

function said({ conversation, because }: TimelineEntry, { zh, en }: Text): Text {
  const why = because === undefined ? { zh: "", en: "" } : BECAUSE[because];
  return {
    zh: `${zh} ${conversation ?? ""}${why.zh === "" ? "" : `（${why.zh}）`}`,
    en: `${en} ${conversation ?? ""}${par(why.en)}`,
  };
}

function about({ labels, count }: TimelineEntry): Text {
  const place = labels === undefined ? "" : plain(where(labels) || labels["alertname"] || "", 120);
  if (count === undefined || count < 2) return same(place);
  return { zh: `${count} 条，如 ${place}`, en: `${count} alerts, such as ${place}` };
}

function endZh({ note }: TimelineEntry): string {
  if (note === "rule-removed") return "规则已删除";
  if (note === "expired") return "发送方不再发送，按超时结束";
  return note === "rule-paused" ? "规则已停用" : "恢复";
}

function endEn({ note }: TimelineEntry): string {
  if (note === "rule-removed") return "rule removed";
  if (note === "expired") return "ended: its sender fell silent";
  return note === "rule-paused" ? "rule paused" : "recovered";
}

function severityZh(word: string | undefined): string {
  if (word === "critical") return "严重";
  return word === "warning" ? "警告" : "提示";
}

function same(text: string): Text {
  return { zh: text, en: text };
}

function par(value: string): string {
  return value === "" ? "" : ` (${value})`;
}
