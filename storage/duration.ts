/** Lengths of time as Prometheus writes them: `5m`, `1h30m`, `1d`, `500ms`. */
import type { Text } from "./locale.ts";

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Parses a Prometheus duration into milliseconds; `undefined` when the text is not one. `0` alone is allowed. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const found = text === "" ? null : PATTERN.exec(text);
  if (found === null) return undefined;
  let ms = 0;
  UNITS.forEach(([, size], i) => {
    ms += Number(found[i + 1] ?? 0) * size;
  });
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** Writes milliseconds as a Prometheus duration, e.g. `1h30m`; rounds to whole milliseconds, `0s` for none. */
export function formatDuration(ms: number): string {
  let rest = Math.round(Math.abs(ms));
  if (rest === 0) return "0s";
  let text = ms < 0 ? "-" : "";
  for (const [unit, size] of UNITS) {
    // Years and weeks are skipped on output: `400d` reads better than `1y5w`.
    if (unit === "y" || unit === "w" || rest < size) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}

const ZH_UNITS: Readonly<Record<string, string>> = { d: "天", h: "小时", m: "分", s: "秒", ms: "毫秒" };

/** `2h30m` and `2小时30分`, `20m` and `20分钟`, `1s500ms` and `1秒500毫秒`. */
export function durationWords(ms: number): Text {
  const en = formatDuration(ms);
  const zh = en.replace(/[a-z]+/g, (unit) => ZH_UNITS[unit] ?? unit);
  return { zh: /^\d+分$/.test(zh) ? `${zh}钟` : zh, en };
}

/** The same to the second: nobody counts the milliseconds of a night. */
export function spanWords(ms: number): Text {
  return durationWords(Math.max(0, Math.floor(ms / 1_000) * 1_000));
}
