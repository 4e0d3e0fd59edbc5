/** Groups of recording rules against a real Prometheus: the same rule file over the same series, minute by minute. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { watchRules } from "../../../alerts/evaluation/watch-rules.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { evaluate } from "../../../rules/promql/evaluate.ts";
import { openRuleBook } from "../../../rules/rule-book.ts";
import { ruleGroupsSchema } from "../../../rules/rule-groups.ts";
import { memoryStore } from "../../../storage/memory-store.ts";
import {
  hasPromtool,
  type PromtoolSample,
  promtoolEvaluate,
  sameSamples,
  spelled,
} from "../../support/promtool.ts";
import { emptySeries, seriesOf } from "../../support/series.ts";

const MINUTE = 60_000;
const reason = hasPromtool ? "" : " (skipped: promtool is not installed)";

const RULES = `groups:
  - name: chain
    interval: 1m
    rules:
      - { record: "job:orders:sum", expr: "sum by (job) (orders)" }
      - { record: "shop:orders:sum", expr: "sum(job:orders:sum)" }
      - { record: "before:its:time", expr: "later" }
      - { record: later, expr: "count(orders) * 10" }
      - { record: "job:orders:rate5m", expr: "sum(rate(orders[270s]))", labels: { window: 5m, job: "" } }
      - { record: busy, expr: "job:orders:sum > 40" }
      - { record: "job:orders:sum", expr: "vector(7)", labels: { job: extra } }
  - name: second
    interval: 1m
    limit: 2
    rules:
      - { record: enough, expr: "sum by (job) (orders)" }
`;

/** The orders of `pay` rise above 40 and fall again; those of `cart` are reset; `gone` has an end. */
const SERIES = {
  'orders{job="pay", host="a"}': "10+8x8 20x7",
  'orders{job="pay", host="b"}': "1x15",
  'orders{job="cart", host="a"}': "100+5x7 0+5x7",
};

const METRICS = [
  "job:orders:sum",
  "shop:orders:sum",
  "before:its:time",
  "later",
  "job:orders:rate5m",
  "busy",
  "enough",
];

/** Every minute as a house does, for groups of one interval. */
async function ours(metrics: readonly string[], minutes: number): Promise<PromtoolSample[][]> {
  const store = memoryStore();
  const book = openRuleBook(store);
  const { groups } = parse(RULES) as { groups: unknown };
  await store.commit((change) => book.syncFileRules(change, ruleGroupsSchema.parse(groups)));
  const series = emptySeries();
  const rules = watchRules(book, series).byInterval().get(MINUTE) ?? [];
  seriesOf(SERIES, { into: series });
  for (let minute = 0; minute <= minutes; minute++) for (const rule of rules) rule.judge(minute * MINUTE);
  return metrics.map((metric) => {
    const result = evaluate(compile(metric), series, minutes * MINUTE);
    const elements = result.type === "scalar" ? [] : result.elements;
    return elements.map(({ labels, value }) => ({ labels: spelled(labels), value }));
  });
}

describe(`recording rules, the same as in a real Prometheus${reason}`, () => {
  it.skipIf(!hasPromtool && process.env["CI"] !== "true").each([1, 5, 8, 9, 15])(
    "after %d minutes",
    async (minutes) => {
      // With __name__ in front, as promtool prints it for a metric.
      const we = await ours(METRICS, minutes);
      const they = promtoolEvaluate(SERIES, METRICS, `${minutes}m`, RULES);
      const wrong = METRICS.flatMap((metric, i) => {
        const [mine = [], theirs = []] = [we[i], they.get(metric)];
        return sameSamples(mine, theirs) ? [] : [{ metric, mine, theirs }];
      });
      expect(wrong).toEqual([]);
    },
  );
});
