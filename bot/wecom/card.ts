/**
 * The card of an incident as WeCom's `button_interaction` and `text_notice` (developer.work.weixin.qq.com/document/path/101032). Lengths
 * there are advice: what is longer is cut off by the clients, each in its own way, so it is cut here, with a mark.
 */
import type { Card, Field } from "../../alerts/card.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { markOf, standingOf } from "../chat/card-lines.ts";

/** A card as the wire has it. */
export type TemplateCard = Readonly<Record<string, unknown>>;

/** A drawn card, and whether anything of it did not fit. */
export interface Drawn {
  readonly card: TemplateCard;
  readonly isCut: boolean;
}

export interface DrawnAs {
  /** At most 128 of `[0-9A-Za-z_@-]`, new for every message; an answer to a click repeats the clicked card's. */
  readonly taskId: string;
  readonly locale: Locale;
  /** Nobody knows whether the same was shown already. */
  readonly mayBeRepeat?: boolean;
}

/** Advised lengths, in Chinese characters; two Latin letters are as wide as one. */
const TITLE = 26;
const DESCRIPTION = 30;
const DETAIL = 112;
const FIELD_NAME = 6;
const FIELD_VALUE = 26;
const SOURCE = 13;
const LABEL = 10;
/** Hard limits. */
const MOST_BUTTONS = 6;
const MOST_FIELDS = 6;
const LONGEST_KEY = 1024;

/** `source.desc_color`. */
const GREY = 0;
const BLACK = 1;
const RED = 2;
const GREEN = 3;

const NOTICE: Text = { zh: "通知", en: "Notice" };
const LINK: Text = { zh: "链接", en: "Link" };
const REPEAT: Text = { zh: "可能是重复发送", en: "may be a repeat" };

/** Draws it; undefined when it has no button that WeCom would take, since this kind of card needs one. */
export function templateCard(card: Card, { taskId, locale, mayBeRepeat }: DrawnAs): Drawn | undefined {
  const buttons = cardButtons(card);
  if (buttons.length === 0) return undefined;
  const note = mayBeRepeat === true ? inLocale(locale, REPEAT) : "";
  const { parts, isCut } = partsOf(card, { untitled: taskId, note, locale });
  return {
    card: {
      card_type: "button_interaction",
      ...parts,
      button_list: buttons,
      task_id: taskId,
    },
    isCut: isCut || buttons.length < (card.actions?.length ?? 0),
  };
}

/** The same without buttons, as `text_notice`: pressing it opens `url`, without which WeCom refuses it (42045). */
export function noticeCard(card: Card, url: string, locale: Locale): TemplateCard {
  const { parts } = partsOf(card, { untitled: inLocale(locale, NOTICE), note: "", locale });
  return { card_type: "text_notice", ...parts, card_action: { type: 1, url } };
}

/** What both kinds of card have. */
function partsOf(
  card: Card,
  { untitled, note, locale }: { readonly untitled: string; readonly note: string; readonly locale: Locale },
): { readonly parts: TemplateCard; readonly isCut: boolean } {
  const title = shortened([markOf(card), card.title ?? ""].filter(Boolean).join(" "), TITLE);
  const { shown, rest } = sortFields(card.fields ?? []);
  const detail = detailOf(
    plainOf(card.text ?? ""),
    rest.map((field) => lineOf(field, locale)),
  );
  const source = standingOf(card, locale);
  const { links = [] } = card;
  const linked = links.slice(0, MOST_FIELDS - shown.length);
  const rows = [
    ...shown.map(({ name, value }) => ({
      keyname: shortened(name, FIELD_NAME).text,
      value: shortened(value, FIELD_VALUE).text,
    })),
    // `type` 1: the value leads to `url`.
    ...linked.map(({ label, url }) => ({
      type: 1,
      keyname: inLocale(locale, LINK),
      value: shortened(label, FIELD_VALUE).text,
      url,
    })),
  ];
  return {
    parts: {
      ...(source === ""
        ? {}
        : { source: { desc: shortened(source, SOURCE).text, desc_color: sourceColour(card) } }),
      main_title: {
        title: title.text === "" ? untitled : title.text,
        ...(note === "" ? {} : { desc: shortened(note, DESCRIPTION).text }),
      },
      ...(detail.text === "" ? {} : { sub_title_text: detail.text }),
      ...(rows.length === 0 ? {} : { horizontal_content_list: rows }),
    },
    isCut: title.isCut || detail.isCut || links.length > linked.length,
  };
}

/** A new id for a card. It names the incident, so that a click on any of its cards is known to be about it. */
export function taskIdOf(card: Card, at: number, random: number): string {
  const about = card.incident === undefined ? "card" : `incident-${card.incident}`;
  return `${about}-${at.toString(36)}-${Math.floor(random * 36 ** 6).toString(36)}`;
}

/** The incident that a card's id names. */
export function incidentOfTask(taskId: string): number | undefined {
  const found = /^incident-(\d{1,15})-/.exec(taskId);
  return found === null ? undefined : Number(found[1]);
}

/** A button as both the bot's cards and an application's have it. */
export interface CardButton {
  readonly text: string;
  /** 1: the one that is pressed most. */
  readonly style: number;
  /** Comes back when it is pressed. */
  readonly key: string;
}

/**
 * A button's key is the command itself: it survives a restart, and nothing has to be looked up. A command that is
 * longer than a key gets no button, nor does the second of two that say the same.
 */
export function cardButtons({ actions = [] }: Card): readonly CardButton[] {
  const fits = actions.filter(
    ({ label, command }, i) =>
      label.trim() !== "" &&
      command.trim() !== "" &&
      Buffer.byteLength(command) <= LONGEST_KEY &&
      actions.findIndex((other) => other.command === command) === i,
  );
  return fits.slice(0, MOST_BUTTONS).map(({ label, command }, i) => ({
    text: shortened(label, LABEL).text,
    style: i === 0 ? 1 : 2,
    key: command,
  }));
}

/** Those that fit into the list under the text, and those that need more room, in their order. */
function sortFields(fields: readonly Field[]): { shown: readonly Field[]; rest: readonly Field[] } {
  const short = fields.filter(({ name, value }) => !isWider(value, FIELD_VALUE) && name.trim() !== "");
  const shown = short.slice(0, MOST_FIELDS);
  return { shown, rest: fields.filter((field) => !shown.includes(field)) };
}

/** Where not all of it fits, the longest line comes last and is the one that is cut: where it is says more than a story. */
function detailOf(text: string, lines: readonly string[]): ReturnType<typeof shortened> {
  const whole = [text, ...lines].filter(Boolean).join("\n");
  if (!isWider(whole, DETAIL)) return { text: whole, isCut: false };
  const shortestFirst = [...lines].sort((a, b) => a.length - b.length);
  return shortened([text, ...shortestFirst].filter(Boolean).join("\n"), DETAIL);
}

function lineOf({ name, value }: Field, locale: Locale): string {
  return name === "" ? value : `${name}${inLocale(locale, { zh: "：", en: ": " })}${value}`;
}

/** `source.desc_color`, by how it stands. */
export function sourceColour({ severity, status }: Card): number {
  if (status === "resolved") return GREEN;
  if (status === "acknowledged" || status === "silenced") return GREY;
  return severity === "critical" ? RED : BLACK;
}

/** A card as plain text, for the one message that is neither markdown nor a card: the welcome. */
export function plainText({ title, text }: Card): string {
  return [title ?? "", plainOf(text ?? "")].filter(Boolean).join("\n");
}

/** Markdown as plain text: what was escaped as it was written, no marks. */
function plainOf(markdown: string): string {
  return markdown
    .split("\n")
    .map((line) =>
      line
        .replace(/^\s*#{1,6} /, "")
        .replace(/^(\s*)[-*] /, "$1· ")
        .replace(/(?<!\\)(\*\*|`)/g, "")
        .replace(/\\([!-/:-@[-`{-~])/g, "$1"),
    )
    .filter((line) => line.trim() !== "")
    .join("\n");
}

/** One code point's width: 1 for what is as wide as a Latin letter, else 2. */
function widthOf(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
}

function isWider(text: string, most: number): boolean {
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > most * 2) return true;
  }
  return false;
}

/** Cuts between characters, with a mark where something is missing. */
function shortened(text: string, most: number): { readonly text: string; readonly isCut: boolean } {
  const whole = text.trim();
  if (!isWider(whole, most)) return { text: whole, isCut: false };
  let kept = "";
  let width = 0;
  for (const character of whole) {
    width += widthOf(character);
    if (width > most * 2 - 2) break;
    kept += character;
  }
  return { text: `${kept.trimEnd()}…`, isCut: true };
}
