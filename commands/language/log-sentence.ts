/** Reads a sentence about a log: `应用日志 5分钟内 ERROR 超过10条告警`, `alert when app.log contains "OutOfMemory"`. */
import type { Comparison, Language, ThresholdSentence } from "./sentence-types.ts";

const MINUTE_MS = 60_000;
/** What is looked back on where nothing is said. */
const USUAL_MS = 5 * MINUTE_MS;

const UNITS: Readonly<Record<string, number>> = { 秒: 1_000, s: 1_000, 分: MINUTE_MS, m: MINUTE_MS };
const HOURS: Readonly<Record<string, number>> = {
  小时: 3_600_000,
  时: 3_600_000,
  h: 3_600_000,
  天: 86_400_000,
  d: 86_400_000,
};

const LEVELS: readonly (readonly [RegExp, string])[] = [
  [/^(?:fatal|critical|致命|严重)/i, "critical"],
  [/^(?:error|err|错误|报错|异常)/i, "error"],
  [/^(?:warn|警告)/i, "warning"],
];

const NAME = "(?<monitor>\\S.{0,79}?)";
const ZH_SPAN =
  "(?:(?:在|过去|最近|每)? ?(?<span>\\d{1,4}) ?(?<unit>秒|分|小时|天|[smhd])[钟]?(?:之?内|里|以内)?)?";
const ZH_OVER = "(?<op>超过|多于|大于|高于|达到|不少于|至少|>=|>) ?(?<count>\\d{1,9}) ?(?:条|行|次|个)";
const ZH_ALERT =
  "(?:时|就|则|,)? ?(?<severity>严重|紧急|致命|提示)?(?:告警|报警|通知|提醒)(?:我|我们|一下)?[.!]?$";
const EN_ALERT = "^(?:(?<severity>critical|info) )?(?:alert|warn|notify|tell)(?: me| us)? (?:when|if) ";
const EN_SPAN = "(?: (?:in|within|over) (?:the last )?(?<span>\\d{1,4}) ?(?<unit>[smhd])[a-z]{0,8})?";

/** Counts of a level; then a text that is to be found. */
const FORMS: readonly RegExp[] = [
  new RegExp(
    `^${NAME} ?(?:的?日志)?(?:里|中)?,? ?${ZH_SPAN} ?(?:出现|有)? ?(?<level>error|err|fatal|critical|warning|warn|错误|报错|异常|警告|致命)(?:级别)?的?(?:日志|行)? ?${ZH_OVER},? ?${ZH_ALERT}`,
    "i",
  ),
  new RegExp(
    `^${NAME} ?(?:的?日志)?(?:里|中)?,? ?${ZH_SPAN} ?(?:出现|包含|含有|有) ?["“'](?<text>[^"“”']{1,200})["”'] ?(?:${ZH_OVER})?,? ?${ZH_ALERT}`,
    "i",
  ),
  new RegExp(
    `${EN_ALERT}(?:the )?log ${NAME} (?:has )?(?<level>errors?|warnings?|criticals?|fatals?) (?<op>>=|>|over|above|more than|exceeds?|at least) (?<count>\\d{1,9})${EN_SPAN}$`,
    "i",
  ),
  new RegExp(
    `${EN_ALERT}(?:the )?(?:log )?${NAME} (?:contains|says|shows|has) ["“'](?<text>[^"“”']{1,200})["”'](?: (?<op>>=|>|over|more than|at least) (?<count>\\d{1,9})(?: times)?)?${EN_SPAN}$`,
    "i",
  ),
];

/** The rule that a sentence about a log is; `undefined` when it is none. `text` is normalized. */
export function understandLog(text: string, language: Language): ThresholdSentence | undefined {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups;
    if (found !== undefined) return sentenceOf(found, language);
  }
  return undefined;
}

function sentenceOf(
  found: Readonly<Record<string, string | undefined>>,
  language: Language,
): ThresholdSentence {
  const { monitor = "", text, level = "", op, count = "0", span, unit = "", severity } = found;
  const rangeMs = span === undefined ? USUAL_MS : Number(span) * (UNITS[unit] ?? HOURS[unit] ?? MINUTE_MS);
  const comparison: Comparison = /^(?:>=|达到|不少于|至少|at least)$/i.test(op ?? "") ? ">=" : ">";
  const what = text ?? LEVELS.find(([word]) => word.test(level))?.[1] ?? "error";
  return {
    kind: "threshold",
    language,
    subject: {
      metric: text === undefined ? "log_lines_total" : "log_matches_total",
      labels: { monitor: monitor.trim(), ...(text === undefined ? { level: what } : { pattern: text }) },
    },
    op: comparison,
    threshold: Number(count),
    forMs: 0,
    ...(severity === undefined ? {} : { severity: /提示|info/i.test(severity) ? "info" : "critical" }),
    name: `${monitor.trim()} ${what}`,
    windowFunction: { fn: "increase", rangeMs },
  };
}
