import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aggregationReadings } from "../../../monitors/elasticsearch/aggregations.ts";
import { elasticsearch } from "../../../monitors/elasticsearch/elasticsearch.ts";
import type { Look, Reading } from "../../../monitors/monitor.ts";
import { formatLabels } from "../../../storage/labels.ts";
import {
  type FakeElasticsearch,
  type Fault,
  openFakeElasticsearch,
} from "../../support/fake-elasticsearch.ts";
import { lookOnce } from "../../support/probe.ts";
import { serveHttp } from "../../support/web-server.ts";

const NOW = 1_700_000_000_000;
const log = (secondsAgo: number, level: string, service: string, took: number) => ({
  "@timestamp": NOW - secondsAgo * 1_000,
  level,
  service,
  took,
});

let fake: FakeElasticsearch;
beforeEach(async () => {
  const indices = {
    "logs-1": [log(10, "error", "pay", 100), log(20, "info", "pay", 20), log(400, "error", "cart", 50)],
    "logs-2": [log(30, "error", "cart", 300), log(5_000, "error", "pay", 10)],
    empty: [],
  };
  fake = await openFakeElasticsearch(indices, NOW);
});
afterEach(() => fake.close());

function look(options: object, timeoutMs = 5_000): Promise<Look> {
  return lookOnce(elasticsearch, { url: fake.url, index: "logs-*", ...options }, { timeoutMs });
}

function written(readings: readonly Reading[]): string[] {
  return readings
    .filter(({ name }) => name !== "query_duration_seconds")
    .map(({ name, labels, value }) => `${formatLabels({ ...labels, __name__: name })} ${value}`);
}

describe("a count", () => {
  test.each<[name: string, options: object, hits: number]>([
    ["of everything", {}, 5],
    ["of one index", { index: "logs-1" }, 3],
    ["of several", { index: "logs-1,empty" }, 3],
    ["by Lucene's syntax", { query: "level:error AND service:pay" }, 2],
    ["by the DSL", { query: { term: { service: "cart" } } }, 2],
    ["of the last five minutes", { query: "level:error", last: "5m" }, 2],
    ["of the last hour and a half", { query: "level:error", last: "1h30m" }, 4],
    ["of a pattern without indices", { index: "nothing-*" }, 0],
  ])("%s", async (_name, options, hits) => {
    const seen = await look(options);
    expect([seen.failure, seen.complete, written(seen.readings)]).toEqual([
      undefined,
      true,
      [`elasticsearch_hits ${hits}`],
    ]);
  });

  test("is exact, brings no documents, and would rather fail than leave shards out", async () => {
    await look({ query: "level:error", last: "5m", time_field: "@timestamp" });
    expect(fake.searches).toMatchObject([
      {
        method: "POST",
        path: "/logs-*/_search",
        search: "?allow_partial_search_results=false",
        body: {
          size: 0,
          track_total_hits: true,
          query: {
            bool: {
              filter: [
                { query_string: { query: "level:error" } },
                { range: { "@timestamp": { gte: "now-300s" } } },
              ],
            },
          },
        },
      },
    ]);
  });

  test("stands under the name that was chosen", async () => {
    expect(written((await look({ metric: "shop_logs" })).readings)).toEqual(["shop_logs_hits 5"]);
  });
});

describe("aggregations", () => {
  test("numbers of every kind, buckets as labels, one below the other", async () => {
    const aggs = {
      slowest: { max: { field: "took" } },
      took: { stats: { field: "took" } },
      spread: { percentiles: { field: "took", percents: [50] } },
      errors: { filter: { term: { level: "error" } }, aggs: { slow: { avg: { field: "took" } } } },
      service: { terms: { field: "service" }, aggs: { level: { terms: { field: "level" } } } },
      parts: { filters: { filters: { fast: { range: { took: { lt: 50 } } } } } },
    };
    expect(written((await look({ aggs })).readings)).toEqual([
      "elasticsearch_hits 5",
      "elasticsearch_slowest 300",
      "elasticsearch_took_count 5",
      "elasticsearch_took_min 10",
      "elasticsearch_took_max 300",
      "elasticsearch_took_avg 96",
      "elasticsearch_took_sum 480",
      'elasticsearch_spread{percentile="50.0"} 50',
      "elasticsearch_errors_doc_count 4",
      "elasticsearch_errors_slow 115",
      'elasticsearch_service_doc_count{service="cart"} 2',
      'elasticsearch_service_level_doc_count{level="error", service="cart"} 2',
      'elasticsearch_service_doc_count{service="pay"} 3',
      'elasticsearch_service_level_doc_count{level="error", service="pay"} 2',
      'elasticsearch_service_level_doc_count{level="info", service="pay"} 1',
      'elasticsearch_parts_doc_count{parts="fast"} 2',
    ]);
  });

  test("the average of nothing is missing, and not zero", async () => {
    const seen = await look({
      index: "empty",
      aggs: { slow: { avg: { field: "took" } }, sum: { sum: { field: "took" } } },
    });
    expect(written(seen.readings)).toEqual(["elasticsearch_hits 0", "elasticsearch_sum 0"]);
  });

  test.each<[name: string, aggregations: unknown, readings: string[]]>([
    [
      "a key of several parts",
      { both: { after_key: {}, buckets: [{ key: { service: "pay", "log.level": "error" }, doc_count: 2 }] } },
      ['x_both_doc_count{log_level="error", service="pay"} 2'],
    ],
    [
      "multi_terms",
      { both: { buckets: [{ key: ["pay", "error"], key_as_string: "pay|error", doc_count: 1 }] } },
      ['x_both_doc_count{both="pay|error"} 1'],
    ],
    [
      "a key that is a number or true",
      { ok: { buckets: [{ key: 1, key_as_string: "true", doc_count: 4 }] } },
      ['x_ok_doc_count{ok="true"} 4'],
    ],
    ["percentiles in a list", { p: { values: [{ key: 99, value: 7 }] } }, ['x_p{percentile="99"} 7']],
    ["percentiles of nothing", { p: { values: { "99.0": null } } }, []],
    ["documents, which are no numbers", { top: { hits: { total: { value: 1 }, hits: [] } } }, []],
    ["a name that a metric cannot have", { "p 99 (ms)": { value: 1 } }, ["x_p_99__ms_ 1"]],
    [
      "a bucket called as a monitor",
      { monitor: { buckets: [{ key: "a", doc_count: 1 }] } },
      ['x_monitor_doc_count{exported_monitor="a"} 1'],
    ],
    [
      "a key that is very long",
      { k: { buckets: [{ key: "a".repeat(900), doc_count: 1 }] } },
      [`x_k_doc_count{k="${"a".repeat(200)}"} 1`],
    ],
    ["what is no object", { a: 1, b: null, c: "d", e: { buckets: [1, null] } }, []],
    ["nothing", undefined, []],
  ])("%s", (_name, aggregations, readings) => {
    expect(written(aggregationReadings(aggregations, "x"))).toEqual(readings);
  });
});

describe("ES|QL", () => {
  const esql = {
    index: undefined,
    esql: "FROM logs-* | STATS n = COUNT(*), slow = AVG(took) BY service, level",
  };

  test("columns that are numbers are values, the others labels", async () => {
    fake.table = {
      took: 3,
      is_partial: false,
      columns: [
        { name: "n", type: "long" },
        { name: "slow", type: "double" },
        { name: "service", type: "keyword" },
        { name: "level", type: "keyword" },
      ],
      values: [
        [3, 96.5, "pay", ["error", "warn"]],
        [1, null, "cart", null],
      ],
    };
    const seen = await look(esql);
    expect(written(seen.readings)).toEqual([
      'elasticsearch_n{level="error|warn", service="pay"} 3',
      'elasticsearch_slow{level="error|warn", service="pay"} 96.5',
      'elasticsearch_n{service="cart"} 1',
    ]);
    expect(fake.searches).toMatchObject([{ path: "/_query", body: { query: esql.esql } }]);
  });

  test("a table without a number, a part of one, and a server that knows no ES|QL", async () => {
    fake.table = { columns: [{ name: "a", type: "keyword" }], values: [["b"]] };
    expect((await look(esql)).failure).toEqual({
      code: "no_value",
      detail: "found a",
    });
    fake.fault = "partial_table";
    expect((await look(esql)).failure?.code).toBe("incomplete");
    fake.fault = undefined;
    fake.isOpenSearch = true;
    expect((await look(esql)).failure).toMatchObject({
      code: "bad_query",
      detail: expect.stringContaining("no handler found"),
    });
  });
});

describe("who asks", () => {
  test.each<[name: string, options: object, header: string]>([
    ["an API key", { api_key: "aWQ6a2V5" }, "ApiKey aWQ6a2V5"],
    [
      "a name and a password",
      { basic_auth: { username: "gengfu", password: "p" } },
      `Basic ${btoa("gengfu:p")}`,
    ],
    ["a token", { bearer_token: "t" }, "Bearer t"],
  ])("%s", async (_name, options, header) => {
    fake.authorization = header;
    expect((await look(options)).failure).toBeUndefined();
    expect((await look({})).failure).toEqual({
      code: "bad_status",
      detail: "HTTP 401: security_exception: missing authentication credentials for REST request",
    });
  });

  test("an API key does not go where a redirect leads", async () => {
    const asked: unknown[] = [];
    const elsewhere = await serveHttp((request, response) => {
      asked.push(request.headers.authorization);
      response.end("{}");
    });
    const redirecting = await serveHttp((_request, response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    await lookOnce(elasticsearch, { url: redirecting.url, index: "a", api_key: "secret" });
    expect(asked).toEqual([undefined]);
    await Promise.all([elsewhere.close(), redirecting.close()]);
  });
});

describe("what fails, and brings nothing", () => {
  const faults: readonly [fault: Fault, code: string, detail: string | RegExp][] = [
    ["timed_out", "incomplete", /cut off/],
    ["shards", "incomplete", "2 of 5 shards failed: the shard is gone"],
    ["lower_bound", "incomplete", /lower bound/],
    ["busy", "query_failed", "HTTP 429: es_rejected_execution_exception: rejected execution"],
    ["proxy", "bad_status", /HTTP 502, not JSON but text\/html/],
    ["login", "bad_answer", /HTTP 200, not JSON but text\/html/],
    ["not-json", "bad_answer", /not JSON/],
    ["hang", "timeout", /response headers/],
    ["reset", "reset", /cut/],
    ["flood", "answer_too_large", /bytes/],
  ];
  test.each(faults)("%s", async (fault, code, detail) => {
    fake.fault = fault;
    const seen = await look({}, fault === "hang" ? 150 : 5_000);
    expect(seen.failure?.code).toBe(code);
    expect(seen.failure?.detail).toMatch(detail);
    expect([seen.complete, written(seen.readings)]).toEqual([undefined, []]);
  });

  test.each<[name: string, options: object, code: string, detail: string]>([
    [
      "an index that is not there",
      { index: "gone" },
      "bad_query",
      "HTTP 404: index_not_found_exception: no such index [gone]",
    ],
    [
      "a query that is none",
      { query: { nonsense: {} } },
      "bad_query",
      "HTTP 400: parsing_exception: unknown query [nonsense]",
    ],
    [
      "an aggregation that is none",
      { aggs: { a: { nonsense: {} } } },
      "bad_query",
      "HTTP 400: parsing_exception: Unknown aggregation type [nonsense]",
    ],
    [
      "more series than may be",
      { aggs: { s: { terms: { field: "took" } } }, series_limit: 3 },
      "too_many_samples",
      "6 series, and series_limit is 3: none is kept",
    ],
  ])("%s", async (_name, options, code, detail) => {
    expect((await look(options)).failure).toMatchObject({ code, detail });
  });

  test("an answer of something else", async () => {
    const other = await serveHttp((_request, response) => response.end('{"hello":"world"}'));
    const seen = await lookOnce(elasticsearch, { url: other.url, index: "a" });
    expect(seen.failure).toEqual({
      code: "bad_answer",
      detail: "not an answer of Elasticsearch or OpenSearch",
    });
    await other.close();
  });
});

test.each([
  [{}, "index"],
  [{ index: "a b" }, "index"],
  [{ index: "a/_delete" }, "index"],
  [{ index: "a", esql: "FROM a" }, "esql"],
  [{ esql: "FROM a", last: "5m" }, "esql"],
  [{ index: "a", last: "soon" }, "last"],
  [{ index: "a", api_key: "a b" }, "api_key"],
  [{ index: "a", api_key: "a", bearer_token: "b" }, "api_key"],
])("refuses %j", (options, key) => {
  const read = elasticsearch.options.safeParse({ url: "http://es:9200", ...options });
  expect(read.error?.issues[0]?.path[0]).toBe(key);
});
