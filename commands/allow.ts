import { escapeMarkdown, plain } from "../alerts/words.ts";
import type { Text } from "../storage/locale.ts";
import { code } from "./markdown.ts";
import { isUnnamed, unnamedWords } from "./people/unnamed.ts";

/** What a person may do: each role may do everything that the roles before it may. */
export const roles = ["viewer", "operator", "admin"] as const;

export type Role = (typeof roles)[number];

/** What the roles are called. */
export const roleText: Readonly<Record<Role, Text>> = {
  viewer: { zh: "观察员", en: "viewer" },
  operator: { zh: "操作员", en: "operator" },
  admin: { zh: "管理员", en: "admin" },
};

/**
 * The one place where a role is weighed against what a command needs. The refusal, in markdown, says who was taken
 * for whom, so that an admin knows the very line to say or to write; of somebody unnamed it says how to be named.
 */
export function refusal(person: { readonly id: string; readonly role: Role }, needs: Role): Text | undefined {
  if (roles.indexOf(person.role) >= roles.indexOf(needs)) return undefined;
  const needed = { zh: `这需要${roleText[needs].zh}权限。`, en: `This needs the role ${needs}.` };
  if (isUnnamed(person.id)) {
    const why = unnamedWords(person.id);
    return { zh: `${needed.zh}${why.zh}`, en: `${needed.en} ${why.en}` };
  }
  const id = escapeMarkdown(plain(person.id));
  const say = code(`people add ${person.id} ${needs}`);
  return {
    zh: `${needed.zh}你是 ${id}，现在是${roleText[person.role].zh}。可请管理员说 ${say}，或在 gengfu.yml 的 people 里写上这个 id 和 role: ${needs}。`,
    en: `${needed.en} You are ${id}, and your role is ${person.role}. An admin can say ${say}, or list that id with role: ${needs} under people in gengfu.yml.`,
  };
}
