/** What a text says about recurring, before it is a cron line. */

/** Days named in a text; nothing set means every day. */
export interface Days {
  /** 0 is Sunday. */
  readonly weekdays?: readonly number[];
  /** Cron's day of the month: `1`, `1-5`, `L`, `LW`, `1W`, `L-1`. */
  readonly monthDays?: readonly string[];
  /** Cron's day of the week where a list cannot say it: `1#1` (first Monday), `5L` (last Friday). */
  readonly weekdayField?: string;
  readonly month?: number;
}

/** What a text says about recurring: days, or an interval, or neither when it leaves open which. */
export interface FoundDays {
  readonly to: number;
  readonly days?: Days;
  readonly everyMs?: number;
  /** A part of the day that colours a bare hour after it: `every evening at 6`. */
  readonly part?: string;
}

/** The days of the week after `first` up to and including `last`, over Sunday where need be. */
export function daysUntil(first: number, last: number): number[] {
  const days: number[] = [];
  let day = first % 7;
  while (day !== last % 7) {
    day = (day + 1) % 7;
    days.push(day);
  }
  return days;
}
