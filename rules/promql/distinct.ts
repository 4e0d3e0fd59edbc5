/** Holds the law that no two elements of a vector have the same labels. */
import { labelsKey } from "../../storage/labels.ts";
import type { Place, Vector } from "./ast.ts";
import { fail } from "./promql-error.ts";

/** Gives the vector back, or throws a PromqlError when two of its elements have the same labels. */
export function distinct(vector: Vector, place: Place): Vector {
  if (vector.length < 2) return vector;
  const seen = new Set<string>();
  for (const { labels } of vector) {
    const key = labelsKey(labels);
    if (seen.has(key))
      fail(
        place,
        "结果里有两个标签完全相同的序列（去掉指标名之后）；请用标签或聚合把它们区分开",
        "the result has two series with the same labels once the metric name is gone; tell them apart by labels or aggregate them",
      );
    seen.add(key);
  }
  return vector;
}
