/** What is made of a monitor's readings before they are written: saying it, and what came of it. */
import { escapeMarkdown } from "../../alerts/words.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { writeShort } from "../../monitors/shaping/short.ts";
import { stepKinds } from "../../monitors/shaping/steps.ts";
import { inLocale } from "../../storage/locale.ts";
import { action, answer, type Call, type Command } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { findMonitor, needMonitor } from "./list.ts";
import { checkedShape, refusing } from "./options.ts";
import { shapeLines } from "./shape-lines.ts";

/** `monitor shape NAME STEPS`: clean and shape what a monitor reads. */
export const monitorShape: Command = {
  words: ["monitor shape", "shape monitor", "shape"],
  twins: ["清洗", "清洗监控", "整理监控"],
  takes: { zh: "[名字 [步骤; 步骤 … | 不清洗]]", en: "[NAME [STEP; STEP … | off]]" },
  summary: {
    zh: "数据清洗与转换：写入之前对一个监控的读数做什么",
    en: "cleaning and shaping: what is made of a monitor's readings before they are written",
  },
  examples: {
    zh: "清洗 system 去野值 cpu_usage_percent\n清洗 system 换算 memory_used_bytes bytes GiB; 限幅 load* max=100\n清洗 system 不清洗",
    en: "monitor shape system outliers cpu_usage_percent\nmonitor shape system convert memory_used_bytes bytes GiB; clamp load* max=100\nmonitor shape system off",
  },
  needs: "operator",
  async run(rest, call, world) {
    if (rest === "") return explainSteps(call);
    const { record, said } = split(rest, world);
    if (said === "") {
      const lines = shapeLines(record, call, world);
      return answer(call, {
        zh: lines === "" ? `监控 ${quoted(record.name)} 没有清洗步骤。` : lines,
        en: lines === "" ? `The monitor ${quoted(record.name)} has no steps.` : lines,
      });
    }
    const steps = /^(?:off|none|不清洗|无)$/i.test(said) ? [] : checkedShape(said);
    const name = quoted(record.name);
    await call.change((change) => refusing(() => world.monitors.reshape(change, record.name, steps)));
    const before = record.shape ?? [];
    const undo = before.length === 0 ? "off" : before.map(writeShort).join("; ");
    const actions = [
      action(call, "test", { zh: "马上看一次", en: "Look now" }, `monitor test ${record.name}`),
      action(call, "undo", { zh: "撤销", en: "Undo" }, `monitor shape ${record.name} ${undo}`),
    ];
    if (steps.length === 0) {
      const none = {
        zh: `监控 ${name} 不再清洗。`,
        en: `Nothing is made of the readings of ${name} any more.`,
      };
      return answer(call, none, { actions });
    }
    const lines = steps.map((step, i) => `${i + 1}. ${code(writeShort(step))}`).join("\n");
    return answer(
      call,
      {
        zh: `监控 ${name} 的读数写入之前：\n\n${lines}`,
        en: `Before the readings of ${name} are written:\n\n${lines}`,
      },
      { actions },
    );
  },
};

/** The monitor is named by the longest beginning that is a name, since names may have spaces. */
function split(rest: string, world: World): { record: MonitorRecord; said: string } {
  const words = rest.split(/(\s+)/);
  for (let end = words.length; end > 0; end--) {
    const record = findMonitor(words.slice(0, end).join("").trim(), world);
    if (record !== undefined) return { record, said: words.slice(end).join("").trim() };
  }
  return { record: needMonitor(words[0] ?? "", world), said: "" };
}

function explainSteps(call: Call): ReturnType<typeof answer> {
  const lines = Object.values(stepKinds).map(({ step, twin, summary }) => {
    const words = escapeMarkdown(inLocale(call.locale, summary));
    return call.locale === "zh-CN"
      ? `- **${twin}** ${code(step)}：${words}`
      : `- ${code(step)} ${twin}: ${words}`;
  });
  return answer(call, {
    zh: `步骤依次执行，用分号隔开；指标写名字、${code("latency_*")} 或 ${code("/RE2/")}，后面可跟 ${code('{标签="值"}')}：\n\n${lines.join("\n")}`,
    en: `Steps are taken in order, with semicolons between them; metrics are a name, ${code("latency_*")} or ${code("/RE2/")}, and ${code('{label="value"}')} after it:\n\n${lines.join("\n")}`,
  });
}
