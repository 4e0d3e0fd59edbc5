import type { Text } from "../storage/locale.ts";
import { Refusal } from "./command.ts";
import { parseDurationWords } from "./language/durations.ts";

/** A number that people say, and what followed it. */
export interface Taken<T> {
  readonly value: T;
  readonly rest: string;
}

/** Takes `12`, `#12` or `12号` from the start; `undefined` when there is no such number. */
export function takeNumber(rest: string): Taken<number> | undefined {
  const found = /^#?(\d{1,9})号?(?=$|[^\d.\w]|[^\x20-\x7e])/.exec(rest);
  if (found === null) return undefined;
  return { value: Number(found[1]), rest: rest.slice(found[0].length).trim() };
}

/** Takes the number that must be there; `what` names what it counts. */
export function needNumber(rest: string, what: Text, example: Text): Taken<number> {
  const taken = takeNumber(rest);
  if (taken !== undefined) return taken;
  throw new Refusal({
    zh: `要说明是哪个${what.zh}，例如：${example.zh}`,
    en: `Say which ${what.en}, for example: ${example.en}`,
  });
}

/** Longest time that people may ask for: nobody remembers what was silenced a year ago. */
const LONGEST_MS = 366 * 86_400_000;

/** Takes a length of time (`30m`, `2小时30分`, `半小时`) from the start; `undefined` when there is none. */
export function takeSpan(rest: string): Taken<number> | undefined {
  const found = parseDurationWords(rest);
  if (found === undefined || found.ms <= 0) return undefined;
  if (found.ms > LONGEST_MS) {
    throw new Refusal({ zh: "时间太长了，最多一年。", en: "That is too long; a year is the most." });
  }
  return { value: found.ms, rest: found.rest.trim() };
}

/** Refuses words that the command cannot use, rather than ignoring what somebody meant. */
export function needNothing(rest: string): void {
  if (rest === "") return;
  throw new Refusal({
    zh: `多出来的“${rest.slice(0, 100)}”看不懂。`,
    en: `I do not know what to do with “${rest.slice(0, 100)}”.`,
  });
}
