/** Writes series in the notation of Prometheus' rule tests (`promtool test rules`), for tests that read them. */
import type { Labels } from "../../storage/labels.ts";
import { METRIC_NAME } from "../../storage/labels.ts";
import { silentLog } from "../../storage/log.ts";
import { parseMatchers } from "../../storage/matchers.ts";
import { SeriesStore } from "../../storage/series-store.ts";

export interface SeriesTimes {
  /** Time of the first sample, in milliseconds since the epoch; 0 unless said otherwise. */
  readonly start?: number;
  /** From one sample to the next, in milliseconds; a minute unless said otherwise. */
  readonly stepMs?: number;
  /** The store to write to; a new one in memory, which keeps everything, unless said otherwise. */
  readonly into?: SeriesStore;
}

/** A store in memory without a clock of its own: nothing leaves it by age. */
export function emptySeries(): SeriesStore {
  return new SeriesStore(silentLog, { retentionMs: Number.MAX_SAFE_INTEGER });
}

/**
 * Writes one series, e.g. `series('cpu{host="a"}', "0+1x60 _ _ 5 stale")`, and returns the store it is in.
 * The items, between spaces, one or more samples each:
 *
 * | item | samples |
 * |---|---|
 * | `5`, `-2.5`, `1e3`, `NaN`, `Inf`, `-Inf` | that value |
 * | `a+bxn`, `a-bxn` | n + 1 values: a, a±b, a±2b, … |
 * | `axn` | a, n + 1 times |
 * | `_`, `_xn` | one missing, n missing |
 * | `stale` | nothing from here on; must be the last (the store keeps no stale markers, only missing samples) |
 */
export function series(selector: string, values: string, times: SeriesTimes = {}): SeriesStore {
  const { start = 0, stepMs = 60_000, into = emptySeries() } = times;
  const labels = parseLabels(selector);
  parseValues(values).forEach((value, i) => {
    if (value !== undefined) into.append(labels, start + i * stepMs, value);
  });
  return into;
}

/** Writes several series to one store: `{ 'up{job="a"}': "1x10", 'up{job="b"}': "1 0 1" }`. */
export function seriesOf(rows: Readonly<Record<string, string>>, times: SeriesTimes = {}): SeriesStore {
  const into = times.into ?? emptySeries();
  for (const [selector, values] of Object.entries(rows)) series(selector, values, { ...times, into });
  return into;
}

/** Reads `cpu{host="a"}`, `{__name__="cpu"}` or `cpu`. */
export function parseLabels(selector: string): Labels {
  const brace = selector.indexOf("{");
  const name = (brace < 0 ? selector : selector.slice(0, brace)).trim();
  const labels: Record<string, string> = name === "" ? {} : { [METRIC_NAME]: name };
  for (const matcher of brace < 0 ? [] : parseMatchers(selector.slice(brace))) {
    if (matcher.op !== "=") throw new Error(`${selector}: a series has labels with =, not ${matcher.op}`);
    labels[matcher.name] = matcher.value;
  }
  return labels;
}

const NUMBER = "[-+]?(?:\\d+\\.?\\d*(?:e[-+]?\\d+)?|\\.\\d+(?:e[-+]?\\d+)?|nan|inf)";
const ITEM = new RegExp(`^(_|${NUMBER})(?:([-+])(${NUMBER}))?(?:x(\\d+))?$`, "i");

/** The values of a notation, one per step; `undefined` where the sample is missing. */
export function parseValues(text: string): (number | undefined)[] {
  const values: (number | undefined)[] = [];
  const items = text.split(/\s+/).filter((item) => item !== "");
  items.forEach((item, i) => {
    if (item === "stale") {
      if (i < items.length - 1) throw new Error(`${text}: nothing may follow "stale"`);
      return;
    }
    const found = ITEM.exec(item);
    if (found === null) throw new Error(`${text}: cannot read "${item}"`);
    const [, first = "", sign, step = "0", times] = found;
    if (first === "_") {
      if (sign !== undefined) throw new Error(`${text}: cannot read "${item}"`);
      for (let n = 0; n < Number(times ?? 1); n++) values.push(undefined);
      return;
    }
    if (sign !== undefined && times === undefined) throw new Error(`${text}: "${item}" has no xn`);
    const by = sign === "-" ? -numberOf(step) : numberOf(step);
    let value = numberOf(first);
    for (let n = 0; n <= Number(times ?? 0); n++) {
      values.push(value);
      value += by;
    }
  });
  return values;
}

function numberOf(text: string): number {
  const plain = text.toLowerCase().replace(/^\+/, "");
  if (plain === "inf") return Number.POSITIVE_INFINITY;
  return plain === "-inf" ? Number.NEGATIVE_INFINITY : Number(plain);
}
