/** The aggregation operators of PromQL: one line each. */
import type { Text } from "../../storage/locale.ts";
import { largest, mean, quantile, smallest, sum, variance } from "./statistics.ts";

/** Folds the values of a group into one. */
interface Fold {
  readonly kind: "fold";
  readonly param?: "scalar";
  readonly doc: Text;
  readonly of: (values: readonly number[], param: number) => number;
}

/** Keeps the elements of a group that come first in an order. */
interface Pick {
  readonly kind: "pick";
  readonly param: "scalar";
  readonly doc: Text;
  readonly largestFirst: boolean;
}

/** Counts equal values; the value becomes a label. */
interface CountValues {
  readonly kind: "count-values";
  readonly param: "string";
  readonly doc: Text;
}

export type Aggregation = Fold | Pick | CountValues;

export const aggregations: ReadonlyMap<string, Aggregation> = new Map<string, Aggregation>([
  ["sum", fold(sum, "总和", "the sum")],
  ["avg", fold(mean, "平均值", "the mean")],
  ["min", fold(smallest, "最小值", "the smallest")],
  ["max", fold(largest, "最大值", "the largest")],
  ["count", fold((values) => values.length, "个数", "how many")],
  ["group", fold(() => 1, "每组为 1", "1 for each group")],
  ["stddev", fold((values) => Math.sqrt(variance(values)), "标准差", "the population standard deviation")],
  ["stdvar", fold(variance, "方差", "the population variance")],
  ["quantile", fold((values, phi) => quantile(phi, values), "φ 分位数", "the φ-quantile", "scalar")],
  [
    "topk",
    { kind: "pick", param: "scalar", largestFirst: true, doc: { zh: "最大的 k 个", en: "the k largest" } },
  ],
  [
    "bottomk",
    { kind: "pick", param: "scalar", largestFirst: false, doc: { zh: "最小的 k 个", en: "the k smallest" } },
  ],
  [
    "count_values",
    {
      kind: "count-values",
      param: "string",
      doc: { zh: "每个值出现的次数", en: "how often each value occurs" },
    },
  ],
]);

function fold(of: Fold["of"], zh: string, en: string, param?: "scalar"): Fold {
  return { kind: "fold", of, doc: { zh, en }, ...(param === undefined ? {} : { param }) };
}
