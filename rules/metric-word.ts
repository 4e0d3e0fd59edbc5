/** What is known of one thing that is measured and that a sentence can name. */
import type { Text } from "../storage/locale.ts";

/** In what the expression of a metric counts; `boolean` is 1 for well and 0 for not. */
export type MetricUnit =
  | "percent"
  | "bytes"
  | "bytes_per_second"
  | "seconds"
  | "days"
  | "celsius"
  | "count"
  | "code"
  | "boolean";

/** What people say, per language. */
export interface Said {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

/** One measured thing that can be named in a sentence. */
export interface MetricWord {
  readonly metric: string;
  readonly unit: MetricUnit;
  /** How to call it when answering. */
  readonly title: Text;
  /** What people call it; case does not matter. The longest word found in a sentence wins. */
  readonly words: Said;
  /** Labels that a sentence may name a value for: `磁盘 /data 使用率` means `mount="/data"`. */
  readonly labels: readonly string[];
  /** Who measures it: the system monitor, or a monitor of the address that the sentence names. */
  readonly of: "system" | "url" | "any";
  /** Put around the selector where the number people mean is not the one that is stored: `(… - time()) / 86400`. */
  readonly around?: readonly [before: string, after: string];
  /** The metric and what is put around it when people give the limit in percent instead: "剩余磁盘低于10%". */
  readonly inPercent?: { readonly metric: string; readonly around: readonly [before: string, after: string] };
  /** Words that already say the condition: "挂了" is `== 0`. Of what is no `boolean`, 0 is well. */
  readonly states?: readonly {
    readonly words: Said;
    readonly condition: string;
  }[];
}

/** Words separated by `|`: one line per language keeps the table readable. */
export function said(zh: string, en: string): Said {
  return { zh: zh.split("|"), en: en.split("|") };
}
