/**
 * The text of a short message. One message holds 160 characters of GSM 7 bit, or 70 of any other kind; where it becomes
 * several on its way, each loses room to what puts them together again: 153, or 67 (3GPP TS 23.038; 23.040, 9.2.3.24).
 */
import type { Locale } from "../../storage/locale.ts";
import { inLocale } from "../../storage/locale.ts";
import type { LineParts } from "../chat/card-lines.ts";

/** The default alphabet (3GPP TS 23.038, 6.2.1). */
const GSM_7 = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Its extension: each takes two places (6.2.1.1). */
const GSM_7_EXTENSION = new Set("^{}\\[~]|€");

/** How many messages a text becomes. */
export function messagesIn(text: string): number {
  const characters = [...text];
  const isSeven = characters.every((one) => GSM_7.has(one) || GSM_7_EXTENSION.has(one));
  const size = (one: string): number => (isSeven ? (GSM_7_EXTENSION.has(one) ? 2 : 1) : one.length);
  const total = characters.reduce((sum, one) => sum + size(one), 0);
  const [alone, together] = isSeven ? [160, 153] : [70, 67];
  if (total <= alone) return 1;
  let messages = 1;
  let filled = 0;
  for (const one of characters) {
    // What takes two places is not divided.
    if (filled + size(one) > together) {
      messages++;
      filled = 0;
    }
    filled += size(one);
  }
  return messages;
}

/** What there is to say, and how much room. */
export interface SmsOptions {
  readonly locale: Locale;
  /** How many messages it may become. */
  readonly parts: number;
  /** `【更夫】`, which gateways count; "" where the cloud puts it there. */
  readonly sign: string;
  /** How many others were held back before it. */
  readonly more: number;
  /** Something can be done about it in the group. */
  readonly asks: boolean;
  readonly links: boolean;
}

/**
 * `[严重] #12 web-1 CPU 97% 另有 5 条告警 请回群认领`: how bad and which one first, since those are never cut; then what,
 * which is cut where there is no room; what to do only where it fits whole.
 */
export function smsText(parts: LineParts, options: SmsOptions): string {
  const { locale, sign, more, asks, links } = options;
  const said = (zh: string, en: string): string => inLocale(locale, { zh, en });
  const head = [parts.standing === "" ? "" : `[${parts.standing}]`, parts.number]
    .filter(isSomething)
    .join(" ");
  const others = more === 0 ? "" : said(`另有 ${more} 条告警`, `+${more} more`);
  const hint = asks ? said("请回群认领", "ack in the group") : "";
  const value = parts.name.includes(parts.value) ? "" : parts.value;
  const name = [parts.name.includes(parts.place) ? "" : parts.place, parts.name, parts.what]
    .filter(isSomething)
    .join(" ");
  const written = (what: string, last: string): string =>
    `${sign}${[head, plainLinks(what, links), others, last].filter(isSomething).join(" ")}`;
  const fits = (text: string): boolean => messagesIn(text) <= options.parts;
  const whole = [name, value].filter(isSomething).join(" ");
  for (const last of [hint, ""]) if (fits(written(whole, last))) return written(whole, last);
  const characters = [...name];
  for (let left = characters.length - 1; left > 0; left--) {
    const text = written(
      [`${characters.slice(0, left).join("").trimEnd()}..`, value].filter(isSomething).join(" "),
      "",
    );
    if (fits(text)) return text;
  }
  return written("", "");
}

function isSomething(text: string): boolean {
  return text !== "";
}

/** Whoever reads it is not led anywhere that a machine wrote. */
function plainLinks(text: string, links: boolean): string {
  return links
    ? text
    : text
        .replace(/\bhttps?:\/\/\S+|\bwww\.\S+/gi, "")
        .replace(/\s+/g, " ")
        .trim();
}
