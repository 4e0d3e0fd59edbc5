/**
 * The body of a message to a group robot. Trouble that is to mention people is plain text, the one type whose mentions
 * are sure to ring; everything else is markdown: with colours, or `markdown_v2` where there is a table, which has none.
 * An incident is a `text_notice` card where the robot is given an address that pressing it opens; nothing answers a
 * robot's buttons, so it has none.
 */
import { createHash } from "node:crypto";
import type { Card } from "../../../alerts/card.ts";
import type { Attempt } from "../../../alerts/channel.ts";
import type { Locale } from "../../../storage/locale.ts";
import { hasTable } from "../../chat/lines.ts";
import type { WeComRobotConfig } from "../../receivers/wecom-robot-config.ts";
import { mentions } from "../../robots/channel.ts";
import { noticeCard, type TemplateCard } from "../card.ts";
import { weComMarkdown, weComText } from "../markdown.ts";
import { pictureIn } from "../picture.ts";

/** As WeCom has it. */
export type RobotBody =
  | {
      readonly msgtype: "text";
      readonly text: {
        readonly content: string;
        readonly mentioned_list: readonly string[];
        readonly mentioned_mobile_list: readonly string[];
      };
    }
  | { readonly msgtype: "markdown"; readonly markdown: { readonly content: string } }
  | { readonly msgtype: "template_card"; readonly template_card: TemplateCard }
  | { readonly msgtype: "markdown_v2"; readonly markdown_v2: { readonly content: string } };

/** A message that is a picture. */
export interface PictureBody {
  readonly msgtype: "image";
  readonly image: { readonly base64: string; readonly md5: string };
}

/** The most that a content may have, in bytes of UTF-8. */
const TEXT_BYTES = 2_048;
const MARKDOWN_BYTES = 4_096;

/** Whether the robot mentions somebody with this. */
export function pages(
  { mentioned, mentionedMobiles, mentionOn }: WeComRobotConfig,
  card: Card,
  attempt: Attempt,
): boolean {
  return mentioned.length + mentionedMobiles.length > 0 && mentions(card, attempt, mentionOn);
}

/** What follows an answer that has a picture; undefined for every other card. */
export function pictureBodyOf({ kind, image }: Card): PictureBody | undefined {
  const bytes = kind === "reply" ? pictureIn(image) : undefined;
  if (bytes === undefined) return undefined;
  const md5 = createHash("md5").update(bytes).digest("hex");
  return { msgtype: "image", image: { base64: bytes.toString("base64"), md5 } };
}

export function bodyOf(robot: WeComRobotConfig, card: Card, attempt: Attempt, locale: Locale): RobotBody {
  const { mentioned, mentionedMobiles } = robot;
  if (pages(robot, card, attempt))
    return {
      msgtype: "text",
      text: {
        content: weComText(card, { maxBytes: TEXT_BYTES, locale }),
        mentioned_list: mentioned,
        mentioned_mobile_list: mentionedMobiles,
      },
    };
  if (robot.cardUrl !== undefined && card.kind === "incident")
    return { msgtype: "template_card", template_card: noticeCard(card, robot.cardUrl, locale) };
  const markdown = (dialect: "v1" | "v2"): { readonly content: string } => ({
    content: weComMarkdown(card, { maxBytes: MARKDOWN_BYTES, dialect, locale }),
  });
  return hasTable(card.text ?? "")
    ? { msgtype: "markdown_v2", markdown_v2: markdown("v2") }
    : { msgtype: "markdown", markdown: markdown("v1") };
}
