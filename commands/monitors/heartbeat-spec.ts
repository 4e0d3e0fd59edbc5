/** What somebody says of a heartbeat, as a monitor: `夜间备份 每天 02:00 宽限 30分钟 没来就告警`, `backup period 1d grace 30m`. */
import type { MonitorSpec } from "../../monitors/index.ts";
import { formatDuration } from "../../storage/duration.ts";
import { Refusal } from "../command.ts";
import { scanDuration } from "../language/durations.ts";
import { scanSchedule } from "../language/schedule.ts";
import { tokenize } from "../language/tokenize.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import { checkedMonitor } from "./options.ts";

/** Whole lines that make a heartbeat. */
export const HEARTBEAT_EXAMPLES = {
  zh: "心跳 夜间备份 每天 02:00 宽限 30分钟 没来就告警\n心跳 同步库存 周期 10分钟 宽限 5分钟",
  en: "heartbeat add nightly backup every day at 02:00 grace 30m\nheartbeat add sync period 10m grace 5m",
};

/** Before a length of time. Longer words stand first. */
const SPANS: readonly (readonly [option: string, words: string])[] = [
  ["max_duration", "max_duration|max duration|最多跑|最长跑|最长|最多"],
  ["grace", "grace period|grace|宽限期|宽限"],
  ["period", "period|周期"],
  ["interval", "interval"],
  ["timeout", "timeout"],
];

/** Before one word. */
const WORDS: readonly (readonly [option: string, words: string])[] = [
  ["timezone", "timezone|时区"],
  ["slug", "slug"],
  ["uuid", "uuid"],
  ["push_token", "push_token"],
];

/** It says what is done anyway. */
const ALARM = [
  /[\s,;]*(?:没来|没到|没有?报到|未报到|不来|迟到)了?(?:就|则|时)? *(?:告警|报警|通知|提醒)?我?[\s.!]*$/,
  /[\s,;]*(?:and )?(?:alert|alarm|tell)(?: me| us)?(?: (?:when|if)(?: it is)? (?:missing|late|absent))?[\s.!]*$/i,
];

/** Reads a heartbeat. Throws a Refusal that says what is not understood. */
export function readHeartbeat(said: string): MonitorSpec {
  const given: Record<string, string> = {};
  let text = ALARM.reduce((rest, words) => rest.replace(words, ""), said);
  for (const [option, words] of SPANS) text = takeSpanOf(text, option, words, given);
  for (const [option, words] of WORDS)
    text = takeMatch(text, new RegExp(`${BEFORE}(?:${words})\\s*[=:]?\\s*(\\S+)`, "i"), option, given);
  text = takeMatch(text, CRON, "cron", given);
  if (given["cron"] === undefined && given["period"] === undefined) text = takeSchedule(text, given);
  const name = nameIn(text, said);
  return checkedMonitor({ ...given, name, kind: "heartbeat" });
}

/** Where an option may begin: at the start, or after a space or a comma; Chinese words also right after others. */
const BEFORE = "(?:^|[\\s,;，、；])";

const CRON = new RegExp(
  `${BEFORE}cron\\s*[=:]?\\s*("[^"]*"|'[^']*'|@every \\S+|@[a-z]+|(?:[\\d*/,?LW#a-z-]+ ){4,5}[\\d*/,?LW#a-z-]+)`,
  "i",
);

function takeMatch(text: string, pattern: RegExp, option: string, given: Record<string, string>): string {
  const found = pattern.exec(text);
  if (found === null) return text;
  given[option] = (found[1] ?? "").replace(/^(["'])(.*)\1$/, "$2");
  return `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`;
}

function takeSpanOf(text: string, option: string, words: string, given: Record<string, string>): string {
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

/** The schedule at the end of what is left, after at least a word of a name. */
function takeSchedule(text: string, given: Record<string, string>): string {
  const rest = text.trimEnd().replace(/[\s,;，；。]+$/, "");
  const starts = tokenize(rest)
    .slice(1)
    .map(({ from }) => from);
  // `夜间备份每天2点`: where no space parts the two, any character may be the first of the schedule.
  for (const at of [...starts, ...Array.from({ length: rest.length }, (_, i) => i + 1)]) {
    const found = scanSchedule(rest, at);
    if (found?.recurs !== true || found.to < rest.length) continue;
    if (found.schedule !== undefined) Object.assign(given, asOption(found.schedule));
    else if (/^(?:每天|每日|daily|every day)$/i.test(rest.slice(at).trim())) given["period"] = "1d";
    else continue;
    return rest.slice(0, at);
  }
  return text;
}

/** An interval is a period: a job that runs every five minutes need not run at the full ones. */
function asOption(schedule: string): Record<string, string> {
  const [, minutes] = /^\*(?:\/(\d+))? \* \* \* \*$/.exec(schedule) ?? [];
  if (schedule.startsWith("* * * * *")) return { period: "1m" };
  if (minutes !== undefined) return { period: `${minutes}m` };
  const hours = /^0 \*(?:\/(\d+))? \* \* \*$/.exec(schedule);
  if (hours !== null) return { period: `${hours[1] ?? 1}h` };
  const every = /^@every (\S+)$/.exec(schedule)?.[1];
  return every === undefined ? { cron: schedule } : { period: every };
}

function nameIn(text: string, said: string): string {
  const words = tokenize(text).map((token) => token.text);
  const name = words
    .join(" ")
    .replace(/^name=/, "")
    .replace(/^[\s,;，；:：]+|[\s,;，；:：]+$/g, "");
  if (name !== "") return name;
  const [zh = "", en = ""] = [HEARTBEAT_EXAMPLES.zh, HEARTBEAT_EXAMPLES.en].map(
    (all) => all.split("\n")[0] ?? "",
  );
  throw new Refusal(
    said.trim() === ""
      ? {
          zh: `等谁报到？例如 ${code(zh)}。说“监控”看已有的。`,
          en: `Wait for whom? For example ${code(en)}. Say monitors for those there are.`,
        }
      : { zh: `还差名字，例如 ${code(zh)}`, en: `It needs a name, for example ${code(en)}` },
  );
}
