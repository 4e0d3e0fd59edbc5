/** Reads pages of metrics: Prometheus' text format 0.0.4 and OpenMetrics 1.0, of one source again and again. */
import { isAscii, isUtf8 } from "node:buffer";
import { ownText } from "../../storage/label-set.ts";
import { ExpositionError } from "./exposition-error.ts";
import { readNumber } from "./number.ts";
import { endOfSeries, isBlank, readSeries } from "./series-text.ts";

export type Format = "text" | "openmetrics";

/** Hears of a line that is left out. */
export type Skip = (error: ExpositionError) => void;

/** A series that a source has written, by its very text. */
interface Line<Known> {
  readonly text: string;
  readonly known: Known;
  /** Where it stood among the samples of the page before. */
  place: number;
  /** The number of the page that had it last. */
  page: number;
}

/** What one page says. `values` and `times` belong to the entry of `series` at the same place. */
export interface Page<Known> {
  readonly series: readonly Known[];
  readonly values: readonly number[];
  /** Milliseconds since the Unix epoch; NaN for a sample without a time of its own. Left out where none has one. */
  readonly times: readonly number[] | undefined;
  /** The line of each sample, where lines are skipped. */
  readonly lines: readonly number[] | undefined;
  /** How many of them the page before did not have. */
  readonly added: number;
  /** Those that the page before had, and this one has not. */
  readonly gone: readonly Known[];
}

const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const OPEN = 123;
const CLOSE = 125;

/**
 * Reads the pages of one source. A series is taken apart once, and known by its text from then on; since a source
 * writes its series in the same order each time, it is as a rule enough to compare each with the one expected next.
 * `enter` says what to know of a new series; it may throw an Error, which names the line.
 */
export class Exposition<Known> {
  readonly #enter: (labels: Record<string, string>) => Known;
  readonly #lines = new Map<string, Line<Known>>();
  #order: Line<Known>[] = [];
  #page = 0;
  /** The place in `#order` of the series that is expected next. */
  #expected = 0;
  #value = Number.NaN;
  #time = Number.NaN;

  constructor(enter: (labels: Record<string, string>) => Known) {
    this.#enter = enter;
  }

  /**
   * Reads one page. Throws an ExpositionError, and then knows no series any more. With `skip` a line that cannot be read
   * is told to it and left out, and every sample counts that a series has: for pages that somebody pushes.
   */
  read(body: Buffer, format: Format, skip?: Skip): Page<Known> {
    if (!isUtf8(body)) throw new ExpositionError(lineOfBadByte(body), "not valid UTF-8");
    const text = body.toString(isAscii(body) ? "latin1" : "utf8");
    this.#page++;
    try {
      return this.#read(text, format, skip);
    } catch (error) {
      // What a page that fails has brought must not pile up.
      this.forget();
      throw error;
    }
  }

  /** Knows nothing any more. */
  forget(): void {
    this.#lines.clear();
    this.#order = [];
  }

  #read(text: string, format: Format, skip: Skip | undefined): Page<Known> {
    const order: Line<Known>[] = [];
    const series: Known[] = [];
    const values: number[] = [];
    const lines: number[] | undefined = skip === undefined ? undefined : [];
    let times: number[] | undefined;
    let number = 0;
    let added = 0;
    let ended = false;
    this.#expected = 0;
    for (let from = 0; from < text.length; ) {
      number++;
      const newline = text.indexOf("\n", from);
      let to = newline < 0 ? text.length : newline;
      let at = from;
      from = to + 1;
      if (text.charCodeAt(to - 1) === RETURN) to--;
      while (at < to && isBlank(text.charCodeAt(at))) at++;
      if (at >= to) continue;
      if (ended) throw new ExpositionError(number, "something stands after # EOF");
      if (text.charCodeAt(at) === HASH) {
        ended = format === "openmetrics" && text.slice(at, to) === "# EOF";
        continue;
      }
      let line: Line<Known>;
      try {
        line = this.#readSample(text, at, to, format, number);
      } catch (error) {
        if (skip === undefined || !(error instanceof ExpositionError)) throw error;
        skip(error);
        continue;
      }
      // The same series twice in one page: the first counts, as in Prometheus.
      if (line.page === this.#page && skip === undefined) continue;
      if (line.page < this.#page - 1) added++;
      line.page = this.#page;
      if (times === undefined && !Number.isNaN(this.#time)) times = values.map(() => Number.NaN);
      times?.push(this.#time);
      lines?.push(number);
      order.push(line);
      series.push(line.known);
      values.push(this.#value);
    }
    if (format === "openmetrics" && !ended)
      throw new ExpositionError(number, "the page is cut short: no # EOF at its end");
    const gone = this.#order.filter(({ page }) => page !== this.#page).map(({ known }) => known);
    this.#remember(order);
    return { series, values, times, lines, added, gone };
  }

  /** Reads the sample on `text[at, to)`; its number and time are left in `#value` and `#time`. */
  #readSample(text: string, at: number, to: number, format: Format, number: number): Line<Known> {
    let line = this.#order[this.#expected];
    let end = line === undefined ? -1 : endOfExpected(line.text, text, at);
    if (line === undefined || end < 0) {
      end = endOfSeries(text, at, to);
      if (end < 0) throw new ExpositionError(number, "a label set that is not closed");
      line = this.#lineOf(text.slice(at, end), number);
    }
    if (line.place >= 0) this.#expected = line.place + 1;
    let i = end;
    while (i < to && isBlank(text.charCodeAt(i))) i++;
    const from = i;
    while (i < to && !isBlank(text.charCodeAt(i))) i++;
    const value = readNumber(text, from, i);
    if (value === undefined) throw new ExpositionError(number, `not a number: ${shown(text.slice(from, i))}`);
    this.#value = value;
    this.#time = i < to ? readTime(text, i, to, format, number) : Number.NaN;
    return line;
  }

  #lineOf(text: string, number: number): Line<Known> {
    const known = this.#lines.get(text);
    if (known !== undefined) return known;
    // The page must not stay in memory for the sake of a piece of it.
    const own = ownText(text);
    let line: Line<Known>;
    try {
      line = { text: own, known: this.#enter(readSeries(own)), place: -1, page: -1 };
    } catch (error) {
      throw new ExpositionError(number, (error as Error).message);
    }
    this.#lines.set(own, line);
    return line;
  }

  /** Expects the next page to be like this one, and forgets what has long been gone. */
  #remember(order: Line<Known>[]): void {
    order.forEach((line, place) => {
      line.place = place;
    });
    this.#order = order;
    if (this.#lines.size <= 2 * order.length + 16) return;
    this.#lines.clear();
    for (const line of order) this.#lines.set(line.text, line);
  }
}

/** Where the series ends if it is the one expected, else -1. */
function endOfExpected(expected: string, text: string, at: number): number {
  if (!text.startsWith(expected, at)) return -1;
  const end = at + expected.length;
  if (!isBlank(text.charCodeAt(end))) return -1;
  if (expected.charCodeAt(expected.length - 1) === CLOSE) return end;
  // `name {label="value"}` begins as `name` does.
  let i = end;
  while (isBlank(text.charCodeAt(i))) i++;
  return text.charCodeAt(i) === OPEN ? -1 : end;
}

/** Reads what stands after a value: a time, and in OpenMetrics perhaps an exemplar, which is passed over. */
function readTime(text: string, from: number, to: number, format: Format, number: number): number {
  let i = from;
  while (i < to && isBlank(text.charCodeAt(i))) i++;
  if (i >= to) return Number.NaN;
  const isOpenMetrics = format === "openmetrics";
  if (isOpenMetrics && text.charCodeAt(i) === HASH) return Number.NaN;
  const timeFrom = i;
  while (i < to && !isBlank(text.charCodeAt(i))) i++;
  const time = readNumber(text, timeFrom, i);
  if (time === undefined || !Number.isFinite(time))
    throw new ExpositionError(number, `not a time: ${shown(text.slice(timeFrom, i))}`);
  while (i < to && isBlank(text.charCodeAt(i))) i++;
  if (i < to && !(isOpenMetrics && text.charCodeAt(i) === HASH))
    throw new ExpositionError(number, `too much on one line: ${shown(text.slice(i, to))}`);
  return Math.floor(isOpenMetrics ? time * 1000 : time);
}

function lineOfBadByte(body: Buffer): number {
  let line = 1;
  for (let from = 0; from < body.length; line++) {
    const newline = body.indexOf(NEWLINE, from);
    const to = newline < 0 ? body.length : newline;
    if (!isUtf8(body.subarray(from, to))) return line;
    from = to + 1;
  }
  return line;
}

/** A piece of a page for a message: one line, not long. */
function shown(piece: string): string {
  const short = piece.length > 40 ? `${piece.slice(0, 40)}…` : piece;
  return JSON.stringify(short);
}
