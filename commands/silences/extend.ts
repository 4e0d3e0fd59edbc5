import { isRefused } from "../../alerts/refused.ts";
import { formatSpan, formatTime } from "../../alerts/words.ts";
import { needNothing, needNumber, takeSpan } from "../arguments.ts";
import { answer, type Command } from "../command.ts";
import { refuse } from "../phrases.ts";
import { unsilenceAction } from "./silence.ts";

/** By how much a silence is extended when nothing is said. */
const DEFAULT_MS = 3_600_000;

/** `silence extend 5 1h`: let a silence last longer. */
export const silenceExtend: Command = {
  words: ["silence extend", "extend silence"],
  twins: ["延长静默", "静默延长"],
  takes: { zh: "静默编号 [时长]", en: "N [1h]" },
  summary: {
    zh: "延长一个静默，默认 1 小时",
    en: "let a silence last longer, by 1 hour unless said otherwise",
  },
  examples: { zh: "延长静默 5 1小时", en: "silence extend 5 1h" },
  needs: "operator",
  async run(rest, call, { alerts, zone }) {
    const number = needNumber(rest, { zh: "静默（编号）", en: "silence (its number)" }, this.examples);
    const span = takeSpan(number.rest);
    needNothing(span?.rest ?? number.rest);
    const byMs = span?.value ?? DEFAULT_MS;
    const longer = await call.change((change) => {
      const by = { person: call.person.id, byMs, at: call.at };
      const result = alerts.book.extendSilence(change, number.value, by);
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const left = longer.endsAt - call.at;
    return answer(
      call,
      {
        zh: `静默 ${longer.id} 延长${formatSpan(byMs, "zh-CN")}，到 ${formatTime(longer.endsAt, zone, "zh-CN")}，还有${formatSpan(left, "zh-CN")}。`,
        en: `Silence ${longer.id} lasts ${formatSpan(byMs, "en")} longer, until ${formatTime(longer.endsAt, zone, "en")}, ${formatSpan(left, "en")} from now.`,
      },
      { actions: [unsilenceAction(call, longer.id)] },
    );
  },
};
