/** Whole sentences that show what half a sentence might have meant. */
import { type MetricUnit, type MetricWord, metricWords } from "../../rules/metric-words.ts";
import type { Comparison, Language } from "./sentence-types.ts";

/** What of the half is worth keeping in the example. */
export interface Kept {
  readonly word?: MetricWord;
  readonly raw?: string;
  readonly url?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly op?: Comparison;
  /** The amount as it was written, when it fits the metric. */
  readonly amount?: string;
  readonly less?: boolean;
}

const AMOUNTS: Readonly<Record<MetricUnit, { zh: string; en: string }>> = {
  percent: { zh: "80%", en: "80%" },
  bytes: { zh: "10GB", en: "10GB" },
  bytes_per_second: { zh: "10MB/s", en: "10MB/s" },
  seconds: { zh: "2秒", en: "2s" },
  days: { zh: "14天", en: "14 days" },
  celsius: { zh: "80度", en: "80°C" },
  count: { zh: "8", en: "8" },
  code: { zh: "200", en: "200" },
  boolean: { zh: "0", en: "0" },
};

const OPS: Readonly<Record<Comparison, { zh: string; en: string }>> = {
  ">": { zh: "超过", en: ">" },
  ">=": { zh: "达到", en: ">=" },
  "<": { zh: "低于", en: "<" },
  "<=": { zh: "不超过", en: "<=" },
  "==": { zh: "等于", en: "==" },
  "!=": { zh: "不等于", en: "!=" },
};

/** The op people most often want of a metric. */
function usualOp(word: MetricWord | undefined, less: boolean): Comparison {
  if (word?.unit === "code") return "!=";
  if (word?.unit === "boolean") return "==";
  return less || word?.unit === "days" ? "<" : ">";
}

/** A whole sentence about a limit that keeps what was understood of the half. */
export function exampleThreshold(language: Language, kept: Kept): string {
  const word = kept.word ?? (kept.url === undefined && kept.raw === undefined ? metricWords[0] : undefined);
  const zh = language === "zh";
  const verb = zh ? "告警" : "alert when ";
  const url = kept.url ?? (word?.of === "url" ? "https://shop.example" : undefined);
  if (url !== undefined && (word === undefined || word.unit === "boolean") && kept.amount === undefined)
    return zh ? `${url} 打不开时${verb}` : `${verb}${url} is down`;
  const thing = kept.raw ?? (word ?? fallback(kept)).words[language][0];
  const mount = kept.labels?.["mount"] ?? kept.labels?.["interface"] ?? "";
  const subject = [url ?? mount, thing].filter((part) => part !== "").join(" ");
  const unit = word?.unit ?? (kept.raw === undefined ? "seconds" : "count");
  const op = kept.op ?? usualOp(word, kept.less === true);
  const amount = kept.amount ?? AMOUNTS[unit][language];
  return zh ? `${subject} ${OPS[op].zh} ${amount} 时${verb}` : `${verb}${subject} ${OPS[op].en} ${amount}`;
}

function fallback(kept: Kept): MetricWord {
  const metric = kept.url === undefined ? "cpu_usage_percent" : "probe_duration_seconds";
  return metricWords.find((word) => word.metric === metric) as MetricWord;
}

/** A whole reminder that keeps what was understood of the half. */
export function exampleReminder(language: Language, kept: { when?: string; text?: string }): string {
  if (language === "zh") return `${kept.when ?? "每天9点"}提醒 ${kept.text || "检查备份"}`;
  return `${kept.when ?? "every day at 9:00"} remind ${kept.text || "check the backup"}`;
}
