/** The body of a message to a custom robot: markdown, whom it mentions, and the id by which a second one is dropped. */
import { createHash } from "node:crypto";
import type { Card } from "../../../alerts/card.ts";
import type { Attempt } from "../../../alerts/channel.ts";
import type { Locale } from "../../../storage/locale.ts";
import { notificationLine } from "../../chat/card-lines.ts";
import type { DingTalkRobotConfig } from "../../receivers/dingtalk-robot-config.ts";
import { mentions } from "../../robots/channel.ts";
import { dingTalkMarkdown } from "../markdown.ts";

/** As DingTalk has it. */
export interface RobotBody {
  readonly msgtype: "markdown";
  readonly markdown: { readonly title: string; readonly text: string };
  readonly at: {
    readonly atMobiles: readonly string[];
    readonly atUserIds: readonly string[];
    readonly isAtAll: boolean;
  };
  readonly msgUuid: string;
}

/** The whole body may have so many bytes, which some say of it and some of the text. */
const MOST_BYTES = 20_000;

export function bodyOf(robot: DingTalkRobotConfig, card: Card, attempt: Attempt, locale: Locale): RobotBody {
  const { keyword } = robot;
  const rings = mentions(card, attempt, robot.atOn);
  const at = {
    atMobiles: rings ? robot.atMobiles : [],
    atUserIds: rings ? robot.atUserIds : [],
    isAtAll: rings && robot.atAll,
  };
  // Whom a message mentions must stand in its text as well, or nobody's phone rings.
  const people = [...at.atMobiles, ...at.atUserIds].map((id) => `@${id}`).join(" ");
  const frame = { msgtype: "markdown", at, msgUuid: uuidOf(card, attempt) } as const;
  const title = notificationLine(card, locale);
  const room = MOST_BYTES - Buffer.byteLength(JSON.stringify({ ...frame, markdown: { title, text: "" } }));
  const make = (tail: string): RobotBody => ({
    ...frame,
    markdown: dingTalkMarkdown(card, { maxBytes: room, locale, tail }),
  });
  const body = make(people);
  if (keyword === undefined || body.markdown.text.includes(keyword)) return body;
  return make(people === "" ? keyword : `${people}\n\n${keyword}`);
}

/**
 * The same whenever the same is said again, and different for what comes after it: an incident's messages have one
 * delivery, and other cards are said once or, as a digest, again when they have changed.
 */
function uuidOf(card: Card, { deliveryId, incident }: Attempt): string {
  const said =
    card.kind === "incident" && incident !== undefined
      ? String(incident.incident.version)
      : JSON.stringify(card);
  return createHash("sha256").update(`${deliveryId}\n${said}`).digest("hex").slice(0, 32);
}
