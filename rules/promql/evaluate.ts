/** Evaluates a compiled expression over series at one moment. */
import type { SeriesSource } from "../../storage/series.ts";
import { aggregate } from "./aggregate.ts";
import type { Element, Evaluation, NegateNode, Node, Vector } from "./ast.ts";
import { binaryScalar, binaryVector } from "./binary.ts";
import type { CompiledExpr } from "./compile.ts";
import { distinct } from "./distinct.ts";
import { withoutName } from "./grouping.ts";
import { DEFAULT_LOOKBACK_MS, selectInstant } from "./select.ts";

/** What an expression is at one moment. */
export type Value =
  | { readonly type: "scalar"; readonly value: number }
  | { readonly type: "vector"; readonly elements: Vector };

export interface EvaluateOptions {
  /** A sample this old no longer counts as the present value; 5 minutes unless told. */
  readonly lookbackMs?: number;
}

/** Evaluates at `at`; throws a PromqlError where Prometheus has an error, such as two matches for one element. */
export function evaluate(
  { root }: CompiledExpr,
  source: SeriesSource,
  at: number,
  options: EvaluateOptions = {},
): Value {
  const run = new Run(source, at, options.lookbackMs ?? DEFAULT_LOOKBACK_MS);
  return root.type === "scalar"
    ? { type: "scalar", value: run.scalar(root) }
    : { type: "vector", elements: run.vector(root) };
}

/** Starts an evaluation whose nodes can be asked one by one. */
export function evaluation(
  source: SeriesSource,
  at: number,
  lookbackMs: number = DEFAULT_LOOKBACK_MS,
): Evaluation {
  return new Run(source, at, lookbackMs);
}

class Run implements Evaluation {
  readonly source: SeriesSource;
  readonly at: number;
  readonly lookbackMs: number;

  constructor(source: SeriesSource, at: number, lookbackMs: number) {
    this.source = source;
    this.at = at;
    this.lookbackMs = lookbackMs;
  }

  vector(node: Node): Vector {
    switch (node.kind) {
      case "selector":
        return selectInstant(node, this);
      case "binary":
        return binaryVector(node, this);
      case "aggregate":
        return aggregate(node, this);
      case "negate":
        return this.#negate(node);
      case "call":
        if (node.row.returns === "vector") return node.row.run(node, this);
    }
    throw new Error(`a ${node.kind} of type ${node.type} is not a vector`);
  }

  scalar(node: Node): number {
    switch (node.kind) {
      case "number":
        return node.value;
      case "binary":
        return binaryScalar(node, this);
      case "negate":
        return -this.scalar(node.operand);
      case "call":
        if (node.row.returns === "scalar") return node.row.run(node, this);
    }
    throw new Error(`a ${node.kind} of type ${node.type} is not a scalar`);
  }

  #negate(node: NegateNode): Vector {
    const out: Element[] = this.vector(node.operand).map(({ labels, value }) => ({
      labels: withoutName(labels),
      value: -value,
    }));
    return "apart" in node.operand && node.operand.apart ? out : distinct(out, node);
  }
}
