/** The few metrics of a monitor that tell people most, with a line of their recent past. */
import type { Labels } from "../../storage/labels.ts";
import type { Series } from "../../storage/series.ts";
import type { MetricView } from "./board-view.ts";

/** The metrics that are shown, the most telling first; of any other only the number is. */
const TELLING = [
  "cpu_usage_percent",
  "memory_usage_percent",
  "disk_usage_percent",
  "load1",
  "swap_usage_percent",
  "probe_duration_seconds",
  "probe_http_status_code",
  "probe_success",
] as const;

const RANKS: ReadonlyMap<string, number> = new Map(TELLING.map((metric, rank) => [metric, rank]));

/** Labels that say which monitor it is, which the board says already. */
const OF_THE_MONITOR = new Set(["__name__", "monitor", "instance", "job", "kind"]);

const SHOWN = 5;
const PAST_MS = 30 * 60_000;
const POINTS = 60;
const STEP_MS = PAST_MS / POINTS;

/**
 * What the board shows of a monitor's series, with a line of the past for each unless `lines` is false. A series
 * without a sample in the last half hour counts as gone.
 */
export function latestOf(
  series: readonly Series[],
  at: number,
  nameOf: (metric: string) => string | undefined,
  lines = true,
): { latest: readonly MetricView[]; more: number } {
  const alive = series.filter((one) => one.length > 0 && one.at(one.length - 1) > at - PAST_MS);
  const telling = alive
    .map((one) => ({ one, rank: RANKS.get(one.labels["__name__"] ?? "") ?? TELLING.length }))
    .filter(({ rank }, _i, all) => rank < TELLING.length || all.length <= 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, SHOWN);
  return {
    latest: telling.map(({ one }) => view(one, at, nameOf, lines)),
    more: alive.length - telling.length,
  };
}

function view(
  series: Series,
  at: number,
  nameOf: (metric: string) => string | undefined,
  lines: boolean,
): MetricView {
  const metric = series.labels["__name__"] ?? "";
  const name = nameOf(metric);
  return {
    metric,
    ...(name !== undefined && { name }),
    labels: own(series.labels),
    value: rounded(series.value(series.length - 1)),
    unit: unitOf(metric),
    points: lines ? past(series, at) : [],
  };
}

/** One value per half minute, the last one in it; times are whole half minutes, so that lines do not jitter. */
function past(series: Series, at: number): (number | null)[] {
  const end = Math.ceil(at / STEP_MS) * STEP_MS;
  const points: (number | null)[] = [];
  for (let i = 1; i <= POINTS; i++) {
    const until = end - PAST_MS + i * STEP_MS;
    const found = series.indexAt(until);
    const known = found >= 0 && series.at(found) > until - STEP_MS;
    const value = known ? series.value(found) : Number.NaN;
    points.push(rounded(value));
  }
  return points;
}

function own(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !OF_THE_MONITOR.has(name)));
}

function unitOf(metric: string): MetricView["unit"] {
  if (metric.endsWith("_percent")) return "%";
  if (metric.endsWith("_seconds")) return "s";
  if (metric.endsWith("_bytes_per_second")) return "B/s";
  return metric.endsWith("_bytes") ? "B" : "";
}

/** Four digits are more than a small line can show. */
function rounded(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (value === 0) return 0;
  const scale = 10 ** (3 - Math.floor(Math.log10(Math.abs(value))));
  return Number.isFinite(scale) && scale !== 0 ? Math.round(value * scale) / scale : value;
}
