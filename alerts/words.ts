/** Numbers, times and names as people read them, in both languages. */
import type { MetricUnit } from "../rules/metric-words.ts";
import type { Locale } from "../storage/locale.ts";

/**
 * Puts text that a person or a machine wrote into markdown so that it stays text: no markup, no HTML, no link, no
 * mention. Escaped with backslashes, as CommonMark has it; a platform whose dialect has none strips them.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(HIDDEN, "")
    .replace(/^[ \t]+/gm, "")
    .replace(/[\\`*_[\]<>#|~!&@$]/g, "\\$&")
    .replace(/:(?=\/\/)/g, "\\:")
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replace(/^[-+=:]|(?<=^\d{1,9})[.)]/gm, "\\$&");
}

/** Control characters, and the marks that turn the direction of writing or cannot be seen at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Plain text for a title or a field: one line, no control or direction marks, at most `most` characters. */
export function plain(text: string, most = 200): string {
  const flat = text.replace(/\s+/g, " ").replace(HIDDEN, "").trim();
  if (flat.length <= most) return flat;
  // Cutting between the halves of a surrogate pair would leave a broken character.
  const end = flat.charCodeAt(most - 2) >>> 10 === 0x36 ? most - 2 : most - 1;
  return `${flat.slice(0, end)}…`;
}

/** By which name a person is spoken of; plain text. */
export type NameOf = (person: string) => string;

/** The name of somebody of whom nobody told one: the id without its platform. */
export function nameOf(person: string): string {
  return plain(person.slice(person.indexOf(":") + 1), 40);
}

const SPAN_UNITS = [
  { ms: 86_400_000, zh: "天", en: "d" },
  { ms: 3_600_000, zh: "小时", en: "h" },
  { ms: 60_000, zh: "分", en: "m" },
  { ms: 1_000, zh: "秒", en: "s" },
] as const;

/** A length of time in at most two neighbouring units: `2小时30分`, `2h 30m`; `0秒` when it is under a second. */
export function formatSpan(ms: number, locale: Locale): string {
  const chinese = locale === "zh-CN";
  const whole = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const largest = SPAN_UNITS.findIndex((unit) => whole >= unit.ms);
  const [first = SPAN_UNITS[3], second] = SPAN_UNITS.slice(largest < 0 ? 3 : largest);
  const count = Math.floor(whole / first.ms);
  // A unit of nothing says nothing: `2小时`, not `2小时0分`.
  const rest = second === undefined ? 0 : Math.floor((whole % first.ms) / second.ms);
  if (second === undefined || rest === 0)
    return chinese ? `${count}${first.zh === "分" ? "分钟" : first.zh}` : `${count}${first.en}`;
  return chinese ? `${count}${first.zh}${rest}${second.zh}` : `${count}${first.en} ${rest}${second.en}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * A moment in a time zone, to the minute: `11-25 14:03`. To the second where one thing after another is told, as in a
 * story: `11-25 14:03:27`. The year is for logs.
 */
export function formatTime(
  at: number,
  zone: string,
  locale: Locale,
  to: "minute" | "second" = "minute",
): string {
  const key = `${locale} ${zone} ${to}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      month: locale === "zh-CN" ? "2-digit" : "short",
      day: locale === "zh-CN" ? "2-digit" : "numeric",
      hour: "2-digit",
      minute: "2-digit",
      ...(to === "second" ? { second: "2-digit" } : {}),
      hourCycle: "h23",
    });
    formats.set(key, format);
  }
  // Beyond ±8.64e15 ms there is no date, and format would throw.
  const text = Math.abs(at) <= 8.64e15 ? format.format(at) : "?";
  return text.replace("/", "-").replace(", ", " ");
}

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A value in its unit, to three significant digits: `92.5%`, `1.5 GiB`, `350 ms`; a bare number where it has none. */
export function formatValue(value: number, unit: MetricUnit | undefined, locale: Locale): string {
  const chinese = locale === "zh-CN";
  if (Number.isNaN(value)) return chinese ? "没有数值" : "no value";
  if (!Number.isFinite(value)) return value > 0 ? "+∞" : "-∞";
  switch (unit) {
    case "percent":
      return `${digits(value)}%`;
    case "bytes":
      return formatBytes(value);
    case "bytes_per_second":
      return `${formatBytes(value)}/s`;
    case "seconds":
      if (value >= 120) return formatSpan(value * 1_000, locale);
      return Math.abs(value) < 1 && value !== 0
        ? `${digits(value * 1_000)}${chinese ? " 毫秒" : " ms"}`
        : `${digits(value)}${chinese ? " 秒" : " s"}`;
    case "days":
      return `${digits(value)}${chinese ? " 天" : " days"}`;
    case "celsius":
      return `${digits(value)}°C`;
    case "boolean":
      if (value === 0) return chinese ? "异常" : "down";
      return value === 1 ? (chinese ? "正常" : "up") : digits(value);
    default:
      return digits(value);
  }
}

function formatBytes(value: number): string {
  let size = value;
  let i = 0;
  while (Math.abs(size) >= 1024 && i < BYTES.length - 1) {
    size /= 1024;
    i++;
  }
  return `${digits(size)} ${BYTES[i]}`;
}

/** Three significant digits, whole numbers whole, no trailing zeros. */
function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toPrecision(3);
  const places = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return String(Number(value.toFixed(Math.min(places, 10))));
}
