/** Builds calls of the functions in the table. */
import type { SyntaxNode } from "@lezer/common";
import type { ArgumentType, CallNode, FunctionRow, Node, VectorFunction } from "./ast.ts";
import { childrenOf } from "./build-selector.ts";
import { type Builder, typeName } from "./builder.ts";
import { functions } from "./functions/index.ts";
import { fail } from "./promql-error.ts";

export function buildCall(node: SyntaxNode, builder: Builder): CallNode {
  const [nameNode, body] = childrenOf(node);
  const name = builder.text.slice(nameNode?.from, nameNode?.to);
  const row = functions.get(name);
  if (row === undefined)
    return fail(nameNode ?? node, `还不支持函数 ${name}`, `the function ${name} is not supported yet`);
  const args = body === undefined ? [] : childrenOf(body).map((child) => builder.node(child));
  checkArguments(name, row, args, node);
  const call: CallNode = {
    kind: "call",
    type: row.returns,
    from: node.from,
    to: node.to,
    name,
    row,
    args,
    apart: row.returns === "scalar" || staysApart(row, args),
  };
  row.check?.(call);
  return call;
}

/** Labels that are written may take away what told elements apart beside their names. */
function staysApart({ keepsName, writesLabel }: VectorFunction, args: readonly Node[]): boolean {
  return keepsName !== true || (writesLabel !== true && args.every(isApart));
}

function isApart(node: Node): boolean {
  if (node.kind === "range") return node.selector.apart;
  return !("apart" in node) || node.apart;
}

/** How a function is called: `quantile_over_time(scalar, range)`; `?` marks what may be left out. */
export function signature(name: string, row: FunctionRow): string {
  return `${name}(${row.args.join(", ")})`;
}

function checkArguments(name: string, row: FunctionRow, args: readonly Node[], place: SyntaxNode): void {
  const repeats = row.args.at(-1)?.endsWith("…") === true;
  const fewest = row.args.filter((type) => !/[?…]$/.test(type)).length;
  const most = repeats ? Number.POSITIVE_INFINITY : row.args.length;
  if (args.length < fewest || args.length > most)
    fail(
      place,
      `函数 ${signature(name, row)} 的参数个数不对，这里有 ${args.length} 个`,
      `${signature(name, row)} does not take ${args.length} argument${args.length === 1 ? "" : "s"}`,
    );
  args.forEach((arg, i) => {
    const wanted = (row.args[Math.min(i, row.args.length - 1)] as ArgumentType).replace(/[?…]$/, "");
    if (arg.type !== wanted)
      fail(
        arg,
        `函数 ${signature(name, row)} 的第 ${i + 1} 个参数类型不对，这里是${typeName(arg).zh}${hint(wanted, arg).zh}`,
        `argument ${i + 1} of ${signature(name, row)} must be of type ${wanted}, and this is ${typeName(arg).en}${hint(wanted, arg).en}`,
      );
  });
}

function hint(wanted: string, arg: Node): { zh: string; en: string } {
  return wanted === "range" && arg.kind === "selector"
    ? { zh: "；请写上时间段，如 [5m]", en: "; give it a range such as [5m]" }
    : { zh: "", en: "" };
}
