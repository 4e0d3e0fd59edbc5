/**
 * Whether a template card is one that WeCom takes: the required fields and the hard limits of
 * developer.work.weixin.qq.com/document/path/101032. Lengths that the page only advises are not checked.
 */
import { refused, type Verdict, WRONG_CARD, WRONG_PARAMETER } from "./codes.ts";
import { type Body, bytesOf, listOf, numberOf, partOf, textOf } from "./read.ts";

const KEY_BYTES = 1024;
const TASK_ID = /^[0-9A-Za-z_@-]{1,128}$/;
const OPTION_BYTES = 128;

/** Which kinds of card a door takes, and what is special about them there. */
export interface CardRules {
  readonly kinds: readonly string[];
  /** A self-built application's buttons may also open a page. */
  readonly linkButtons: boolean;
}

export const BOT_CARDS: CardRules = {
  kinds: ["text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"],
  linkButtons: false,
};

type Problem = Verdict | undefined;

const wrong = (about: string): Verdict => refused(WRONG_PARAMETER, `template_card.${about}`);

/** What is wrong with it, or `undefined`. */
export function problemWith(card: unknown, rules: CardRules): Problem {
  const kind = textOf(card, "card_type");
  if (kind === undefined || !rules.kinds.includes(kind)) return wrong("card_type");
  const checks = [hasTitle, actsRightly, hasRightLists, hasRightButtons, hasRightChoices, hasTask];
  for (const check of checks) {
    const problem = check(card as Body, kind, rules);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hasTitle(card: Body, kind: string): Problem {
  const main = partOf(card, "main_title");
  if (kind === "text_notice") {
    const isEmpty = textOf(main, "title") === undefined && textOf(card, "sub_title_text") === undefined;
    return isEmpty ? wrong("main_title") : undefined;
  }
  const title = textOf(main, "title") ?? textOf(main, "desc");
  if (title === undefined) return wrong("main_title");
  if (kind !== "news_notice") return undefined;
  const hasPicture =
    textOf(partOf(card, "card_image"), "url") !== undefined || partOf(card, "image_text_area") !== undefined;
  return hasPicture ? undefined : wrong("card_image");
}

/** A notice must lead somewhere; the refusal of one that does not was seen on a live tenant. */
function actsRightly(card: Body, kind: string): Problem {
  const action = partOf(card, "card_action");
  const isNotice = kind === "text_notice" || kind === "news_notice";
  if (action === undefined) return isNotice ? refused(WRONG_CARD) : undefined;
  const type = numberOf(action, "type");
  if (type === 0 && !isNotice) return undefined;
  if (type === 1) return isWebUrl(textOf(action, "url")) ? undefined : refused(WRONG_CARD);
  if (type === 2) return textOf(action, "appid") === undefined ? refused(WRONG_CARD) : undefined;
  return refused(WRONG_CARD);
}

function isWebUrl(url: string | undefined): boolean {
  return url !== undefined && /^https?:\/\/[^\s/]+/.test(url);
}

const LISTS: readonly (readonly [name: string, most: number])[] = [
  ["horizontal_content_list", 6],
  ["vertical_content_list", 4],
  ["jump_list", 3],
];

function hasRightLists(card: Body): Problem {
  for (const [name, most] of LISTS) if (listOf(card, name).length > most) return wrong(name);
  for (const line of listOf(card, "horizontal_content_list")) {
    if (textOf(line, "keyname") === undefined) return wrong("horizontal_content_list.keyname");
    if (numberOf(line, "type") === 1 && !isWebUrl(textOf(line, "url")))
      return wrong("horizontal_content_list.url");
    if (numberOf(line, "type") === 3 && textOf(line, "userid") === undefined)
      return wrong("horizontal_content_list.userid");
  }
  for (const line of listOf(card, "vertical_content_list"))
    if (textOf(line, "title") === undefined) return wrong("vertical_content_list.title");
  const ratio = numberOf(partOf(card, "card_image"), "aspect_ratio");
  return ratio !== undefined && (ratio < 1.3 || ratio > 2.25) ? wrong("card_image.aspect_ratio") : undefined;
}

function hasRightButtons(card: Body, kind: string, rules: CardRules): Problem {
  const menu = listOf(partOf(card, "action_menu"), "action_list");
  if (partOf(card, "action_menu") !== undefined) {
    if (menu.length < 1 || menu.length > 3) return wrong("action_menu.action_list");
    if (!haveKeys(menu, () => true)) return wrong("action_menu.action_list.key");
  }
  if (kind !== "button_interaction") return undefined;
  const buttons = listOf(card, "button_list");
  if (buttons.length < 1 || buttons.length > 6) return wrong("button_list");
  const opensPage = (button: unknown): boolean => rules.linkButtons && numberOf(button, "type") === 1;
  if (!haveKeys(buttons, (button) => !opensPage(button))) return wrong("button_list.key");
  const badLink = buttons.some((button) => opensPage(button) && !isWebUrl(textOf(button, "url")));
  if (badLink) return wrong("button_list.url");
  const badStyle = buttons.some((button) => {
    const style = partOf(button, "style");
    return style !== undefined && ![1, 2, 3, 4].includes(style as number);
  });
  return badStyle ? wrong("button_list.style") : undefined;
}

/** Each with a text, and each that needs one with a key of its own. */
function haveKeys(list: readonly unknown[], needsKey: (one: unknown) => boolean): boolean {
  const keys = list.filter(needsKey).map((one) => textOf(one, "key"));
  return (
    list.every((one) => textOf(one, "text") !== undefined) &&
    keys.every((key) => key !== undefined && bytesOf(key) <= KEY_BYTES) &&
    new Set(keys).size === keys.length
  );
}

function hasRightChoices(card: Body, kind: string): Problem {
  if (kind === "vote_interaction") {
    const box = partOf(card, "checkbox");
    if (textOf(box, "question_key") === undefined || !haveOptions(box, 20)) return wrong("checkbox");
  }
  if (kind === "multiple_interaction") {
    const selects = listOf(card, "select_list");
    if (selects.length < 1 || selects.length > 3) return wrong("select_list");
    const bad = selects.some((one) => textOf(one, "question_key") === undefined || !haveOptions(one, 10));
    if (bad) return wrong("select_list");
  }
  if (kind === "vote_interaction" || kind === "multiple_interaction") {
    const submit = partOf(card, "submit_button");
    const key = textOf(submit, "key");
    if (textOf(submit, "text") === undefined || key === undefined || bytesOf(key) > KEY_BYTES)
      return wrong("submit_button");
  }
  const selection = partOf(card, "button_selection");
  return selection !== undefined && !haveOptions(selection, 10) ? wrong("button_selection") : undefined;
}

function haveOptions(question: unknown, most: number): boolean {
  const options = listOf(question, "option_list");
  const ids = options.map((one) => textOf(one, "id"));
  return (
    options.length >= 1 &&
    options.length <= most &&
    ids.every((id) => id !== undefined && bytesOf(id) <= OPTION_BYTES) &&
    new Set(ids).size === ids.length &&
    options.every((one) => textOf(one, "text") !== undefined)
  );
}

function hasTask(card: Body, kind: string): Problem {
  const task = partOf(card, "task_id");
  const isNotice = kind === "text_notice" || kind === "news_notice";
  const needed = !isNotice || partOf(card, "action_menu") !== undefined;
  if (task === undefined) return needed ? wrong("task_id") : undefined;
  return typeof task === "string" && TASK_ID.test(task) ? undefined : wrong("task_id");
}
