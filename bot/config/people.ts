/** `people:` of `gengfu.yml`: who is who, what they may do, and where they are reached. */
import { z } from "zod";
import { complain } from "../../alerts/config-parts.ts";
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import { roles } from "../../commands/allow.ts";

/** `console:alice`, `dingtalk:0123`, `wecom:zhangsan`. */
const personId = z.string().refine((id) => /^[a-z]+:.+$/.test(id), {
  message: "must look like dingtalk:<staffId>, wecom:<userid> or console:<name>",
  params: { zh: "应形如 dingtalk:<staffId>、wecom:<userid> 或 console:<name>" },
});

/** A mobile of mainland China, with or without the country's code. */
const CHINESE_MOBILE = /^(?:\+?86)?(1[3-9]\d{9})$/;

/** E.164: at most fifteen digits, of which the country's code never begins with 0. */
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * Gives E.164. Without quotes YAML reads a number, and `+13800138000` loses the sign that makes it American. Complaints
 * never repeat the number.
 */
export const phone = z.string().transform((text, context): string => {
  const digits = text.replace(/[\s()-]/g, "");
  const mobile = CHINESE_MOBILE.exec(digits)?.[1];
  if (mobile !== undefined) return `+86${mobile}`;
  if (E164.test(digits) && !/^\+861[3-9]/.test(digits)) return digits;
  complain(context, {
    zh: '应为手机号 "13800138000"，或带国家码的 "+4915112345678"',
    en: 'must be a mobile of China such as "13800138000", or a number with its country code such as "+4915112345678"',
  });
  return z.NEVER;
});

const email = z.string().refine((text) => text.length <= 254 && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text), {
  message: "must be one mail address such as zhangsan@shop.example",
  params: { zh: "应为一个邮件地址，例如 zhangsan@shop.example" },
});

const person = z.strictObject({
  id: personId,
  name: z.string().min(1).optional(),
  role: z.enum(roles),
  /** Other accounts of the same human. */
  aliases: z.array(personId).optional(),
  phone: phone.optional(),
  email: email.optional(),
});

/** No account belongs to two, and none is listed twice. */
export const peopleSchema = z.array(person).superRefine((people, context) => {
  const seen = new Set<string>();
  const once = (id: string, path: readonly PropertyKey[]): void => {
    if (seen.has(id)) complain(context, { zh: `'${id}' 已经有了`, en: `'${id}' is there already` }, path);
    seen.add(id);
  };
  people.forEach(({ id }, i) => {
    once(id, [i, "id"]);
  });
  people.forEach(({ aliases = [] }, i) => {
    aliases.forEach((alias, k) => {
      once(alias, [i, "aliases", k]);
    });
  });
}) satisfies z.ZodType<readonly ListedPerson[]>;
