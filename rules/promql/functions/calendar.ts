/** Calendar fields of moments in seconds since the epoch, in UTC as in Prometheus. */
import type { FunctionRow, Vector } from "../ast.ts";
import { distinct } from "../distinct.ts";
import { withoutName } from "../grouping.ts";
import { argument, isApart } from "./kinds.ts";

interface Day {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export const calendarFunctions = {
  minute: field(
    (seconds) => modulo(Math.floor(seconds / 60), 60),
    "分钟（0–59，UTC）",
    "the minute, 0 to 59, UTC",
  ),
  hour: field(
    (seconds) => modulo(Math.floor(seconds / 3600), 24),
    "小时（0–23，UTC）",
    "the hour, 0 to 23, UTC",
  ),
  day_of_week: field(
    (seconds) => modulo(dayNumber(seconds) + 4, 7),
    "星期几（0 为周日，UTC）",
    "the day of the week, 0 is Sunday, UTC",
  ),
  day_of_month: field((seconds) => civil(dayNumber(seconds)).day, "几号（UTC）", "the day of the month, UTC"),
  day_of_year: field(
    (seconds) => dayNumber(seconds) - numberOf(civil(dayNumber(seconds)).year, 1) + 1,
    "一年中的第几天（UTC）",
    "the day of the year, UTC",
  ),
  days_in_month: field(
    (seconds) => {
      const { year, month } = civil(dayNumber(seconds));
      return numberOf(month === 12 ? year + 1 : year, (month % 12) + 1) - numberOf(year, month);
    },
    "当月天数（UTC）",
    "the number of days in the month, UTC",
  ),
  month: field((seconds) => civil(dayNumber(seconds)).month, "月份（UTC）", "the month, 1 to 12, UTC"),
  year: field((seconds) => civil(dayNumber(seconds)).year, "年份（UTC）", "the year, UTC"),
} satisfies Record<string, FunctionRow>;

function field(of: (seconds: number) => number, zh: string, en: string): FunctionRow {
  return {
    returns: "vector",
    args: ["vector?"],
    doc: { zh, en },
    run(call, evaluation) {
      if (call.args.length === 0) return [{ labels: {}, value: of(Math.floor(evaluation.at / 1000)) }];
      const out: Vector = evaluation
        .vector(argument(call, 0))
        .map(({ labels, value }) => ({ labels: withoutName(labels), value: of(Math.trunc(value)) }));
      return isApart(call, 0) ? out : distinct(out, call);
    },
  };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function dayNumber(seconds: number): number {
  return Math.floor(seconds / 86_400);
}

/** The number, counted from 1970-01-01, of the first day of a month in the Gregorian calendar. */
function numberOf(year: number, month: number): number {
  // The year is counted from March, so that the leap day is its last.
  const y = month <= 2 ? year - 1 : year;
  const inYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5);
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + inYear - 719_468;
}

/** The date of a day number. */
function civil(days: number): Day {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const inEra = z - era * 146_097;
  const yearInEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  );
  const inYear = inEra - (365 * yearInEra + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: era * 400 + yearInEra + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}
