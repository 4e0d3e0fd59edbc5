/** What no change of people may do. */
import type { Change } from "../../storage/store.ts";
import { roleText } from "../allow.ts";
import { type Call, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import type { People } from "../world.ts";
import { adminsOf, type FilePerson } from "./book.ts";

/**
 * Refuses a change that would leave nobody who may change people, by anybody whose own right to do so is written down:
 * the last admin stays one. Whoever is an admin without being listed (this machine's console) still is one afterwards.
 */
export function keepAnAdmin(change: Change, call: Call, { file, book, others }: People): void {
  const { from } = call.person;
  if ((from !== "book" && from !== "file") || others() === "admin") return;
  if (adminsOf(file(), book.after(change)).length > 0) return;
  throw new Refusal({
    zh: `这样就没有管理员了。请先让别人成为管理员，例如 ${code("添加人员 dingtalk:0123 管理员")}`,
    en: `That would leave no admin. Make somebody else one first, for example ${code("people add dingtalk:0123 admin")}`,
  });
}

/** What the file says of people is changed there. */
export function readOnly({ id, role }: FilePerson): Refusal {
  return new Refusal({
    zh: `${code(id)} 写在 gengfu.yml 里（${roleText[role].zh}），在聊天里不能改；请改文件，再说“重新加载”。`,
    en: `${code(id)} is listed in gengfu.yml (${role}), which chat cannot change; edit the file, then say reload.`,
  });
}
