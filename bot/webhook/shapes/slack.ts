/**
 * Incoming webhooks of Slack, and of those that take the same: Mattermost, Rocket.Chat, Zulip.
 * https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/messaging/attachments
 */
import type { Card } from "../../../alerts/card.ts";
import { markOf, notificationLine } from "../../chat/card-lines.ts";
import { type Dialect, PLAIN } from "../../chat/lines.ts";
import { checkAnswer } from "../answer.ts";
import { contentOf } from "./content.ts";
import type { Shape } from "./shape.ts";

/** Slack folds an attachment after some 700 characters and cuts it at 8,000. */
const MOST_CHARACTERS = 6_000;

export const slack: Shape = {
  called: "Slack",
  // One a second, with short bursts.
  allowed: { messages: 60, perMs: 60_000 },
  yes: "ok",
  signs: false,
  body({ card, mentions, locale }) {
    const line = DIALECT.bold(DIALECT.escape(notificationLine(card, locale), true));
    return {
      text: [markOf(card), line, ...mentions.map(mentionOf)].filter(Boolean).join(" "),
      attachments: [
        {
          color: colourOf(card),
          fallback: notificationLine(card, locale),
          text: contentOf(card, DIALECT, { most: MOST_CHARACTERS, measure: (text) => text.length, locale }),
          mrkdwn_in: ["text"],
        },
      ],
    };
  },
  // It answers with 200 and "ok", or with a status that says it all; 429 has a Retry-After.
  check: checkAnswer,
};

function colourOf({ severity, status }: Card): string {
  if (status === "resolved") return "#2eb67d";
  if (status !== undefined && status !== "firing") return "#9e9e9e";
  return severity === "critical" ? "#d72b3f" : severity === "warning" ? "#f2952f" : "#3d8bfd";
}

/** `here`, `channel` and `everyone` are whole rooms; all else is a person's id (`U012AB3CD`). */
function mentionOf(id: string): string {
  const word = id.replace(/^[@!]/, "").replace(/[^\w-]/g, "");
  return /^(?:here|channel|everyone)$/.test(word) ? `<!${word}>` : `<@${word}>`;
}

/** Three signs are escaped as in HTML; those that format have no escape and become their wide twins. */
const DIALECT: Dialect = {
  escape: (text) =>
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/\*/g, "＊")
      .replace(/(?<!\w)_|_(?!\w)/g, "＿")
      .replace(/`/g, "｀")
      .replace(/(?<!\w)~|~(?!\w)/g, "～"),
  bold: (text) => `*${text}*`,
  italic: (text) => `_${text}_`,
  code: (text) => `\`${DIALECT.escape(text, false)}\``,
  link: (text, url) => `<${url.replace(/[<>|]/g, encodeURIComponent)}|${text}>`,
  headingMark: "",
  itemMark: PLAIN.itemMark,
  quoteMark: "> ",
  blocks: false,
  between: () => "\n",
};
