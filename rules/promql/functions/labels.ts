/** Functions that write labels. */
import { RE2JS } from "re2js";
import { labelValue } from "../../../storage/labels.ts";
import type { CallNode, FunctionRow } from "../ast.ts";
import { distinct } from "../distinct.ts";
import { replaceLabel } from "../grouping.ts";
import { fail, quoted } from "../promql-error.ts";
import { argument } from "./kinds.ts";

const compiled = new WeakMap<CallNode, RE2JS>();

export const labelFunctions = {
  label_replace: {
    returns: "vector",
    args: ["vector", "string", "string", "string", "string"],
    doc: {
      zh: "按正则表达式从一个标签取值写入另一个标签",
      en: "writes a label from another one by a regular expression",
    },
    keepsName: true,
    writesLabel: true,
    check(call) {
      checkName(call, 1);
      expressionOf(call);
    },
    run(call, evaluation) {
      const [target, template, source] = [text(call, 1), text(call, 2), text(call, 3)];
      const expression = expressionOf(call);
      const out = evaluation.vector(argument(call, 0)).map((element) => {
        const match = expression.matcher(labelValue(element.labels, source));
        if (!match.matches()) return element;
        return { ...element, labels: replaceLabel(element.labels, target, expand(template, match)) };
      });
      return distinct(out, call);
    },
  },
  label_join: {
    returns: "vector",
    args: ["vector", "string", "string", "string…"],
    doc: { zh: "把几个标签的值连接起来写入一个标签", en: "writes a label from others, joined" },
    keepsName: true,
    writesLabel: true,
    check: (call) => checkName(call, 1),
    run(call, evaluation) {
      const sources = call.args.slice(3).map((_, i) => text(call, i + 3));
      const out = evaluation.vector(argument(call, 0)).map((element) => {
        const value = sources.map((name) => labelValue(element.labels, name)).join(text(call, 2));
        return { ...element, labels: replaceLabel(element.labels, text(call, 1), value) };
      });
      return distinct(out, call);
    },
  },
} satisfies Record<string, FunctionRow>;

function text(call: CallNode, i: number): string {
  const node = argument(call, i);
  return node.kind === "string" ? node.value : "";
}

function checkName(call: CallNode, i: number): void {
  if (text(call, i) === "")
    fail(
      argument(call, i),
      `${call.name} 的目标标签名不能为空`,
      `the label that ${call.name} writes needs a name`,
    );
}

function expressionOf(call: CallNode): RE2JS {
  let expression = compiled.get(call);
  if (expression === undefined) {
    try {
      expression = RE2JS.compile(`^(?s:${text(call, 4)})$`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail(
        argument(call, 4),
        `正则表达式 ${quoted(text(call, 4))} 无效（RE2 语法）：${why}`,
        `the regular expression ${quoted(text(call, 4))} is not valid RE2: ${why}`,
      );
    }
    compiled.set(call, expression);
  }
  return expression;
}

/** Puts groups in the place of `$1`, `${1}`, `$name` and `${name}`; `$$` is a dollar sign. The rules of Go's `Expand`. */
function expand(template: string, match: ReturnType<RE2JS["matcher"]>): string {
  return template.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar, bare, braced) => {
    if (dollar !== undefined) return "$";
    const name: string = bare ?? braced;
    try {
      return (/^\d+$/.test(name) ? match.group(Number(name)) : match.group(name)) ?? "";
    } catch {
      return ""; // A group that the expression does not have.
    }
  });
}
