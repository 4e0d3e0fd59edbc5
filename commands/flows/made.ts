/** Makes a flow together with the rule that tells people, and answers with the lines to paste. */
import type { Card } from "../../alerts/card.ts";
import type { FlowOptions } from "../../monitors/flow/options.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import { action, answer, type Call } from "../command.ts";
import { addWithRule } from "../monitors/problem-rule.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { flowLines, flowWords } from "./lines.ts";

/** Adds the monitor and its rule in one commit. */
export async function addFlow(spec: MonitorSpec, call: Call, world: World): Promise<Card> {
  const { record, rule } = await addWithRule(spec, call, world);
  const words = flowWords(record);
  const lines = flowLines(record, world, call.locale);
  const { cron, days } = record.options as FlowOptions;
  const hint =
    cron === undefined && days === undefined
      ? {
          zh: "没有说哪天该跑，所以没来不会告警；想要就重新添加，最后写上 `工作日 02:00` 这样的时间。",
          en: "Nobody said when it is due, so a run that does not come is not told; for that, add it again with a time such as `weekdays at 02:00` at the end.",
        }
      : { zh: "", en: "" };
  const also =
    cron === undefined && days === undefined ? { zh: "", en: "" } : { zh: "没来、", en: "Missing, " };
  return answer(
    call,
    {
      zh: `已添加流程 ${quoted(record.name)}：${quoted(words.zh, 500)}。${also.zh}迟到、卡住、顺序不对、失败就告警（规则 ${rule.id}）。${hint.zh}让任务这样报告：\n\n${lines}`,
      en: `Flow ${quoted(record.name)} added: ${quoted(words.en, 500)}. ${also.en}late, stuck, out of order and failed alert (rule ${rule.id}). ${hint.en}Let the job tell like this:\n\n${lines}`,
    },
    {
      actions: [
        action(call, "show", { zh: "查看", en: "Show" }, `flow ${record.name}`),
        action(call, "undo", { zh: "撤销", en: "Undo" }, `flow remove ${record.name}`),
      ],
    },
  );
}
