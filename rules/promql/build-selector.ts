/** Builds selectors and ranges of the tree from what the grammar read. */
import type { SyntaxNode } from "@lezer/common";
import { METRIC_NAME } from "../../storage/labels.ts";
import { MatcherError } from "../../storage/matcher-error.ts";
import { compileMatcher, type Matcher } from "../../storage/matchers.ts";
import type { Place, SelectorNode } from "./ast.ts";
import { readDuration, readString } from "./literals.ts";
import { fail, quoted } from "./promql-error.ts";

/** The children that mean something; comments do not. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== "LineComment") children.push(child);
  return children;
}

export function buildSelector(node: SyntaxNode, text: string): SelectorNode {
  const place = { from: node.from, to: node.to };
  const matchers: Matcher[] = [];
  let name: string | undefined;
  for (const child of childrenOf(node)) {
    if (child.name === "Identifier") {
      name = text.slice(child.from, child.to);
      matchers.push({ name: METRIC_NAME, op: "=", value: name });
    } else for (const one of childrenOf(child)) matchers.push(buildMatcher(one, text, name));
  }
  if (matchers.every((matcher) => compileMatcher(matcher)("")))
    fail(
      place,
      `${quoted(text.slice(place.from, place.to))} 会选中所有序列；请给出指标名或一个不匹配空值的标签条件`,
      `${quoted(text.slice(place.from, place.to))} would select every series; give a metric name or a matcher that the empty value does not satisfy`,
    );
  const apart = matchers.some(({ name: label, op }) => label === METRIC_NAME && op === "=");
  return { kind: "selector", type: "vector", ...place, matchers, offsetMs: 0, apart };
}

function buildMatcher(node: SyntaxNode, text: string, metric: string | undefined): Matcher {
  const [label, op, value] = childrenOf(node);
  if (node.name === "QuotedLabelName") {
    // A quoted name on its own is the metric's: {"my.metric"}.
    const matcher = { name: METRIC_NAME, op: "=" as const, value: stringOf(node, text) };
    refuseSecondName(matcher, metric, node);
    return matcher;
  }
  const name = label?.name === "QuotedLabelName" ? stringOf(label, text) : text.slice(label?.from, label?.to);
  const matcher: Matcher = {
    name,
    op: text.slice(op?.from, op?.to) as Matcher["op"],
    value: value === undefined ? "" : readString(text.slice(value.from, value.to), value),
  };
  refuseSecondName(matcher, metric, node);
  try {
    compileMatcher(matcher);
  } catch (error) {
    if (error instanceof MatcherError && value !== undefined) fail(value, error.text.zh, error.text.en);
    throw error;
  }
  return matcher;
}

function refuseSecondName(matcher: Matcher, metric: string | undefined, place: Place): void {
  if (matcher.name === METRIC_NAME && metric !== undefined)
    fail(
      place,
      `指标名写了两次：${quoted(metric)} 与 ${quoted(matcher.value)}`,
      `the metric name is given twice: ${quoted(metric)} and ${quoted(matcher.value)}`,
    );
}

function stringOf(node: SyntaxNode, text: string): string {
  return readString(text.slice(node.from, node.to), node);
}

/** Reads the length of a range or an offset in milliseconds; arithmetic in it is refused. */
export function buildDuration(node: SyntaxNode, text: string): number {
  const [first, second] = childrenOf(node);
  if (first?.name === "NumberDurationLiteralInDurationContext")
    return readDuration(text.slice(first.from, first.to), first);
  if (node.name === "OffsetDurationExpr" && first?.name === "UnaryOp" && second !== undefined) {
    const ms = buildDuration(second, text);
    return text[first.from] === "-" ? -ms : ms;
  }
  return fail(
    node,
    `这里只支持写定的时间长度（如 5m），还不支持计算：${quoted(text.slice(node.from, node.to))}`,
    `only a plain length of time such as 5m is supported here, not a computed one: ${quoted(text.slice(node.from, node.to))}`,
  );
}

/** The label names of a clause such as `(host, "service.name")`. */
export function labelNames(node: SyntaxNode, text: string): string[] {
  return childrenOf(node).map((child) => {
    const written = text.slice(child.from, child.to);
    return child.name === "QuotedLabelName" ? readString(written, child) : written;
  });
}
