/** What a calendar of others says of a duty: who, from when, until when (RFC 5545, by ical.js, loaded when needed). */
import type ICAL from "ical.js";
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { Span } from "../../alerts/oncall/rotation.ts";
import { plain } from "../../alerts/words.ts";
import { dayNumber } from "../../storage/civil.ts";
import type { Text } from "../../storage/locale.ts";
import { instantOf, isZone } from "../../storage/zone.ts";
import { daysOf, type RecurrenceRule } from "./recurrence.ts";

export interface ReadCalendar {
  readonly spans: readonly Span[];
  /** Whom it names and nobody is. */
  readonly unknown: readonly string[];
}

export interface ReadOptions {
  /** IANA name: that of times without one, and of whole days. */
  readonly zone: string;
  readonly people: readonly ListedPerson[];
  /** What touches this span is read. */
  readonly from: number;
  readonly until: number;
}

/** A calendar that cannot be used. */
export class CalendarError extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.name = "CalendarError";
    this.text = text;
  }
}

/** So many occurrences are looked at, of all events together. */
const MOST_LOOKS = 50_000;
const MOST_SPANS = 5_000;
const MOST_UNKNOWN = 50;
const DAY_MS = 86_400_000;

/** Reads it; throws a CalendarError for what is no calendar, and for what in it cannot be understood. */
export async function readCalendar(text: string, options: ReadOptions): Promise<ReadCalendar> {
  const { default: ical } = await import("ical.js");
  const find = whoIsIn(options.people);
  const spans: Span[] = [];
  const unknown = new Set<string>();
  let looks = 0;
  const take = (component: ICAL.Component, { from, until }: Omit<Span, "person">): void => {
    if (until <= options.from || from >= options.until || until <= from) return;
    if (spans.length >= MOST_SPANS) throw tooMuch();
    const { person, called } = find(component);
    if (person !== undefined) spans.push({ person, from, until });
    else if (unknown.size < MOST_UNKNOWN) unknown.add(called);
  };
  for (const { component, exceptions } of eventsIn(ical, text)) {
    const own = understood(component, () => occurrencesOf(ical, component, options.zone));
    const moved = new Map(
      exceptions.map((one) => [understood(one, () => momentsIn(one, "recurrence-id", options.zone)[0]), one]),
    );
    for (const occurrence of own) {
      if (++looks > MOST_LOOKS) throw tooMuch();
      if (occurrence.from >= options.until) break;
      const other = moved.get(occurrence.from);
      if (other === undefined) take(component, occurrence);
      else if (!isCancelled(other))
        for (const one of understood(other, () => occurrencesOf(ical, other, options.zone))) take(other, one);
    }
  }
  return { spans, unknown: [...unknown] };
}

/** Its events, each with the exceptions to its recurrence. */
function eventsIn(
  ical: typeof ICAL,
  text: string,
): readonly { readonly component: ICAL.Component; readonly exceptions: readonly ICAL.Component[] }[] {
  let root: ICAL.Component;
  try {
    root = new ical.Component(ical.parse(text) as unknown[]);
  } catch {
    throw NO_CALENDAR;
  }
  if (root.name !== "vcalendar") throw NO_CALENDAR;
  const all = root.getAllSubcomponents("vevent");
  const uidOf = (one: ICAL.Component): unknown => one.getFirstProperty("uid")?.getFirstValue();
  return all
    .filter((one) => one.hasProperty("dtstart") && !one.hasProperty("recurrence-id") && !isCancelled(one))
    .map((component) => ({
      component,
      exceptions: all.filter((one) => one.hasProperty("recurrence-id") && uidOf(one) === uidOf(component)),
    }));
}

const NO_CALENDAR = new CalendarError({ zh: "不是 iCalendar（.ics）", en: "it is no iCalendar (.ics)" });

function isCancelled(component: ICAL.Component): boolean {
  return component.getFirstProperty("status")?.getFirstValue() === "CANCELLED";
}

/** What the library makes of what is not well formed are errors of many kinds. */
function understood<T>(component: ICAL.Component, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CalendarError) throw error;
    throw cannot(component);
  }
}

function cannot(component: ICAL.Component, what = ""): CalendarError {
  const title = plain(String(component.getFirstProperty("summary")?.getFirstValue() ?? "?"), 60);
  return new CalendarError({
    zh: `其中“${title}”看不懂${what === "" ? "" : `（${what}）`}`,
    en: `“${title}” in it is not understood${what === "" ? "" : ` (${what})`}`,
  });
}

function tooMuch(): CalendarError {
  return new CalendarError({ zh: "里面的班次太多", en: "there are too many shifts in it" });
}

/** When an event is, each time: those that are left out are, those that are moved are not. */
function occurrencesOf(
  ical: typeof ICAL,
  component: ICAL.Component,
  zone: string,
): Iterable<Omit<Span, "person">> {
  const event = new ical.Event(component);
  const begin = clockOf(component, "dtstart", event.startDate, zone);
  const end = clockOf(component, "dtend", event.endDate, zone);
  const at = (shift: number): Omit<Span, "person"> => ({
    from: begin.instant(begin.wall + shift),
    until: end.instant(end.wall + shift),
  });
  const rule = component.getFirstProperty("rrule")?.getFirstValue();
  if (component.hasProperty("rdate") || component.hasProperty("exrule"))
    throw cannot(component, "RDATE, EXRULE");
  if (rule === undefined || rule === null) return [at(0)];
  return recurring(component, rule as ICAL.Recur, begin, at, zone);
}

function* recurring(
  component: ICAL.Component,
  rule: ICAL.Recur,
  begin: WallClock,
  at: (shift: number) => Omit<Span, "person">,
  zone: string,
): Generator<Omit<Span, "person">> {
  const left = new Set(momentsIn(component, "exdate", zone));
  const until =
    rule.until === null || rule.until === undefined
      ? undefined
      : clockOf(component, "dtstart", rule.until, zone);
  // A day as the end is the whole of it.
  const end = until?.instant(until.wall + (rule.until?.isDate === true ? DAY_MS - 1 : 0));
  const first = Math.floor(begin.wall / DAY_MS);
  let count = 0;
  for (const day of daysOf(ruleOf(component, rule), first)) {
    const occurrence = at((day - first) * DAY_MS);
    if (end !== undefined && occurrence.from > end) return;
    if (typeof rule.count === "number" && ++count > rule.count) return;
    if (!left.has(occurrence.from)) yield occurrence;
  }
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** The rule where it is one that rotations need; others are refused by name, rather than read wrongly. */
function ruleOf(component: ICAL.Component, rule: ICAL.Recur): RecurrenceRule {
  const no = (): CalendarError => cannot(component, plain(`RRULE:${rule.toString()}`, 80));
  const parts = rule.parts as Readonly<Record<string, readonly (string | number)[] | undefined>>;
  const { BYDAY = [], BYMONTHDAY = [], ...others } = parts;
  const every = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].find((one) => one === rule.freq);
  const weekdays = BYDAY.map((day) => WEEKDAYS.indexOf(String(day)));
  const monthDays = BYMONTHDAY.map(Number);
  const isMonthly = every === "MONTHLY";
  if (every === undefined || Object.keys(others).length > 0 || weekdays.includes(-1)) throw no();
  if ((monthDays.length > 0 && !isMonthly) || (weekdays.length > 0 && (isMonthly || every === "YEARLY")))
    throw no();
  if (!(rule.interval >= 1)) throw no();
  return {
    every: every as RecurrenceRule["every"],
    interval: rule.interval,
    weekdays,
    monthDays,
    // The library counts from 1, Sunday.
    weekStart: (rule.wkst - 1 + 7) % 7,
  };
}

/** A time by the clock on the wall, and what instant such a time is. */
interface WallClock {
  readonly wall: number;
  instant(wall: number): number;
}

/**
 * A name of the IANA database is ours to read, with the rules of today; another one is described in the calendar itself;
 * without any it is the clock on the wall of the rotation.
 */
function clockOf(component: ICAL.Component, property: string, time: ICAL.Time, zone: string): WallClock {
  const midnight = dayNumber(time.year, time.month, time.day) * DAY_MS;
  if (time.isDate) return { wall: midnight, instant: (at) => instantOf(zone, at) };
  const wall = midnight + ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000;
  if (!Number.isFinite(wall)) throw cannot(component);
  const own = time.zone?.tzid ?? "floating";
  if (own === "UTC") return { wall, instant: (at) => at };
  const tzid = (component.getFirstProperty(property) ?? component.getFirstProperty("dtstart"))?.getParameter(
    "tzid",
  );
  if (typeof tzid === "string" && isZone(tzid)) return { wall, instant: (at) => instantOf(tzid, at) };
  if (own === "floating") return { wall, instant: (at) => instantOf(zone, at) };
  return {
    wall,
    instant(at) {
      const shifted = time.clone();
      shifted.adjust(0, 0, 0, Math.round((at - wall) / 1_000));
      return shifted.toUnixTime() * 1_000;
    },
  };
}

/** The instants that a property names. */
function momentsIn(component: ICAL.Component, property: string, zone: string): readonly number[] {
  return component.getAllProperties(property).flatMap((one) =>
    one.getValues().map((time) => {
      const tzid = one.getParameter("tzid");
      const clock = clockOf(component, "dtstart", time as ICAL.Time, zone);
      return typeof tzid === "string" && isZone(tzid) && !(time as ICAL.Time).isDate
        ? instantOf(tzid, clock.wall)
        : clock.instant(clock.wall);
    }),
  );
}

/** Finds whose duty an event is: by the mail addresses and names of those who attend, then by its title. */
function whoIsIn(people: readonly ListedPerson[]): (event: ICAL.Component) => {
  readonly person: string | undefined;
  readonly called: string;
} {
  const known = new Map<string, string>();
  const name = (word: string | undefined, id: string): void => {
    const key = word?.trim().toLowerCase() ?? "";
    if (key !== "" && !known.has(key)) known.set(key, id);
  };
  for (const { id, name: called, aliases = [], email } of people) {
    for (const word of [id, ...aliases, email, called]) name(word, id);
    // `zhangsan` of `wecom:zhangsan`.
    for (const one of [id, ...aliases]) name(one.slice(one.indexOf(":") + 1), id);
  }
  const of = (word: string): string | undefined => known.get(word.trim().toLowerCase());

  return (event) => {
    const attendees = event.getAllProperties("attendee").flatMap((attendee) => {
      const cn = attendee.getParameter("cn");
      return [
        String(attendee.getFirstValue()).replace(/^mailto:/i, ""),
        ...(typeof cn === "string" ? [cn] : []),
      ];
    });
    const title = String(event.getFirstPropertyValue("summary") ?? "");
    // `张三 · db`, `On call: zhangsan`, `Zhang San (db)`.
    const parts = [...title.split(" · "), ...title.split(/[·:：,，;；/|()（）[\]【】—–]| - /)];
    const person = [...attendees, title, ...parts].map(of).find((id) => id !== undefined);
    return { person, called: plain(title === "" ? (attendees[0] ?? "?") : title, 60) };
  };
}
