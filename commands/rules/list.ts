import { formatSpan, formatTime, plain } from "../../alerts/words.ts";
import type { Rule } from "../../rules/rule.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { maskedAddresses } from "../../storage/mask.ts";
import { takeNumber } from "../arguments.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { listed } from "../listed.ts";
import { code, maskedCode } from "../markdown.ts";
import { counted, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { nextOf, ruleMade } from "./made.ts";

/** `rules`: all rules; `rule 3`, `rule NAME`: one of them. */
export const rules: Command = {
  words: ["rules", "rule"],
  twins: ["规则", "规则列表"],
  takes: { zh: "[编号或名字]", en: "[N or name]" },
  summary: { zh: "所有规则，或其中一条", en: "all rules, or one of them" },
  examples: { zh: "规则\n规则 3", en: "rules\nrule 3" },
  needs: "viewer",
  yieldsToSentence: true,
  async run(rest, call, world) {
    if (rest !== "") return showOne(needRule(rest, world), call, world);
    const all = [...world.rules.all()];
    if (all.length === 0) {
      return answer(call, {
        zh: `还没有规则。试着说：${code("CPU使用率超过80%持续5分钟告警")}`,
        en: `There are no rules yet. Try ${code("alert when cpu > 80% for 5m")}`,
      });
    }
    const lines = listed(all, call, (rule) => lineOf(rule, call, world));
    return answer(call, {
      zh: `规则 ${all.length} 条：\n\n${lines}`,
      en: `${counted(all.length, "rule")}:\n\n${lines}`,
    });
  },
};

/** Finds the rule that somebody named by number or name; refuses when there is none. */
export function needRule(rest: string, { rules: book }: Pick<World, "rules">): Rule {
  const number = takeNumber(rest);
  const rule =
    number !== undefined && number.rest === ""
      ? (book.find(number.value) ?? book.find(rest))
      : book.find(rest);
  if (rule !== undefined) return rule;
  if (rest === "")
    throw new Refusal({
      zh: `要说明是哪条规则，例如 ${code("规则 3")}。`,
      en: `Say which rule, for example ${code("rule 3")}.`,
    });
  throw noRule(rest);
}

/** There is no rule of this number or name. */
export function noRule(said: string): Refusal {
  return new Refusal({
    zh: `没有规则“${quoted(said, 60)}”。说“规则”看全部。`,
    en: `There is no rule “${quoted(said, 60)}”. Say rules for all of them.`,
  });
}

const STATE = {
  ok: { zh: "正常", en: "ok" },
  firing: { zh: "告警中", en: "firing" },
  pending: { zh: "观察中", en: "pending" },
  nodata: { zh: "无数据", en: "no data" },
  error: { zh: "出错", en: "error" },
  paused: { zh: "已停用", en: "paused" },
  waiting: { zh: "等待首次判断", en: "not judged yet" },
} satisfies Record<string, Text>;

/** Where a rule stands, in a word of ours. */
export type RuleStanding = keyof typeof STATE;

/** Where a rule stands now, in a word. */
export function standingOf(rule: Rule, world: World): RuleStanding {
  if (rule.paused) return "paused";
  if (rule.kind === "cron") return "ok";
  const states = new Set(world.alerts.book.alertsOf(rule.id).map(({ state }) => state));
  if (states.has("firing")) return "firing";
  if (states.has("nodata")) return "nodata";
  if (states.has("pending")) return "pending";
  return world.alerts.ruleHealth(rule.id)?.state ?? "waiting";
}

function lineOf(rule: Rule, call: Call, world: World): string {
  const state = inLocale(call.locale, STATE[standingOf(rule, world)]);
  const nextAt = rule.kind === "cron" ? nextOf(rule, world) : undefined;
  const next =
    nextAt === undefined || rule.kind !== "cron" ? "" : ` → ${formatTime(nextAt, rule.zone, call.locale)}`;
  const what =
    rule.kind === "cron"
      ? `${code(rule.cron)}${next}`
      : `${maskedCode(rule.expr)}${inLocale(call.locale, rule.kind === "record" ? recordText(rule, world) : forText(rule.forMs))}`;
  return `**${rule.id}** ${quoted(rule.name)} — ${what} — ${state}`;
}

function forText(forMs: number): Text {
  if (forMs === 0) return { zh: "", en: "" };
  return { zh: `，持续${formatSpan(forMs, "zh-CN")}`, en: ` for ${formatSpan(forMs, "en")}` };
}

/** How many series it wrote when it was last evaluated. */
function recordText({ id }: Rule, world: World): Text {
  const found = world.alerts.ruleHealth(id)?.found;
  if (found === undefined) return { zh: " — 记录", en: " — records" };
  return { zh: ` — 记录 ${found} 条序列`, en: ` — records ${found} series` };
}

async function showOne(rule: Rule, call: Call, world: World): ReturnType<typeof ruleMade> {
  const standing = standingOf(rule, world);
  const card = await ruleMade(
    rule,
    { zh: `规则 ${rule.id}：${rule.name}`, en: `Rule ${rule.id}: ${rule.name}` },
    call,
    world,
  );
  const health = world.alerts.ruleHealth(rule.id);
  const state = inLocale(call.locale, STATE[standing]);
  const from =
    rule.source.kind === "chat"
      ? {
          zh: `${call.nameOf(rule.source.person)} 在 ${rule.source.conversation} 说：${rule.source.text}`,
          en: `${call.nameOf(rule.source.person)} in ${rule.source.conversation}: ${rule.source.text}`,
        }
      : {
          zh: `配置文件，组 ${rule.source.group}（聊天里只读）`,
          en: `the configuration file, group ${rule.source.group} (read-only in chat)`,
        };
  const message = health?.message === undefined ? "" : ` (${inLocale(call.locale, health.message)})`;
  const pause = rule.paused
    ? action(call, "resume", { zh: "启用", en: "Resume" }, `rule resume ${rule.id}`)
    : action(call, "pause", { zh: "停用", en: "Pause" }, `rule pause ${rule.id}`);
  const remove = action(call, "remove", { zh: "删除", en: "Remove" }, `rule remove ${rule.id}`);
  const test = (card.actions ?? []).filter(({ id }) => id === "test");
  return {
    ...card,
    fields: [
      { name: inLocale(call.locale, { zh: "状态", en: "State" }), value: plain(`${state}${message}`, 400) },
      ...(card.fields ?? []),
      {
        name: inLocale(call.locale, { zh: "来源", en: "From" }),
        value: plain(maskedAddresses(inLocale(call.locale, from)), 600),
      },
    ],
    actions: rule.source.kind === "file" ? test : [pause, remove, ...test],
  };
}
