/** Quantiles of classic histograms, whose buckets are series with the label `le`. */
import { labelValue } from "../../../storage/labels.ts";
import type { Element, FunctionRow } from "../ast.ts";
import { type Group, Grouping } from "../grouping.ts";
import { argument } from "./kinds.ts";

interface Bucket {
  readonly upTo: number;
  count: number;
}

/** Counts that fall by less than this share of themselves only rounded; Prometheus' tolerance. */
const ROUNDING = 1e-12;
const byHistogram = new Grouping(false, ["le"]);

export const histogramFunctions = {
  histogram_quantile: {
    returns: "vector",
    args: ["scalar", "vector"],
    doc: {
      zh: "经典直方图（带 le 标签的桶）的 φ 分位数",
      en: "the φ-quantile of a classic histogram (buckets with the label le)",
    },
    run(call, evaluation) {
      const phi = evaluation.scalar(argument(call, 0));
      const histograms = new Map<string, { group: Group; buckets: Bucket[] }>();
      for (const { labels, value } of evaluation.vector(argument(call, 1))) {
        const upTo = bound(labelValue(labels, "le"));
        if (upTo === undefined) continue;
        const group = byHistogram.of(labels);
        const histogram = histograms.get(group.key) ?? { group, buckets: [] };
        histogram.buckets.push({ upTo, count: value });
        histograms.set(group.key, histogram);
      }
      const out: Element[] = [];
      for (const { group, buckets } of histograms.values())
        out.push({ labels: group.labels, value: bucketQuantile(phi, buckets) });
      return out;
    },
  },
} satisfies Record<string, FunctionRow>;

function bound(text: string): number | undefined {
  if (/^\+?inf(?:inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** `bucketQuantile` of Prometheus (promql/quantile.go): linear inside a bucket, the first one starts at 0. */
function bucketQuantile(phi: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const buckets = merged(unsorted);
  const top = buckets.at(-1);
  const below = buckets.at(-2);
  if (top === undefined || below === undefined || top.upTo !== Number.POSITIVE_INFINITY) return Number.NaN;
  if (top.count === 0 || Number.isNaN(top.count)) return Number.NaN;
  const rank = phi * top.count;
  const at = buckets.findIndex((bucket, i) => i === buckets.length - 1 || bucket.count >= rank);
  const bucket = buckets[at];
  if (bucket === undefined || bucket === top) return below.upTo;
  const before = buckets[at - 1];
  if (before === undefined) return bucket.upTo <= 0 ? bucket.upTo : bucket.upTo * (rank / bucket.count);
  const share = (rank - before.count) / (bucket.count - before.count);
  return before.upTo + (bucket.upTo - before.upTo) * share;
}

/** Buckets in order of their bounds, equal bounds added up, counts never falling. */
function merged(unsorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { upTo, count } of [...unsorted].sort((a, b) =>
    a.upTo < b.upTo ? -1 : a.upTo > b.upTo ? 1 : 0,
  )) {
    const last = buckets.at(-1);
    if (last?.upTo === upTo) last.count += count;
    else buckets.push({ upTo, count });
  }
  let most = 0;
  for (const bucket of buckets) {
    const fell = most - bucket.count;
    if (fell > 0 || -fell <= ROUNDING * Math.abs(most)) bucket.count = most;
    else most = bucket.count;
  }
  return buckets;
}
