import { isRefused } from "../../alerts/refused.ts";
import { needNumber } from "../arguments.ts";
import { answer, type Command } from "../command.ts";
import { alertNumber, quoted, refuse } from "../phrases.ts";

/** `resolve 12 [note]`: close by hand. */
export const resolve: Command = {
  words: ["resolve", "close"],
  twins: ["关闭", "解决"],
  takes: { zh: "编号 [说明]", en: "N [note]" },
  summary: { zh: "手动关闭一个告警，直到它重新发生", en: "close an incident by hand, until it happens anew" },
  examples: { zh: "关闭 12", en: "resolve 12" },
  needs: "operator",
  takesIncident: true,
  async run(rest, call, { alerts }) {
    const number = needNumber(rest, alertNumber, this.examples);
    const { incident } = await call.change((change) => {
      const result = alerts.book.close(change, number.value, {
        person: call.person.id,
        repliedIn: call.conversation,
        at: call.at,
        ...(number.rest === "" ? {} : { note: number.rest }),
      });
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const by = quoted(call.person.name);
    return answer(
      call,
      {
        zh: `${by} 关闭了 #${number.value}。恢复正常后再次触发时会重新告警。`,
        en: `${by} closed #${number.value}. It is raised again when it has been well and fires anew.`,
      },
      { incident: number.value, says: incident.version },
    );
  },
};
