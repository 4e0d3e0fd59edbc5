/** Times and values as people read them. */
import { chinese, say } from "./words.ts";

const locale = chinese ? "zh-CN" : "en";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "short" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });

/** `14:03`. */
export function clockTime(at: Date): string {
  return clock.format(at);
}

/** Everything about a moment, for a tooltip. */
export function fullTime(at: Date): string {
  return full.format(at);
}

/** `今天`, `昨天`, `11月20日周五`. */
export function dayName(at: Date, now = new Date()): string {
  if (at.toDateString() === now.toDateString()) return say("today");
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  return at.toDateString() === before.toDateString() ? say("yesterday") : day.format(at);
}

/** `11月26日 02:00` in a time zone: schedules are made in the server's, which need not be the reader's. */
export function timeIn(zone: string, at: Date): string {
  const options = {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  } as const;
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(at);
}

/** How long ago, in its largest unit: `3 分钟`. */
export function age(since: Date, now = new Date()): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000);
  if (minutes < 1) return say("secondsAgo");
  if (minutes < 60) return `${minutes}${say("minutes")}`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${say("hours")}`;
  return `${Math.floor(minutes / 1440)}${say("days")}`;
}

/** A value with its unit: `42.5%`, `230 ms`, `1.2 GB`; a dash for none. */
export function amount(value: number | null, unit: string): string {
  if (value === null) return "—";
  if (unit === "%") return `${digits(value)}%`;
  if (unit === "s")
    return value !== 0 && Math.abs(value) < 1 ? `${digits(value * 1000)} ms` : `${digits(value)} s`;
  if (unit === "B" || unit === "B/s") {
    const power = Math.min(Math.max(Math.floor(Math.log2(Math.abs(value) || 1) / 10), 0), 4);
    return `${digits(value / 1024 ** power)} ${["", "K", "M", "G", "T"][power]}${unit}`;
  }
  return digits(value);
}

function digits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toLocaleString("en", { maximumSignificantDigits: 3, useGrouping: false });
}
