/**
 * An Elasticsearch of our own on loopback, as far as searches that count go: the search API and ES|QL's, with the answers
 * and errors of https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search and …/operation-esql-query.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Listening, serveHttp } from "./web-server.ts";

type Document = Readonly<Record<string, string | number>>;
type Json = Readonly<Record<string, unknown>>;

/** What is asked of it. */
export interface Search {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly authorization: string;
  readonly body: Json;
}

/** What goes wrong. `hang` never answers, `flood` never ends, `reset` breaks the connection off. */
export type Fault =
  | "hang"
  | "flood"
  | "reset"
  | "timed_out"
  | "shards"
  | "lower_bound"
  | "busy"
  | "proxy"
  | "login"
  | "partial_table"
  | "not-json";

export interface FakeElasticsearch {
  readonly url: string;
  readonly searches: readonly Search[];
  fault: Fault | undefined;
  /** Whoever asks without this header `Authorization` is refused. */
  authorization: string | undefined;
  /** As OpenSearch: it knows no ES|QL. */
  isOpenSearch: boolean;
  /** What ES|QL answers. */
  table: Json;
  close(): Promise<void>;
}

/** An error with its status, as the server words it. */
class Refused extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, reason: string) {
    super(reason);
    this.status = status;
    this.type = type;
  }
}

/** Opens one that holds these documents, by index. `now` is what `now` means in dates, in milliseconds. */
export async function openFakeElasticsearch(
  indices: Readonly<Record<string, readonly Document[]>>,
  now = 1_700_000_000_000,
): Promise<FakeElasticsearch> {
  const searches: Search[] = [];
  const listening: Listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
  });

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const { pathname, search } = new URL(request.url ?? "", "http://x");
    const authorization = request.headers.authorization ?? "";
    const body = JSON.parse(text === "" ? "{}" : text) as Json;
    searches.push({ method: request.method ?? "", path: pathname, search, authorization, body });
    if (spoiled(fake.fault, response)) return;
    try {
      if (fake.authorization !== undefined && authorization !== fake.authorization)
        throw new Refused(401, "security_exception", "missing authentication credentials for REST request");
      give(response, 200, pathname === "/_query" ? queried() : searched(pathname, body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { type, message: reason, status } = error;
      give(response, status, { error: { root_cause: [{ type, reason }], type, reason }, status });
    }
  }

  function queried(): Json {
    if (fake.isOpenSearch)
      throw new Refused(
        400,
        "illegal_argument_exception",
        "no handler found for uri [/_query] and method [POST]",
      );
    return fake.fault === "partial_table" ? { ...fake.table, is_partial: true } : fake.table;
  }

  function searched(path: string, body: Json): Json {
    const [, names = "", verb] = path.split("/");
    if (verb !== "_search")
      throw new Refused(400, "illegal_argument_exception", `no handler found for uri [${path}]`);
    const documents = decodeURIComponent(names)
      .split(",")
      .flatMap((pattern) => documentsOf(pattern));
    const found = documents.filter((document) =>
      fits(document, (body["query"] ?? { match_all: {} }) as Json, now),
    );
    const { fault } = fake;
    const failed = fault === "shards" ? 2 : 0;
    return {
      took: 3,
      timed_out: fault === "timed_out",
      _shards: {
        total: 5,
        successful: 5 - failed,
        skipped: 0,
        failed,
        ...(failed === 0
          ? {}
          : {
              failures: [
                {
                  shard: 1,
                  index: names,
                  reason: { type: "illegal_state_exception", reason: "the shard is gone" },
                },
              ],
            }),
      },
      hits: {
        total: { value: found.length, relation: fault === "lower_bound" ? "gte" : "eq" },
        max_score: null,
        hits: [],
      },
      ...(body["aggs"] === undefined ? {} : { aggregations: aggregate(found, body["aggs"] as Json, now) }),
    };
  }

  function documentsOf(pattern: string): readonly Document[] {
    const isPattern = pattern.includes("*");
    const fit = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
    const names = Object.keys(indices).filter((name) => fit.test(name));
    if (names.length === 0 && !isPattern)
      throw new Refused(404, "index_not_found_exception", `no such index [${pattern}]`);
    return names.flatMap((name) => indices[name] ?? []);
  }

  const fake: FakeElasticsearch = {
    url: listening.url,
    searches,
    fault: undefined,
    authorization: undefined,
    isOpenSearch: false,
    table: { took: 1, is_partial: false, columns: [], values: [] },
    close: () => listening.close(),
  };
  return fake;
}

function give(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json", "x-elastic-product": "Elasticsearch" });
  response.end(JSON.stringify(body));
}

/** Plays the faults that need no search. */
function spoiled(fault: Fault | undefined, response: ServerResponse): boolean {
  if (fault === "hang") return true;
  if (fault === "reset") response.socket?.resetAndDestroy();
  else if (fault === "busy") {
    const type = "es_rejected_execution_exception";
    give(response, 429, {
      error: { root_cause: [{ type, reason: "rejected execution" }], type, reason: "rejected execution" },
      status: 429,
    });
  } else if (fault === "proxy")
    response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad Gateway</html>");
  else if (fault === "login")
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>");
  else if (fault === "not-json")
    response.writeHead(200, { "content-type": "application/json" }).end('{"took":1,');
  else if (fault === "flood") {
    const chunk = Buffer.alloc(64 * 1024, " ");
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", pour);
    pour();
  } else return false;
  return true;
}

/** Whether a document fits a query of the DSL. */
function fits(document: Document, query: Json, now: number): boolean {
  const [kind, raw] = Object.entries(query)[0] ?? [];
  const about = raw as Json;
  if (kind === "match_all") return true;
  if (kind === "bool") return ((about["filter"] ?? []) as Json[]).every((one) => fits(document, one, now));
  if (kind === "query_string")
    return String(about["query"])
      .split(/ AND /)
      .every((part) => {
        const [, field = "", value = ""] = /^([\w.@]+):(\S+)$/.exec(part) ?? [];
        if (field === "") throw new Refused(400, "parse_exception", `Cannot parse '${part}'`);
        return String(document[field]) === value;
      });
  const [field = "", given] = Object.entries(about)[0] ?? [];
  if (kind === "term") return document[field] === given;
  if (kind === "range") {
    const { gte = Number.NEGATIVE_INFINITY, lt = Number.POSITIVE_INFINITY } = given as Json;
    const value = Number(document[field]);
    return value >= moment(gte, now) && value < moment(lt, now);
  }
  throw new Refused(400, "parsing_exception", `unknown query [${kind}]`);
}

/** `now-300s`, or a number. */
function moment(raw: unknown, now: number): number {
  const [found, seconds] = /^now-(\d+)s$/.exec(String(raw)) ?? [];
  if (found !== undefined) return now - Number(seconds) * 1_000;
  const value = Number(raw);
  if (Number.isNaN(value)) throw new Refused(400, "parse_exception", `failed to parse date field [${raw}]`);
  return value;
}

function aggregate(documents: readonly Document[], asked: Json, now: number): Json {
  return Object.fromEntries(
    Object.entries(asked).map(([name, raw]) => [name, one(documents, raw as Json, now)]),
  );
}

function one(documents: readonly Document[], { aggs, ...rest }: Json, now: number): Json {
  const [kind = "", raw] = Object.entries(rest)[0] ?? [];
  const about = raw as Json;
  const below = (some: readonly Document[]): Json =>
    aggs === undefined ? {} : aggregate(some, aggs as Json, now);
  const numbers = documents.map((document) => Number(document[String(about["field"])]));
  const sum = numbers.reduce((all, value) => all + value, 0);
  const count = numbers.length;
  // Of nothing there is no average: null, and not zero.
  const orNull = (value: number): number | null => (count === 0 ? null : value);
  switch (kind) {
    case "terms": {
      const keys = [...new Set(documents.map((document) => document[String(about["field"])] ?? ""))].sort();
      const buckets = keys.map((key) => {
        const some = documents.filter((document) => document[String(about["field"])] === key);
        return { key, doc_count: some.length, ...below(some) };
      });
      return { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets };
    }
    case "filters": {
      const buckets = Object.entries(about["filters"] as Json).map(([key, query]) => {
        const some = documents.filter((document) => fits(document, query as Json, now));
        return [key, { doc_count: some.length, ...below(some) }];
      });
      return { buckets: Object.fromEntries(buckets) };
    }
    case "filter": {
      const some = documents.filter((document) => fits(document, about, now));
      return { doc_count: some.length, ...below(some) };
    }
    case "avg":
      return { value: orNull(sum / count) };
    case "sum":
      return { value: sum };
    case "max":
      return { value: orNull(Math.max(...numbers)) };
    case "stats":
      return {
        count,
        min: orNull(Math.min(...numbers)),
        max: orNull(Math.max(...numbers)),
        avg: orNull(sum / count),
        sum,
      };
    case "percentiles": {
      const sorted = [...numbers].sort((a, b) => a - b);
      const values = ((about["percents"] ?? [50, 99]) as number[]).map((percent) => [
        percent.toFixed(1),
        sorted[Math.min(count - 1, Math.floor((percent / 100) * count))] ?? null,
      ]);
      return { values: Object.fromEntries(values) };
    }
    default:
      throw new Refused(400, "parsing_exception", `Unknown aggregation type [${kind}]`);
  }
}
