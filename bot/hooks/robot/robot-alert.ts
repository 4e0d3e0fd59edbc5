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
const LONGEST_URL = 2_000;

/** The alert of a message, as the only item of a list; its twins of other severities, if there are any, end with it. */
export function alertsOf(message: RobotMessage, hook: Hook<RobotOptions>, at: number): Read {
  const { patterns } = hook.options;
  const { text, links, images, mentions } = plainText(message.text.slice(0, 2 * LONGEST_TEXT));
  const title = cleanLine(plainText(message.title.slice(0, 1_000)).text);
  const lines = [title, ...text.split("\n", LINES).map(cleanLine)].filter((line) => line !== "");
  const { line: about, identity } = message.plain === true ? asItIs(lines) : firstAbout(lines, patterns);
  const words = [...new Set([title, about])].filter((line) => line !== "");
  const over = message.plain !== true && words.some((line) => saysResolved(line, patterns));
  const summary = words.join(" · ") || hook.name;

  const all = [...(message.links ?? []), ...links].filter(({ url }) => url.length <= LONGEST_URL);
  const annotations = {
    summary,
    description: cut(text === summary ? "" : text),
    links: all
      .slice(0, MOST_LINKS)
      .map(({ title, url }) => (title === "" || title === url ? url : `${plain(title, 120)}: ${url}`))
      .join("\n"),
    image: [...(message.images ?? []), ...images].find((url) => url.length <= LONGEST_URL) ?? "",
    mentions: [...new Set([...(message.mentions ?? []), ...mentions])]
      .slice(0, 100)
      .map((id) => `@${plain(id, 64)}`)
      .join(" "),
  };
  const posted = (severity: string | undefined, ended: boolean): Posted => ({
    labels: dress(
      {
        alertname: plain(identity, LONGEST_NAME) || hook.name,
        ...(severity === undefined ? {} : { severity }),
      },
      hook,
    ),
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== "")),
    generatorURL: all[0]?.url ?? "",
    ...(ended ? { endsAt: at } : {}),
  });

  const found = message.plain === true ? "info" : severityOf(words.join("\n"), text, patterns);
  const first = posted(found ?? hook.severity ?? "warning", over);
  // A severity is a label, and so a part of what an alert is known by; the message that ends it hardly names it.
  const own = labelValue(first.labels, "severity");
  const twins = SEVERITIES.filter((severity) => severity !== own)
    .map((severity) => posted(severity, true))
    .filter(({ labels }) => labelValue(labels, "severity") !== own);
  const items = message.plain === true ? [first] : [first, ...twins];
  return { posted: items, places: items.map(() => 0), refused: [] };
}

interface About {
  readonly line: string;
  readonly identity: string;
}

/** The first line that is about something. */
function firstAbout(lines: readonly string[], patterns: Patterns): About {
  for (const line of lines) {
    const identity = identityOf(line, patterns);
    if (identity !== "") return { line, identity };
  }
  return asItIs(lines);
}

function asItIs([line = ""]: readonly string[]): About {
  return { line, identity: line };
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
