/** The `elasticsearch` monitor: counts and aggregates documents of an Elasticsearch or an OpenSearch. */
import { parseDuration } from "../../storage/duration.ts";
import type { Look, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { reasonOf } from "../reason.ts";
import { askJson, type JsonAnswer } from "../web/ask-json.ts";
import { hostOf } from "../web/exchange.ts";
import { webFileOnly, webSecrets } from "../web/options.ts";
import { withinLimit } from "../web/query-readings.ts";
import { createTrace } from "../web/trace.ts";
import { readSearch, readTable } from "./answer.ts";
import { type ElasticsearchOptions, elasticsearchOptions } from "./options.ts";

/** The longest answer that is read, unpacked, in bytes. */
const LONGEST_BODY = 4 * 1024 * 1024;

export const elasticsearch: MonitorKind<ElasticsearchOptions> = {
  kind: "elasticsearch",
  summary: {
    zh: "在 Elasticsearch 或 OpenSearch 里计数、聚合（DSL、ES|QL）",
    en: "counts and aggregates in an Elasticsearch or OpenSearch (DSL, ES|QL)",
  },
  example: {
    zh: 'elasticsearch http://es.example:9200 index=logs-* query="level:error" last=5m',
    en: 'elasticsearch http://es.example:9200 index=logs-* query="level:error" last=5m',
  },
  options: elasticsearchOptions,
  intervalMs: 60_000,
  timeoutMs: 20_000,
  target: "url",
  fileOnly: [...webFileOnly, "api_key"],
  secrets: webSecrets,
  instance: (options) => new URL(options.url).host,
  hosts: (options) => [hostOf(new URL(options.url))],
  create: (options, world) => ({ look: (signal) => look(options, world, signal) }),
};

async function look(options: ElasticsearchOptions, world: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const startedAt = world.elapsed();
  const took = (): Reading => ({
    name: "query_duration_seconds",
    value: (world.elapsed() - startedAt) / 1000,
  });
  try {
    const { esql, metric } = options;
    const answer = await ask(options, world, signal);
    const found = esql === undefined ? readSearch(answer, metric) : readTable(answer, metric);
    return { readings: [...withinLimit(found, options.series_limit), took()], complete: true };
  } catch (thrown) {
    return { readings: [took()], failure: reasonOf(thrown) };
  }
}

function ask(options: ElasticsearchOptions, world: MonitorWorld, signal: AbortSignal): Promise<JsonAnswer> {
  const { url: base, esql, index = "", api_key } = options;
  const path =
    esql === undefined
      ? `${index.split(",").map(encodeURIComponent).join(",")}/_search?allow_partial_search_results=false`
      : "_query";
  return askJson({
    // Among those of the options, since these go to the host that the options name, and to no other.
    options:
      api_key === undefined
        ? options
        : { ...options, headers: { ...options.headers, authorization: `ApiKey ${api_key}` } },
    url: new URL(`${base.replace(/\/+$/, "")}/${path}`),
    method: "POST",
    body: JSON.stringify(esql === undefined ? searchOf(options) : { query: esql }),
    headers: { "content-type": "application/json" },
    longestBody: LONGEST_BODY,
    world,
    trace: createTrace(world.elapsed),
    signal,
  });
}

/** The body of a search: no documents, all of their number. */
function searchOf({ query, last, time_field, aggs }: ElasticsearchOptions): object {
  const asked = typeof query === "string" ? { query_string: { query } } : query;
  const filter = [
    ...(asked === undefined ? [] : [asked]),
    ...(last === undefined ? [] : [{ range: { [time_field]: { gte: `now-${inSeconds(last)}s` } } }]),
  ];
  return {
    size: 0,
    track_total_hits: true,
    ...(filter.length === 0 ? {} : { query: { bool: { filter } } }),
    ...(aggs === undefined ? {} : { aggs }),
  };
}

/** Elasticsearch's arithmetic of dates has one unit at a time: `now-5400s`, not `now-1h30m`. */
function inSeconds(duration: string): number {
  return Math.round((parseDuration(duration) ?? 0) / 1_000);
}
