/** What a robot's message becomes: an alert that is known again by what its title is about. */

import { SEVERITIES } from "../../../alerts/card.ts";
import type { Read } from "../../../alerts/intake/postable.ts";
import type { Posted } from "../../../alerts/intake/posted.ts";
import { plain } from "../../../alerts/words.ts";
import { labelValue } from "../../../storage/labels.ts";
import type { Hook } from "../hook.ts";
import { dress } from "../json.ts";
import { identityOf } from "./identity.ts";
import { type Patterns, saysResolved, severityIn } from "./patterns.ts";
import { type Link, plainText } from "./plain-text.ts";

/** A message of either platform, as far as alerts care. */
export interface RobotMessage {
  /** "" where there is none; then the text's first line is one. */
  readonly title: string;
  /** Markdown or plain. */
  readonly text: string;
  readonly links?: readonly Link[];
  readonly images?: readonly string[];
  /** Whom it mentions: ids, numbers, `all`. */
  readonly mentions?: readonly string[];
  /** Of no type that is known: it is passed on as it is, and says nothing about what fires. */
  readonly plain?: true;
}

export interface RobotOptions {
  readonly patterns: Patterns;
}

/** A title is looked for in so many lines. */
const LINES = 8;
const LONGEST_LINE = 200;
const LONGEST_NAME = 120;
/** More is cut off; in UTF-16 units. */
const LONGEST_TEXT = 8_000;
const MOST_LINKS = 20;

/** The alert of a message, as the only item of a list; its twins of other severities, if there are any, end with it. */
export function alertsOf(message: RobotMessage, hook: Hook<RobotOptions>, at: number): Read {
  const { patterns } = hook.options;
  const { text, links, images, mentions } = plainText(message.text.slice(0, 4 * LONGEST_TEXT));
  const title = cleanLine(plainText(message.title.slice(0, 1_000)).text);
  const lines = [title, ...text.split("\n", LINES).map(cleanLine)].filter((line) => line !== "");
  const identity = (line: string): string => (message.plain === true ? line : identityOf(line, patterns));
  const about = lines.find((line) => identity(line) !== "") ?? lines[0] ?? "";
  const words = [...new Set([title, about])].filter((line) => line !== "");
  const over = message.plain !== true && words.some((line) => saysResolved(line, patterns));
  const summary = words.join(" · ") || hook.name;

  const annotations = {
    summary,
    description: cut(text === summary ? "" : text),
    links: [...links, ...(message.links ?? [])]
      .slice(0, MOST_LINKS)
      .map((link) => (link.title === "" || link.title === link.url ? link.url : `${link.title}: ${link.url}`))
      .join("\n"),
    image: [...(message.images ?? []), ...images][0] ?? "",
    mentions: [...new Set([...(message.mentions ?? []), ...mentions])]
      .slice(0, 100)
      .map((id) => `@${plain(id, 64)}`)
      .join(" "),
  };
  const posted = (severity: string | undefined, ended: boolean): Posted => ({
    labels: dress(
      {
        alertname: plain(identity(about) || about, LONGEST_NAME) || hook.name,
        ...(severity === undefined ? {} : { severity }),
      },
      hook,
    ),
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== "")),
    generatorURL: [...(message.links ?? []), ...links][0]?.url.slice(0, 2_000) ?? "",
    ...(ended ? { endsAt: at } : {}),
  });

  const found = message.plain === true ? "info" : severityOf(words.join("\n"), text, patterns);
  const first = posted(found ?? hook.severity ?? "warning", over);
  // A severity is a label, and so a part of what an alert is known by; the message that ends it hardly names it.
  const own = labelValue(first.labels, "severity");
  const twins = SEVERITIES.filter((severity) => severity !== own)
    .map((severity) => posted(severity, true))
    .filter(({ labels }) => labelValue(labels, "severity") !== own);
  const all = message.plain === true ? [first] : [first, ...twins];
  return { posted: all, places: all.map(() => 0), refused: [] };
}

function severityOf(words: string, text: string, patterns: Patterns): string | undefined {
  return severityIn(words, patterns) ?? severityIn(text.slice(0, 1_000), patterns);
}

/** A line without mentions of people. */
function cleanLine(line: string): string {
  return plain(line.replace(/@(?:\d{6,}|all\b|所有人|\S{1,32}(?=\s|$))/gi, " "), LONGEST_LINE);
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
