/** The shifts of a rotation as a calendar that others subscribe to (RFC 5545). Pure. */
import { createHash } from "node:crypto";
import type { KnownRotation } from "../../alerts/oncall/on-call.ts";
import { shiftsIn } from "../../alerts/oncall/schedule.ts";
import { type NameOf, plain } from "../../alerts/words.ts";
import { civil, dayNumber } from "../../storage/civil.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";

export interface CalendarFacts {
  readonly locale: Locale;
  readonly nameOf: NameOf;
}

const DAY_MS = 86_400_000;
/** So far a schedule is told. */
const AHEAD_MS = 92 * DAY_MS;
const BEFORE_MS = 31 * DAY_MS;
/** A line has so many octets at most, without its end (3.1). */
const LINE_OCTETS = 75;

/**
 * The calendar as it is at `at`. Times are in UTC, which needs no description of a zone; each shift has the same UID
 * whenever it is asked for.
 */
export function writeCalendar({ name, rotation }: KnownRotation, at: number, facts: CalendarFacts): string {
  const { locale, nameOf } = facts;
  const title = inLocale(locale, { zh: `值班 ${name}`, en: `On call ${name}` });
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Gengfu//On call//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `NAME:${escaped(title)}`,
    `X-WR-CALNAME:${escaped(title)}`,
    `X-WR-TIMEZONE:${rotation.zone}`,
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
  ];
  for (const { person, from, until } of shiftsIn(rotation, startOfMonth(at - BEFORE_MS), at + AHEAD_MS)) {
    if (person === undefined) continue;
    const who = plain(nameOf(person), 60);
    lines.push(
      "BEGIN:VEVENT",
      `UID:${uidOf(name, from)}`,
      `DTSTAMP:${utc(at)}`,
      `DTSTART:${utc(from)}`,
      `DTEND:${utc(until)}`,
      `SUMMARY:${escaped(`${who} · ${name}`)}`,
      "TRANSP:TRANSPARENT",
      "END:VEVENT",
    );
  }
  lines.push("END:VCALENDAR", "");
  return lines.map(folded).join("\r\n");
}

/** What a running shift is cut at must not move every time it is asked for. */
function startOfMonth(at: number): number {
  const { year, month } = civil(Math.floor(at / DAY_MS));
  return dayNumber(year, month, 1) * DAY_MS;
}

function uidOf(name: string, from: number): string {
  return `${createHash("sha256").update(`${name}\n${from}`).digest("hex").slice(0, 32)}@gengfu`;
}

/** `20261130T010000Z`. */
function utc(at: number): string {
  return `${new Date(Math.floor(at / 1_000) * 1_000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** A text (3.3.11). */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}

/** A long line goes on in the next one, after a space; never within a character. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > LINE_OCTETS) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += char;
    octets += size;
  }
  return [...parts, part].join("\r\n");
}
