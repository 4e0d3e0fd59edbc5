import { type CompiledExpr, compile } from "../../rules/promql/compile.ts";
import { PromqlError } from "../../rules/promql/promql-error.ts";
import { Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";

/** Compiles what somebody typed, for a rule with `compileRule`; a mistake becomes a refusal with its place. */
export function compileOrRefuse(expr: string, read: (text: string) => CompiledExpr = compile): CompiledExpr {
  try {
    return read(expr);
  } catch (error) {
    throw asRefusal(error, expr);
  }
}

/** A mistake in PromQL with the place it was made, as a refusal; anything else is thrown on. */
export function asRefusal(error: unknown, expr: string): unknown {
  if (!(error instanceof PromqlError)) return error;
  const place = expr.slice(error.from, Math.max(error.to, error.from + 1)).slice(0, 60);
  const at = {
    zh: `第 ${error.from + 1} 个字符${place === "" ? "" : `“${code(place)}”`}`,
    en: `at character ${error.from + 1}${place === "" ? "" : `, ${code(place)}`}`,
  };
  return new Refusal({
    zh: `表达式有问题：${quoted(error.text.zh, 400)}（${at.zh}）`,
    en: `The expression is wrong: ${quoted(error.text.en, 400)} (${at.en})`,
  });
}
