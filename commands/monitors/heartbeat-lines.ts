/** How a job reports to its heartbeat: lines to paste, and what is expected of it in words. */
import { UUID } from "../../monitors/heartbeat/options.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import { describeSchedule } from "../../rules/describe-schedule.ts";
import { parseDuration, spanWords } from "../../storage/duration.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { codeBlock } from "../markdown.ts";
import type { World } from "../world.ts";
import { CURL, reachedAt } from "./curl.ts";

/** Where a heartbeat is told: `http://gengfu.example/ping/<uuid>`. */
function pingUrl({ options }: Pick<MonitorSpec, "options">, world: Pick<World, "origin">): string {
  return `${reachedAt(world)}/ping/${String(options["uuid"])}`;
}

/** The lines to paste, as markdown. */
export function pingLines(
  record: Pick<MonitorSpec, "options">,
  world: Pick<World, "origin" | "pingKey">,
  locale: Locale,
): string {
  const url = pingUrl(record, world);
  const lines: readonly (readonly [Text, string])[] = [
    [{ zh: "跑完时（成功）", en: "when it is done" }, `${CURL} ${url}`],
    [{ zh: "接在任务后面，带上退出码", en: "after a job, with its exit code" }, `${CURL} ${url}/$?`],
    [
      { zh: "开始时（可选，能量出用时）", en: "when it starts (optional; measures how long it takes)" },
      `${CURL} ${url}/start`,
    ],
    ...named(record, world),
  ];
  return codeBlock(lines.map(([about, line]) => `# ${inLocale(locale, about)}\n${line}`).join("\n"));
}

function named(
  { options }: Pick<MonitorSpec, "options">,
  world: Pick<World, "origin" | "pingKey">,
): readonly (readonly [Text, string])[] {
  const slug = options["slug"];
  if (typeof slug !== "string" || world.pingKey === undefined) return [];
  return [[{ zh: "按名字", en: "by name" }, `${CURL} ${reachedAt(world)}/ping/${world.pingKey}/${slug}`]];
}

/** `每天 02:00，宽限 30分钟`. Plain text. */
export function expectationWords({ options }: Pick<MonitorSpec, "options">): Text {
  const { period, cron, timezone, grace, max_duration } = options;
  const schedule = typeof cron === "string" ? cron : `@every ${String(period)}`;
  const zone = typeof timezone === "string" ? ` (${timezone})` : "";
  const longest = (words: Text): Text =>
    typeof max_duration === "string"
      ? { zh: `${words.zh}，最多跑 ${inChinese(max_duration)}`, en: `${words.en}, may run ${max_duration}` }
      : words;
  return longest({
    zh: `${describeSchedule(schedule, "zh-CN")}${zone}，宽限 ${inChinese(String(grace))}`,
    en: `${describeSchedule(schedule, "en")}${zone}, grace ${String(grace)}`,
  });
}

/** `30m` as `30分钟`. */
export function inChinese(duration: string): string {
  const ms = parseDuration(duration);
  return ms === undefined ? duration : spanWords(ms).zh;
}

/** Without the address that only those may know who run the jobs. */
export function withoutUuid(text: string): string {
  return text.replace(new RegExp(UUID.source.slice(1, -1), "gi"), "…");
}
