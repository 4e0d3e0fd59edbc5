import type { Text } from "../storage/locale.ts";

/** What a person may do: each role may do everything that the roles before it may. */
export const roles = ["viewer", "operator", "admin"] as const;

export type Role = (typeof roles)[number];

const roleText: Record<Role, Text> = {
  viewer: { zh: "观察员", en: "viewer" },
  operator: { zh: "操作员", en: "operator" },
  admin: { zh: "管理员", en: "admin" },
};

/** The one place where a role is weighed against what a command needs; the refusal says both, or nothing is wrong. */
export function refusal(has: Role, needs: Role): Text | undefined {
  if (roles.indexOf(has) >= roles.indexOf(needs)) return undefined;
  return {
    zh: `这需要${roleText[needs].zh}权限，你现在是${roleText[has].zh}。可请管理员在 gengfu.yml 的 people 里给你 role: ${needs}。`,
    en: `This needs the role ${needs}; you are ${has}. An admin can give you "role: ${needs}" under people in gengfu.yml.`,
  };
}
