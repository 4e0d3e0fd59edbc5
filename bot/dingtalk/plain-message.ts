/**
 * A card as an ordinary message of the robot: markdown, or an ActionCard whose buttons say their line in the group as
 * the person who presses them (`dtmd` links). For replies, and where cards are not to be had.
 */
import type { Action, Card } from "../../alerts/card.ts";
import type { Locale } from "../../storage/locale.ts";
import { type DingTalkMarkdown, dingTalkMarkdown } from "./markdown.ts";

/** A message for `groupMessages/send` and `oToMessages/batchSend`. */
export interface RobotMessage {
  readonly msgKey: string;
  readonly msgParam: Readonly<Record<string, string>>;
}

/** `msgParam` may have 15,000 bytes as JSON, in which a line break takes two. */
const MOST_BYTES = 12_000;
/** `sampleActionCard2` to `5`. */
const MOST_BUTTONS = 5;

/** As the robot sends it of its own accord. It cannot mention anybody there. */
export function robotMessage(card: Card, locale: Locale): RobotMessage {
  const { title, text } = markdownOf(card, locale);
  const [first, ...more] = (card.actions ?? []).slice(0, MOST_BUTTONS);
  if (first === undefined) return { msgKey: "sampleMarkdown", msgParam: { title, text } };
  if (more.length === 0)
    return {
      msgKey: "sampleActionCard",
      msgParam: { title, text, singleTitle: first.label, singleURL: sayLink(first) },
    };
  const msgParam: Record<string, string> = { title, text };
  [first, ...more].forEach((action, i) => {
    msgParam[`actionTitle${i + 1}`] = action.label;
    msgParam[`actionURL${i + 1}`] = sayLink(action);
  });
  return { msgKey: `sampleActionCard${more.length + 1}`, msgParam };
}

/** As an answer through a `sessionWebhook`, which can mention people: their ids stand in the text, too. */
export function sessionMessage(card: Card, locale: Locale): object {
  const atUserIds = (card.mentions ?? []).map((id) => id.slice(id.indexOf(":") + 1));
  const { title, text: body } = markdownOf(card, locale);
  const text = atUserIds.length === 0 ? body : `${atUserIds.map((id) => `@${id}`).join(" ")}  \n  ${body}`;
  const at = { atUserIds, isAtAll: false };
  const buttons = (card.actions ?? []).slice(0, MOST_BUTTONS);
  if (buttons.length === 0) return { msgtype: "markdown", markdown: { title, text }, at };
  const btns = buttons.map((action) => ({ title: action.label, actionURL: sayLink(action) }));
  return { msgtype: "actionCard", actionCard: { title, text, btnOrientation: "1", btns }, at };
}

/** With its picture, where that has an address or an id of DingTalk's. */
function markdownOf(card: Card, locale: Locale): DingTalkMarkdown {
  const [picture] = /^(?:@[\w$+/=-]+|https?:\/\/[^\s()<>]+)$/.exec(card.image ?? "") ?? [];
  const tail = picture === undefined ? {} : { tail: `![](${picture})` };
  return dingTalkMarkdown(card, { locale, maxBytes: MOST_BYTES, ...tail });
}

/** A link that makes whoever presses it say the line, with a mention of the robot in a group. */
function sayLink({ command }: Action): string {
  return `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent(command)}`;
}
