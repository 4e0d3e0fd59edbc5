/** A card as the variables of a DingTalk card template, which are strings all of them. */
import type { Action, Card } from "../../alerts/card.ts";
import { plain } from "../../alerts/words.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { notificationLine } from "../chat/card-lines.ts";
import { dingTalkBody, headlineOf } from "./markdown.ts";

/** What a variable of a template may hold of a card. */
export const CARD_PARTS = [
  "title",
  "text",
  "tips",
  "buttons",
  "status",
  "severity",
  "incident",
  "summary",
  // Whether the card has that button: `true` or `false`.
  "ack",
  "unack",
  "silence",
  "unsilence",
  "show",
] as const;

export type CardPart = (typeof CARD_PARTS)[number];

/** A card template: its id, what each of its variables holds, and how long a value may be. */
export interface CardTemplate {
  readonly id: string;
  readonly variables: Readonly<Record<string, CardPart>>;
  /** In bytes of UTF-8. */
  readonly maxBytes: number;
}

/**
 * The public template "MarkdownButton", which the official SDKs ship with: no template of one's own is needed. That its
 * buttons call back with `request: true` is observed in production, not documented.
 */
export const PUBLIC_TEMPLATE: CardTemplate = {
  id: "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",
  variables: { title: "title", markdown: "text", tips: "tips", sys_full_json_obj: "buttons" },
  // The documented limit of a value is 1 KB.
  maxBytes: 1_000,
};

/** More of them do not fit on a phone. */
const MOST_BUTTONS = 5;

/** The value of every variable of the template. */
export function cardData(card: Card, template: CardTemplate, locale: Locale): Record<string, string> {
  const { maxBytes } = template;
  const data: Record<string, string> = {};
  for (const [name, part] of Object.entries(template.variables))
    data[name] = partOf(card, part, { maxBytes, locale });
  return data;
}

function partOf(card: Card, part: CardPart, about: { maxBytes: number; locale: Locale }): string {
  const { locale, maxBytes } = about;
  switch (part) {
    case "title":
      return plain(headlineOf(card, locale), maxBytes / 4);
    case "text":
      return dingTalkBody(card, { locale, maxBytes });
    case "tips":
      return tips(card, locale);
    case "buttons":
      return buttons(card.actions ?? [], maxBytes);
    case "status":
      return card.status ?? "";
    case "severity":
      return card.severity ?? "";
    case "incident":
      return card.incident === undefined ? "" : String(card.incident);
    case "summary":
      return notificationLine(card, locale);
    case "ack":
    case "unack":
    case "silence":
    case "unsilence":
    case "show":
      return String((card.actions ?? []).some(({ id }) => id === part));
  }
}

/** As many as there is room for: half a JSON is none. */
function buttons(actions: readonly Action[], maxBytes: number): string {
  for (let count = Math.min(actions.length, MOST_BUTTONS); ; count--) {
    const text = JSON.stringify({ msgButtons: actions.slice(0, count).map(button) });
    if (count === 0 || Buffer.byteLength(text) <= maxBytes) return text;
  }
}

/** The button carries the line itself: whoever presses it says it. Reports differ on what comes back, so all is set. */
function button({ id, label, command }: Action, i: number): object {
  return {
    text: label,
    color: i === 0 ? "blue" : "gray",
    id,
    request: true,
    params: { action: command, id },
  };
}

function tips({ incident, kind }: Card, locale: Locale): string {
  if (kind !== "incident" || incident === undefined) return "";
  return inLocale(locale, {
    zh: `也可以 @我 说：认领 ${incident} · 静默 ${incident} 1小时 · 详情 ${incident}`,
    en: `Or @ me and say: ack ${incident} · silence ${incident} 1h · show ${incident}`,
  });
}
