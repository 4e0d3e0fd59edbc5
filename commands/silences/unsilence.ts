import { isRefused } from "../../alerts/refused.ts";
import { needNothing, needNumber } from "../arguments.ts";
import { answer, type Command } from "../command.ts";
import { refuse } from "../phrases.ts";

/** `unsilence 5`: end a silence early. */
export const unsilence: Command = {
  words: ["unsilence", "unmute"],
  twins: ["解除静默", "取消静默"],
  takes: { zh: "静默编号", en: "N" },
  summary: { zh: "提前结束一个静默", en: "end a silence early" },
  examples: { zh: "解除静默 5", en: "unsilence 5" },
  needs: "operator",
  async run(rest, call, { alerts }) {
    const number = needNumber(rest, { zh: "静默（编号）", en: "silence (its number)" }, this.examples);
    needNothing(number.rest);
    await call.change((change) => {
      const result = alerts.book.endSilence(change, number.value, { person: call.person.id, at: call.at });
      if (isRefused(result)) throw refuse(result.refused);
    });
    return answer(call, { zh: `静默 ${number.value} 已解除。`, en: `Silence ${number.value} has ended.` });
  },
};
