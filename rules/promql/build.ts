/** Builds the tree of an expression from what the grammar read, and checks that the types fit together. */
import type { SyntaxNode } from "@lezer/common";
import type { Node, SelectorNode, ValueNode } from "./ast.ts";
import { buildAggregate } from "./build-aggregate.ts";
import { buildBinary } from "./build-binary.ts";
import { buildCall } from "./build-call.ts";
import { buildDuration, buildSelector, childrenOf } from "./build-selector.ts";
import { type Builder, negated, numberNode, typeName } from "./builder.ts";
import { readNumber, readString } from "./literals.ts";
import { fail, quoted } from "./promql-error.ts";

/** Deeper expressions are refused, so that no recursion over a tree can run out of stack. */
const DEEPEST = 300;

const NOT_YET: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  SubqueryExpr: ["子查询", "subqueries"],
  StepInvariantExpr: ["@ 修饰符", "the @ modifier"],
  AnchoredExpr: ["anchored 修饰符", "the anchored modifier"],
  SmoothedExpr: ["smoothed 修饰符", "the smoothed modifier"],
};

/** The checked tree; throws a PromqlError for what does not fit together or is not supported. */
export function build(top: SyntaxNode, text: string): Node {
  let depth = 0;
  const builder: Builder = {
    text,
    node(node) {
      depth += 1;
      if (depth > DEEPEST)
        fail(node, `表达式嵌套超过 ${DEEPEST} 层`, `the expression is nested deeper than ${DEEPEST} levels`);
      const built = one(node, builder);
      depth -= 1;
      return built;
    },
    value(node, { zh, en }) {
      const built = builder.node(node);
      if (built.type !== "scalar" && built.type !== "vector")
        fail(
          built,
          `${zh}需要数或一组序列，这里是${typeName(built).zh}`,
          `${en} needs a scalar or an instant vector, and this is ${typeName(built).en}`,
        );
      return built as ValueNode;
    },
  };
  const [expression] = childrenOf(top);
  return expression === undefined
    ? fail({ from: 0, to: text.length }, "表达式是空的", "the expression is empty")
    : builder.node(expression);
}

function one(node: SyntaxNode, builder: Builder): Node {
  const { text } = builder;
  const place = { from: node.from, to: node.to };
  const [first, second] = childrenOf(node);
  switch (node.name) {
    case "NumberDurationLiteral":
      return numberNode(readNumber(text.slice(node.from, node.to), place), place);
    case "StringLiteral":
      return {
        kind: "string",
        type: "string",
        ...place,
        value: readString(text.slice(node.from, node.to), place),
      };
    case "VectorSelector":
      return buildSelector(node, text);
    case "MatrixSelector": {
      const selector = first && builder.node(first);
      if (selector?.kind !== "selector" || first?.name !== "VectorSelector" || second === undefined)
        return fail(
          place,
          "时间段 […] 只能直接跟在指标后面（子查询还不支持）",
          "a range […] must directly follow a metric; subqueries are not supported yet",
        );
      const rangeMs = buildDuration(second, text);
      if (rangeMs <= 0) fail(second, "时间段必须大于 0", "the range must be longer than 0");
      return { kind: "range", type: "range", ...place, selector, rangeMs };
    }
    case "OffsetExpr":
      return withOffset(node, builder);
    case "ParenExpr":
      return first === undefined
        ? fail(place, "括号里是空的", "the brackets are empty")
        : builder.node(first);
    case "UnaryExpr":
      return unary(node, builder);
    case "BinaryExpr":
      return buildBinary(node, builder);
    case "AggregateExpr":
      return buildAggregate(node, builder);
    case "FunctionCall":
      return buildCall(node, builder);
    default: {
      const [zh, en] = NOT_YET[node.name] ?? [quoted(node.name), quoted(node.name)];
      return fail(place, `还不支持${zh}`, `${en} ${en.endsWith("s") ? "are" : "is"} not supported yet`);
    }
  }
}

function withOffset(node: SyntaxNode, builder: Builder): Node {
  const [inner, , length] = childrenOf(node);
  const place = { from: node.from, to: node.to };
  if (inner === undefined || length === undefined)
    return fail(place, "offset 不完整", "offset is not complete");
  const built = builder.node(inner);
  const moved = (selector: SelectorNode): SelectorNode => ({
    ...selector,
    offsetMs: buildDuration(length, builder.text),
  });
  if (inner.name === "VectorSelector" && built.kind === "selector") return { ...moved(built), ...place };
  if (inner.name === "MatrixSelector" && built.kind === "range")
    return { ...built, ...place, selector: moved(built.selector) };
  return fail(
    place,
    "offset 只能直接跟在指标或时间段后面，并且只能写一次",
    "offset must directly follow a metric or its range, and only once",
  );
}

function unary(node: SyntaxNode, builder: Builder): Node {
  const [sign, inner] = childrenOf(node);
  if (sign === undefined || inner === undefined)
    return fail(node, "这里缺少内容", "something is missing here");
  const operand = builder.value(inner, { zh: "正负号", en: "a sign" });
  return builder.text[sign.from] === "-" ? negated(operand, { from: node.from, to: node.to }) : operand;
}
