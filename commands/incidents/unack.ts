import { isRefused } from "../../alerts/refused.ts";
import { needNothing, needNumber } from "../arguments.ts";
import { action, answer, type Command } from "../command.ts";
import { alertNumber, quoted, refuse } from "../phrases.ts";

/** `unack 12`: give an incident back. */
export const unack: Command = {
  words: ["unack", "unacknowledge"],
  twins: ["放弃", "取消认领"],
  takes: { zh: "编号", en: "N" },
  summary: { zh: "放弃认领", en: "give an acknowledged incident back" },
  examples: { zh: "放弃 12", en: "unack 12" },
  needs: "operator",
  takesIncident: true,
  async run(rest, call, { alerts }) {
    const number = needNumber(rest, alertNumber, this.examples);
    needNothing(number.rest);
    const { incident } = await call.change((change) => {
      const result = alerts.book.unacknowledge(change, number.value, {
        person: call.person.id,
        repliedIn: call.conversation,
        at: call.at,
      });
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const by = quoted(call.person.name);
    return answer(
      call,
      {
        zh: `${by} 放弃了 #${number.value}，现在没有人负责。`,
        en: `${by} gave #${number.value} back; nobody has it now.`,
      },
      {
        incident: number.value,
        says: incident.version,
        actions: [action(call, "ack", { zh: "认领", en: "Acknowledge" }, `ack ${number.value}`)],
      },
    );
  },
};
