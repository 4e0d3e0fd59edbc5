/** A template card as people see it: the words, the lines, the buttons. */
import { type Body, listOf, numberOf, partOf, textOf } from "./read.ts";

export interface ShownButton {
  readonly text: string;
  /** What a click sends; `undefined` when the button only opens a page, or can no longer be pressed. */
  readonly key: string | undefined;
  readonly url: string | undefined;
  /** 1 to 4. */
  readonly style: number;
}

export interface ShownField {
  readonly name: string;
  readonly value: string;
  readonly url: string | undefined;
}

export interface ShownChoice {
  readonly question: string;
  readonly title: string;
  readonly many: boolean;
  readonly options: readonly { readonly id: string; readonly text: string }[];
}

export interface ShownCard {
  readonly taskId: string | undefined;
  readonly kind: string;
  readonly source: string;
  readonly title: string;
  readonly desc: string;
  readonly subTitle: string;
  /** The big number. */
  readonly emphasis: string;
  readonly quote: string;
  readonly fields: readonly ShownField[];
  readonly buttons: readonly ShownButton[];
  /** What the corner of the card offers. */
  readonly menu: readonly ShownButton[];
  readonly links: readonly ShownField[];
  readonly choices: readonly ShownChoice[];
  /** Where a click on the card itself leads. */
  readonly url: string | undefined;
  readonly picture: string | undefined;
  /** How often it was changed. */
  readonly changes: number;
}

/** `replaced` is what stands on the buttons after an application replaced them: they can no longer be pressed. */
export function showCard(card: unknown, changes: number, replaced?: string): ShownCard {
  const main = partOf(card, "main_title");
  const emphasis = partOf(card, "emphasis_content");
  const quote = partOf(card, "quote_area");
  return {
    taskId: textOf(card, "task_id"),
    kind: textOf(card, "card_type") ?? "",
    source: textOf(partOf(card, "source"), "desc") ?? "",
    title: textOf(main, "title") ?? "",
    desc: textOf(main, "desc") ?? "",
    subTitle: textOf(card, "sub_title_text") ?? "",
    emphasis: lines([textOf(emphasis, "title"), textOf(emphasis, "desc")], " "),
    quote: lines([textOf(quote, "title"), textOf(quote, "quote_text")], "\n"),
    fields: [
      ...listOf(card, "horizontal_content_list").map((line) => field(line, "keyname", "value")),
      ...listOf(card, "vertical_content_list").map((line) => field(line, "title", "desc")),
    ],
    buttons: buttonsOf(card, replaced),
    menu: listOf(partOf(card, "action_menu"), "action_list").map((one) => button(one)),
    links: listOf(card, "jump_list").map((one) => field(one, "title", "")),
    choices: choicesOf(card),
    url: textOf(partOf(card, "card_action"), "url"),
    picture: textOf(partOf(card, "card_image"), "url"),
    changes,
  };
}

/** The card as one text, line by line, in the order in which it is shown; the buttons in brackets at the end. */
export function cardText(card: ShownCard): string {
  const pairs = card.fields.map(({ name, value }) => lines([name, value], ": "));
  const buttons = card.buttons.map(({ text }) => `[${text}]`).join(" ");
  return lines(
    [
      card.source,
      card.title,
      card.desc,
      card.emphasis,
      card.quote,
      card.subTitle,
      ...pairs,
      ...card.choices.map(({ title, options }) =>
        lines([title, options.map(({ text }) => text).join(" / ")], ": "),
      ),
      ...card.links.map(({ name }) => name),
      buttons,
    ],
    "\n",
  );
}

function lines(parts: readonly (string | undefined)[], between: string): string {
  return parts.filter((part) => part !== undefined && part !== "").join(between);
}

function field(line: unknown, name: string, value: string): ShownField {
  return { name: textOf(line, name) ?? "", value: textOf(line, value) ?? "", url: textOf(line, "url") };
}

function button(one: unknown, replaced?: string): ShownButton {
  return {
    text: replaced ?? textOf(one, "text") ?? "",
    key: replaced === undefined ? textOf(one, "key") : undefined,
    url: textOf(one, "url"),
    style: numberOf(one, "style") ?? 1,
  };
}

function buttonsOf(card: unknown, replaced: string | undefined): readonly ShownButton[] {
  const submit = partOf(card, "submit_button");
  const all = [...listOf(card, "button_list"), ...(submit === undefined ? [] : [submit])];
  // What was replaced is one grey button instead of all of them.
  if (replaced !== undefined && all.length > 0) return [button(all[0], replaced)];
  return all.map((one) => button(one));
}

function choicesOf(card: unknown): readonly ShownChoice[] {
  const box = partOf(card, "checkbox");
  const selection = partOf(card, "button_selection");
  const single = [...(selection === undefined ? [] : [selection]), ...listOf(card, "select_list")];
  return [
    ...single.map((one) => choice(one, false)),
    ...(box === undefined ? [] : [choice(box, numberOf(box, "mode") === 1)]),
  ];
}

function choice(one: unknown, many: boolean): ShownChoice {
  return {
    question: textOf(one, "question_key") ?? "",
    title: textOf(one, "title") ?? "",
    many,
    options: listOf(one, "option_list").map((option) => ({
      id: textOf(option, "id") ?? "",
      text: textOf(option, "text") ?? "",
    })),
  };
}

/** Every key that a click on the card as it is now may send. */
export function keysOf(card: ShownCard): readonly string[] {
  return [...card.buttons, ...card.menu].flatMap(({ key }) => (key === undefined ? [] : [key]));
}

/** The parts of a card that say what it is about, without what is new for every card. */
export function withoutTask(card: Body): Body {
  const { task_id: _, ...rest } = card;
  return rest;
}
