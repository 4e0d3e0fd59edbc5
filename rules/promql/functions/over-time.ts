/** The `…_over_time` family. */
import type { FunctionRow, RangeNode } from "../ast.ts";
import { eachWindow, promisedLabels, type Window } from "../select.ts";
import { largest, mean, quantile, smallest, sum, variance } from "../statistics.ts";
import { argument, perWindow } from "./kinds.ts";

function valuesOf({ series, first, last }: Window): number[] {
  const values: number[] = [];
  for (let i = first; i <= last; i++) values.push(series.value(i));
  return values;
}

function overTime(of: (values: readonly number[]) => number, zh: string, en: string): FunctionRow {
  return perWindow((window) => of(valuesOf(window)), zh, en);
}

export const overTimeFunctions = {
  avg_over_time: overTime(mean, "时间段内的平均值", "the mean over a range"),
  min_over_time: overTime(smallest, "时间段内的最小值", "the smallest value over a range"),
  max_over_time: overTime(largest, "时间段内的最大值", "the largest value over a range"),
  sum_over_time: overTime(sum, "时间段内的总和", "the sum over a range"),
  count_over_time: perWindow(({ count }) => count, "时间段内的样本数", "the number of samples in a range"),
  stddev_over_time: overTime(
    (values) => Math.sqrt(variance(values)),
    "时间段内的标准差",
    "the population standard deviation over a range",
  ),
  stdvar_over_time: overTime(variance, "时间段内的方差", "the population variance over a range"),
  last_over_time: perWindow(
    ({ series, last }) => series.value(last),
    "时间段内的最后一个值",
    "the latest value in a range",
    { keepsName: true },
  ),
  first_over_time: perWindow(
    ({ series, first }) => series.value(first),
    "时间段内的第一个值",
    "the earliest value in a range",
    { keepsName: true },
  ),
  present_over_time: perWindow(() => 1, "时间段内有样本即为 1", "1 for each series with a sample in a range"),
  quantile_over_time: perWindow(
    (window, phi) => quantile(phi, valuesOf(window)),
    "时间段内的 φ 分位数",
    "the φ-quantile over a range",
    { args: ["scalar", "range"] },
  ),
  mad_over_time: overTime(
    (values) => {
      const median = quantile(0.5, values);
      return quantile(
        0.5,
        values.map((value) => Math.abs(value - median)),
      );
    },
    "时间段内的绝对中位差",
    "the median absolute deviation over a range",
  ),
  absent_over_time: {
    returns: "vector",
    args: ["range"],
    doc: {
      zh: "时间段内一个样本也没有时为 1",
      en: "1 when no series has a sample in a range, nothing otherwise",
    },
    asksForAbsence: true,
    run(call, evaluation) {
      const range = argument(call, 0) as RangeNode;
      let present = false;
      eachWindow(range, evaluation, () => {
        present = true;
      });
      return present ? [] : [{ labels: promisedLabels(range.selector), value: 1 }];
    },
  },
} satisfies Record<string, FunctionRow>;
