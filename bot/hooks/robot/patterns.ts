/** What words in a robot's message mean: it fires, it is over, how bad it is, what changes from one to the next. */
import { z } from "zod";
import { complain, scalar } from "../../../alerts/config-parts.ts";
import { compileFinder, type Finder } from "../../../storage/regex.ts";

/** RE2, upper and lower case are the same. Matches are looked for within the title, severities in the text as well. */
export const DEFAULT_PATTERNS = {
  resolved: String.raw`(?:已经?|完全)?(?:恢复|解除|消除|修复)(?:正常)?|告警结束|\b(?:resolved|recovered|recovery)\b|(?:^|[\[【(（:：]|\bis\b|状态)[^\pL\pN]*ok\b|\bok[^\pL\pN]*$|[\[【(（][^\pL\pN]*up[^\pL\pN]*[\]】)）]`,
  firing: String.raw`故障|异常|触发|发生|\b(?:firing|problem|triggered)\b`,
  critical: String.raw`严重|紧急|致命|灾难|宕机|\b(?:critical|emergency|fatal|disaster|error|down|p0|p1)\b`,
  warning: String.raw`警告|告警|报警|预警|警报|\b(?:warn|warning|alert|alerts|alarm|p2)\b`,
  info: String.raw`提示|通知|\b(?:info|notice|p3|p4)\b`,
  /** Beside times, percentages and amounts, which never count. */
  changing: "",
} as const;

function pattern(usual: string) {
  return scalar.default(usual).transform((text, context): Finder => {
    if (text === "") return () => [];
    try {
      return compileFinder(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      complain(context, { zh: `不是有效的 RE2 正则：${why}`, en: `is no RE2 expression: ${why}` });
      return z.NEVER;
    }
  });
}

export const patternsSchema = z.strictObject({
  resolved: pattern(DEFAULT_PATTERNS.resolved),
  firing: pattern(DEFAULT_PATTERNS.firing),
  critical: pattern(DEFAULT_PATTERNS.critical),
  warning: pattern(DEFAULT_PATTERNS.warning),
  info: pattern(DEFAULT_PATTERNS.info),
  changing: pattern(DEFAULT_PATTERNS.changing),
});

export type Patterns = z.output<typeof patternsSchema>;

/** What turns the word after it into its opposite. */
const NOT_BEFORE = /(?:未|没有?|无法|不能?|待|非|预计|\bnot(?: yet)?|\bnever|\bun|\bno|n't)\s*$/i;
/** What says that it was tried and did not work. */
const NOT_AFTER = /^\s*(?:中|失败|异常|超时|任务|\bfail|\btimed? ?out)/i;

/** Whether a text says that it is over: 已恢复 does; 未恢复, 恢复失败 and "not resolved" do not. */
export function saysResolved(text: string, { resolved }: Patterns): boolean {
  return resolved(text).some(
    ([from, to]) =>
      !NOT_BEFORE.test(text.slice(Math.max(0, from - 12), from)) && !NOT_AFTER.test(text.slice(to)),
  );
}

/** The worst that a text says, if it says anything. */
export function severityIn(text: string, patterns: Patterns): "critical" | "warning" | "info" | undefined {
  return (["critical", "warning", "info"] as const).find((severity) => patterns[severity](text).length > 0);
}
