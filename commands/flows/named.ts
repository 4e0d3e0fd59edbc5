/** The flow, or the run of one, that somebody named. */
import type { FlowView } from "../../monitors/flow/flows.ts";
import type { Run } from "../../monitors/flow/run.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { findMonitor } from "../monitors/list.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";

/** So many runs are named to who named one that there is not. */
const SHOWN_RUNS = 5;

export function findFlow(said: string, world: World): MonitorRecord | undefined {
  const found = findMonitor(said, world);
  return found?.kind === "flow" ? found : undefined;
}

/** Refuses when there is none of this name, and says which there are. */
export function needFlow(said: string, world: World): MonitorRecord {
  const found = findFlow(said, world);
  if (found !== undefined) return found;
  const names = [...world.monitors.table.values()].filter(({ kind }) => kind === "flow");
  const known = names.slice(0, SHOWN_RUNS).map(({ name }) => quoted(name, 60));
  const which =
    known.length === 0
      ? { zh: "说“流程”看怎么添加。", en: "Say flows to see how to add one." }
      : { zh: `有：${known.join("、")}。`, en: `There are: ${known.join(", ")}.` };
  throw new Refusal({
    zh: `没有流程“${quoted(said, 60)}”。${which.zh}`,
    en: `There is no flow “${quoted(said, 60)}”. ${which.en}`,
  });
}

/** Refuses when there is none of this id, and says which came last. */
export function needRun(id: string, { name }: MonitorRecord, { runs }: FlowView): Run {
  const found = runs.find((run) => run.id === id);
  if (found !== undefined) return found;
  const known = runs
    .slice(-SHOWN_RUNS)
    .toReversed()
    .map((run) => code(run.id));
  const which =
    known.length === 0
      ? { zh: "它还没有跑过。", en: "It has not run yet." }
      : { zh: `最近的是 ${known.join("、")}。`, en: `The last ones are ${known.join(", ")}.` };
  throw new Refusal({
    zh: `流程 ${quoted(name)} 没有运行“${quoted(id, 60)}”。${which.zh}`,
    en: `The flow ${quoted(name)} has no run “${quoted(id, 60)}”. ${which.en}`,
  });
}
