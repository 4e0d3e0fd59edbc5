import { stripVTControlCharacters } from "node:util";
import { formatSpan, formatTime, formatValue } from "../../alerts/words.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { explainReason } from "../../monitors/reason.ts";
import { formatLabels } from "../../storage/labels.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import type { Series } from "../../storage/series.ts";
import { refusal } from "../allow.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { flowLines, flowWords } from "../flows/lines.ts";
import { listed } from "../listed.ts";
import { code, codeBlock } from "../markdown.ts";
import { counted, named, quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { expectationWords, pingLines, withoutUuid } from "./heartbeat-lines.ts";
import { lastLinesText } from "./log-lines.ts";
import { optionLines, shownTarget } from "./option-lines.ts";
import { shapeLines } from "./shape-lines.ts";

/** Of what came with a ping, in characters. */
const SHOWN_BODY = 1_500;

/** `monitors`: what is watched, and how the last look went. */
export const monitors: Command = {
  words: ["monitors", "monitor", "monitor show", "show monitor"],
  twins: ["监控", "监控列表", "查看监控", "监控详情"],
  takes: { zh: "[名字]", en: "[NAME]" },
  summary: {
    zh: "在看什么，看得怎么样；一个监控的地址、选项、来历和数值",
    en: "what is watched, and how the last look went; of one its address, options, origin and values",
  },
  examples: { zh: "监控\n查看监控 system", en: "monitors\nmonitor show system" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    if (rest !== "") return showOne(needMonitor(rest, world), call, world);
    const all = [...world.monitors.table.values()];
    // Of many only the first are shown: those that somebody should see.
    const failing = all.filter((one) => isFailing(one, world));
    const others = failing.length === 0 ? all : all.filter((one) => !isFailing(one, world));
    const lines = listed([...failing, ...others], call, (one) => lineOf(one, call, world));
    const [zh, en] =
      failing.length === 0 ? ["", ""] : [`，失败 ${failing.length} 个`, `, ${failing.length} failing`];
    return answer(call, {
      zh: `监控 ${all.length} 个${zh}：\n\n${lines}`,
      en: `${counted(all.length, "monitor")}${en}:\n\n${lines}`,
    });
  },
};

function isFailing(one: MonitorRecord, { watch }: Pick<World, "watch">): boolean {
  return !one.paused && watch.status(one.name)?.up === false;
}

/** The monitor of this name, in any case, or of this address. */
export function findMonitor(
  said: string,
  { monitors: book }: Pick<World, "monitors">,
): MonitorRecord | undefined {
  const exact = book.table.get(said) ?? book.findByUrl(said);
  if (exact !== undefined) return exact;
  const folded = said.toLowerCase();
  return [...book.table.values()].find(({ name }) => name.toLowerCase() === folded);
}

/** The monitor that somebody named; refuses when there is none. */
export function needMonitor(name: string, world: World): MonitorRecord {
  if (name === "") {
    throw new Refusal({
      zh: `要说明是哪个监控，例如 ${code("监控 system")}。`,
      en: `Say which monitor, for example ${code("monitor system")}.`,
    });
  }
  const found = findMonitor(name, world);
  if (found !== undefined) return found;
  throw new Refusal({
    zh: `没有监控“${quoted(name, 60)}”。说“监控”看全部。`,
    en: `There is no monitor “${quoted(name, 60)}”. Say monitors for all of them.`,
  });
}

/** How a monitor fares, as plain text. */
export function stateOf(one: MonitorRecord, call: Call, world: World): Text {
  if (one.paused) return { zh: "⏸ 已停用", en: "⏸ paused" };
  const status = world.watch.status(one.name);
  if (status === undefined) return { zh: "⏳ 还没看过", en: "⏳ not looked at yet" };
  const ago = call.at - status.since;
  const note = status.remark === undefined ? undefined : explainReason(status.remark);
  if (status.up === undefined) return { zh: `⚪ ${note?.zh ?? "不知道"}`, en: `⚪ ${note?.en ?? "unknown"}` };
  if (note !== undefined && status.up) return { zh: `🟡 ${note.zh}`, en: `🟡 ${note.en}` };
  if (status.up)
    return { zh: `🟢 正常，已${formatSpan(ago, "zh-CN")}`, en: `🟢 up for ${formatSpan(ago, "en")}` };
  const why = status.reason === undefined ? { zh: "", en: "" } : explainReason(status.reason);
  return {
    zh: `🔴 失败，已${formatSpan(ago, "zh-CN")}：${why.zh}`,
    en: `🔴 failing for ${formatSpan(ago, "en")}: ${why.en}`,
  };
}

function lineOf(one: MonitorRecord, call: Call, world: World): string {
  // Of the options only the address is shown: others may hold a password.
  const shown = shownTarget(one);
  const target = shown === undefined ? "" : ` ${code(shown)}`;
  const state = quoted(inLocale(call.locale, stateOf(one, call, world)), 300);
  const rhythm =
    one.kind === "heartbeat"
      ? expectationWords(one)
      : one.kind === "flow"
        ? flowWords(one)
        : {
            zh: `每${formatSpan(one.intervalMs, "zh-CN")}`,
            en: `every ${formatSpan(one.intervalMs, "en")}`,
          };
  const every = quoted(inLocale(call.locale, rhythm));
  return `**${quoted(one.name)}** ${one.kind}${target} ${every} — ${state}`;
}

function showOne(one: MonitorRecord, call: Call, world: World): ReturnType<typeof answer> {
  const from =
    one.source.kind === "chat"
      ? {
          zh: `${named(one.source.person, call)} 在 ${formatTime(one.source.at, world.zone, "zh-CN")} 添加`,
          en: `Added by ${named(one.source.person, call)}, ${formatTime(one.source.at, world.zone, "en")}`,
        }
      : one.source.kind === "file"
        ? { zh: "来自配置文件（聊天里只读）", en: "From the configuration file (read-only in chat)" }
        : { zh: "自带的监控", en: "Built in" };
  const series = world.series.select([{ name: "monitor", op: "=", value: one.name }]);
  const values = listed(
    series.filter((each) => each.length > 0 && (one.kind !== "flow" || isTelling(each, call.at))),
    call,
    (each) => {
      // Every series of a monitor has these two, and the answer is about that monitor.
      const { monitor: _, instance: __, ...labels } = each.labels;
      return `${code(formatLabels(labels))} = ${formatValue(each.value(each.length - 1), undefined, call.locale)}`;
    },
  );
  const pause = one.paused
    ? action(call, "resume", { zh: "启用", en: "Resume" }, `monitor resume ${one.name}`)
    : action(call, "pause", { zh: "停用", en: "Pause" }, `monitor pause ${one.name}`);
  const line = lineOf(one, call, world);
  const maySee = refusal(call.person, "operator") === undefined;
  const told =
    one.kind === "heartbeat"
      ? heartbeatText(one, call, world)
      : one.kind === "flow"
        ? flowLines(one, world, call.locale, maySee)
        : one.kind === "log"
          ? lastLinesText(one, call, world)
          : "";
  const options = optionLines(one, call);
  const shape = shapeLines(one, call, world);
  return answer(
    call,
    {
      zh: [line, from.zh, options, told, shape, values].filter(Boolean).join("\n\n"),
      en: [line, from.en, options, told, shape, values].filter(Boolean).join("\n\n"),
    },
    {
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

/** So long after its last sample, in milliseconds, a series is over. */
const OVER_MS = 5 * 60_000;

/** A flow has a series for everything that can be wrong with each of its steps: only what is wrong, and what is about now. */
function isTelling(series: Series, now: number): boolean {
  const last = series.length - 1;
  if (series.labels["__name__"] === "flow_problem" && series.value(last) === 0) return false;
  return series.at(last) >= now - OVER_MS;
}

/** What came with the last word, and how to report; its address only for those who may make one. */
function heartbeatText(one: MonitorRecord, call: Call, world: World): string {
  const beat = world.heartbeats.beatOf(one);
  const bodies = [beat?.last, beat?.note].flatMap((said) =>
    said === undefined || said.body.trim() === ""
      ? []
      : [`${formatTime(said.at, world.zone, call.locale, "second")}\n\n${codeBlock(visible(said.body))}`],
  );
  const lines = pingLines(one, world, call.locale);
  const shown = refusal(call.person, "operator") === undefined ? lines : withoutUuid(lines);
  return [...bodies, shown].join("\n\n");
}

/** As a job wrote it, without what only terminals understand; so much of it as a card can take. */
function visible(body: string): string {
  return stripVTControlCharacters(body.slice(0, SHOWN_BODY))
    .replace(/[\p{Cc}\p{Cf}]/gu, (found) => (found === "\n" || found === "\t" ? found : ""))
    .trim();
}
