/** `flows`: which there are; `flow NAME`: a run with its picture. */
import { formatSpan, formatTime } from "../../alerts/words.ts";
import type { FlowView } from "../../monitors/flow/flows.ts";
import { usualFor } from "../../monitors/flow/report.ts";
import type { Run } from "../../monitors/flow/run.ts";
import { type Timeline, type TimelineRow, timelineOf } from "../../monitors/flow/timeline.ts";
import { problemWords } from "../../monitors/flow/words.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { explainReason } from "../../monitors/reason.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { action, answer, type Call, type Command, Refusal, type Reply } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { counted, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { flowWords } from "./lines.ts";
import { findFlow, needFlow, needRun } from "./named.ts";
import { FLOW_EXAMPLES } from "./spec.ts";

export const flows: Command = {
  words: ["flow", "flows", "flow show"],
  twins: ["流程", "流程列表", "业务流程"],
  takes: { zh: "[名字 [运行]]", en: "[NAME [RUN]]" },
  summary: {
    zh: "业务流程跑到哪一步：时间线图，和平时比",
    en: "how business processes go: the timeline of a run as a picture, compared with the usual",
  },
  examples: { zh: "流程", en: "flows" },
  needs: "viewer",
  run(rest, call, world) {
    if (rest === "") return listAll(call, world);
    const whole = findFlow(rest, world);
    const [, name = rest, id] = /^(.*\S)\s+(\S+)$/s.exec(rest) ?? [];
    // A flow's own name may have several words; the last one is a run only where the rest is a flow.
    if (whole === undefined && looksNew(rest)) throw notAdded(rest);
    if (whole !== undefined || findFlow(name, world) === undefined)
      return showRun(whole ?? needFlow(rest, world), undefined, call, world);
    return showRun(needFlow(name, world), id, call, world);
  },
};

/** Steps of a flow, rather than the name of one. */
function looksNew(rest: string): boolean {
  return /→|->|=>|\D:\s*\S/.test(rest);
}

function notAdded(rest: string): Refusal {
  return new Refusal({
    zh: `没有这个流程。要添加就说 ${code(`流程 添加 ${rest}`)}`,
    en: `There is no such flow. To add it, say ${code(`flow add ${rest}`)}`,
  });
}

function listAll(call: Call, world: World): Reply {
  const all = [...world.monitors.table.values()].filter(({ kind }) => kind === "flow");
  if (all.length === 0) {
    const example = (language: keyof Text): string => code(FLOW_EXAMPLES[language].split("\n")[0] ?? "");
    return answer(call, {
      zh: `还没有流程。例如说 ${example("zh")}`,
      en: `There are no flows yet. Say for example ${example("en")}`,
    });
  }
  const lines = listed(all, call, (one) => {
    const state = standing(one, call, world);
    const words = quoted(inLocale(call.locale, flowWords(one)), 300);
    return `**${quoted(one.name)}** — ${state}\n  ${words}`;
  });
  return answer(call, {
    zh: `流程 ${all.length} 个：\n\n${lines}`,
    en: `${counted(all.length, "flow")}:\n\n${lines}`,
  });
}

async function showRun(
  record: MonitorRecord,
  id: string | undefined,
  call: Call,
  world: World,
): Promise<ReturnType<typeof answer>> {
  const view = world.flows.view(record);
  const run = id === undefined ? latest(view) : needRun(id, record, view);
  const head = `**${quoted(record.name)}** — ${standing(record, call, world)}`;
  const asked = quoted(inLocale(call.locale, flowWords(record)), 500);
  const wrong = view.problems.map((problem) => {
    const about = { plan: view.plan, usual: usualFor(view, view.plan, problem), at: call.at };
    return `- 🔴 ${quoted(inLocale(call.locale, problemWords(problem, about)), 300)}`;
  });
  const actions = [
    action(call, "runs", { zh: "最近几次", en: "Recent runs" }, `flow runs ${record.name}`),
    action(call, "curl", { zh: "怎么报告", en: "How to report" }, `monitor ${record.name}`),
  ];
  if (run === undefined)
    return answer(
      call,
      {
        zh: [head, asked, ...wrong, "还没有报告过任何一次运行。"].join("\n\n"),
        en: [head, asked, ...wrong, "No run has been told of yet."].join("\n\n"),
      },
      { actions },
    );
  const timeline = timelineOf({ ...view, name: record.name, locale: call.locale }, run, call.at);
  const image = await world.drawTimeline?.(timeline);
  const rows = timeline.rows.map((row) => rowLine(row, timeline, call)).join("\n");
  const title = inLocale(call.locale, { zh: `运行 ${code(run.id)}`, en: `Run ${code(run.id)}` });
  const text = [
    head,
    asked,
    wrong.join("\n"),
    `${title} ${inLocale(call.locale, runWords(run, timeline))}`,
    rows,
  ]
    .filter(Boolean)
    .join("\n\n");
  return answer(call, { zh: text, en: text }, { actions, ...(image === undefined ? {} : { image }) });
}

/** How it stands now, which the last look may not know yet; as markdown. */
function standing(record: MonitorRecord, call: Call, world: World): string {
  if (record.paused) return inLocale(call.locale, { zh: "⏸ 已停用", en: "⏸ paused" });
  const { failure, remark, unknown } = world.flows.lookNow(record);
  const reason = failure ?? remark;
  const words = reason === undefined ? { zh: "正常", en: "fine" } : explainReason(reason);
  const sign = failure !== undefined ? "🔴" : unknown === true ? "⚪" : remark === undefined ? "🟢" : "🟡";
  return `${sign} ${quoted(inLocale(call.locale, words), 300)}`;
}

function latest({ runs }: FlowView): Run | undefined {
  return runs.findLast(({ end }) => end === undefined) ?? runs.at(-1);
}

const HOW: Readonly<Record<Timeline["how"], Text>> = {
  running: { zh: "正在跑", en: "running" },
  wrong: { zh: "正在跑，有问题", en: "running, with trouble" },
  done: { zh: "完成", en: "done" },
  failed: { zh: "失败", en: "failed" },
  skipped: { zh: "跳过", en: "left out" },
  "given-up": { zh: "没有跑完，不再等它", en: "did not end; given up" },
};

/** How a run went, and how long it took beside the usual. */
export function runWords({ from }: Run, { how, tookMs, usual, zone }: Timeline): Text {
  const words = HOW[how];
  return {
    zh: `${formatTime(from, zone, "zh-CN")} 开始，${words.zh}，用时 ${formatSpan(tookMs, "zh-CN")}${usual === undefined ? "" : `（通常 ${formatSpan(usual.medianMs, "zh-CN")}，近 ${usual.runs} 次）`}`,
    en: `began ${formatTime(from, zone, "en")}, ${words.en}, ${formatSpan(tookMs, "en")}${usual === undefined ? "" : ` (usually ${formatSpan(usual.medianMs, "en")}, last ${usual.runs})`}`,
  };
}

const SIGNS: Readonly<Record<TimelineRow["state"], string>> = {
  done: "✅",
  running: "🔵",
  failed: "❌",
  skipped: "⏭",
  waiting: "⚪",
  lost: "❔",
};

function rowLine(row: TimelineRow, { zone }: Timeline, { locale }: Call): string {
  const time = (at: number): string => /\S+$/.exec(formatTime(at, zone, locale))?.[0] ?? "";
  const say = (text: Text): string => inLocale(locale, text);
  const { bar, tookMs, usualMs, deadline } = row;
  const parts = [
    bar === undefined
      ? say(NOT_BEGUN[row.state] ?? { zh: "", en: "" })
      : `${time(bar.from)} → ${row.state === "running" ? "…" : time(bar.to)}`,
    tookMs === undefined ? "" : formatSpan(tookMs, locale),
    usualMs === undefined
      ? ""
      : say({ zh: `通常 ${formatSpan(usualMs, locale)}`, en: `usually ${formatSpan(usualMs, locale)}` }),
    deadline === undefined ? "" : say({ zh: `截止 ${time(deadline)}`, en: `by ${time(deadline)}` }),
  ].filter(Boolean);
  const sign = row.isWrong && row.state !== "failed" ? "🔴" : SIGNS[row.state];
  return `- ${sign} **${quoted(row.name)}** ${parts.join(" · ")}`;
}

const NOT_BEGUN: Partial<Record<TimelineRow["state"], Text>> = {
  waiting: { zh: "还没开始", en: "not begun" },
  skipped: { zh: "跳过", en: "left out" },
  lost: { zh: "没看到（更夫不在）", en: "unseen (nobody watched)" },
};
