import { metricsInWords } from "../../rules/find-metric.ts";
import { compileRule } from "../../rules/promql/compile.ts";
import type { RuleDraft } from "../../rules/rule-book.ts";
import { nextRun, parseSchedule, ScheduleError } from "../../storage/cron.ts";
import { type Call, type Command, Refusal } from "../command.ts";
import { understand } from "../language/sentence.ts";
import { code } from "../markdown.ts";
import { refuse } from "../phrases.ts";
import type { World } from "../world.ts";
import { readClauses } from "./clauses.ts";
import { compileOrRefuse } from "./compile-or-refuse.ts";
import { addRule } from "./keep-rule.ts";
import { ruleMade } from "./made.ts";
import { makeRule } from "./sentence-rule.ts";

const LONGEST_NAME = 100;

const EXAMPLES = {
  zh: '新建规则 hot: avg_over_time(cpu_usage_percent[5m]) > 90 for 10m severity critical\n新建规则 备份: cron "0 2 * * *" remind 检查备份',
  en: 'rule add hot: avg_over_time(cpu_usage_percent[5m]) > 90 for 10m severity critical\nrule add backup: cron "0 2 * * *" remind check the backup',
};

/** `rule add NAME: EXPR for 5m severity critical`, `rule add NAME: cron "…" remind TEXT`: the exact forms. */
export const ruleAdd: Command = {
  words: ["rule add", "add rule", "rule new"],
  twins: ["新建规则", "添加规则", "增加规则"],
  takes: { zh: "名字: PromQL for 5m severity critical", en: "NAME: EXPR for 5m severity critical" },
  summary: {
    zh: "用 PromQL 或 cron 建规则（准确写法）",
    en: "make a rule from PromQL or cron (the exact form)",
  },
  examples: EXAMPLES,
  needs: "operator",
  async run(rest, call, world) {
    const parts = /^("[^"]+"|[^:"]+?)\s*:\s*(.+)$/s.exec(rest);
    const [, named = "", body = ""] = parts ?? [];
    const name = named.replace(/^"|"$/g, "").trim();
    // A rule in words needs no name: `新建规则 CPU使用率超过80%告警`.
    const sentence =
      parts === null || /^https?$/i.test(name) ? understand(rest, metricsInWords(world.series)) : undefined;
    if (sentence !== undefined && sentence.kind !== "half") return makeRule(sentence, call, world);
    if (parts === null || name === "") {
      throw new Refusal({
        zh: `要写成“名字: 表达式”，例如 ${code(EXAMPLES.zh.split("\n")[0] ?? "")}`,
        en: `Write it as NAME: EXPR, for example ${code(EXAMPLES.en.split("\n")[0] ?? "")}`,
      });
    }
    if (name.length > LONGEST_NAME) {
      throw new Refusal({
        zh: `名字太长，最多 ${LONGEST_NAME} 个字符。`,
        en: `The name is too long; ${LONGEST_NAME} characters are the most.`,
      });
    }
    if (/^#?\d+$/.test(name)) {
      throw new Refusal({
        zh: "名字不能只是数字：数字是规则的编号。",
        en: "A name cannot be a number alone: numbers are what rules are counted by.",
      });
    }
    const draft = /^cron\s/i.test(body) ? cronDraft(body, call, world) : promqlDraft(body);
    const rule = await addRule({ ...draft, name }, call, world);
    return ruleMade(
      rule,
      { zh: `已建规则 ${rule.id}：${rule.name}`, en: `Rule ${rule.id} made: ${rule.name}` },
      call,
      world,
    );
  },
};

type Draft = RuleDraft extends infer D ? (D extends RuleDraft ? Omit<D, "name"> : never) : never;

function cronDraft(body: string, call: Call, world: World): Draft {
  const found = /^cron\s+"([^"]+)"\s*(?:remind|提醒)\s*:?\s*(.+)$/is.exec(body);
  const [, schedule = "", text = ""] = found ?? [];
  if (found === null) {
    throw new Refusal({
      zh: `定时提醒要写成 ${code('cron "0 2 * * *" remind 检查备份')}`,
      en: `Write a reminder as ${code('cron "0 2 * * *" remind check the backup')}`,
    });
  }
  try {
    const cron = parseSchedule(schedule);
    const nextAt = nextRun(cron, world.zone, call.at);
    if (nextAt === undefined) {
      throw new Refusal({ zh: `${code(schedule)} 永远不会到来。`, en: `${code(schedule)} never comes.` });
    }
    return {
      kind: "cron",
      cron: schedule,
      zone: world.zone,
      text: text.trim(),
      nextAt,
      labels: {},
      annotations: {},
    };
  } catch (error) {
    if (error instanceof ScheduleError) throw refuse(error.text);
    throw error;
  }
}

function promqlDraft(body: string): Draft {
  const { expr, forMs, keepFiringForMs, severity } = readClauses(body);
  compileOrRefuse(expr, compileRule);
  return {
    kind: "promql",
    expr,
    forMs,
    keepFiringForMs,
    labels: severity === undefined ? {} : { severity },
    annotations: {},
  };
}
