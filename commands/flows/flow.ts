import { timelineOf } from "../../monitors/flow/timeline.ts";
import { inLocale } from "../../storage/locale.ts";
import { action, answer, type Command } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { removeMonitor } from "../monitors/state.ts";
import { counted, quoted } from "../phrases.ts";
import { addFlow } from "./made.ts";
import { needFlow } from "./named.ts";
import { runWords } from "./show.ts";
import { FLOW_EXAMPLES, readFlow } from "./spec.ts";

/** So many runs are told of at once. */
const SHOWN_RUNS = 15;

/** `flow add NAME: STEP <10m -> STEP by 06:00 weekdays`: follow a business process. */
export const flowAdd: Command = {
  words: ["flow add", "add flow"],
  twins: ["流程 添加", "添加流程", "新建流程", "流程添加"],
  takes: {
    zh: '名字: 步骤 [<10分钟] [截止 06:00] → 步骤 … [工作日|每天 02:00|cron "0 2 * * *"] [宽限 5分钟] [最多跑 2小时] [时区 Asia/Shanghai]',
    en: 'NAME: STEP [<10m] [by 06:00] -> STEP … [weekdays|every day at 02:00|cron "0 2 * * *"] [grace 5m] [max_duration 2h] [timezone Asia/Shanghai]',
  },
  summary: {
    zh: "看一个分步骤的业务流程：没来、迟到、卡住、顺序不对、失败就告警；回复里有可以粘贴的 curl",
    en: "follow a business process of several steps, and alert when it is missing, late, stuck, out of order or fails; answers with the curl lines to paste",
  },
  examples: FLOW_EXAMPLES,
  needs: "operator",
  run: (rest, call, world) => addFlow(readFlow(rest), call, world),
};

/** `flow runs NAME`: the last runs. */
export const flowRuns: Command = {
  words: ["flow runs", "flow history"],
  twins: ["流程 记录", "流程记录", "流程 历史", "流程历史"],
  takes: { zh: "名字", en: "NAME" },
  summary: { zh: "一个流程最近几次运行", en: "the last runs of a flow" },
  examples: { zh: "流程记录 夜间结算", en: "flow runs settlement" },
  needs: "viewer",
  run(rest, call, world) {
    const record = needFlow(rest, world);
    const view = world.flows.view(record);
    const last = view.runs.slice(-SHOWN_RUNS).toReversed();
    const lines = listed(last, call, (run) => {
      const timeline = timelineOf({ ...view, name: record.name, locale: call.locale }, run, call.at);
      return `${code(run.id)} ${inLocale(call.locale, runWords(run, { ...timeline, usual: undefined }))}`;
    });
    const { ended, failures } = view.state;
    return answer(
      call,
      {
        zh: `流程 ${quoted(record.name)} 跑完 ${ended} 次，其中失败 ${failures} 次。${lines === "" ? "" : `\n\n${lines}`}`,
        en: `The flow ${quoted(record.name)} has ended ${counted(ended, "time")}, and failed ${counted(failures, "time")}.${lines === "" ? "" : `\n\n${lines}`}`,
      },
      {
        actions: last
          .slice(0, 1)
          .map((run) =>
            action(call, "show", { zh: "看时间线", en: "Timeline" }, `flow ${record.name} ${run.id}`),
          ),
      },
    );
  },
};

/** `flow remove NAME`. */
export const flowRemove: Command = {
  words: ["flow remove", "flow delete", "remove flow", "delete flow"],
  twins: ["流程 删除", "删除流程", "移除流程", "流程删除"],
  takes: { zh: "名字", en: "NAME" },
  summary: { zh: "删除一个流程，连同它自带的规则", en: "remove a flow, and the rule that came with it" },
  examples: { zh: "删除流程 夜间结算", en: "flow remove settlement" },
  needs: "operator",
  run: (rest, call, world) => removeMonitor(needFlow(rest, world), call, world),
};
