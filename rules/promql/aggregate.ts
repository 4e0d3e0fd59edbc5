/** Aggregation over the elements of a vector. */
import { type Labels, labelsKey } from "../../storage/labels.ts";
import type { AggregateNode, Element, Evaluation, Vector } from "./ast.ts";
import { type Group, replaceLabel } from "./grouping.ts";
import { fail } from "./promql-error.ts";
import { EMPTY } from "./select.ts";

interface Gathered {
  readonly group: Group;
  readonly elements: Element[];
}

export function aggregate(node: AggregateNode, evaluation: Evaluation): Vector {
  const { aggregation, param } = node;
  const vector = evaluation.vector(node.operand);
  if (vector.length === 0) return EMPTY;
  const groups = gather(node, vector);
  switch (aggregation.kind) {
    case "fold": {
      const number = param?.type === "scalar" ? evaluation.scalar(param) : Number.NaN;
      return groups.map(({ group, elements }) => ({
        labels: group.labels,
        value: aggregation.of(
          elements.map(({ value }) => value),
          number,
        ),
      }));
    }
    case "pick": {
      const count = param?.type === "scalar" ? evaluation.scalar(param) : Number.NaN;
      if (Number.isNaN(count))
        fail(node, `${node.op} 的个数不是数（NaN）`, `the number of elements for ${node.op} is NaN`);
      if (count < 1) return EMPTY;
      const order = aggregation.largestFirst ? largestFirst : smallestFirst;
      return groups.flatMap(({ elements }) => elements.sort(order).slice(0, Math.trunc(count)));
    }
    case "count-values":
      return countValues(groups, param?.kind === "string" ? param.value : "");
  }
}

function gather({ grouping }: AggregateNode, vector: Vector): Gathered[] {
  const groups = new Map<string, Gathered>();
  for (const element of vector) {
    const group = grouping.of(element.labels);
    const known = groups.get(group.key);
    if (known === undefined) groups.set(group.key, { group, elements: [element] });
    else known.elements.push(element);
  }
  return [...groups.values()];
}

function countValues(groups: readonly Gathered[], label: string): Element[] {
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const { group, elements } of groups)
    for (const { value } of elements) {
      const labels = replaceLabel(group.labels, label, formatNumber(value));
      const key = labelsKey(labels);
      const count = counts.get(key);
      if (count === undefined) counts.set(key, { labels, value: 1 });
      else count.value += 1;
    }
  return [...counts.values()];
}

/** As Go writes a float without an exponent, so that the label equals Prometheus'. */
function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  const exponent = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (exponent === null) return text;
  const [, sign = "", whole = "", part = "", power = "0"] = exponent;
  const digits = whole + part;
  const point = 1 + Number(power);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** NaN goes last in both orders. */
function largestFirst(a: Element, b: Element): number {
  if (Number.isNaN(a.value)) return Number.isNaN(b.value) ? 0 : 1;
  if (Number.isNaN(b.value)) return -1;
  return a.value > b.value ? -1 : a.value < b.value ? 1 : 0;
}

function smallestFirst(a: Element, b: Element): number {
  if (Number.isNaN(a.value)) return Number.isNaN(b.value) ? 0 : 1;
  if (Number.isNaN(b.value)) return -1;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}
