/** Binary operators: between scalars, between a vector and a scalar, between vectors. */
import { formatLabels, type Labels, labelsKey, labelValue } from "../../storage/labels.ts";
import type { BinaryNode, Element, Evaluation, Vector } from "./ast.ts";
import { distinct } from "./distinct.ts";
import { replaceLabel, withoutName } from "./grouping.ts";
import type { Operator } from "./operators.ts";
import { fail, quoted } from "./promql-error.ts";
import { EMPTY } from "./select.ts";

export function binaryScalar({ operator, left, right }: BinaryNode, evaluation: Evaluation): number {
  return numberOf(operator, evaluation.scalar(left), evaluation.scalar(right));
}

export function binaryVector(node: BinaryNode, evaluation: Evaluation): Vector {
  const { operator, left, right } = node;
  if (operator.kind === "set") return setOperation(node, evaluation.vector(left), evaluation.vector(right));
  if (right.type === "scalar") {
    const vector = evaluation.vector(left);
    return vector.length === 0 ? EMPTY : withScalar(node, vector, evaluation.scalar(right), false);
  }
  if (left.type === "scalar") {
    const vector = evaluation.vector(right);
    return vector.length === 0 ? EMPTY : withScalar(node, vector, evaluation.scalar(left), true);
  }
  return matched(node, evaluation.vector(left), evaluation.vector(right));
}

/** What an operator makes of two numbers; a comparison makes 0 or 1. */
function numberOf(operator: Operator, a: number, b: number): number {
  if (operator.kind === "set") return Number.NaN; // Never asked: checked when compiled.
  return Number(operator.of(a, b));
}

function withScalar(node: BinaryNode, vector: Vector, scalar: number, scalarFirst: boolean): Vector {
  const { operator, bool } = node;
  if (operator.kind === "comparison" && !bool) {
    let kept: Element[] | undefined;
    for (const element of vector) {
      const holds = scalarFirst ? operator.of(scalar, element.value) : operator.of(element.value, scalar);
      if (!holds) continue;
      if (kept === undefined) kept = [element];
      else kept.push(element);
    }
    return kept ?? EMPTY;
  }
  const out = vector.map(({ labels, value }) => ({
    labels: withoutName(labels),
    value: scalarFirst ? numberOf(operator, scalar, value) : numberOf(operator, value, scalar),
  }));
  const side = scalarFirst ? node.right : node.left;
  return "apart" in side && side.apart ? out : distinct(out, node);
}

function setOperation({ operator, matching }: BinaryNode, left: Vector, right: Vector): Vector {
  const { grouping } = matching;
  if (operator.sign === "or") {
    if (right.length === 0) return left;
    if (left.length === 0) return right;
    const keys = new Set(left.map(({ labels }) => grouping.of(labels).key));
    return [...left, ...right.filter(({ labels }) => !keys.has(grouping.of(labels).key))];
  }
  const wanted = operator.sign === "and";
  if (left.length === 0 || right.length === 0) return wanted ? EMPTY : left;
  const keys = new Set(right.map(({ labels }) => grouping.of(labels).key));
  return left.filter(({ labels }) => keys.has(grouping.of(labels).key) === wanted);
}

/** Pairs elements whose matching labels are equal; one side has at most one element for each of the other. */
function matched(node: BinaryNode, left: Vector, right: Vector): Vector {
  if (left.length === 0 || right.length === 0) return EMPTY;
  const { operator, bool, matching } = node;
  const swapped = matching.many === "right";
  const [many, one] = swapped ? [right, left] : [left, right];
  const partners = new Map<string, Element>();
  for (const element of one) {
    const { key, labels } = matching.grouping.of(element.labels);
    if (partners.has(key)) duplicatePartner(node, labels, swapped);
    partners.set(key, element);
  }
  const seen = new Set<string>();
  const out: Element[] = [];
  for (const element of many) {
    const group = matching.grouping.of(element.labels);
    const partner = partners.get(group.key);
    if (partner === undefined) continue;
    const [a, b] = swapped ? [partner.value, element.value] : [element.value, partner.value];
    const result = numberOf(operator, a, b);
    const filters = operator.kind === "comparison" && !bool;
    if (filters && result === 0) continue;
    const labels = resultLabels(node, element.labels, partner.labels, group.labels);
    const key = matching.many === undefined ? group.key : labelsKey(labels);
    if (seen.has(key)) duplicateMatch(node, group.labels);
    seen.add(key);
    // A filter shows the value on the left, whichever side has many.
    out.push({ labels, value: filters ? a : result });
  }
  return out;
}

function resultLabels(
  { operator, bool, matching }: BinaryNode,
  many: Labels,
  one: Labels,
  common: Labels,
): Labels {
  const keepsName = operator.kind === "comparison" && !bool;
  if (matching.many === undefined) {
    if (matching.grouping.only || !keepsName) return common;
    const { names } = matching.grouping;
    return names.length === 0 ? many : names.reduce((labels, name) => replaceLabel(labels, name, ""), many);
  }
  const base = keepsName ? many : withoutName(many);
  return matching.include.reduce((labels, name) => replaceLabel(labels, name, labelValue(one, name)), base);
}

function duplicatePartner(node: BinaryNode, labels: Labels, swapped: boolean): never {
  const [zh, en] = swapped ? ["左", "left"] : ["右", "right"];
  const group = quoted(formatLabels(labels));
  fail(
    node,
    `运算符 ${node.operator.sign} 的${zh}边有多个序列对应同一组标签 ${group}；请用 on 或 ignoring 说明怎么配对，或先聚合`,
    `the ${en} side of ${node.operator.sign} has several series for one group of labels ${group}; say with on or ignoring how they match, or aggregate first`,
  );
}

function duplicateMatch(node: BinaryNode, labels: Labels): never {
  const group = quoted(formatLabels(labels));
  if (node.matching.many === undefined)
    fail(
      node,
      `运算符 ${node.operator.sign} 的左边有多个序列对应同一组标签 ${group}；多对一要写 group_left`,
      `the left side of ${node.operator.sign} has several series for one group of labels ${group}; many-to-one needs group_left`,
    );
  return fail(
    node,
    `运算符 ${node.operator.sign} 的结果里有两个相同的序列 ${group}`,
    `the result of ${node.operator.sign} has the same series twice: ${group}`,
  );
}
