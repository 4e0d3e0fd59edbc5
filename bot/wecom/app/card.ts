/**
 * A card as a template card of an application: `button_interaction`, the one type that has buttons for commands.
 * https://developer.work.weixin.qq.com/document/path/90236 (its lengths are advice, its numbers of parts are not).
 */
import type { Card } from "../../../alerts/card.ts";
import { plain } from "../../../alerts/words.ts";
import { inLocale, type Locale } from "../../../storage/locale.ts";
import { markOf, moreLines, standingOf } from "../../chat/card-lines.ts";
import { fitted, linesOf, PLAIN, plainLine } from "../../chat/lines.ts";
import { type CardButton, cardButtons, sourceColour } from "../card.ts";

/** As WeCom has it; without `task_id`, which is for sending alone. */
export interface AppCard {
  readonly card_type: "button_interaction";
  readonly source?: { readonly desc: string; readonly desc_color: number };
  readonly main_title: { readonly title: string };
  readonly sub_title_text?: string;
  readonly horizontal_content_list?: readonly {
    readonly keyname: string;
    readonly value: string;
    readonly type?: number;
    readonly url?: string;
  }[];
  readonly button_list: readonly CardButton[];
  /** Stands on one grey button in the place of all of them. */
  readonly replace_text?: string;
}

/** What a phone has room for, in characters. */
const TITLE = 36;
const VALUE = 30;
const TEXT = 160;
const LABEL = 10;
const MOST_FIELDS = 6;

/** Whether a card is told as one here: with buttons, and short enough for a few lines. Answers are as long as they are. */
export function isAppCard(card: Card): boolean {
  return (card.kind === "incident" || card.kind === "text") && cardButtons(card).length > 0;
}

/** Writes a card. Without buttons it is what a card becomes that had some: how it stands takes their place. */
export function appCard(card: Card, locale: Locale): AppCard {
  const { title = "", text = "", fields = [], links = [] } = card;
  const standing = standingOf(card, locale);
  const whole = plain(title, Number.POSITIVE_INFINITY);
  const short = fields.filter(({ value }) => plain(value, Number.POSITIVE_INFINITY).length <= VALUE);
  const shown = short.slice(0, MOST_FIELDS);
  const colon = inLocale(locale, { zh: "：", en: ": " });
  const lines = [
    // What does not fit into the heading goes below it, whole.
    ...(whole.length > TITLE ? [plainLine(whole, PLAIN)] : []),
    ...linesOf(text, PLAIN),
    ...fields
      .filter((field) => !shown.includes(field))
      .map(({ name, value }) => plainLine(plain(`${name}${colon}${value}`, Number.POSITIVE_INFINITY), PLAIN)),
  ];
  const below = fitted(lines, PLAIN, {
    most: TEXT,
    measure: (words) => words.length,
    more: moreLines(locale, PLAIN),
  });
  const rows = [
    ...shown.map(({ name, value }) => ({ keyname: plain(name, LABEL), value: plain(value, VALUE) })),
    // `type` 1: the value leads to `url`.
    ...links.slice(0, MOST_FIELDS - shown.length).map(({ label, url }) => ({
      type: 1,
      keyname: inLocale(locale, { zh: "链接", en: "Link" }),
      value: plain(label, VALUE),
      url,
    })),
  ];
  const buttons = cardButtons(card);
  const over = standing === "" ? inLocale(locale, { zh: "已处理", en: "Done" }) : standing;
  const heading = [markOf(card), plain(title, TITLE)].filter((part) => part !== "").join(" ");
  return {
    card_type: "button_interaction",
    ...(standing === "" ? {} : { source: { desc: standing, desc_color: sourceColour(card) } }),
    main_title: { title: heading === "" ? over : heading },
    ...(below === "" ? {} : { sub_title_text: below }),
    ...(rows.length === 0 ? {} : { horizontal_content_list: rows }),
    button_list: buttons.length > 0 ? buttons : [{ text: over, style: 1, key: "over" }],
    ...(buttons.length > 0 ? {} : { replace_text: over }),
  };
}
