import { onCallAt } from "../../alerts/oncall/schedule.ts";
import { needNothing, needNumber } from "../arguments.ts";
import { answer, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { named } from "../phrases.ts";
import { bold } from "./rotations.ts";

/** `oncall unswap 3`: what was agreed on does not hold any more. */
export const oncallUnswap: Command = {
  words: ["oncall unswap", "unswap"],
  twins: ["取消换班", "值班 取消换班"],
  takes: { zh: "编号", en: "N" },
  summary: { zh: "取消一个换班", en: "take a swap back" },
  examples: { zh: "取消换班 3", en: "oncall unswap 3" },
  needs: "operator",
  async run(rest, call, { onCall }) {
    const { value: id, rest: more } = needNumber(
      rest,
      { zh: "换班（编号）", en: "swap (its number)" },
      this.examples,
    );
    needNothing(more);
    const there = onCall.tables.swaps.get(String(id));
    if (there === undefined || there.until <= call.at)
      throw new Refusal({
        zh: there === undefined ? `没有换班 ${id}。说“值班”看有哪些。` : `换班 ${id} 已经结束了。`,
        en:
          there === undefined
            ? `There is no swap ${id}. Say oncall to see which there are.`
            : `Swap ${id} is over.`,
      });
    const removed = await call.change((change) => onCall.removeSwap(change, id));
    if (removed === undefined)
      throw new Refusal({ zh: `换班 ${id} 刚刚被取消了。`, en: `Swap ${id} has just been taken back.` });
    const { rotation: name, person } = removed;
    const known = onCall.find(name);
    const now = bold(known === undefined ? undefined : onCallAt(known.rotation, call.at), call);
    const who = named(onCall.humans().of(person).id, call);
    return answer(call, {
      zh: `取消了换班 ${id}（${code(name)}，${who}）。现在值班的是 ${now}。`,
      en: `Swap ${id} (${code(name)}, ${who}) is taken back. On call now: ${now}.`,
    });
  },
};
