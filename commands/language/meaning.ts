/** What a word can do in a sentence about a limit. */
import type { MetricWord } from "../../rules/metric-words.ts";
import type { Comparison, ThresholdSentence } from "./sentence-types.ts";

type Fn = NonNullable<ThresholdSentence["windowFunction"]>["fn"];

/** What a word does in a sentence. */
export type Meaning =
  | {
      readonly kind: "comparison";
      readonly op: Comparison;
      /** `is`, `为`: a comparison only where no other stands. */
      readonly weak?: true;
      readonly recovery?: true;
      /** `不足`: speaks of what is left, so that "磁盘空间不足10%" is about the free space. */
      readonly scarce?: true;
      /** Before a length of time it may mean how long: `超过10分钟`, `over 5m`. */
      readonly looksLike?: "lasting" | "lately";
    }
  | { readonly kind: "bound"; readonly op: Comparison }
  /** `恢复时通知我`: after a whole sentence it asks for what happens anyway; alone it is the sentence. */
  | { readonly kind: "wellness" }
  | { readonly kind: "lasting" | "lately" | "keep" | "verb" | "free" | "name" | "filler" }
  | { readonly kind: "function"; readonly fn: Fn }
  | {
      readonly kind: "severity";
      readonly severity: NonNullable<ThresholdSentence["severity"]>;
      /** Is also the verb: `CPU超过80%警告`. */
      readonly speaks?: true;
    }
  | { readonly kind: "metric"; readonly word: MetricWord }
  | {
      readonly kind: "state";
      readonly word: MetricWord;
      readonly op: Comparison;
      readonly threshold: number;
    };
