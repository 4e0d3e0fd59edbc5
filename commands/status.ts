import { formatSpan, formatTime } from "../alerts/words.ts";
import { needNothing } from "./arguments.ts";
import { answer, type Command } from "./command.ts";

/** `status`: how things stand, in a few lines, the watchman's own health among them. */
export const status: Command = {
  words: ["status"],
  twins: ["状态", "概况"],
  takes: { zh: "", en: "" },
  summary: { zh: "总的情况，更夫自己也在内", en: "how things stand, the watchman included" },
  examples: { zh: "状态", en: "status" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    needNothing(rest);
    const monitors = [...world.monitors.table.values()];
    const failing = monitors.filter(({ name }) => world.watch.status(name)?.up === false);
    const { book } = world.alerts;
    const { nodata, error } = world.alerts.stats().rules;
    const active = book.activeIncidents();
    const silences = book.activeSilences(call.at);
    const trouble = world.store.trouble;
    const { series, samples } = world.series.stats();
    const up = call.at - world.startedAt;
    const since = trouble === undefined ? 0 : trouble.since;
    return answer(call, {
      zh: [
        `- 告警：${active.length} 起正在发生，${book.index.owned.size} 起有人认领；静默 ${silences.length} 个`,
        `- 监控：${monitors.length} 个，${failing.length} 个失败`,
        `- 规则：${world.rules.table.size} 条，${nodata + error} 条无数据或出错`,
        `- 记录：${series} 条序列，${samples} 个样本`,
        `- 存储：${trouble === undefined ? "正常" : `⚠️ 从 ${formatTime(since, world.zone, "zh-CN")} 起写不进去`}`,
        `- 更夫已守了 ${formatSpan(up, "zh-CN")}`,
      ].join("\n"),
      en: [
        `- Incidents: ${active.length} active, ${book.index.owned.size} acknowledged; ${silences.length} silences`,
        `- Monitors: ${monitors.length}, ${failing.length} failing`,
        `- Rules: ${world.rules.table.size}, ${nodata + error} without data or in error`,
        `- On record: ${series} series, ${samples} samples`,
        `- Store: ${trouble === undefined ? "fine" : `⚠️ cannot be written since ${formatTime(since, world.zone, "en")}`}`,
        `- The watchman has been up for ${formatSpan(up, "en")}`,
      ].join("\n"),
    });
  },
};
