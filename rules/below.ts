/** Follows the labels of a result down to the parts of the expression that it came from. */
import type { Labels } from "../storage/labels.ts";
import type { BinaryNode, CallNode, Node } from "./promql/ast.ts";
import { omitLabels } from "./promql/grouping.ts";

/** A part of an expression, and what is said there of the labels of a result. */
export interface Part {
  readonly node: Node;
  readonly labels: Labels;
}

const NO_LABELS: Labels = {};

/** The parts directly below a node, each with the labels of the result that can be found there. */
export function below(node: Node, labels: Labels): readonly Part[] {
  switch (node.kind) {
    case "negate":
      return [part(node.operand, labels)];
    case "binary":
      return belowBinary(node, labels);
    case "aggregate": {
      const written = node.param?.kind === "string" ? omitLabels(labels, [node.param.value]) : labels;
      const operand = part(node.operand, written);
      return node.param === undefined ? [operand] : [part(node.param, NO_LABELS), operand];
    }
    case "call":
      return node.args.map((arg) => part(arg, withoutWritten(node, labels)));
    default:
      return [];
  }
}

/** A number has no labels, so nothing of a result's labels says anything about what is inside it. */
function part(node: Node, labels: Labels): Part {
  return { node, labels: node.type === "scalar" ? NO_LABELS : labels };
}

function belowBinary({ left, right, matching, operator }: BinaryNode, labels: Labels): readonly Part[] {
  if (left.type === "scalar" || right.type === "scalar") return [part(left, labels), part(right, labels)];
  if (operator.sign === "or") return [part(left, labels), part(right, labels)];
  const many = omitLabels(labels, matching.include);
  const one = matching.grouping.of(labels).labels;
  return matching.many === "right"
    ? [part(left, one), part(right, many)]
    : [part(left, many), part(right, one)];
}

/** `label_replace` writes a label that what it reads need not have. */
function withoutWritten({ row, args }: CallNode, labels: Labels): Labels {
  const target = row.returns === "vector" && row.writesLabel === true ? args[1] : undefined;
  return target?.kind === "string" ? omitLabels(labels, [target.value]) : labels;
}
