/** Functions about presence, time, order, and the step between scalars and vectors. */
import type { Element, FunctionRow, Vector } from "../ast.ts";
import { distinct } from "../distinct.ts";
import { withoutName } from "../grouping.ts";
import { liveIndex, promisedLabels } from "../select.ts";
import { argument, isApart, rearranged } from "./kinds.ts";

export const specialFunctions = {
  absent: {
    returns: "vector",
    args: ["vector"],
    doc: { zh: "没有任何序列时为 1", en: "1 when there is no element, nothing otherwise" },
    asksForAbsence: true,
    run(call, evaluation) {
      const node = argument(call, 0);
      if (evaluation.vector(node).length > 0) return [];
      return [{ labels: node.kind === "selector" ? promisedLabels(node) : {}, value: 1 }];
    },
  },
  scalar: {
    returns: "scalar",
    args: ["vector"],
    doc: {
      zh: "只有一个元素的向量的值，否则 NaN",
      en: "the value of a vector of one element; NaN otherwise",
    },
    run(call, evaluation) {
      const vector = evaluation.vector(argument(call, 0));
      return vector.length === 1 ? (vector[0]?.value ?? Number.NaN) : Number.NaN;
    },
  },
  vector: {
    returns: "vector",
    args: ["scalar"],
    doc: { zh: "把标量变成没有标签的向量", en: "a vector of one element without labels" },
    run: (call, evaluation) => [{ labels: {}, value: evaluation.scalar(argument(call, 0)) }],
  },
  time: {
    returns: "scalar",
    args: [],
    doc: { zh: "计算时刻（Unix 秒）", en: "the moment of evaluation in seconds since 1970" },
    run: (_call, evaluation) => evaluation.at / 1000,
  },
  pi: {
    returns: "scalar",
    args: [],
    doc: { zh: "圆周率", en: "the number π" },
    run: () => Math.PI,
  },
  timestamp: {
    returns: "vector",
    args: ["vector"],
    doc: { zh: "样本的时间（Unix 秒）", en: "when each sample was taken, in seconds since 1970" },
    run(call, evaluation) {
      const node = argument(call, 0);
      const out: Element[] = [];
      if (node.kind !== "selector") {
        for (const { labels } of evaluation.vector(node))
          out.push({ labels: withoutName(labels), value: evaluation.at / 1000 });
      } else {
        const t = evaluation.at - node.offsetMs;
        for (const series of evaluation.source.select(node.matchers)) {
          const i = liveIndex(series, t, evaluation.lookbackMs);
          if (i >= 0) out.push({ labels: withoutName(series.labels), value: series.at(i) / 1000 });
        }
      }
      return isApart(call, 0) ? out : distinct(out, call);
    },
  },
  sort: rearranged((vector) => ordered(vector, 1), "按值升序", "elements in ascending order of value"),
  sort_desc: rearranged((vector) => ordered(vector, -1), "按值降序", "elements in descending order of value"),
} satisfies Record<string, FunctionRow>;

/** NaN goes last in both directions. */
function ordered(vector: Vector, direction: 1 | -1): Vector {
  return [...vector].sort((a, b) => {
    if (Number.isNaN(a.value)) return Number.isNaN(b.value) ? 0 : 1;
    if (Number.isNaN(b.value)) return -1;
    return a.value < b.value ? -direction : a.value > b.value ? direction : 0;
  });
}
