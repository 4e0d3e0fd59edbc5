import type { Text } from "../storage/locale.ts";
import { Refusal } from "./command.ts";
import { scanDuration } from "./language/durations.ts";
import { code } from "./markdown.ts";
import { quoted } from "./phrases.ts";

/** A number that people say, and what followed it. */
export interface Taken<T> {
  readonly value: T;
  readonly rest: string;
}

/** Takes `12`, `#12` or `12号` from the start; `undefined` when there is no such number. `30分钟` is a length of time. */
export function takeNumber(rest: string): Taken<number> | undefined {
  const found = /^#?(\d{1,9})号?(?=$|[^\d.\w]|[^\x20-\x7e])/.exec(rest);
  if (found === null || isSpan(rest)) return undefined;
  // `认领 12，30分钟`: the comma only parts the two.
  const after = rest.slice(found[0].length).replace(/^[\s,;:、]+/, "");
  return { value: Number(found[1]), rest: after.trimEnd() };
}

/** Whether it begins with a number and, with nothing between them, a unit of time. */
function isSpan(rest: string): boolean {
  return /^\d+[^ -~]/.test(rest) && scanDuration(rest, 0) !== undefined;
}

/** Takes the number that must be there; `what` names what it counts. */
export function needNumber(rest: string, what: Text, example: Text): Taken<number> {
  const taken = takeNumber(rest);
  if (taken !== undefined) return taken;
  throw new Refusal({
    zh: `要说明是哪个${what.zh}，例如 ${code(example.zh)}`,
    en: `Say which ${what.en}, for example ${code(example.en)}`,
  });
}

/** Longest time that people may ask for: nobody remembers what was silenced a year ago. */
const LONGEST_MS = 366 * 86_400_000;

/** A word that only says that a length of time follows. */
const LEADING = /^(?:for\s+|持续|时长)\s*/i;

/** What was meant as a length of time and is none: a number alone, or with a unit that nobody knows. */
const SLIP = /^\d[\d.]*(?!st\b|nd\b|rd\b|th\b)[a-z]{0,3}(?![^\s,])/i;

/**
 * Takes a length of time (`30m`, `2小时30分`, `半小时`) from the start; `undefined` when there is none. Refuses what looks
 * like one and is not (`30`, `5x`, `0m`): a slip must not become the usual time and a note.
 */
export function takeSpan(rest: string): Taken<number> | undefined {
  const text = rest.replace(LEADING, "");
  const found = scanDuration(text, 0);
  const after = text.slice(found?.to);
  // `1h30` is not an hour and the note "30".
  const torn = found !== undefined && /^\.?[a-z0-9]/i.test(after);
  const slip = torn ? /^\S*/.exec(text) : found === undefined ? SLIP.exec(text) : null;
  if (slip !== null) {
    throw new Refusal({
      zh: `“${quoted(slip[0], 40)}”不是时长，要像 30m、2h、30分钟 这样写；备注放在时长后面。`,
      en: `“${quoted(slip[0], 40)}” is no length of time; write it like 30m or 2h, and a note after it.`,
    });
  }
  if (found === undefined) return undefined;
  if (found.ms <= 0) {
    throw new Refusal({ zh: "时长要大于零。", en: "A length of time must be more than nothing." });
  }
  if (found.ms > LONGEST_MS) {
    throw new Refusal({ zh: "时间太长了，最多一年。", en: "That is too long; a year is the most." });
  }
  return { value: found.ms, rest: after.replace(/^[\s,;:、]+/, "").trimEnd() };
}

/** Refuses words that the command cannot use, rather than ignoring what somebody meant. */
export function needNothing(rest: string): void {
  if (rest === "") return;
  throw new Refusal({
    zh: `多出来的“${quoted(rest, 100)}”看不懂。`,
    en: `I do not know what to do with “${quoted(rest, 100)}”.`,
  });
}
