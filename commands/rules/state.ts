import type { Rule } from "../../rules/rule.ts";
import type { Text } from "../../storage/locale.ts";
import type { Change } from "../../storage/store.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { needRule, noRule } from "./list.ts";

/** Rules of the file are changed in the file, or chat and file would say different things. */
function needFromChat(rule: Rule): void {
  if (rule.source.kind === "chat") return;
  throw new Refusal({
    zh: `规则 ${rule.id} 来自配置文件（组 ${quoted(rule.source.group)}），请改 gengfu.yml。`,
    en: `Rule ${rule.id} comes from the configuration file (group ${quoted(rule.source.group)}); change it in gengfu.yml.`,
  });
}

/** Says that a rule is as it should be already; `undefined` when it is not. */
function already(
  rest: string,
  paused: boolean,
  call: Call,
  world: World,
): ReturnType<typeof answer> | undefined {
  const rule = needRule(rest, world);
  if (rule.paused !== paused || rule.source.kind === "file") return undefined;
  const said = quoted(rule.name);
  return paused
    ? answer(call, {
        zh: `规则 ${rule.id}“${said}”本来就停用着。`,
        en: `Rule ${rule.id}, “${said}”, is paused already.`,
      })
    : answer(call, {
        zh: `规则 ${rule.id}“${said}”本来就启用着。`,
        en: `Rule ${rule.id}, “${said}”, is on already.`,
      });
}

/** Changes one rule and answers with `done`. */
async function changeRule(
  rest: string,
  call: Call,
  world: World,
  edit: (change: Change, rule: Rule) => void,
  done: (rule: Rule) => ReturnType<typeof answer>,
): Promise<ReturnType<typeof answer>> {
  const rule = needRule(rest, world);
  needFromChat(rule);
  await call.change((change) => {
    // Somebody else's removal may be on its way to disk.
    if (change.get(world.rules.table, String(rule.id)) === undefined) throw noRule(String(rule.id));
    edit(change, rule);
  });
  return done(rule);
}

const takes: Text = { zh: "编号", en: "N" };

/** `rule pause 3`: keep a rule and stop judging by it. */
export const rulePause: Command = {
  words: ["rule pause", "pause rule", "rule disable"],
  twins: ["停用规则", "暂停规则"],
  takes,
  summary: { zh: "停用一条规则", en: "pause a rule" },
  examples: { zh: "停用规则 3", en: "rule pause 3" },
  needs: "operator",
  run: (rest, call, world) =>
    already(rest, true, call, world) ??
    changeRule(
      rest,
      call,
      world,
      (change, rule) => {
        world.rules.pause(change, rule.id);
        world.alerts.book.endAlertsOf(change, [rule.id], "rule-paused", call.at);
      },
      (rule) =>
        answer(
          call,
          {
            zh: `规则 ${rule.id}“${quoted(rule.name)}”已停用。`,
            en: `Rule ${rule.id}, “${quoted(rule.name)}”, is paused.`,
          },
          { actions: [action(call, "resume", { zh: "启用", en: "Resume" }, `rule resume ${rule.id}`)] },
        ),
    ),
};

/** `rule resume 3`. */
export const ruleResume: Command = {
  words: ["rule resume", "resume rule", "rule enable"],
  twins: ["启用规则", "恢复规则"],
  takes,
  summary: { zh: "启用一条停用的规则", en: "resume a paused rule" },
  examples: { zh: "启用规则 3", en: "rule resume 3" },
  needs: "operator",
  run: (rest, call, world) =>
    already(rest, false, call, world) ??
    changeRule(
      rest,
      call,
      world,
      (change, rule) => world.rules.resume(change, rule.id, call.at),
      (rule) =>
        answer(call, {
          zh: `规则 ${rule.id}“${quoted(rule.name)}”已启用。`,
          en: `Rule ${rule.id}, “${quoted(rule.name)}”, is on again.`,
        }),
    ),
};

/** `rule remove 3`. */
export const ruleRemove: Command = {
  words: ["rule remove", "rule delete", "remove rule", "delete rule"],
  twins: ["删除规则", "移除规则"],
  takes,
  summary: { zh: "删除一条规则", en: "remove a rule" },
  examples: { zh: "删除规则 3", en: "rule remove 3" },
  needs: "operator",
  run: (rest, call, world) =>
    changeRule(
      rest,
      call,
      world,
      (change, rule) => {
        world.alerts.book.endAlertsOf(change, [rule.id], "rule-removed", call.at);
        world.rules.remove(change, rule.id);
      },
      (rule) =>
        answer(call, {
          zh: `规则 ${rule.id}“${quoted(rule.name)}”已删除。`,
          en: `Rule ${rule.id}, “${quoted(rule.name)}”, is removed.`,
        }),
    ),
};
