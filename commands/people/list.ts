import { maskedEmail, maskedPhone } from "../../alerts/oncall/humans.ts";
import { formatTime } from "../../alerts/words.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { roleText } from "../allow.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Command } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { named, quoted } from "../phrases.ts";
import { everybody, type FilePerson } from "./book.ts";
import { BY_CLAIM } from "./claims.ts";

/** `people`: who has which role, and who gave it. */
export const people: Command = {
  words: ["people"],
  twins: ["人员", "人员列表"],
  takes: { zh: "", en: "" },
  summary: { zh: "谁有什么角色，是谁给的", en: "who has which role, and who gave it" },
  examples: { zh: "人员", en: "people" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, { people: { file, book, speakers, others }, zone }) {
    needNothing(rest);
    const role = roleText[others()];
    const everyoneElse: Text =
      call.person.from === "console"
        ? {
            zh: `这个控制台只有本机能打开，在这里其他人都是管理员；别处的其他人都是${role.zh}。`,
            en: `Only this machine can open this console, so everybody else here is an admin; elsewhere everybody else has the role ${role.en}.`,
          }
        : { zh: `其他人都是${role.zh}。`, en: `Everybody else has the role ${role.en}.` };
    const all = everybody(file(), book.all());
    if (all.length === 0)
      return answer(call, {
        zh: `还没有给谁角色。${everyoneElse.zh}`,
        en: `Nobody has been given a role yet. ${everyoneElse.en}`,
      });
    const lines = listed(all, call, (person) => {
      const { id } = person;
      const name = person.name ?? speakers.nameOf(id);
      const who = name === undefined ? code(id) : `**${quoted(name, 60)}** ${code(id)}`;
      const when = "at" in person ? formatTime(person.at, zone, call.locale) : "";
      const from: Text =
        "addedBy" in person
          ? person.addedBy === BY_CLAIM
            ? { zh: `${when} 用认证码`, en: `by the claim code, ${when}` }
            : {
                zh: `${when} 由 ${named(person.addedBy, call)} 添加`,
                en: `given by ${named(person.addedBy, call)}, ${when}`,
              }
          : { zh: "写在 gengfu.yml 里", en: "in gengfu.yml" };
      const more = "addedBy" in person ? "" : reachedBy(person);
      return inLocale(call.locale, {
        zh: `${who} ${roleText[person.role].zh}，${from.zh}${more}`,
        en: `${who} ${person.role}, ${from.en}${more}`,
      });
    });
    return answer(call, { zh: `${lines}\n\n${everyoneElse.zh}`, en: `${lines}\n\n${everyoneElse.en}` });
  },
};

/** Their other accounts, and enough of phone and mail address to see that they are the right ones. */
function reachedBy({ aliases = [], phone, email }: FilePerson): string {
  const words = [
    ...(aliases.length === 0 ? [] : [`= ${aliases.map(code).join(" ")}`]),
    ...(phone === undefined ? [] : [`☎ ${code(maskedPhone(phone))}`]),
    ...(email === undefined ? [] : [`✉ ${code(maskedEmail(email))}`]),
  ];
  return words.map((word) => ` · ${word}`).join("");
}
