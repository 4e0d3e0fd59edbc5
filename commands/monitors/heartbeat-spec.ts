/** What somebody says of a heartbeat, as a monitor: `夜间备份 每天 02:00 宽限 30分钟 没来就告警`, `backup period 1d grace 30m`. */
import type { MonitorSpec } from "../../monitors/index.ts";
import { Refusal } from "../command.ts";
import { scanSchedule } from "../language/schedule.ts";
import { tokenize } from "../language/tokenize.ts";
import { code } from "../markdown.ts";
import { checkedMonitor } from "./options.ts";
import { BEFORE, CRON, takeMatch, takeSpanOf, withoutAlarm } from "./said-options.ts";

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

/** Reads a heartbeat. Throws a Refusal that says what is not understood. */
export function readHeartbeat(said: string): MonitorSpec {
  const given: Record<string, string> = {};
  let text = withoutAlarm(said);
  for (const [option, words] of SPANS) text = takeSpanOf(text, option, words, given);
  for (const [option, words] of WORDS)
    text = takeMatch(text, new RegExp(`${BEFORE}(?:${words})\\s*[=:]?\\s*(\\S+)`, "i"), option, given);
  text = takeMatch(text, CRON, "cron", given);
  if (given["cron"] === undefined && given["period"] === undefined) text = takeSchedule(text, given);
  const name = nameIn(text, said);
  return checkedMonitor({ ...given, name, kind: "heartbeat" });
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
