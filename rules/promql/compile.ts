/** Reads PromQL: text to a checked tree, by the official grammar. */
import type { Node, ValueNode } from "./ast.ts";
import { build } from "./build.ts";
import { fail } from "./promql-error.ts";
import { parseSyntax } from "./syntax.ts";

/** Longer expressions are refused, in characters. */
const LONGEST = 10_000;

/** An expression that can be evaluated any number of times. */
export interface CompiledExpr {
  readonly text: string;
  readonly type: "scalar" | "vector";
  readonly root: ValueNode;
}

/** Reads and checks an expression; throws a PromqlError that names what is wrong and where. */
export function compile(text: string): CompiledExpr {
  if (text.length > LONGEST)
    fail(
      { from: LONGEST, to: text.length },
      "表达式太长",
      `the expression is longer than ${LONGEST} characters`,
    );
  const root = mustHaveValue(build(parseSyntax(text).topNode, text));
  return { text, type: root.type, root };
}

/** Like `compile`, for a rule: its result must be a vector, so that it can be empty when all is well. */
export function compileRule(text: string): CompiledExpr {
  const compiled = compile(text);
  mustBeVector(compiled);
  return compiled;
}

/** Throws a PromqlError for an expression that is a number and not a set of series. */
export function mustBeVector({ root }: CompiledExpr): void {
  if (root.type === "scalar")
    fail(
      root,
      "这个表达式的结果是一个数，不是一组序列，不能作为规则；可以写 vector(…) > 0",
      "the result is a number and not a vector of series, which a rule needs; vector(…) > 0 would be one",
    );
}

function mustHaveValue(node: Node): ValueNode {
  if (node.type === "string") fail(node, "文字不能作为结果", "a string is not a result");
  if (node.type === "range")
    fail(
      node,
      "一段时间的样本不能直接作为结果；请用 avg_over_time、rate 等函数包起来",
      "a range of samples is not a result; put a function such as avg_over_time or rate around it",
    );
  return node as ValueNode;
}
