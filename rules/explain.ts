/** Shows the values inside an expression: what each part of it is for one label set at one moment. */
import type { Labels } from "../storage/labels.ts";
import type { SeriesSource } from "../storage/series.ts";
import { below } from "./below.ts";
import type { Element, Evaluation, Node } from "./promql/ast.ts";
import type { CompiledExpr } from "./promql/compile.ts";
import { evaluation as evaluationAt } from "./promql/evaluate.ts";
import { PromqlError } from "./promql/promql-error.ts";
import { consistent, eachWindow } from "./promql/select.ts";

/** One part of an expression. */
export interface ExplainedPart {
  readonly text: string;
  /** Its values for the label set, at most five; of a range the last one. Empty when there is no data. */
  readonly values: readonly { readonly labels: Labels; readonly value: number }[];
  /** How many values there are beside those. */
  readonly more: number;
}

const MOST_PARTS = 12;
const MOST_VALUES = 5;

/**
 * The parts of an expression, the outer ones before what they are made of, with their values for a label set of its
 * result. Plain numbers are left out, and so is the outermost comparison, whose value the result has.
 */
export function explain(
  compiled: CompiledExpr,
  source: SeriesSource,
  at: number,
  labels: Labels,
): readonly ExplainedPart[] {
  const evaluation = evaluationAt(source, at);
  const parts = new Map<string, ExplainedPart>();
  const visit = (node: Node, about: Labels): void => {
    if (parts.size >= MOST_PARTS) return;
    const text = compiled.text.slice(node.from, node.to);
    const shown = node.kind !== "number" && node.kind !== "string" && !isQuestion(node);
    if (shown && !parts.has(text)) parts.set(text, { text, ...valuesOf(node, about, evaluation) });
    for (const part of below(node, about)) visit(part.node, part.labels);
  };
  visit(compiled.root, labels);
  return [...parts.values()];
}

/** Comparisons and set operators choose among what their sides have, and add no value. */
function isQuestion(node: Node): boolean {
  return node.kind === "binary" && node.operator.kind !== "arithmetic" && !node.bool;
}

function valuesOf(
  node: Node,
  labels: Labels,
  evaluation: Evaluation,
): Pick<ExplainedPart, "values" | "more"> {
  const fitting = elementsOf(node, evaluation).filter((element) => consistent(element.labels, labels));
  return { values: fitting.slice(0, MOST_VALUES), more: Math.max(0, fitting.length - MOST_VALUES) };
}

function elementsOf(node: Node, evaluation: Evaluation): readonly Element[] {
  if (node.kind === "range") {
    const out: Element[] = [];
    eachWindow(node, evaluation, ({ series, last }) => {
      out.push({ labels: series.labels, value: series.value(last) });
    });
    return out;
  }
  try {
    return node.type === "scalar"
      ? [{ labels: {}, value: evaluation.scalar(node) }]
      : evaluation.vector(node);
  } catch (error) {
    // A part that has no value of its own on these series: that is said where the rule is judged.
    if (error instanceof PromqlError) return [];
    throw error;
  }
}
