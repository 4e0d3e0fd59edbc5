import { type Backtest, backtest } from "../../alerts/evaluation/backtest.ts";
import { formatSpan, formatTime } from "../../alerts/words.ts";
import { judge } from "../../rules/judge.ts";
import type { CompiledExpr } from "../../rules/promql/compile.ts";
import { PromqlError } from "../../rules/promql/promql-error.ts";
import type { PromqlRule } from "../../rules/rule.ts";
import type { Text } from "../../storage/locale.ts";
import { counted } from "../phrases.ts";
import type { World } from "../world.ts";

/** How far back a rule is tried. */
const LONGEST_MS = 24 * 3_600_000;
/** A record that is shorter says nothing of how often. */
const SHORTEST_MS = 1_000;

/** How a rule would have done on what is recorded, in a sentence of plain text. */
export async function tryOut(
  compiled: CompiledExpr,
  { forMs, keepFiringForMs, intervalMs }: Pick<PromqlRule, "forMs" | "keepFiringForMs" | "intervalMs">,
  world: World,
  at: number,
): Promise<Text> {
  try {
    const result = await backtest(
      { forMs, keepFiringForMs, intervalMs, judge: (then) => judge(compiled, world.series, then) },
      { to: at, from: Math.max(at - LONGEST_MS, world.series.oldestAt() ?? at) },
      world.breathe,
    );
    return inWords(result, world.zone);
  } catch (error) {
    // An expression can be right as such and still have no result on the series that there are.
    if (!(error instanceof PromqlError)) throw error;
    return {
      zh: `在现有的记录上算不出来：${error.text.zh}。`,
      en: `It has no result on what is recorded: ${error.text.en}.`,
    };
  }
}

function inWords(result: Backtest, zone: string): Text {
  if (result.judged === 0) {
    return { zh: "还没有可以试算的记录。", en: "Nothing is recorded yet that it could be tried on." };
  }
  const span = result.to - result.from;
  if (span < SHORTEST_MS) {
    return result.fired === 0
      ? {
          zh: "记录刚刚开始，还看不出多久会触发一次。",
          en: "The record has only just begun; how often it would fire is not known yet.",
        }
      : { zh: "记录刚刚开始，现在就会触发。", en: "The record has only just begun; it would fire now." };
  }
  const last = result.firings.at(-1);
  if (result.fired === 0 || last === undefined) {
    return {
      zh: `在过去${formatSpan(span, "zh-CN")}的记录里不会触发。`,
      en: `It would not have fired in the last ${formatSpan(span, "en")} on record.`,
    };
  }
  const times = result.fired === 1 ? "once" : counted(result.fired, "time");
  // Only the first firings are kept one by one; of more, the latest is not known.
  const known = result.firings.length === result.fired;
  const when = { zh: formatTime(last.since, zone, "zh-CN"), en: formatTime(last.since, zone, "en") };
  return {
    zh: `在过去${formatSpan(span, "zh-CN")}的记录里会触发 ${result.fired} 次${known ? `，最近一次 ${when.zh}` : ""}。`,
    en: `It would have fired ${times} in the last ${formatSpan(span, "en")} on record${known ? `, last at ${when.en}` : ""}.`,
  };
}
