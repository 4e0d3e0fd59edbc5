/** Pausing, resuming and removing monitors. */
import type { Card } from "../../alerts/card.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import type { Text } from "../../storage/locale.ts";
import { action, answer, type Call, type Command } from "../command.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { needMonitor } from "./list.ts";
import { refusing } from "./options.ts";
import { ruleOf } from "./problem-rule.ts";

const takes: Text = { zh: "名字", en: "NAME" };

/** `monitor remove NAME`. */
export const monitorRemove: Command = {
  words: ["monitor remove", "monitor delete", "remove monitor", "delete monitor"],
  twins: ["删除监控", "移除监控"],
  takes,
  summary: {
    zh: "删除一个监控（它的规则还在，会变成无数据；心跳和流程自带的规则一起删除）",
    en: "remove a monitor (its rules stay, and will have no data; the rule that came with a heartbeat or a flow goes too)",
  },
  examples: { zh: "删除监控 商城", en: "monitor remove shop" },
  needs: "operator",
  run(rest, call, world) {
    return removeMonitor(needMonitor(rest, world), call, world);
  },
};

/** Removes one, and the rule that came with it. */
export async function removeMonitor(record: MonitorRecord, call: Call, world: World): Promise<Card> {
  const { name } = record;
  const rule = ruleOf(record, world);
  await call.change((change) => {
    refusing(() => world.monitors.remove(change, name));
    if (rule === undefined) return;
    world.alerts.book.endAlertsOf(change, [rule.id], "rule-removed", call.at);
    world.rules.remove(change, rule.id);
  });
  const also =
    rule === undefined
      ? { zh: "", en: "" }
      : { zh: `，连同它的规则 ${rule.id}`, en: `, and with it its rule ${rule.id}` };
  return answer(call, {
    zh: `监控 ${quoted(name)} 已删除${also.zh}。`,
    en: `Monitor ${quoted(name)} is removed${also.en}.`,
  });
}

function pausing(paused: boolean): Command["run"] {
  return async (rest, call, world) => {
    const { name, paused: before } = needMonitor(rest, world);
    const said = quoted(name);
    if (before === paused) {
      return paused
        ? answer(call, { zh: `监控 ${said} 本来就停用着。`, en: `Monitor ${said} is paused already.` })
        : answer(call, { zh: `监控 ${said} 本来就启用着。`, en: `Monitor ${said} is on already.` });
    }
    await call.change((change) => refusing(() => world.monitors.pause(change, name, paused)));
    return paused
      ? answer(
          call,
          { zh: `监控 ${said} 已停用。`, en: `Monitor ${said} is paused.` },
          { actions: [action(call, "resume", { zh: "启用", en: "Resume" }, `monitor resume ${name}`)] },
        )
      : answer(call, { zh: `监控 ${said} 已启用。`, en: `Monitor ${said} is on again.` });
  };
}

/** `monitor pause NAME`. */
export const monitorPause: Command = {
  words: ["monitor pause", "pause monitor"],
  twins: ["停用监控", "暂停监控"],
  takes,
  summary: { zh: "停用一个监控", en: "pause a monitor" },
  examples: { zh: "停用监控 商城", en: "monitor pause shop" },
  needs: "operator",
  run: pausing(true),
};

/** `monitor resume NAME`. */
export const monitorResume: Command = {
  words: ["monitor resume", "resume monitor"],
  twins: ["启用监控", "恢复监控"],
  takes,
  summary: { zh: "启用一个停用的监控", en: "resume a paused monitor" },
  examples: { zh: "启用监控 商城", en: "monitor resume shop" },
  needs: "operator",
  run: pausing(false),
};
