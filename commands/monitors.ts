import { formatSpan, formatTime, formatValue } from "../alerts/words.ts";
import type { MonitorRecord } from "../monitors/monitor-book.ts";
import { explainReason } from "../monitors/reason.ts";
import { formatDuration } from "../storage/duration.ts";
import { formatLabels } from "../storage/labels.ts";
import { inLocale, type Text } from "../storage/locale.ts";
import { action, answer, type Call, type Command, Refusal } from "./command.ts";
import { listed } from "./listed.ts";
import { code } from "./markdown.ts";
import { readSpec, refusing } from "./monitor-add.ts";
import { quoted } from "./phrases.ts";
import type { World } from "./world.ts";

/** `monitors`: what is watched, and how the last look went. */
export const monitors: Command = {
  words: ["monitors", "monitor"],
  twins: ["监控", "监控列表"],
  takes: { zh: "[名字]", en: "[NAME]" },
  summary: { zh: "在看什么，看得怎么样", en: "what is watched, and how the last look went" },
  examples: { zh: "监控", en: "monitors" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    const all = [...world.monitors.table.values()];
    if (rest !== "") return showOne(needMonitor(rest, world), call, world);
    const lines = listed(all, call, (one) => lineOf(one, call, world));
    return answer(call, {
      zh: `监控 ${all.length} 个：\n\n${lines}`,
      en: `${all.length} monitors:\n\n${lines}`,
    });
  },
};

function needMonitor(name: string, world: World): MonitorRecord {
  const found = world.monitors.table.get(name) ?? world.monitors.findByUrl(name);
  if (found !== undefined) return found;
  throw new Refusal({
    zh: `没有监控“${quoted(name, 60)}”。说“监控”看全部。`,
    en: `There is no monitor “${quoted(name, 60)}”. Say monitors for all of them.`,
  });
}

function stateOf(one: MonitorRecord, call: Call, world: World): Text {
  if (one.paused) return { zh: "⏸ 已停用", en: "⏸ paused" };
  const status = world.watch.status(one.name);
  if (status === undefined) return { zh: "⏳ 还没看过", en: "⏳ not looked yet" };
  const ago = call.at - status.since;
  if (status.up)
    return { zh: `🟢 正常 ${formatSpan(ago, "zh-CN")}`, en: `🟢 up for ${formatSpan(ago, "en")}` };
  const why = status.reason === undefined ? { zh: "", en: "" } : explainReason(status.reason);
  return {
    zh: `🔴 失败 ${formatSpan(ago, "zh-CN")}：${quoted(why.zh, 300)}`,
    en: `🔴 failing for ${formatSpan(ago, "en")}: ${quoted(why.en, 300)}`,
  };
}

function lineOf(one: MonitorRecord, call: Call, world: World): string {
  const url = one.options["url"];
  const target = typeof url === "string" ? ` ${code(url)}` : "";
  return `**${quoted(one.name)}** ${one.kind}${target} ${formatDuration(one.intervalMs)} — ${inLocale(call.locale, stateOf(one, call, world))}`;
}

function showOne(one: MonitorRecord, call: Call, world: World): ReturnType<typeof answer> {
  const from =
    one.source.kind === "chat"
      ? {
          zh: `${quoted(one.source.person)} 于 ${formatTime(one.source.at, world.zone, "zh-CN")} 添加`,
          en: `added by ${quoted(one.source.person)}, ${formatTime(one.source.at, world.zone, "en")}`,
        }
      : one.source.kind === "file"
        ? { zh: "来自配置文件", en: "from the configuration file" }
        : { zh: "自带", en: "built in" };
  const series = world.series.select([{ name: "monitor", op: "=", value: one.name }]);
  const values = listed(
    series.filter(({ length }) => length > 0),
    call,
    (each) =>
      `${code(formatLabels(each.labels))} = ${formatValue(each.value(each.length - 1), undefined, call.locale)}`,
  );
  const pause = one.paused
    ? action(call, "resume", { zh: "启用", en: "Resume" }, `monitor resume ${one.name}`)
    : action(call, "pause", { zh: "停用", en: "Pause" }, `monitor pause ${one.name}`);
  const state = stateOf(one, call, world);
  return answer(
    call,
    {
      zh: `${lineOf(one, call, world)}\n\n${from.zh}\n\n${values}`,
      en: `${lineOf(one, call, world)}\n\n${from.en}\n\n${values}`,
    },
    {
      title: `${one.name} — ${inLocale(call.locale, { zh: state.zh.slice(0, 60), en: state.en.slice(0, 60) })}`,
      actions: [
        action(call, "test", { zh: "马上看一次", en: "Look now" }, `monitor test ${one.name}`),
        ...(one.source.kind === "file" ? [] : [pause]),
        ...(one.source.kind === "chat"
          ? [action(call, "remove", { zh: "删除", en: "Remove" }, `monitor remove ${one.name}`)]
          : []),
      ],
    },
  );
}

const takes: Text = { zh: "名字", en: "NAME" };

/** `monitor remove NAME`. */
export const monitorRemove: Command = {
  words: ["monitor remove", "monitor delete", "remove monitor", "delete monitor"],
  twins: ["删除监控", "移除监控"],
  takes,
  summary: {
    zh: "删除一个监控（它的规则还在，会变成无数据）",
    en: "remove a monitor (its rules stay, and will have no data)",
  },
  examples: { zh: "删除监控 商城", en: "monitor remove shop" },
  needs: "operator",
  async run(rest, call, world) {
    const { name } = needMonitor(rest, world);
    await call.change((change) => refusing(() => world.monitors.remove(change, name)));
    return answer(call, { zh: `监控 ${quoted(name)} 已删除。`, en: `Monitor ${quoted(name)} is removed.` });
  },
};

function pausing(paused: boolean): Command["run"] {
  return async (rest, call, world) => {
    const { name } = needMonitor(rest, world);
    await call.change((change) => refusing(() => world.monitors.pause(change, name, paused)));
    return paused
      ? answer(call, { zh: `监控 ${quoted(name)} 已停用。`, en: `Monitor ${quoted(name)} is paused.` })
      : answer(call, { zh: `监控 ${quoted(name)} 已启用。`, en: `Monitor ${quoted(name)} is on again.` });
  };
}

/** `monitor pause NAME`. */
export const monitorPause: Command = {
  words: ["monitor pause", "pause monitor"],
  twins: ["停用监控", "暂停监控"],
  takes,
  summary: { zh: "停用一个监控", en: "pause a monitor" },
  examples: { zh: "停用监控 商城", en: "monitor pause shop" },
  needs: "operator",
  run: pausing(true),
};

/** `monitor resume NAME`. */
export const monitorResume: Command = {
  words: ["monitor resume", "resume monitor"],
  twins: ["启用监控", "恢复监控"],
  takes,
  summary: { zh: "启用一个停用的监控", en: "resume a paused monitor" },
  examples: { zh: "启用监控 商城", en: "monitor resume shop" },
  needs: "operator",
  run: pausing(false),
};

/** `monitor test NAME|URL …`: look once, now. */
export const monitorTest: Command = {
  words: ["monitor test", "test monitor", "probe"],
  twins: ["测试监控", "看一次"],
  takes: { zh: "名字或网址", en: "NAME or URL" },
  summary: { zh: "马上看一次，不留下什么", en: "look once, now" },
  examples: { zh: "测试监控 https://example.com", en: "monitor test https://example.com" },
  needs: "operator",
  async run(rest, call, world) {
    const known = world.monitors.table.get(rest);
    const report = await world.watch.lookOnce(known?.name ?? readSpec(rest, world));
    const took = formatValue(report.durationMs / 1_000, "seconds", call.locale);
    const lines = listed(
      report.readings,
      call,
      ({ name, labels, value }) =>
        `${code(formatLabels({ ...labels, __name__: name }))} = ${formatValue(value, undefined, call.locale)}`,
    );
    const why = report.reason === undefined ? { zh: "", en: "" } : explainReason(report.reason);
    return answer(call, {
      zh:
        report.reason === undefined
          ? `🟢 成功，用时 ${took}\n\n${lines}`
          : `🔴 失败：${quoted(why.zh, 300)}（用时 ${took}）\n\n${lines}`,
      en:
        report.reason === undefined
          ? `🟢 It went well and took ${took}\n\n${lines}`
          : `🔴 It failed: ${quoted(why.en, 300)} (took ${took})\n\n${lines}`,
    });
  },
};
