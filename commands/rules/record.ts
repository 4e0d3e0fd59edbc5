import { compile } from "../../rules/promql/compile.ts";
import { isMetricName, type Labels } from "../../storage/labels.ts";
import { MatcherError } from "../../storage/matcher-error.ts";
import { parseMatchers } from "../../storage/matchers.ts";
import { type Command, Refusal } from "../command.ts";
import { parseDurationWords } from "../language/durations.ts";
import { code } from "../markdown.ts";
import { quoted, refuse } from "../phrases.ts";
import { compileOrRefuse } from "./compile-or-refuse.ts";
import { addRule } from "./keep-rule.ts";
import { ruleMade } from "./made.ts";

const EXAMPLES = {
  zh: '记录规则 job:up:sum = sum by (job) (up)\n记录规则 cpu:5m{team="ops"} = avg_over_time(cpu_usage_percent[5m]) 每 1分钟',
  en: 'rule record job:up:sum = sum by (job) (up)\nrule record cpu:5m{team="ops"} = avg_over_time(cpu_usage_percent[5m]) every 1m',
};

const SHORTEST_MS = 1_000;
const LONGEST_MS = 24 * 3_600_000;

/** `rule record NAME = EXPR [every 1m]`: a recording rule. */
export const ruleRecord: Command = {
  words: ["rule record", "record rule", "recording rule"],
  twins: ["记录规则", "新建记录规则", "聚合规则"],
  takes: { zh: '指标名[{标签="值"}] = PromQL [每 1分钟]', en: 'METRIC[{label="value"}] = EXPR [every 1m]' },
  summary: {
    zh: "记录规则：定时算一个表达式，把结果写成新的指标",
    en: "a recording rule: evaluates an expression on an interval and writes the result as a metric",
  },
  examples: EXAMPLES,
  needs: "operator",
  async run(rest, call, world) {
    const [, name = "", own = "", body = ""] =
      /^([^\s={]+)\s*(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?\s*=\s*(.+)$/s.exec(rest.trim()) ?? [];
    if (body === "") {
      throw new Refusal({
        zh: `要写成“指标名 = 表达式”，例如 ${code(EXAMPLES.zh.split("\n")[0] ?? "")}`,
        en: `Write it as METRIC = EXPR, for example ${code(EXAMPLES.en.split("\n")[0] ?? "")}`,
      });
    }
    if (!isMetricName(name)) {
      throw new Refusal({
        zh: `“${quoted(name)}”不能作指标名：只能有字母、数字、_ 和 :，不能以数字开头。按惯例写作 ${code("层级:指标:运算")}，例如 ${code("job:orders:sum")}。`,
        en: `“${quoted(name)}” is not a possible metric name: letters, digits, _ and :, no digit first. The custom is ${code("level:metric:operation")}, as in ${code("job:orders:sum")}.`,
      });
    }
    const { expr, intervalMs } = readEvery(body);
    compileOrRefuse(expr, compile);
    const rule = await addRule(
      {
        kind: "record",
        name,
        expr,
        labels: labelsOf(own),
        annotations: {},
        ...(intervalMs === undefined ? {} : { intervalMs }),
      },
      call,
      world,
    );
    return ruleMade(
      rule,
      { zh: `已建记录规则 ${rule.id}：${name}`, en: `Recording rule ${rule.id} made: ${name}` },
      call,
      world,
    );
  },
};

function readEvery(body: string): { expr: string; intervalMs: number | undefined } {
  const found = /\s+(?:every|每|每隔)\s*((?:\d|半|[一二三四五六七八九十两]).*?)\s*$/i.exec(body);
  if (found === null) return { expr: body.trim(), intervalMs: undefined };
  const read = parseDurationWords(found[1] ?? "");
  if (read === undefined || read.rest !== "" || read.ms < SHORTEST_MS || read.ms > LONGEST_MS) {
    throw new Refusal({
      zh: `“${quoted(found[1] ?? "")}”不是 1 秒到 1 天的间隔，例如 1m、30秒。`,
      en: `“${quoted(found[1] ?? "")}” is no interval from 1s to 1d, such as 1m.`,
    });
  }
  return { expr: body.slice(0, found.index).trim(), intervalMs: read.ms };
}

function labelsOf(text: string): Labels {
  if (text === "") return {};
  try {
    const matchers = parseMatchers(text);
    const odd = matchers.find(({ op, name }) => op !== "=" || name === "__name__");
    if (odd !== undefined) {
      throw new Refusal({
        zh: `${code(text)} 里的标签要写成 ${code('名字="值"')}。`,
        en: `Labels are written as ${code('name="value"')}, and not as in ${code(text)}.`,
      });
    }
    return Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (error instanceof MatcherError) throw refuse(error.text);
    throw error;
  }
}
