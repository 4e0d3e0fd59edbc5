import { LANES, type Lane } from "../../alerts/delivery/delivery.ts";
import type { TargetView } from "../../alerts/delivery/target-view.ts";
import { isTrouble, targetStateWords, troubleWords } from "../../alerts/delivery/target-words.ts";
import { formatTime } from "../../alerts/words.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { needNothing } from "../arguments.ts";
import { answer, type Call, type Command } from "../command.ts";
import { listed } from "../listed.ts";
import { quoted } from "../phrases.ts";
import type { PlatformView, World } from "../world.ts";

/** `channels`: how it goes at each place where people are told, what waits there, and what was refused last. */
export const channels: Command = {
  words: ["channels", "targets"],
  twins: ["通道", "通知通道"],
  takes: { zh: "", en: "" },
  summary: {
    zh: "每个通知目标的状态、排队和最近的错误",
    en: "each place that is told: its state, what waits, its last error",
  },
  examples: { zh: "通道", en: "channels" },
  needs: "viewer",
  run(rest, call, world) {
    needNothing(rest);
    const all = world.alerts.courier.targets(call.at);
    const platforms = world.platforms(call.at).map((platform) => platformLine(platform, call));
    const above = platforms.length === 0 ? "" : `${platforms.join("\n")}\n\n`;
    if (all.length === 0)
      return answer(call, {
        zh: `${above}还没有通知过任何地方。`,
        en: `${above}Nobody has been told anything yet.`,
      });
    // Trouble first: it must not be cut off at the end of a long list.
    const sorted = [...all.filter(isTrouble), ...all.filter((one) => !isTrouble(one))];
    const text = listed(sorted, call, (target) => lineOf(target, call, world));
    return answer(call, {
      zh: `${above}通知目标 ${all.length} 个：\n\n${text}`,
      en: `${above}${all.length} target${all.length === 1 ? "" : "s"}:\n\n${text}`,
    });
  },
};

/** How it goes with a platform as a whole, whatever is to be told where. */
function platformLine({ name, ok, words }: PlatformView, call: Call): string {
  const said = words.map((text) => quoted(inLocale(call.locale, text), 300));
  return `- ${ok ? "" : "⚠️ "}**${quoted(name)}** — ${said.join(inLocale(call.locale, { zh: "；", en: "; " }))}`;
}

const LANE: Readonly<Record<Lane, Text>> = {
  reply: { zh: "回复", en: "replies" },
  urgent: { zh: "严重", en: "critical" },
  normal: { zh: "普通", en: "normal" },
  digest: { zh: "汇总", en: "digest" },
};

function lineOf(target: TargetView, call: Call, { zone }: World): string {
  const { address, saidAt, queue, folded, storm, budget, fallbacks } = target;
  const said = (text: Text): string => inLocale(call.locale, text);
  const parts = [said(targetStateWords(target, zone))];
  if (saidAt !== undefined) {
    const time = formatTime(saidAt, zone, call.locale);
    parts.push(said({ zh: `最近送达 ${time}`, en: `last told ${time}` }));
  }
  const waiting = LANES.filter((lane) => queue[lane] > 0).map((lane) => `${said(LANE[lane])} ${queue[lane]}`);
  if (waiting.length > 0)
    parts.push(said({ zh: `排队：${waiting.join("、")}`, en: `waiting: ${waiting.join(", ")}` }));
  if (folded > 0) {
    const why = storm ? { zh: "告警风暴", en: "storm" } : { zh: "限流", en: "budget" };
    parts.push(said({ zh: `汇总中 ${folded} 起（${why.zh}）`, en: `${folded} in a digest (${why.en})` }));
  }
  if (budget !== undefined)
    parts.push(
      said({
        zh: `额度还剩 ${budget.left}/${budget.of}`,
        en: `budget left ${budget.left} of ${budget.of}`,
      }),
    );
  const trouble = troubleWords(target, zone);
  if (trouble !== undefined) {
    const words = quoted(said(trouble), 300);
    parts.push(said({ zh: `最近的错误 ${words}`, en: `last error ${words}` }));
  }
  if (fallbacks.length > 0) {
    const instead = quoted(fallbacks.join(", "));
    parts.push(said({ zh: `备用 ${instead}`, en: `else ${instead}` }));
  }
  if (target.remark !== undefined) parts.push(said(target.remark));
  const mark = isTrouble(target) ? "⚠️ " : "";
  return `${mark}**${quoted(address)}** — ${parts.join(said({ zh: "；", en: "; " }))}`;
}
