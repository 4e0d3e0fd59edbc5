/** Looking once, now. */

import type { Card } from "../../alerts/card.ts";
import { formatValue } from "../../alerts/words.ts";
import type { MonitorSpec } from "../../monitors/index.ts";
import { explainReason } from "../../monitors/reason.ts";
import type { LookReport } from "../../monitors/take-look.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { answer, type Call, type Command } from "../command.ts";
import { flowLines, flowWords } from "../flows/lines.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { permit, readSpec } from "./add.ts";
import { expectationWords, pingLines } from "./heartbeat-lines.ts";
import { kindCalled } from "./kinds.ts";
import { findMonitor, needMonitor, stateOf } from "./list.ts";
import { linesBlock } from "./log-lines.ts";
import { readingText } from "./shape-lines.ts";

/** `monitor test NAME|URL|KIND TARGET …`: look once, now. */
export const monitorTest: Command = {
  words: ["monitor test", "test monitor", "probe"],
  twins: ["测试监控", "看一次"],
  takes: { zh: "名字 | 网址 | 种类 目标", en: "NAME | URL | KIND TARGET" },
  summary: { zh: "马上看一次", en: "look once, now" },
  examples: {
    zh: "测试监控 https://example.com\n测试监控 ping example.com",
    en: "monitor test https://example.com\nmonitor test ping example.com",
  },
  needs: "operator",
  async run(rest, call, world) {
    const told = toldIn(rest, world);
    if (told !== undefined) return explainWaiting(told, call, world);
    const report = await world.watch.lookOnce(await whatToTest(rest, call, world));
    const took = formatValue(report.durationMs / 1_000, "seconds", call.locale);
    const failed = report.reason !== undefined;
    const lines = listed(
      // What a failed look did not come to is zero, and says nothing.
      report.readings.filter(({ value }) => !failed || value > 0),
      call,
      ({ name, labels, value }) =>
        `${code(formatLabels({ ...labels, __name__: name }))} = ${formatValue(value, undefined, call.locale)}`,
    );
    const shaped = shapedText(report, call);
    const why = report.reason === undefined ? { zh: "", en: "" } : explainReason(report.reason);
    const said = failed
      ? {
          zh: `🔴 失败：${quoted(why.zh, 300)}（用时 ${took}）`,
          en: `🔴 It failed: ${quoted(why.en, 300)} (took ${took})`,
        }
      : { zh: `🟢 成功，用时 ${took}`, en: `🟢 It went well and took ${took}` };
    const excerpt = linesBlock(report.excerpt ?? []);
    return answer(call, {
      zh: [said.zh, excerpt, lines, shaped].filter(Boolean).join("\n\n"),
      en: [said.en, excerpt, lines, shaped].filter(Boolean).join("\n\n"),
    });
  },
};

/** A monitor that is on its rounds looks as it always does; anything else is tried out, guard first. */
async function whatToTest(rest: string, call: Call, world: World): Promise<string | MonitorSpec> {
  const known = findMonitor(rest, world);
  if (known?.paused === false) return known.name;
  // One word that is no address and no kind can only be meant as a name.
  if (known === undefined && /^[^\s/:]+$/.test(rest) && kindCalled(rest) === undefined)
    return needMonitor(rest, world);
  const spec = known ?? readSpec(rest, world);
  await permit(spec, call, world);
  return spec;
}

/** The heartbeat or flow that somebody wants tried: one that there is, or one that is being thought of. */
function toldIn(rest: string, world: World): MonitorSpec | undefined {
  const spec =
    findMonitor(rest, world) ??
    (/^(?:heartbeat|心跳|flow|流程)(?=\s)/i.test(rest) ? readSpec(rest, world) : undefined);
  return spec !== undefined && Object.hasOwn(TOLD, spec.kind) ? spec : undefined;
}

/** What is said of those that are told instead of looking. */
const TOLD: Readonly<
  Record<
    string,
    {
      readonly what: Text;
      words(spec: MonitorSpec): Text;
      lines(spec: MonitorSpec, world: World, locale: Locale): string;
    }
  >
> = {
  heartbeat: {
    what: {
      zh: "心跳不去看，它等任务来报到",
      en: "A heartbeat does not look; it waits for a job to report",
    },
    words: expectationWords,
    lines: pingLines,
  },
  flow: {
    what: {
      zh: "流程不去看，它等每一步来报告",
      en: "A flow does not look; it waits to be told of each step",
    },
    words: flowWords,
    lines: flowLines,
  },
};

/** There is nothing to look at: it waits to be told. */
function explainWaiting(spec: MonitorSpec, call: Call, world: World): Card {
  const known = world.monitors.table.get(spec.name);
  const state = known === undefined ? undefined : inLocale(call.locale, stateOf(known, call, world));
  const about = TOLD[spec.kind];
  if (about === undefined) throw new Error(`a ${spec.kind} looks`);
  const words = about.words(spec);
  const how =
    known === undefined
      ? {
          zh: "添加以后会给出可以粘贴的 curl。",
          en: "Once it is added, the curl lines to paste are given.",
        }
      : {
          zh: `运行一下就是试：\n\n${about.lines(spec, world, call.locale)}`,
          en: `To try it, run:\n\n${about.lines(spec, world, call.locale)}`,
        };
  return answer(call, {
    zh: `${about.what.zh}：${quoted(words.zh, 500)}。${state === undefined ? "" : `现在：${quoted(state, 300)}。`}${how.zh}`,
    en: `${about.what.en}: ${quoted(words.en, 500)}. ${state === undefined ? "" : `Now: ${quoted(state, 300)}. `}${how.en}`,
  });
}

/** What the steps took away or changed, as it was before; "" where they did nothing. */
function shapedText({ readings, seen = [] }: LookReport, call: Call): string {
  const kept = new Set(readings);
  const before = seen.filter((reading) => !kept.has(reading));
  if (before.length === 0) return "";
  const lines = listed(before, call, (reading) => code(readingText(reading, call.locale)));
  const title = { zh: "清洗之前是：", en: "Before the steps of its shape it was:" };
  return `${inLocale(call.locale, title)}\n\n${lines}`;
}
