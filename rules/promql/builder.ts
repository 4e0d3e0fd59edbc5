/** What the builders of the single kinds of node share. */
import type { SyntaxNode } from "@lezer/common";
import type { NegateNode, Node, NumberNode, Place, ValueNode } from "./ast.ts";

/** What the builders of the single kinds of node need of each other. */
export interface Builder {
  readonly text: string;
  /** Builds a child. */
  node(node: SyntaxNode): Node;
  /** Builds a child that must be a scalar or an instant vector. */
  value(node: SyntaxNode, what: { readonly zh: string; readonly en: string }): ValueNode;
}

/** What to call the type of a node. */
export function typeName(node: Node): { readonly zh: string; readonly en: string } {
  return {
    scalar: { zh: "数", en: "a scalar" },
    vector: { zh: "一组序列", en: "an instant vector" },
    range: { zh: "一段时间的样本", en: "a range vector" },
    string: { zh: "文字", en: "a string" },
  }[node.type];
}

/** A number standing at this place. */
export function numberNode(value: number, place: Place): NumberNode {
  return { kind: "number", type: "scalar", from: place.from, to: place.to, value };
}

/** The negative of a node. */
export function negated(operand: ValueNode, place: Place): NumberNode | NegateNode {
  if (operand.kind === "number") return numberNode(-operand.value, place);
  return { kind: "negate", type: operand.type, ...place, operand, apart: true };
}
