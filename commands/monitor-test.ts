/** Looking once, now. */
import { formatValue } from "../alerts/words.ts";
import type { MonitorSpec } from "../monitors/index.ts";
import { explainReason } from "../monitors/reason.ts";
import { formatLabels } from "../storage/labels.ts";
import { answer, type Command } from "./command.ts";
import { listed } from "./listed.ts";
import { code } from "./markdown.ts";
import { permit, readSpec } from "./monitor-add.ts";
import { findMonitor } from "./monitors.ts";
import { quoted } from "./phrases.ts";
import type { World } from "./world.ts";

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
    const report = await world.watch.lookOnce(await whatToTest(rest, world));
    const took = formatValue(report.durationMs / 1_000, "seconds", call.locale);
    const failed = report.reason !== undefined;
    const lines = listed(
      // What a failed look did not come to is zero, and says nothing.
      report.readings.filter(({ value }) => !failed || value > 0),
      call,
      ({ name, labels, value }) =>
        `${code(formatLabels({ ...labels, __name__: name }))} = ${formatValue(value, undefined, call.locale)}`,
    );
    const why = report.reason === undefined ? { zh: "", en: "" } : explainReason(report.reason);
    const said = failed
      ? {
          zh: `🔴 失败：${quoted(why.zh, 300)}（用时 ${took}）`,
          en: `🔴 It failed: ${quoted(why.en, 300)} (took ${took})`,
        }
      : { zh: `🟢 成功，用时 ${took}`, en: `🟢 It went well and took ${took}` };
    return answer(call, {
      zh: [said.zh, lines].filter(Boolean).join("\n\n"),
      en: [said.en, lines].filter(Boolean).join("\n\n"),
    });
  },
};

/** A monitor that is on its rounds looks as it always does; anything else is tried out, guard first. */
async function whatToTest(rest: string, world: World): Promise<string | MonitorSpec> {
  const known = findMonitor(rest, world);
  if (known?.paused === false) return known.name;
  const spec = known ?? readSpec(rest, world);
  await permit(spec, world);
  return spec;
}
