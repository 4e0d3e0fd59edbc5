/** How it goes at a target, in words; for the command `channels` and for the board. */
import type { Text } from "../../storage/locale.ts";
import { formatTime, plain } from "../words.ts";
import type { TargetState, TargetView } from "./target-view.ts";

const STATE: Readonly<Record<TargetState, Text>> = {
  ok: { zh: "正常", en: "ok" },
  failing: { zh: "刚才失败了，正在重试", en: "failing, tried again" },
  resting: { zh: "对方要求暂停", en: "asked to wait" },
  open: { zh: "连续失败，已熔断", en: "out of order, breaker open" },
  "half-open": { zh: "熔断到期，下一次试探", en: "out of order, the next attempt decides" },
  "given-up": { zh: "被拒绝，已放弃", en: "refused, given up" },
  "no-channel": { zh: "没有配置这个通道", en: "no such channel is set up" },
  unknown: { zh: "还没有发过", en: "nothing was said there yet" },
};

/** The state, with its end where it has one. */
export function targetStateWords({ state, until }: TargetView, zone: string): Text {
  const { zh, en } = STATE[state];
  if (until === undefined) return { zh, en };
  return {
    zh: `${zh}，到 ${formatTime(until, zone, "zh-CN")}`,
    en: `${en} until ${formatTime(until, zone, "en")}`,
  };
}

/** The last refusal with its code and time, as plain text; undefined when there was none. */
export function troubleWords({ trouble }: TargetView, zone: string): Text | undefined {
  if (trouble === undefined) return undefined;
  const { at, code, message } = trouble;
  const words = plain(`${code}: ${message}`, 200);
  return {
    zh: `${words}（${formatTime(at, zone, "zh-CN")}）`,
    en: `${words} (${formatTime(at, zone, "en")})`,
  };
}

/** Whether somebody should look after it. */
export function isTrouble({ state }: TargetView): boolean {
  return state === "open" || state === "half-open" || state === "given-up" || state === "no-channel";
}
