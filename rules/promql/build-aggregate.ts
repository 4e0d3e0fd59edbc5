/** Builds aggregations, with `by` and `without` before or after their argument. */
import type { SyntaxNode } from "@lezer/common";
import { aggregations } from "./aggregations.ts";
import type { AggregateNode, StringNode, ValueNode } from "./ast.ts";
import { childrenOf, labelNames } from "./build-selector.ts";
import { type Builder, typeName } from "./builder.ts";
import { Grouping } from "./grouping.ts";
import { fail } from "./promql-error.ts";

export function buildAggregate(node: SyntaxNode, builder: Builder): AggregateNode {
  const children = childrenOf(node);
  const [opNode] = children;
  const op = builder.text.slice(opNode?.from, opNode?.to).toLowerCase();
  const aggregation = aggregations.get(op);
  if (aggregation === undefined)
    return fail(opNode ?? node, `还不支持聚合 ${op}`, `the aggregation ${op} is not supported yet`);
  const body = children.find((child) => child.name === "FunctionCallBody");
  const args = body === undefined ? [] : childrenOf(body);
  const param = "param" in aggregation ? aggregation.param : undefined;
  const wanted = param === undefined ? 1 : 2;
  if (args.length !== wanted)
    fail(
      body ?? node,
      `${op} 需要 ${wanted} 个参数，这里有 ${args.length} 个`,
      `${op} takes ${wanted} argument${wanted === 1 ? "" : "s"}, and here ${args.length === 1 ? "is 1" : `are ${args.length}`}`,
    );
  const operand = builder.node(args.at(-1) as SyntaxNode);
  if (operand.type !== "vector")
    fail(
      operand,
      `${op} 需要一组序列，这里是${typeName(operand).zh}`,
      `${op} needs an instant vector, and this is ${typeName(operand).en}`,
    );
  return {
    kind: "aggregate",
    type: "vector",
    from: node.from,
    to: node.to,
    op,
    aggregation,
    grouping: groupingOf(
      children.find((child) => child.name === "AggregateModifier"),
      builder.text,
    ),
    param: param === undefined ? undefined : paramOf(args[0] as SyntaxNode, param, op, builder),
    operand: operand as ValueNode,
    apart: aggregation.kind === "pick" ? "apart" in operand && operand.apart : true,
  };
}

function groupingOf(modifier: SyntaxNode | undefined, text: string): Grouping {
  if (modifier === undefined) return new Grouping(true, []);
  const [how, names] = childrenOf(modifier);
  return new Grouping(how?.name === "By", names === undefined ? [] : labelNames(names, text));
}

function paramOf(
  node: SyntaxNode,
  wanted: "scalar" | "string",
  op: string,
  builder: Builder,
): StringNode | ValueNode {
  const param = builder.node(node);
  if (param.type !== wanted)
    fail(
      param,
      `${op} 的第一个参数应当是${wanted === "scalar" ? "数" : "文字"}，这里是${typeName(param).zh}`,
      `the first argument of ${op} must be a ${wanted}, and this is ${typeName(param).en}`,
    );
  if (param.kind === "string" && param.value === "")
    fail(param, `${op} 的标签名不能为空`, `the label that ${op} writes needs a name`);
  return param as StringNode | ValueNode;
}
