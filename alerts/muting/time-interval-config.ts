/** Time intervals as `alertmanager.yml` has them. */
import { z } from "zod";
import { isZone } from "../../storage/zone.ts";
import { complain, distinctNames, named, scalar } from "../config-parts.ts";

/** From one whole number up to another, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** One span of time: every condition that is there must hold. */
export interface TimeSpan {
  /** Minutes since midnight; `to` does not belong to it. */
  readonly times: readonly Range[] | undefined;
  /** Sunday is 0. */
  readonly weekdays: readonly Range[] | undefined;
  /** -1 is the last day of the month. */
  readonly daysOfMonth: readonly Range[] | undefined;
  readonly months: readonly Range[] | undefined;
  readonly years: readonly Range[] | undefined;
  /** IANA name; UTC where the file says nothing, as in Alertmanager. */
  readonly zone: string;
}

/** A name for several spans: inside one is inside. */
export interface TimeInterval {
  readonly name: string;
  readonly spans: readonly TimeSpan[];
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** `a` or `a:b`, where `read` knows what `a` may be. */
function range(
  what: { readonly zh: string; readonly en: string },
  read: (word: string) => number | undefined,
) {
  return scalar.transform((text, context): Range => {
    const words = text.toLowerCase().split(":");
    const [from, to = from] = words.map((word) => read(word.trim()));
    if (words.length > 2 || from === undefined || to === undefined) {
      complain(context, { zh: `'${text}' 不是${what.zh}`, en: `'${text}' is not ${what.en}` });
      return z.NEVER;
    }
    // -3:-1 and 1:-1 are fine; whether 20:-15 is empty depends on the month, so the shortest is asked.
    const comparable = (day: number): number => (day < 0 ? 28 + day : day);
    if (comparable(from) > comparable(to) || (from < 0 && to > 0)) {
      complain(context, { zh: `'${text}' 的终点在起点之前`, en: `'${text}' ends before it begins` });
      return z.NEVER;
    }
    return { from, to };
  });
}

const weekday = range(
  { zh: "星期，应像 monday:friday 这样写", en: "a weekday such as monday or monday:friday" },
  (word) => indexIn(WEEKDAYS, word),
);
const month = range(
  { zh: "月份，应像 january:march 或 1:3 这样写", en: "a month such as january:march or 1:3" },
  (word) => {
    const index = indexIn(MONTHS, word);
    return index === undefined ? whole(word, 1, 12) : index + 1;
  },
);
const dayOfMonth = range(
  { zh: "日期，应像 1:5 或 -3:-1 这样写", en: "a day of the month such as 1:5 or -3:-1" },
  (word) => {
    const day = whole(word, -31, 31);
    return day === 0 ? undefined : day;
  },
);
const year = range(
  { zh: "年份，应像 2026 或 2026:2028 这样写", en: "a year such as 2026 or 2026:2028" },
  (word) => whole(word, 1, 9999),
);

/** YAML 1.1 read 09:00 without quotes as a number; 1.2 reads a text, and so do we. */
const timeOfDay = scalar.transform((text, context): number => {
  const found = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (found !== null) return found[1] === undefined ? 1440 : Number(found[1]) * 60 + Number(found[2]);
  complain(context, {
    zh: `'${text}' 不是时刻，应像 09:00 这样写，最晚 24:00`,
    en: `'${text}' is not a time of day such as 09:00, up to 24:00`,
  });
  return z.NEVER;
});

const times = z
  .strictObject({ start_time: timeOfDay, end_time: timeOfDay })
  .transform(({ start_time, end_time }, context): Range => {
    if (start_time >= end_time)
      complain(context, {
        zh: "start_time 要早于 end_time；跨过午夜请写成两段",
        en: "start_time must be before end_time; write two ranges to cross midnight",
      });
    return { from: start_time, to: end_time };
  });

const zone = scalar.transform((name, context): string => {
  // Go's names for these two; the rest of the world calls them UTC and the time zone of the server.
  if (name === "" || name === "UTC") return "UTC";
  if (name === "Local" || isZone(name)) return name;
  complain(context, {
    zh: `'${name}' 不是 IANA 时区名，例如 Asia/Shanghai`,
    en: `'${name}' is not a time zone of the IANA database, e.g. Asia/Shanghai`,
  });
  return z.NEVER;
});

/** One span; `location` is the zone where the file names none. */
const spanIn = (location: string) =>
  z
    .strictObject({
      times: z.array(times).optional(),
      weekdays: z.array(weekday).optional(),
      days_of_month: z.array(dayOfMonth).optional(),
      months: z.array(month).optional(),
      years: z.array(year).optional(),
      location: zone.optional(),
    })
    .transform(
      (one): TimeSpan => ({
        times: one.times,
        weekdays: one.weekdays,
        daysOfMonth: one.days_of_month,
        months: one.months,
        years: one.years,
        zone: one.location ?? location,
      }),
    );

const interval = z
  .strictObject({ name: named, time_intervals: z.array(spanIn("UTC")).default([]) })
  .transform(({ name, time_intervals }): TimeInterval => ({ name, spans: time_intervals }));

/** Spans in the zone of whatever they belong to, which is what `Local` stands for. */
export const localSpansSchema = z.array(spanIn("Local")).min(1);

/** `time_intervals:`, and the older `mute_time_intervals:` at the top level. */
export const timeIntervalsSchema = z.array(interval).superRefine(distinctNames);

function indexIn(words: readonly string[], word: string): number | undefined {
  const index = words.indexOf(word);
  return index === -1 ? undefined : index;
}

function whole(word: string, least: number, most: number): number | undefined {
  const value = /^-?\d{1,4}$/.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
