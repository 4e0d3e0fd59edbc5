/** Calendar fields of moments in seconds since the epoch, in UTC as in Prometheus. */
import { civil, dayNumber, lengthOfMonth } from "../../../storage/civil.ts";
import type { FunctionRow, Vector } from "../ast.ts";
import { distinct } from "../distinct.ts";
import { withoutName } from "../grouping.ts";
import { argument, isApart } from "./kinds.ts";

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
    (seconds) => modulo(dayOf(seconds) + 4, 7),
    "星期几（0 为周日，UTC）",
    "the day of the week, 0 is Sunday, UTC",
  ),
  day_of_month: field((seconds) => civil(dayOf(seconds)).day, "几号（UTC）", "the day of the month, UTC"),
  day_of_year: field(
    (seconds) => dayOf(seconds) - dayNumber(civil(dayOf(seconds)).year, 1, 1) + 1,
    "一年中的第几天（UTC）",
    "the day of the year, UTC",
  ),
  days_in_month: field(
    (seconds) => {
      const { year, month } = civil(dayOf(seconds));
      return lengthOfMonth(year, month);
    },
    "当月天数（UTC）",
    "the number of days in the month, UTC",
  ),
  month: field((seconds) => civil(dayOf(seconds)).month, "月份（UTC）", "the month, 1 to 12, UTC"),
  year: field((seconds) => civil(dayOf(seconds)).year, "年份（UTC）", "the year, UTC"),
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

function dayOf(seconds: number): number {
  return Math.floor(seconds / 86_400);
}
