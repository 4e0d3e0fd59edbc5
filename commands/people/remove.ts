import { roleText } from "../allow.ts";
import { answer, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { peopleAction } from "./add.ts";
import { isTheirs } from "./book.ts";
import { keepAnAdmin, readOnly } from "./guard.ts";
import { whoIsMeant } from "./who.ts";

/** `people remove dingtalk:0123`: take back the role that somebody was given in chat. */
export const peopleRemove: Command = {
  words: ["people remove"],
  twins: ["移除人员", "删除人员"],
  takes: { zh: "谁", en: "WHO" },
  summary: {
    zh: "收回在聊天里给一个人的角色，之后按默认角色",
    en: "take back the role that somebody was given in chat; they have the default one then",
  },
  examples: { zh: "移除人员 dingtalk:0123", en: "people remove dingtalk:0123" },
  needs: "admin",
  async run(rest, call, { people }) {
    if (rest === "")
      throw new Refusal({
        zh: `要移除谁？例如 ${code(this.examples.zh)}`,
        en: `Remove whom? For example ${code(this.examples.en)}`,
      });
    const { id } = whoIsMeant(rest, call, people);
    const written = people.file().find((one) => isTheirs(one, id));
    if (people.book.find(id) === undefined) {
      if (written !== undefined) throw readOnly(written);
      throw new Refusal({
        zh: `没有给过 ${code(id)} 角色。说“人员”看谁有什么角色。`,
        en: `${code(id)} was not given a role. Say people to see who has which.`,
      });
    }
    await call.change((change) => {
      people.book.remove(change, id);
      keepAnAdmin(change, call, people);
    });
    const role = written?.role ?? people.others();
    const where = written === undefined ? { zh: "", en: "" } : { zh: "（gengfu.yml）", en: " (gengfu.yml)" };
    return answer(
      call,
      {
        zh: `收回了 ${code(id)} 的角色，现在是${roleText[role].zh}${where.zh}。`,
        en: `The role of ${code(id)} is taken back; it is ${role} now${where.en}.`,
      },
      { actions: [peopleAction(call)] },
    );
  },
};
