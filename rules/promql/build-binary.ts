/** Builds binary operators, with `bool`, `on`, `ignoring`, `group_left` and `group_right`. */
import type { SyntaxNode } from "@lezer/common";
import type { BinaryNode, Matching, Node, ValueNode } from "./ast.ts";
import { childrenOf, labelNames } from "./build-selector.ts";
import { type Builder, negated, numberNode } from "./builder.ts";
import { Grouping } from "./grouping.ts";
import { readNumber } from "./literals.ts";
import { type Operator, operators } from "./operators.ts";
import { fail, quoted } from "./promql-error.ts";

const ALL_LABELS: Matching = { grouping: new Grouping(false, []), include: [] };

export function buildBinary(node: SyntaxNode, builder: Builder): Node {
  const children = childrenOf(node);
  const [leftNode, sign] = children;
  const rightNode = children.at(-1);
  if (leftNode === undefined || sign === undefined || rightNode === undefined)
    return fail(node, "这里缺少内容", "something is missing here");
  const operator = operators[sign.name];
  const written = builder.text.slice(sign.from, sign.to);
  if (operator === undefined)
    return fail(sign, `还不支持运算符 ${written}`, `the operator ${written} is not supported yet`);
  const signed = signedBase(leftNode, operator, builder);
  const name = { zh: `运算符 ${operator.sign} `, en: `the operator ${operator.sign}` };
  const left = signed ?? builder.value(leftNode, name);
  const right = builder.value(rightNode, name);
  const bool = children.find((child) => child.name === "BoolModifier");
  const clause = children.find((child) => child.name === "MatchingModifierClause");
  const fill = children.find((child) => child.name === "FillModifier");
  if (fill !== undefined) fail(fill, "还不支持 fill 修饰符", "the fill modifier is not supported yet");
  checkTypes(operator, left, right, bool, clause, sign);
  const matching = clause === undefined ? ALL_LABELS : buildMatching(clause, operator, builder);
  const built: BinaryNode = {
    kind: "binary",
    type: left.type === "scalar" && right.type === "scalar" ? "scalar" : "vector",
    from: signed === undefined ? node.from : signed.from,
    to: node.to,
    operator,
    bool: bool !== undefined,
    left,
    right,
    matching,
    apart: isApart(operator, bool !== undefined, left, right, matching),
  };
  return signed === undefined ? built : negated(built, { from: node.from, to: node.to });
}

/**
 * `-2 ^ 2` is `-(2 ^ 2)`, as in Prometheus; the grammar gives the sign to the number instead.
 * Returns the number without its sign when that has happened.
 */
function signedBase(left: SyntaxNode, { sign }: Operator, builder: Builder): ValueNode | undefined {
  if (sign !== "^" || left.name !== "NumberDurationLiteral" || builder.text[left.from] !== "-")
    return undefined;
  const skipped = /^-\s*/.exec(builder.text.slice(left.from, left.to))?.[0].length ?? 1;
  const place = { from: left.from + skipped, to: left.to };
  return numberNode(readNumber(builder.text.slice(place.from, place.to), place), place);
}

function checkTypes(
  operator: Operator,
  left: ValueNode,
  right: ValueNode,
  bool: SyntaxNode | undefined,
  clause: SyntaxNode | undefined,
  sign: SyntaxNode,
): void {
  const scalars = (left.type === "scalar" ? 1 : 0) + (right.type === "scalar" ? 1 : 0);
  const written = operator.sign;
  if (bool !== undefined && operator.kind !== "comparison")
    fail(
      bool,
      `bool 只能跟在比较运算符后面，不能跟在 ${written} 后面`,
      `bool may follow a comparison only, not ${written}`,
    );
  if (operator.kind === "comparison" && scalars === 2 && bool === undefined)
    fail(sign, `两个数比较必须写成 ${written} bool`, `comparing two scalars needs ${written} bool`);
  if (operator.kind === "set" && scalars > 0)
    fail(
      left.type === "scalar" ? left : right,
      `${written} 的两边都必须是一组序列，这里是数`,
      `both sides of ${written} must be instant vectors, and this is a scalar`,
    );
  if (clause !== undefined && scalars > 0)
    fail(
      clause,
      "on、ignoring 只能用在两组序列之间",
      "on and ignoring are possible between two instant vectors only",
    );
}

function buildMatching(clause: SyntaxNode, operator: Operator, builder: Builder): Matching {
  const children = childrenOf(clause);
  const [how, names] = children;
  const only = how?.name === "On";
  const grouping = new Grouping(only, names === undefined ? [] : labelNames(names, builder.text));
  const side = children.find((child) => child.name === "GroupLeft" || child.name === "GroupRight");
  if (side === undefined) return { grouping, include: [] };
  if (operator.kind === "set")
    fail(
      side,
      `${operator.sign} 不能用 group_left、group_right`,
      `group_left and group_right are not possible with ${operator.sign}`,
    );
  const extra = children.at(-1);
  const include =
    extra?.name === "GroupingLabels" && extra.from > side.from ? labelNames(extra, builder.text) : [];
  const both = only ? include.find((label) => grouping.names.includes(label)) : undefined;
  if (both !== undefined)
    fail(
      extra ?? side,
      `标签 ${quoted(both)} 不能同时出现在 on 和 group 里`,
      `the label ${quoted(both)} must not be in on and in group at once`,
    );
  return { grouping, include, many: side.name === "GroupLeft" ? "left" : "right" };
}

/** Whether no two elements of the result can differ in their metric name only. */
function isApart(
  operator: Operator,
  bool: boolean,
  left: ValueNode,
  right: ValueNode,
  matching: Matching,
): boolean {
  const leftApart = "apart" in left && left.apart;
  const rightApart = "apart" in right && right.apart;
  if (operator.kind === "set") return operator.sign === "or" ? leftApart && rightApart : leftApart;
  if (operator.kind === "arithmetic" || bool) return true;
  if (left.type === "scalar") return rightApart;
  if (right.type === "scalar") return leftApart;
  return matching.many === "left" ? leftApart : matching.many === "right" ? rightApart : true;
}
