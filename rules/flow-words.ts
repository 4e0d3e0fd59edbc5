/** What people call what is measured of business processes. */
import { type MetricWord, said } from "./metric-word.ts";

export const flowWords: readonly MetricWord[] = [
  {
    metric: "flow_run_duration_seconds",
    unit: "seconds",
    title: { zh: "流程用时", en: "flow duration" },
    words: said("流程用时|流程耗时|流程运行时间", "flow duration|run duration"),
    labels: ["monitor"],
    of: "any",
  },
  {
    metric: "flow_step_duration_seconds",
    unit: "seconds",
    title: { zh: "步骤用时", en: "step duration" },
    words: said("流程步骤用时|步骤用时|步骤耗时", "flow step duration|step duration"),
    labels: ["step", "monitor"],
    of: "any",
  },
  {
    metric: "flow_step_age_seconds",
    unit: "seconds",
    title: { zh: "步骤已运行时间", en: "step age" },
    words: said("步骤已运行时间|步骤已运行|步骤已跑", "step age"),
    labels: ["step", "monitor"],
    of: "any",
  },
  {
    metric: "flow_deadline_margin_seconds",
    unit: "seconds",
    title: { zh: "离截止的余量", en: "deadline margin" },
    words: said("离截止的余量|截止余量", "deadline margin"),
    labels: ["step", "monitor"],
    of: "any",
  },
];
