/** Cards as WeChat shows them: plain text, whose first line is what a phone shows, and numbers in place of buttons. */
import type { Action, Card } from "../../alerts/card.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { bodyLines, markOf, moreLines, notificationLine } from "../chat/card-lines.ts";
import { fitted, type Line, PLAIN, plainLine } from "../chat/lines.ts";
import { choiceLine } from "./choices.ts";

/** WeChat folds longer messages, and some puppets cut them; in UTF-16 units. */
export const LONGEST_TEXT = 1_800;

export interface Written {
  readonly text: string;
  /** What its numbers stand for, from 1. */
  readonly numbered: readonly Action[];
}

/** Of which incident a card has numbers: its own card, and the reply to what changed it, which may be all that is said. */
export function numberedFor({ kind, incident, says }: Card): number | undefined {
  return kind === "incident" || says !== undefined ? incident : undefined;
}

/** Writes a card; `inRoom`: people have to mention the bot there. */
export function written(
  card: Card,
  { inRoom, locale }: { readonly inRoom: boolean; readonly locale: Locale },
): Written {
  // What is over waits for nobody: its numbers would stand beside those of what goes on.
  const actions = card.status === "resolved" ? [] : (card.actions ?? []);
  const numbered = numberedFor(card) === undefined ? [] : actions;
  const colon = inLocale(locale, { zh: "：", en: ": " });
  const say = inLocale(locale, { zh: "可以说：", en: "You can say: " });
  const hints =
    numbered.length > 0
      ? [choiceLine(numbered, inRoom, locale)]
      : actions.map(({ label, command }) => `${label}${colon}${command}`);
  const end = hints.length === 0 ? "" : `\n\n${numbered.length > 0 ? "" : say}${hints.join("\n")}`;
  const field = (name: string, value: string): Line => plainLine(`${name}${colon}${value}`, PLAIN);
  const text = fitted([...headline(card, locale), ...bodyLines(card, PLAIN, field)], PLAIN, {
    most: Math.max(200, LONGEST_TEXT - end.length),
    measure: (part) => part.length,
    more: moreLines(locale, PLAIN),
  });
  return { text: `${text}${end}`, numbered };
}

function headline(card: Card, locale: Locale): readonly Line[] {
  if (card.title === undefined && card.status === undefined) return [];
  const mark = markOf(card);
  return [plainLine(`${mark}${mark === "" ? "" : " "}${notificationLine(card, locale)}`, PLAIN)];
}
