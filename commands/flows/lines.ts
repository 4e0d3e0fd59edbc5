/** How a flow is told: lines to paste, and what is asked of it in words. */
import type { FlowOptions } from "../../monitors/flow/options.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import { describeSchedule } from "../../rules/describe-schedule.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { codeBlock } from "../markdown.ts";
import { CURL, reachedAt, shellWord, urlPart } from "../monitors/curl.ts";
import { inChinese } from "../monitors/heartbeat-lines.ts";
import type { World } from "../world.ts";

/** So many steps have lines of their own; the others go as these do. */
const MOST_LINED = 5;

/** What stands instead of the token for those who may not see it. */
const HIDDEN = "…";

/** The lines to paste, as markdown; with the token for those who `maySee` it. */
export function flowLines(
  { name, options }: Pick<MonitorSpec, "name" | "options">,
  world: Pick<World, "origin">,
  locale: Locale,
  maySee = true,
): string {
  const { steps, token } = options as FlowOptions;
  const say = (text: Text): string => `# ${inLocale(locale, text)}`;
  const url = `"${reachedAt(world)}/api/v1/flows/${urlPart(name)}/runs/$RUN"`;
  const authorization = shellWord(`Authorization: Bearer ${maySee ? (token ?? HIDDEN) : HIDDEN}`);
  const line = (step: string, state: string): string =>
    `${CURL} -H ${authorization} --data-urlencode ${shellWord(`step=${step}`)} -d state=${state} ${url}`;
  const shown = steps.slice(0, MOST_LINED);
  const more = steps.length - shown.length;
  return codeBlock(
    [
      say({
        zh: "这次运行的编号，开头取一次，过了零点也不变",
        en: "what this run is called: taken once at the beginning, it stays the same after midnight",
      }),
      "RUN=$(date +%F)",
      say({
        zh: "每一步开始、完成时各报一次；失败报 state=fail，不用跑报 state=skip，也可以报退出码 state=$?",
        en: "at the beginning and the end of each step; state=fail when it fails, state=skip when it is left out, or its exit code: state=$?",
      }),
      ...shown.flatMap((step) => [line(step.name, "start"), line(step.name, "done")]),
      ...(more > 0 ? [say({ zh: `其余 ${more} 步一样`, en: `and so on for ${more} more` })] : []),
    ].join("\n"),
  );
}

/** `拉取 ≤10分钟 → 对账 ≤30分钟 → 出报表 截止 06:00，工作日 06:00 前跑完`. Plain text. */
export function flowWords({ options }: Pick<MonitorSpec, "options">): Text {
  const { steps } = options as FlowOptions;
  const chain = (by: string, said: (duration: string) => string): string =>
    steps
      .map(({ name, max_duration, deadline }) =>
        [
          name,
          max_duration === undefined ? "" : `≤${said(max_duration)}`,
          deadline === undefined ? "" : `${by} ${deadline}`,
        ]
          .filter(Boolean)
          .join(" "),
      )
      .join(" → ");
  const when = whenWords(options as FlowOptions);
  return {
    zh: `${chain("截止", inChinese)}${when.zh}`,
    en: `${chain("by", (duration) => duration)}${when.en}`,
  };
}

/** When runs are due; nothing where nobody said so. */
function whenWords({ cron, days, grace, timezone, steps }: FlowOptions): Text {
  const zone = timezone === undefined ? "" : ` (${timezone})`;
  if (cron !== undefined)
    return {
      zh: `，${describeSchedule(cron, "zh-CN")}${zone} 开始，宽限 ${inChinese(grace)}`,
      en: `; begins ${describeSchedule(cron, "en")}${zone}, grace ${grace}`,
    };
  const last = steps.findLast(({ deadline }) => deadline !== undefined)?.deadline;
  if (days === undefined || last === undefined) return { zh: "", en: "" };
  const due = `${Number(last.slice(3))} ${Number(last.slice(0, 2))} ${days}`;
  return {
    zh: `，${describeSchedule(due, "zh-CN")}${zone} 前跑完`,
    en: `; done by ${describeSchedule(due, "en")}${zone}`,
  };
}
