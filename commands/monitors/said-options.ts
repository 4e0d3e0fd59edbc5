/** Options as people say them in the middle of a sentence: `宽限 30分钟`, `grace 30m`, `cron "0 2 * * *"`. */
import { formatDuration } from "../../storage/duration.ts";
import { Refusal } from "../command.ts";
import { scanDuration } from "../language/durations.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";

/** It says what is done anyway. */
const ALARM = [
  /[\s,;]*(?:没来|没到|没有?报到|未报到|不来|迟到)了?(?:就|则|时)? *(?:告警|报警|通知|提醒)?我?[\s.!]*$/,
  /[\s,;]*(?:and )?(?:alert|alarm|tell)(?: me| us)?(?: (?:when|if)(?: it is)? (?:missing|late|absent))?[\s.!]*$/i,
];

/** What was said without the end that asks to be told. */
export function withoutAlarm(said: string): string {
  return ALARM.reduce((rest, words) => rest.replace(words, ""), said);
}

/** Where an option may begin: at the start, or after a space or a comma; Chinese words also right after others. */
export const BEFORE = "(?:^|[\\s,;，、；])";

export const CRON = new RegExp(
  `${BEFORE}cron\\s*[=:]?\\s*("[^"]*"|'[^']*'|@every \\S+|@[a-z]+|(?:[\\d*/,?LW#a-z-]+ ){4,5}[\\d*/,?LW#a-z-]+)`,
  "i",
);

export function takeMatch(
  text: string,
  pattern: RegExp,
  option: string,
  given: Record<string, string>,
): string {
  const found = pattern.exec(text);
  if (found === null) return text;
  given[option] = (found[1] ?? "").replace(/^(["'])(.*)\1$/, "$2");
  return `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`;
}

export function takeSpanOf(
  text: string,
  option: string,
  words: string,
  given: Record<string, string>,
): string {
  const found = new RegExp(
    `${BEFORE}(?:${words})(?:\\s*[=:为是]\\s*|\\s+(?:of )?|(?=[\\d一二两三半]))`,
    "i",
  ).exec(text);
  if (found === null) return text;
  const from = found.index + found[0].length;
  const span = scanDuration(text, from);
  const bare = /^0s?(?=$|[\s,;])/.exec(text.slice(from));
  if (span === undefined && bare === null) {
    const word = text.slice(from).trim().split(/\s/)[0] ?? "";
    throw new Refusal({
      zh: `${code(option)} 后面的“${quoted(word, 40)}”不是时长，要像 30m、2h、30分钟 这样写。`,
      en: `“${quoted(word, 40)}” after ${code(option)} is no length of time; write it like 30m or 2h.`,
    });
  }
  given[option] = span === undefined ? "0s" : formatDuration(span.ms);
  return `${text.slice(0, found.index)} ${text.slice(span?.to ?? from + (bare?.[0].length ?? 0))}`;
}
