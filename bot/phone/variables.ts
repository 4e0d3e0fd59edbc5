/**
 * Variables of templates that a cloud approved: what may stand in them, and how much. A message is refused whole for one
 * that breaks a rule, so they are cleaned and cut before it is sent.
 */
import type { Locale } from "../../storage/locale.ts";
import { fill, type Values } from "./fill.ts";

/** The longest that one variable may be, in characters. */
export const LONGEST_VARIABLE = {
  aliyun: {
    // "Others" of a notification: 1 to 35 (help.aliyun.com/document_detail/463270.htm).
    sms: 35,
    // All of them together below 250 (help.aliyun.com/document_detail/393519.html).
    voice: 60,
  },
  tencent: {
    // Of who is no company; a company has no limit (cloud.tencent.com/document/product/382/39023, errors of SendSms).
    sms: 12,
    // The whole text at most 350 (cloud.tencent.com/document/api/1128/51558).
    voice: 60,
  },
} as const;

/**
 * Neither links, addresses nor domains may be variables (`isv.PARAM_NOT_SUPPORT_URL`,
 * `InvalidParameterValue.ProhibitedUseUrlInTemplateParameter`); `【】` mark the signature; other signs than letters,
 * digits and plain punctuation may come out wrong. None may be empty (`isv.TEMPLATE_MISSING_PARAMETERS`).
 */
export function variable(text: string, most: number): string {
  const clean = text
    .replace(/\bhttps?:\/\/\S+/gi, " ")
    // `10.0.0.5` and `db.shop.example` are taken for addresses; `97.5%` is not.
    .replace(
      /[\w-]*[A-Za-z][\w-]*(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]*[A-Za-z][\w-]*)+|\d+(?:\.\d+){2,}/g,
      (found) => found.replaceAll(".", "-"),
    )
    .replace(/[^\p{L}\p{N} %+\-=/:#_.,()，。：；、（）？！·°]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const cut = [...clean].slice(0, most).join("").trim();
  return cut === "" ? "-" : cut;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/(-?\d+(?:\.\d+)?)\s*%/g, "百分之$1"],
  [/\/s\b/g, "每秒"],
  [/\bTiB\b/g, "T"],
  [/\bGiB\b/g, "G"],
  [/\bMiB\b/g, "兆"],
  [/\bKiB\b/g, "K"],
  [/\bms\b/g, "毫秒"],
  [/°C/g, "摄氏度"],
];

/** What a voice reads well: `百分之97`, and names without what is not spoken. */
export function spoken(text: string, locale: Locale): string {
  const said =
    locale === "zh-CN"
      ? UNITS.reduce((left, [unit, word]) => left.replace(unit, word), text)
      : text.replace(/(\d)\s*%/g, "$1 percent");
  return said
    .replace(/(?<!\d)\.|\.(?!\d)/g, " ")
    .replace(/[_/#=:]|(?<=\p{L}|\p{N})-/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** The values as a template takes them. */
export function variablesOf(
  template: string,
  values: Values,
  about: { readonly most: number; readonly aloud: boolean; readonly locale: Locale },
): string {
  const text = about.aloud ? spoken(fill(template, values), about.locale) : fill(template, values);
  return variable(text, about.most);
}
