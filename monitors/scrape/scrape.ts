/** The `scrape` monitor: fetches a page of metrics as Prometheus does, and stores what it says. */
import { type Labels, METRIC_NAME } from "../../storage/labels.ts";
import type { SeriesRef, SeriesSink } from "../../storage/series.ts";
import { SeriesLimit } from "../../storage/series-limit.ts";
import { Exposition, type Format, type Page } from "../exposition/exposition.ts";
import { ExpositionError } from "../exposition/exposition-error.ts";
import type { Look, MonitorKind, MonitorWorld, Reading, SampleBatch } from "../monitor.ts";
import { LookFailed, type Reason, reasonOf } from "../reason.ts";
import { type Answer, hostOf } from "../web/exchange.ts";
import { follow } from "../web/follow.ts";
import { webFileOnly, webSecrets } from "../web/options.ts";
import { createTrace } from "../web/trace.ts";
import { unpacked } from "../web/unpack.ts";
import { type ScrapeOptions, scrapeOptions } from "./options.ts";
import { createLabelling } from "./series-labels.ts";

/** What Prometheus asks for, less protobuf. */
const ACCEPT = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1";
/** A sample further in the future than this is a lie, or the clock of the target is wrong; Prometheus' limit. */
const FUTURE_MS = 600_000;

export const scrape: MonitorKind<ScrapeOptions> = {
  kind: "scrape",
  summary: {
    zh: "抓取任意 exporter 的指标（Prometheus 文本格式和 OpenMetrics）",
    en: "scrapes the metrics of any exporter (Prometheus text format and OpenMetrics)",
  },
  example: {
    zh: "抓取 node.example:9100",
    en: "scrape node.example:9100",
  },
  options: scrapeOptions,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  target: "url",
  fileOnly: webFileOnly,
  secrets: webSecrets,
  instance: (options) => new URL(options.url).host,
  hosts: (options) => [hostOf(new URL(options.url))],
  create(options, world, _name, labels = { instance: new URL(options.url).host }) {
    const label = createLabelling(options, labels);
    const pages = new Exposition<StoredSeries | undefined>((scraped) => {
      const kept = label(scraped);
      return kept && { labels: kept, ref: undefined, timed: false };
    });
    return { look: (signal) => look(options, pages, world, signal) };
  },
};

/** A series of the target that is kept. */
interface StoredSeries {
  readonly labels: Labels;
  ref: SeriesRef | undefined;
  /** Whether its last sample had a time of its own. */
  timed: boolean;
}

type Pages = Exposition<StoredSeries | undefined>;

async function look(
  options: ScrapeOptions,
  pages: Pages,
  world: MonitorWorld,
  signal: AbortSignal,
): Promise<Look> {
  const startedAt = world.elapsed();
  const ended = (counts: Counts): Reading[] => [
    { name: "scrape_duration_seconds", value: (world.elapsed() - startedAt) / 1000 },
    { name: "scrape_samples_scraped", value: counts.scraped },
    { name: "scrape_samples_post_metric_relabeling", value: counts.kept },
    { name: "scrape_series_added", value: counts.added },
  ];
  try {
    const page = await fetchPage(options, pages, world, signal);
    const kept = page.series.reduce((sum, series) => (series === undefined ? sum : sum + 1), 0);
    const counts = { scraped: page.series.length, kept, added: page.added };
    if (kept > options.sample_limit) {
      pages.forget();
      return { readings: ended({ ...counts, added: 0 }), failure: overLimit(kept, options.sample_limit) };
    }
    return { readings: ended(counts), batch: createBatch(page, options.honor_timestamps) };
  } catch (thrown) {
    return { readings: ended({ scraped: 0, kept: 0, added: 0 }), failure: reasonOf(thrown) };
  }
}

interface Counts {
  readonly scraped: number;
  readonly kept: number;
  readonly added: number;
}

async function fetchPage(
  options: ScrapeOptions,
  pages: Pages,
  world: MonitorWorld,
  signal: AbortSignal,
): Promise<Page<StoredSeries | undefined>> {
  const answer = await follow({
    options,
    headers: { accept: ACCEPT, "accept-encoding": "gzip" },
    keepBody: true,
    longestBody: options.body_size_limit,
    world,
    trace: createTrace(world.elapsed),
    signal,
  });
  if (answer.status !== 200) throw new LookFailed({ code: "bad_status", detail: `HTTP ${answer.status}` });
  const format = formatOf(answer);
  const body = await unpacked(answer, options.body_size_limit);
  try {
    return pages.read(body, format);
  } catch (thrown) {
    if (!(thrown instanceof ExpositionError)) throw thrown;
    throw new LookFailed({ code: "bad_answer", detail: `not a page of metrics: ${thrown.message}` });
  }
}

/** What is not said to be OpenMetrics is read as text, unless it is said to be something that it cannot be. */
function formatOf({ headers }: Answer): Format {
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (type.startsWith("application/openmetrics-text")) return "openmetrics";
  if (/^(?:text\/html|application\/(?:json|vnd\.google\.protobuf))/.test(type))
    throw new LookFailed({ code: "bad_answer", detail: `not a page of metrics but ${type.slice(0, 60)}` });
  return "text";
}

function overLimit(kept: number, limit: number): Reason {
  return {
    code: "too_many_samples",
    detail: `${kept} samples, and sample_limit is ${limit}: none is kept`,
    text: {
      zh: `样本过多：${kept} 个样本，超过 sample_limit 的 ${limit}，一个也没有存`,
      en: `too many samples: ${kept}, and sample_limit is ${limit}; none is kept`,
    },
  };
}

/** The samples of a page. What the store refuses is thrown when the others are written. */
function createBatch(page: Page<StoredSeries | undefined>, honorTimestamps: boolean): SampleBatch {
  const times = honorTimestamps ? page.times : undefined;
  return {
    readings: () =>
      page.series.flatMap((series, i): Reading[] => {
        if (series === undefined) return [];
        const { [METRIC_NAME]: name = "", ...labels } = series.labels;
        return [{ name, labels, value: page.values[i] ?? Number.NaN }];
      }),
    write(sink: SeriesSink, at: number) {
      // As in Prometheus, one with times of its own is not expected on every page.
      for (const series of page.gone) if (series?.timed === false) series.ref?.end(at, true);
      let refused: SeriesLimit | undefined;
      page.series.forEach((series, i) => {
        if (series === undefined) return;
        const isNew = series.ref === undefined;
        // With no room for one new series there is none for the others.
        if (isNew && refused !== undefined) return;
        const ref = series.ref ?? sink.ref(series.labels);
        const time = timeOf(times?.[i], at, ref);
        if (time === undefined) return;
        try {
          ref.append(time, page.values[i] ?? Number.NaN);
          series.ref = ref;
          series.timed = time !== at;
        } catch (error) {
          if (!(error instanceof SeriesLimit)) throw error;
          refused ??= error;
          series.ref = undefined;
        }
      });
      if (refused !== undefined) throw refused;
    },
  };
}

/**
 * The time of a sample; undefined for one that is not stored. The store takes a sample before the last for a clock that
 * went back, and would drop what is later: a target that repeats an old time must not get that far.
 */
function timeOf(own: number | undefined, at: number, ref: SeriesRef): number | undefined {
  if (own === undefined || Number.isNaN(own)) return at;
  if (own < 0 || own > at + FUTURE_MS) return undefined;
  return own <= ref.lastAt && ref.lastAt <= at ? undefined : own;
}
