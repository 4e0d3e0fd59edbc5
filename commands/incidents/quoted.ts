/** Which incident a line is about when it names none and answers a message that does: `认领 30m` under a card. */
import type { Card } from "../../alerts/card.ts";
import { takeNumber } from "../arguments.ts";
import { action, answer, type Call } from "../command.ts";
import type { Found } from "../find.ts";
import { code } from "../markdown.ts";

/** A command whose incident may be any of several. */
export interface Unclear {
  readonly found: Found;
  readonly among: readonly number[];
}

/** A longer quotation is read this far, in characters. */
const READ = 20_000;

/** `#12`, wherever it stands; not the end of an address, and not a longer word. */
const NUMBER = /(?<![\w/&#])#(\d{1,9})(?!\w)/g;

/** The title of an incident's card begins with its number, whatever sign a platform puts before it. */
const TITLE = /^(?:#{1,6} )?[^\p{L}\p{N}#]*#(\d{1,9})(?!\w)/u;

/** One of many, as a digest lists them. */
const LISTED = /^[-*+] /;

/** A label and what it must be, as `silence` takes it. */
const MATCHERS = /^\{|^[^\s=!~]+\s?(?:=|!=|=~|!~)/;

/** The command with the incident that the quotation names; as it was when it needs none, has one, or finds none. */
export function withQuoted(found: Found, quotes: string | undefined): Found | Unclear {
  if (quotes === undefined || found.command.takesIncident !== true) return found;
  if (takeNumber(found.rest) !== undefined || MATCHERS.test(found.rest)) return found;
  // A platform whose markdown has headings gets the wide sign where the narrow one would make one.
  const among = incidentsIn(quotes.slice(0, READ).replaceAll("＃", "#"));
  const [only] = among;
  if (only === undefined) return found;
  return among.length === 1 ? about(found, only) : { found, among };
}

/** The command about this incident. */
function about(found: Found, incident: number): Found {
  return { ...found, rest: `${incident} ${found.rest}`.trimEnd() };
}

/** The line that says a command in full. */
export function lineOf({ words, rest }: Found): string {
  return `${words} ${rest}`.trimEnd();
}

/** The one that the title names, else all that are named. */
function incidentsIn(quote: string): readonly number[] {
  const [first = ""] = quote.trim().split("\n", 1);
  const title = LISTED.test(first) ? "" : first;
  const leading = TITLE.exec(title);
  if (leading !== null) return [Number(leading[1])];
  const named = numbersIn(title);
  return named.length === 1 ? named : numbersIn(quote);
}

function numbersIn(text: string): readonly number[] {
  return [...new Set([...text.matchAll(NUMBER)].map(([, digits]) => Number(digits)))];
}

/** So many are offered as buttons. */
const OFFERED = 5;

/** Asks which of them is meant. */
export function askWhich({ found, among }: Unclear, call: Call): Card {
  const lines = among.map((incident) => lineOf(about(found, incident)));
  const numbers = among.slice(0, 30).map((incident) => `#${incident}`);
  const example = code(lines[0] ?? "");
  return answer(
    call,
    {
      zh: `引用的消息里有 ${among.length} 个告警：${numbers.join("、")}。要说明是哪个，例如 ${example}`,
      en: `The message you answer names ${among.length} incidents: ${numbers.join(", ")}. Say which, for example ${example}`,
    },
    {
      actions: among
        .slice(0, OFFERED)
        .map((incident, i) =>
          action(call, `incident-${incident}`, { zh: `#${incident}`, en: `#${incident}` }, lines[i] ?? ""),
        ),
    },
  );
}
