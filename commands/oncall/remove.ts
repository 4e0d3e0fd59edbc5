import { answer, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { isOfFile, readOnly } from "./add.ts";
import { needRotation } from "./rotations.ts";

/** `oncall remove db`: forgets a rotation made in chat. */
export const oncallRemove: Command = {
  words: ["oncall remove"],
  twins: ["值班 删除", "删除值班"],
  takes: { zh: "名字", en: "NAME" },
  summary: {
    zh: "删除在聊天里排的值班表，连同它的换班",
    en: "remove a rotation made in chat, with its swaps",
  },
  examples: { zh: "值班 删除 db", en: "oncall remove db" },
  needs: "operator",
  async run(rest, call, { onCall }) {
    if (rest === "")
      throw new Refusal({
        zh: `要删除哪个？例如 ${code(this.examples.zh)}`,
        en: `Remove which one? For example ${code(this.examples.en)}`,
      });
    const known = needRotation(rest, onCall);
    if (isOfFile(known)) throw readOnly(known.name);
    if (known.made === undefined)
      throw new Refusal({
        zh: `值班表 ${code(known.name)} 里本来就没有排人。`,
        en: `Nobody takes turns in the rotation ${code(known.name)} as it is.`,
      });
    await call.change((change) => onCall.removeMade(change, known.name));
    const left =
      known.file === undefined
        ? { zh: "", en: "" }
        : {
            zh: "gengfu.yml 里还有它的名字，现在没有人值班。",
            en: " gengfu.yml still names it, and nobody is on call for it now.",
          };
    return answer(call, {
      zh: `删除了值班表 ${code(known.name)}。${left.zh}`,
      en: `The rotation ${code(known.name)} is removed.${left.en}`,
    });
  },
};
