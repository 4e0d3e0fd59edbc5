/** What every platform says of a card that it shows as a message: one line for a phone, and the lines of the message. */
import type { Card, CardLink, IncidentStatus, Severity } from "../../alerts/card.ts";
import { VALUE, WHAT, WHERE } from "../../alerts/incidents/incident-card.ts";
import { plain } from "../../alerts/words.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { type Dialect, type Line, linesOf, PLAIN, plainLine, webAddress } from "./lines.ts";

const SEVERITY: Readonly<Record<Severity, Text>> = {
  critical: { zh: "严重", en: "Critical" },
  warning: { zh: "警告", en: "Warning" },
  info: { zh: "提示", en: "Info" },
};

/** While it fires, how bad it is says more. */
const STATUS: Readonly<Record<Exclude<IncidentStatus, "firing">, Text>> = {
  acknowledged: { zh: "已认领", en: "Acknowledged" },
  silenced: { zh: "静默", en: "Silenced" },
  flapping: { zh: "抖动", en: "Flapping" },
  resolved: { zh: "恢复", en: "Resolved" },
};

const SEVERITY_MARK: Readonly<Record<Severity, string>> = { critical: "🔴", warning: "🟠", info: "🔵" };

const STATUS_MARK: Readonly<Record<Exclude<IncidentStatus, "firing">, string>> = {
  acknowledged: "🙋",
  silenced: "🔕",
  flapping: "🔁",
  resolved: "✅",
};

/** `🔴`, `✅`: how it stands, for the eye; nothing for a card that is about no incident. */
export function markOf({ severity, status }: Card): string {
  if (status !== undefined && status !== "firing") return STATUS_MARK[status];
  return severity === undefined ? "" : SEVERITY_MARK[severity];
}

/** `严重`, `恢复`: how it stands, in a word. */
export function standingOf({ severity, status }: Card, locale: Locale): string {
  if (status !== undefined && status !== "firing") return inLocale(locale, STATUS[status]);
  return severity === undefined ? "" : inLocale(locale, SEVERITY[severity]);
}

/** The most of a name, of a place or a value, and of other words that a phone has room for, in characters. */
const NAME = 80;
const PLACE = 24;
const WORDS = 40;

/** `host=web-1`. */
const LABELS = /^[\p{L}_][\p{L}\d_.]*=/u;

/** What one line says of a card, each by itself; "" where there is nothing to say. Plain text. */
export interface LineParts {
  /** `严重`, `恢复`. */
  readonly standing: string;
  /** `#12`. */
  readonly number: string;
  readonly place: string;
  readonly name: string;
  /** What it is about, where the name does not say. */
  readonly what: string;
  readonly value: string;
}

export function linePartsOf(card: Card, locale: Locale): LineParts {
  const { title = "", text = "", incident, status } = card;
  const number = incident === undefined ? "" : `#${incident}`;
  const first = title === "" ? (linesOf(text, PLAIN)[0]?.words ?? "") : title;
  const name = plain(first.replace(new RegExp(`^${number}\\s+`), "").replace(/[。.：:]$/, ""), NAME);
  // A message about an incident says its value in its own words; one that is over has none.
  const about = card.kind === "incident";
  return {
    standing: standingOf(card, locale),
    number,
    place: about ? placeOf(card) : "",
    name,
    // Some are called by the labels that they have in common, which say where and not what.
    what: about && LABELS.test(name) ? plain(fieldOf(card, WHAT), WORDS) : "",
    value: about && status !== "resolved" ? plain(fieldOf(card, VALUE), PLACE) : "",
  };
}

/**
 * The one line that a phone shows of a message, the decisive words first: `[严重] web-1 CPU 97% · #12`. Plain text.
 */
export function notificationLine(card: Card, locale: Locale): string {
  const { standing, number, place, name, what, value } = linePartsOf(card, locale);
  const words = [
    standing === "" ? "" : `[${standing}]`,
    name.includes(place) ? "" : place,
    name,
    what,
    name.includes(value) ? "" : value,
    number === "" ? "" : `· ${number}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** The values of the labels that say where: `host=web-1, mount=/` is `web-1 /`. */
function placeOf(card: Card): string {
  const labels = fieldOf(card, WHERE).split(", ");
  return plain(labels.map((label) => label.slice(label.indexOf("=") + 1)).join(" "), PLACE);
}

function fieldOf({ fields = [] }: Card, { zh, en }: Text): string {
  return fields.find(({ name }) => name === zh || name === en)?.value ?? "";
}

/** A card below its headline: its text, then its fields as `field` writes them. */
export function bodyLines(
  { text = "", fields = [], links = [] }: Card,
  dialect: Dialect,
  field: (name: string, value: string) => Line,
): readonly Line[] {
  const written = fields.map(({ name, value }) => field(flat(name), flat(value)));
  const [first, ...rest] = written;
  return [
    ...linesOf(text, dialect),
    ...(first === undefined ? [] : [{ ...first, starts: true as const }, ...rest]),
    ...linkLines(links, dialect),
  ];
}

/** The links of a card in one line; none where there are none. */
export function linkLines(links: readonly CardLink[], dialect: Dialect): readonly Line[] {
  const written = links.flatMap(({ label, url }) => {
    const address = webAddress(url);
    return address === undefined ? [] : [{ label: flat(label), address }];
  });
  if (written.length === 0) return [];
  return [
    {
      kind: "text",
      mark: "",
      text: written
        .map(({ label, address }, i) => dialect.link(dialect.escape(label, i === 0), address))
        .join(" · "),
      words: written.map(({ label }) => label).join(" · "),
      starts: true,
    },
  ];
}

/** `…还有 3 行`: what had to be left out. */
export function moreLines(locale: Locale, dialect: Dialect): (left: number) => Line {
  return (left) => {
    const words = inLocale(locale, {
      zh: `…还有 ${left} 行`,
      en: `…and ${left} more line${left === 1 ? "" : "s"}`,
    });
    return { ...plainLine(words, dialect), starts: true };
  };
}

function flat(text: string): string {
  return plain(text, Number.POSITIVE_INFINITY);
}
