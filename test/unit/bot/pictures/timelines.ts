/** Runs of a flow for tests of pictures: the same on every machine. */
import { flowOptions, type State } from "../../../../monitors/flow/options.ts";
import { planOf } from "../../../../monitors/flow/plan.ts";
import { newRun, type Run, told } from "../../../../monitors/flow/run.ts";
import { type Timeline, timelineOf } from "../../../../monitors/flow/timeline.ts";
import type { Locale } from "../../../../storage/locale.ts";

const MINUTE = 60_000;
/** 02:00 in Shanghai. */
const BEGAN = Date.UTC(2026, 10, 27, 18);

const plan = planOf(
  flowOptions.parse({
    steps: [
      { name: "拉取", max_duration: "10m" },
      { name: "对账", max_duration: "30m" },
      { name: "出报表", deadline: "03:00" },
    ],
    cron: "0 2 * * *",
  }),
  "Asia/Shanghai",
);

type Told = readonly [minute: number, step: string, state: State];

function run(id: string, began: number, events: readonly Told[]): Run {
  return events.reduce(
    (before, [minute, step, state]) =>
      told(before, { step, state, note: "", at: began + minute * MINUTE }, plan, began + minute * MINUTE),
    newRun("token", id, began, began),
  );
}

function whole(id: string, began: number, fetch: number, reconcile: number, report: number): Run {
  return run(id, began, [
    [0, "拉取", "start"],
    [fetch, "拉取", "done"],
    [fetch, "对账", "start"],
    [fetch + reconcile, "对账", "done"],
    [fetch + reconcile + 1, "出报表", "start"],
    [fetch + reconcile + 1 + report, "出报表", "done"],
  ]);
}

const earlier = Array.from({ length: 14 }, (_, i) =>
  whole(`2026-11-${10 + i}`, BEGAN - (15 - i) * 1_440 * MINUTE, 6 + (i % 4), 11 + (i % 5) * 2, 9 + (i % 3)),
);

/** The timeline of a run that was told so much, so many minutes after it began. */
export function timeline(events: readonly Told[], minute: number, locale: Locale = "zh-CN"): Timeline {
  const about = { name: "夜间结算", runs: earlier, plan, locale };
  return timelineOf(about, run("2026-11-28", BEGAN, events), BEGAN + minute * MINUTE);
}

const begun: readonly Told[] = [
  [0, "拉取", "start"],
  [8, "拉取", "done"],
  [9, "对账", "start"],
];

/** What the golden pictures in test/payloads/pictures show. */
export const goldenTimelines: Readonly<Record<string, Timeline>> = {
  "flow-running": timeline(begun, 21),
  "flow-stuck": timeline(begun, 52),
  "flow-failed": timeline([...begun, [22, "对账", "fail"]], 30),
  "flow-english": timelineOf(
    { name: "settlement", runs: earlier, plan, locale: "en" },
    whole("2026-11-28", BEGAN, 14, 27, 24),
    BEGAN + 90 * MINUTE,
  ),
};
