import { formatSpan, formatTime, formatValue, plain } from "../alerts/words.ts";
import { findMetricWord, metricExpression } from "../rules/find-metric.ts";
import type { CompiledExpr } from "../rules/promql/compile.ts";
import { type Labels, labelsKey } from "../storage/labels.ts";
import { inLocale, type Text } from "../storage/locale.ts";
import { maskedAddresses } from "../storage/mask.ts";
import { chartPicture } from "./chart-picture.ts";
import { answer, type Call, type Command, Refusal } from "./command.ts";
import { parseDurationWords } from "./language/durations.ts";
import { code, codeBlock, maskedCode } from "./markdown.ts";
import { compileOrRefuse } from "./rules/compile-or-refuse.ts";
import { seriesName, valuesAt } from "./rules/try-out.ts";
import type { World } from "./world.ts";

const DEFAULT_MS = 3_600_000;
const LONGEST_MS = 31 * 86_400_000;
/** How many columns a line has: what a phone shows without wrapping. */
const COLUMNS = 40;
const MOST_SERIES = 6;
const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * `chart EXPR 1h`: a picture, and a line of block characters with lowest, mean and highest for where there are no
 * pictures.
 */
export const chart: Command = {
  words: ["chart", "graph"],
  twins: ["图", "图表", "曲线"],
  takes: { zh: "PromQL [1小时]", en: "EXPR [1h]" },
  summary: {
    zh: "把一段时间里的值画成图，连同规则的阈值和触发的时段",
    en: "a picture of the values of the last while, with the thresholds of rules and when they fired",
  },
  examples: { zh: "图 cpu 6小时", en: "chart cpu_usage_percent 1h" },
  needs: "viewer",
  async run(rest, call, world) {
    if (rest === "")
      throw new Refusal({
        zh: `画什么？例如 ${code(this.examples.zh)}`,
        en: `Draw what? For example ${code(this.examples.en)}`,
      });
    const { expr, spanMs, title } = split(rest);
    const compiled = compileOrRefuse(expr);
    const lines = await sample(compiled, spanMs, call, world);
    if (lines.length === 0) {
      return answer(call, {
        zh: `${maskedCode(expr)} 在过去${formatSpan(spanMs, "zh-CN")}没有数据。`,
        en: `${maskedCode(expr)} has no data in the last ${formatSpan(spanMs, "en")}.`,
      });
    }
    const shown = lines.slice(0, MOST_SERIES).map((line) => draw(line, call));
    const more = lines.length - shown.length;
    const others =
      more > 0 ? { zh: `\n\n……还有 ${more} 条`, en: `\n\n… and ${more} more` } : { zh: "", en: "" };
    const from = formatTime(call.at - spanMs, world.zone, call.locale);
    const to = formatTime(call.at, world.zone, call.locale);
    const image = await chartPicture(compiled, { title: inLocale(call.locale, title), spanMs }, call, world);
    const text = {
      zh: `${maskedCode(expr)}，${from} → ${to}\n\n${shown.join("\n\n")}${others.zh}`,
      en: `${maskedCode(expr)}, ${from} → ${to}\n\n${shown.join("\n\n")}${others.en}`,
    };
    return answer(call, text, image === undefined ? {} : { image });
  },
};

/** The expression and the time: the time stands at the end, and may be missing. A friendly name is an expression too. */
function split(rest: string): { expr: string; spanMs: number; title: Text } {
  const cut = /^(.*\S)\s+(\S+)$/s.exec(rest);
  const span = cut === null ? undefined : parseDurationWords(cut[2] ?? "");
  const timed = span !== undefined && span.rest === "" && span.ms > 0;
  const said = timed ? (cut?.[1] ?? rest) : rest;
  const found = findMetricWord(said);
  // Only a name alone is taken for one: `cpu_usage_percent > 80` has a name in it and is PromQL.
  const friendly =
    found !== undefined && found.said.length === said.trim().length && found.word.metric !== said.trim();
  const shown = maskedAddresses(said);
  return {
    expr: friendly ? metricExpression(found.word) : said,
    title: friendly ? found.word.title : { zh: shown, en: shown },
    spanMs: timed ? Math.min(span.ms, LONGEST_MS) : DEFAULT_MS,
  };
}

interface Line {
  readonly labels: Labels;
  /** One per column; NaN where there was nothing. */
  readonly values: number[];
}

async function sample(compiled: CompiledExpr, spanMs: number, call: Call, world: World): Promise<Line[]> {
  const lines = new Map<string, Line>();
  for (let column = 0; column < COLUMNS; column++) {
    const at = call.at - Math.round((spanMs * (COLUMNS - 1 - column)) / (COLUMNS - 1));
    for (const { labels, value } of valuesAt(compiled, at, world)) {
      const key = labelsKey(labels);
      let line = lines.get(key);
      if (line === undefined) {
        line = { labels, values: new Array<number>(COLUMNS).fill(Number.NaN) };
        lines.set(key, line);
      }
      line.values[column] = value;
    }
    await world.breathe();
  }
  return [...lines.values()];
}

function draw({ labels, values }: Line, call: Call): string {
  const known = values.filter((value) => Number.isFinite(value));
  const min = Math.min(...known);
  const max = Math.max(...known);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const blocks = values
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      const height = max === min ? 3 : Math.round(((value - min) / (max - min)) * (BLOCKS.length - 1));
      return BLOCKS[height] ?? " ";
    })
    .join("");
  const number = (value: number): string => formatValue(value, undefined, call.locale);
  const figures =
    known.length === 0
      ? inLocale(call.locale, { zh: "无数据", en: "no data" })
      : inLocale(call.locale, {
          zh: `最低 ${number(min)} · 平均 ${number(mean)} · 最高 ${number(max)}`,
          en: `min ${number(min)} · avg ${number(mean)} · max ${number(max)}`,
        });
  return codeBlock(`${plain(seriesName(labels, call))}\n${blocks}\n${figures}`);
}
