import { type Backtest, backtest } from "../alerts/backtest.ts";
import { formatSpan, formatTime } from "../alerts/words.ts";
import { judge } from "../rules/judge.ts";
import type { CompiledExpr } from "../rules/promql/compile.ts";
import type { PromqlRule } from "../rules/rule.ts";
import type { Text } from "../storage/locale.ts";
import type { World } from "./world.ts";

/** How far back a rule is tried. */
const LONGEST_MS = 24 * 3_600_000;

/** How a rule would have done on what is recorded. */
export function tryOut(
  compiled: CompiledExpr,
  { forMs, keepFiringForMs, intervalMs }: Pick<PromqlRule, "forMs" | "keepFiringForMs" | "intervalMs">,
  world: World,
  at: number,
): Promise<Backtest> {
  return backtest(
    { forMs, keepFiringForMs, intervalMs, judge: (then) => judge(compiled, world.series, then) },
    { to: at, from: Math.max(at - LONGEST_MS, world.series.oldestAt() ?? at) },
    world.breathe,
  );
}

/** A backtest in a sentence. */
export function backtestText(result: Backtest, zone: string): Text {
  if (result.judged === 0) {
    return { zh: "还没有可以试算的记录。", en: "Nothing is recorded yet that it could be tried on." };
  }
  const span = result.to - result.from;
  const last = result.firings.at(-1);
  if (result.fired === 0 || last === undefined) {
    return {
      zh: `在过去${formatSpan(span, "zh-CN")}的记录里不会触发。`,
      en: `It would not have fired in the last ${formatSpan(span, "en")} on record.`,
    };
  }
  return {
    zh: `在过去${formatSpan(span, "zh-CN")}的记录里会触发 ${result.fired} 次，最近一次 ${formatTime(last.since, zone, "zh-CN")}。`,
    en: `It would have fired ${result.fired} times in the last ${formatSpan(span, "en")} on record, last at ${formatTime(last.since, zone, "en")}.`,
  };
}
