/** What a sentence can mean: a threshold rule, a reminder, or half of one of them. */

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

/** What can be missing from half a sentence. */
export type Missing = "subject" | "comparison" | "threshold" | "when" | "text" | "url";

/** The language of a sentence: "zh" as soon as it has one Chinese character. */
export type Language = "zh" | "en";

/** What a threshold rule watches. */
export interface Subject {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The address an http monitor is wanted for. */
  readonly url?: string;
}

/** `CPU使用率超过80%持续5分钟告警`. */
export interface ThresholdSentence {
  readonly kind: "threshold";
  readonly language: Language;
  readonly subject: Subject;
  readonly op: Comparison;
  /** In the base unit of the metric (rules/metric-words.ts). */
  readonly threshold: number;
  /** 0 when the sentence names no length of time. */
  readonly forMs: number;
  readonly keepFiringForMs?: number;
  readonly severity?: "critical" | "warning" | "info";
  readonly name?: string;
  /** Set when the sentence speaks of getting well: `恢复到80%以下时通知`. */
  readonly recovery?: boolean;
  readonly windowFunction?: {
    readonly fn: "avg" | "max" | "min" | "sum" | "rate" | "increase";
    readonly rangeMs: number;
  };
}

/** `每天凌晨2点提醒 检查备份`. */
export interface RemindSentence {
  readonly kind: "remind";
  readonly language: Language;
  /** Five cron fields as node-cron reads them, or `@every 90m` where cron cannot say it. */
  readonly schedule: string;
  readonly text: string;
}

/** A sentence that is a rule as far as it goes. */
export interface HalfSentence {
  readonly kind: "half";
  readonly language: Language;
  readonly missing: readonly Missing[];
  /** What was understood. */
  readonly known: Partial<
    Omit<ThresholdSentence, "kind" | "language"> & Omit<RemindSentence, "kind" | "language">
  >;
  /** Words that stood where something else was expected, as typed: a thing we do not measure, a date. */
  readonly unclear?: string;
  /** A whole sentence in the same language that says what this one might have meant. */
  readonly example: string;
}

export type Sentence = ThresholdSentence | RemindSentence | HalfSentence;
