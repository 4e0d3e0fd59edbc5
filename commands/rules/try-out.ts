import { escapeMarkdown, formatValue } from "../../alerts/words.ts";
import type { CompiledExpr } from "../../rules/promql/compile.ts";
import { evaluate } from "../../rules/promql/evaluate.ts";
import { formatLabels, type Labels } from "../../storage/labels.ts";
import { inLocale } from "../../storage/locale.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import { answer, type Call, type Command, Refusal } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { counted } from "../phrases.ts";
import type { World } from "../world.ts";
import { readClauses } from "./clauses.ts";
import { asRefusal, compileOrRefuse } from "./compile-or-refuse.ts";
import { tryOut } from "./preview.ts";

/** Rules are judged this often unless they say otherwise. */
const INTERVAL_MS = 15_000;

/** `rule test EXPR [for 5m]`: what it gives now, and how often it would have fired. */
export const ruleTest: Command = {
  words: ["rule test", "test rule", "query"],
  twins: ["试算", "测试规则", "查询"],
  takes: { zh: "PromQL [for 5m]", en: "EXPR [for 5m]" },
  summary: {
    zh: "试算一个表达式：现在的值，历史上会触发几次",
    en: "try an expression: its value now, how often it would have fired",
  },
  examples: { zh: "试算 cpu_usage_percent > 80 for 5m", en: "rule test cpu_usage_percent > 80 for 5m" },
  needs: "viewer",
  async run(rest, call, world) {
    if (rest === "")
      throw new Refusal({
        zh: `要试算什么？例如 ${code(this.examples.zh)}`,
        en: `Test what? For example ${code(this.examples.en)}`,
      });
    const { expr, forMs, keepFiringForMs } = readClauses(rest);
    const compiled = compileOrRefuse(expr);
    const now = valuesAt(compiled, call.at, world);
    const tried =
      compiled.type === "vector"
        ? await tryOut(compiled, { forMs, keepFiringForMs, intervalMs: INTERVAL_MS }, world, call.at)
        : { zh: "", en: "" };
    const lines = listed(
      now,
      call,
      ({ labels, value }) =>
        `${code(seriesName(labels, call))} = ${formatValue(value, undefined, call.locale)}`,
    );
    const found =
      now.length === 0
        ? { zh: "现在没有结果。", en: "It gives nothing now." }
        : {
            zh: `现在有 ${now.length} 个结果：\n\n${lines}`,
            en: `It gives ${counted(now.length, "result")} now:\n\n${lines}`,
          };
    return answer(call, {
      zh: [code(expr), found.zh, escapeMarkdown(tried.zh)].filter(Boolean).join("\n\n"),
      en: [code(expr), found.en, escapeMarkdown(tried.en)].filter(Boolean).join("\n\n"),
    });
  },
};

/** What an expression gives at a moment; refuses when it has no result on the series that there are. */
export function valuesAt(
  compiled: CompiledExpr,
  at: number,
  world: World,
): readonly { labels: Labels; value: number }[] {
  try {
    const result = evaluate(compiled, world.series, at);
    return result.type === "scalar" ? [{ labels: {}, value: result.value }] : result.elements;
  } catch (error) {
    throw asRefusal(error, compiled.text);
  }
}

/** `{}` for no labels at all reads badly in a list. */
export function seriesName(labels: Labels, call: Call): string {
  return Object.keys(labels).length === 0
    ? inLocale(call.locale, { zh: "值", en: "value" })
    : maskedAddresses(formatLabels(labels));
}
