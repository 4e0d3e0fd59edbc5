import { plain } from "../../alerts/words.ts";
import { type Role, roles, roleText } from "../allow.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import { isTheirs } from "./book.ts";
import { keepAnAdmin, readOnly } from "./guard.ts";
import { whoIsMeant } from "./who.ts";

/** Longer names are cut, in characters. */
const LONGEST_NAME = 60;

/** More people than this are a mistake or a way to fill the disk. */
const MOST_PEOPLE = 1_000;

/** What people call the roles. */
const ROLES: ReadonlyMap<string, Role> = new Map(
  roles.flatMap((role) => [role, roleText[role].zh].map((word) => [word, role] as const)),
);

/** `people add dingtalk:0123 operator [name]`: give somebody a role, or another one. */
export const peopleAdd: Command = {
  words: ["people add"],
  twins: ["添加人员"],
  takes: { zh: "谁 角色 [名字]", en: "WHO ROLE [name]" },
  summary: {
    zh: "给一个人角色（观察员、操作员、管理员），或换一个；“谁”是编号、@某人或最近说过话的人的名字",
    en: "give somebody a role (viewer, operator, admin), or another one; WHO is an id, an @-mention, or the name of somebody who spoke of late",
  },
  examples: { zh: "添加人员 dingtalk:0123 操作员 张三", en: "people add dingtalk:0123 operator Zhang San" },
  needs: "admin",
  async run(rest, call, { people }) {
    const { who, role, name } = read(rest);
    const meant = whoIsMeant(who, call, people);
    const written = people.file().find((person) => isTheirs(person, meant.id));
    if (written !== undefined) throw readOnly(written);
    const before = people.book.find(meant.id);
    if (before === undefined && people.book.all().length >= MOST_PEOPLE)
      throw new Refusal({
        zh: `人员已经有 ${MOST_PEOPLE} 个了，先移除一些。`,
        en: `There are ${MOST_PEOPLE} people already; remove some first.`,
      });
    const called = name === "" ? meant.name : plain(name, LONGEST_NAME);
    await call.change((change) => {
      people.book.put(change, {
        id: meant.id,
        ...(called === undefined ? {} : { name: called }),
        role,
        addedBy: call.person.id,
        at: call.at,
      });
      keepAnAdmin(change, call, people);
    });
    const them =
      called === undefined ? code(meant.id) : `${quoted(called, LONGEST_NAME)} (${code(meant.id)})`;
    return answer(
      call,
      {
        zh: `${them} ${before?.role === role ? "还是" : "现在是"}${roleText[role].zh}。`,
        en: `${them} ${before?.role === role ? "still has" : "now has"} the role ${role}.`,
      },
      { actions: [peopleAction(call)] },
    );
  },
};

/** The button that shows who has which role. */
export function peopleAction(call: Call): ReturnType<typeof action> {
  return action(call, "people", { zh: "全部人员", en: "All people" }, "people");
}

function read(rest: string): { who: string; role: Role; name: string } {
  const words = rest.split(" ").filter((word) => word !== "");
  // A name may have several words; the first that names a role parts the two.
  const at = words.findIndex((word, i) => i > 0 && ROLES.has(word.toLowerCase()));
  const role = ROLES.get(words[at]?.toLowerCase() ?? "");
  if (role === undefined)
    throw new Refusal({
      zh: `要说明是谁、什么角色（观察员 viewer、操作员 operator、管理员 admin），例如 ${code("添加人员 dingtalk:0123 操作员")}`,
      en: `Say who, and which role (viewer, operator or admin), for example ${code("people add dingtalk:0123 operator")}`,
    });
  return { who: words.slice(0, at).join(" "), role, name: words.slice(at + 1).join(" ") };
}
