/** How grave an entry says it is, in any of the manners in which logs say so. */
import type { Level } from "./options.ts";

/** Only the beginning of an entry says it; further on the words speak of something else. */
const LOOKED_AT = 300;

const WORDS: Readonly<Record<string, Level>> = {
  fatal: "critical",
  ftl: "critical",
  critical: "critical",
  crit: "critical",
  panic: "critical",
  alert: "critical",
  emerg: "critical",
  emergency: "critical",
  dpanic: "critical",
  致命: "critical",
  严重: "critical",
  error: "error",
  err: "error",
  eror: "error",
  severe: "error",
  错误: "error",
  异常: "error",
  warning: "warning",
  warn: "warning",
  wrn: "warning",
  警告: "warning",
  notice: "info",
  information: "info",
  info: "info",
  inf: "info",
  信息: "info",
  config: "info",
  debug: "debug",
  dbg: "debug",
  fine: "debug",
  调试: "debug",
  trace: "trace",
  trc: "trace",
  verbose: "trace",
  finer: "trace",
  finest: "trace",
};

const KLOG: Readonly<Record<string, Level>> = { I: "info", W: "warning", E: "error", F: "critical" };

/** `level=warn`, `"severity": "ERROR"`, pino's and bunyan's `"level":50`. */
const KEY =
  /\b(?:level|lvl|severity|loglevel|log_level|levelname)["']?\s?[=:]\s?["']?([a-z]{3,11}|[1-6]0(?!\d))/i;
const CAPITALS =
  /(?<![A-Za-z0-9_-])(?:FATAL|FTL|CRITICAL|CRIT|PANIC|DPANIC|ALERT|EMERG|EMERGENCY|ERROR|ERR|SEVERE|WARNING|WARN|WRN|NOTICE|INFO|INF|DEBUG|DBG|TRACE|TRC|VERBOSE)(?![A-Za-z0-9_-])/;
/** `[error]`, `<warn>`, `error:`, `【错误】`. */
const MARKED =
  /[[<(|【](fatal|critical|crit|panic|alert|emerg|error|err|severe|warning|warn|notice|info|debug|trace|致命|严重|错误|异常|警告|信息|调试)[\]>)|】]|(?<![\w-])(fatal|critical|crit|panic|error|err|warning|warn|notice|info|debug|trace)(?: error)?:|(?<!\p{Script=Han})(致命|严重|错误|异常|警告|信息|调试)[:：]/iu;
const THROWN = /\b[A-Z]\w{0,80}(?:Exception|Error)\b|^Traceback \(|^Caused by:|^panic:|^goroutine \d/;

/** pino's and bunyan's numbers, in tens. */
const NUMBERS: readonly Level[] = ["trace", "debug", "info", "warning", "error", "critical"];

export function levelOf(entry: string): Level {
  const text = entry.length > LOOKED_AT ? entry.slice(0, LOOKED_AT) : entry;
  const klog = /^([IWEF])\d{4} /.exec(text)?.[1];
  if (klog !== undefined) return KLOG[klog] ?? "unknown";
  const key = KEY.exec(text)?.[1];
  if (key !== undefined) {
    const level = /^\d/.test(key) ? NUMBERS[Number(key) / 10 - 1] : WORDS[key.toLowerCase()];
    if (level !== undefined) return level;
  }
  const capitals = CAPITALS.exec(text)?.[0];
  if (capitals !== undefined) return WORDS[capitals.toLowerCase()] ?? "unknown";
  const [found, ...words] = MARKED.exec(text) ?? [];
  if (found !== undefined)
    return WORDS[words.find((word) => word !== undefined)?.toLowerCase() ?? ""] ?? "unknown";
  return THROWN.test(text) ? "error" : "unknown";
}

/** Of syslog's priorities, which journald has too. */
export function levelOfPriority(priority: number): Level {
  if (priority <= 2) return "critical";
  if (priority === 3) return "error";
  if (priority === 4) return "warning";
  return priority <= 6 ? "info" : "debug";
}
