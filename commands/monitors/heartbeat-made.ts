/** Makes a heartbeat together with the rule that tells people, and answers with the lines to paste. */
import type { Card } from "../../alerts/card.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import { action, answer, type Call } from "../command.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { expectationWords, pingLines } from "./heartbeat-lines.ts";
import { addWithRule } from "./problem-rule.ts";

/** Adds the monitor and its rule in one commit. */
export async function addHeartbeat(spec: MonitorSpec, call: Call, world: World): Promise<Card> {
  const { record: made, rule } = await addWithRule(spec, call, world);
  const words = expectationWords(made);
  const lines = pingLines(made, world, call.locale);
  return answer(
    call,
    {
      zh: `已添加心跳 ${quoted(made.name)}：${quoted(words.zh)}。没来、跑太久或报告失败就告警（规则 ${rule.id}）。让任务这样报到：\n\n${lines}`,
      en: `Heartbeat ${quoted(made.name)} added: ${quoted(words.en)}. Missing, running too long or failed alerts (rule ${rule.id}). Let the job report like this:\n\n${lines}`,
    },
    {
      actions: [
        action(call, "show", { zh: "查看", en: "Show" }, `monitor ${made.name}`),
        action(call, "undo", { zh: "撤销", en: "Undo" }, `monitor remove ${made.name}`),
      ],
    },
  );
}
