/** What a rule's expression measures, and what it compares that with: `cpu > 80` is `cpu`, and a limit of 80. */
import type { ValueNode } from "../../rules/promql/ast.ts";
import type { CompiledExpr } from "../../rules/promql/compile.ts";

/** A comparison with a number, turned so that the measured value stands on its left. */
export interface Limit {
  readonly node: ValueNode;
  /** `>`, `<=`, `==` … */
  readonly sign: string;
  holds(value: number, limit: number): boolean;
}

export interface Measured {
  readonly expr: CompiledExpr;
  readonly limits: readonly Limit[];
}

/** Comparisons that filter are taken off; one that answers 0 or 1 (`bool`), or compares two series, is what is measured. */
export function measuredBy(expr: CompiledExpr): Measured {
  const limits: Limit[] = [];
  let node = expr.root;
  while (node.kind === "binary" && node.type === "vector") {
    const { operator, left, right } = node;
    if (operator.kind === "set" && operator.sign !== "or") {
      node = left;
      continue;
    }
    if (operator.kind !== "comparison" || node.bool) break;
    if (right.type === "scalar") {
      limits.push({ node: right, sign: operator.sign, holds: operator.of });
      node = left;
    } else if (left.type === "scalar") {
      const { of, sign } = operator;
      limits.push({ node: left, sign: MIRRORED[sign] ?? sign, holds: (value, limit) => of(limit, value) });
      node = right;
    } else break;
  }
  const { text } = expr;
  return { expr: { text: text.slice(node.from, node.to), type: node.type, root: node }, limits };
}

const MIRRORED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
