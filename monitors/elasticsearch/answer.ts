/** Reads what Elasticsearch and OpenSearch answer, and refuses what is only part of it. */
import { z } from "zod";
import type { Reading } from "../monitor.ts";
import { LookFailed } from "../reason.ts";
import { type JsonAnswer, queryError } from "../web/ask-json.ts";
import { plainName, readableLabels } from "../web/query-readings.ts";
import { aggregationReadings } from "./aggregations.ts";

const shards = z.object({
  total: z.number(),
  failed: z.number(),
  failures: z.array(z.object({ reason: z.object({ reason: z.string().nullish() }).nullish() })).nullish(),
});
const searched = z.object({
  timed_out: z.boolean(),
  _shards: shards,
  hits: z.object({
    // A number before version 7.
    total: z.union([z.number(), z.object({ value: z.number(), relation: z.string() })]),
  }),
  aggregations: z.unknown().optional(),
});
const refused = z.object({
  error: z.union([
    z.string(),
    z.object({
      type: z.string().nullish(),
      reason: z.string().nullish(),
      root_cause: z.array(z.object({ reason: z.string().nullish() })).nullish(),
    }),
  ]),
});
const tabled = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  values: z.array(z.array(z.unknown())),
  is_partial: z.boolean().optional(),
});

/** The readings of a search. Throws `LookFailed` for an error, and for an answer that is not complete. */
export function readSearch(answer: JsonAnswer, metric: string): Reading[] {
  refuseErrors(answer);
  const read = searched.safeParse(answer.value);
  if (!read.success) throw notElasticsearch();
  const { timed_out, _shards, hits, aggregations } = read.data;
  if (timed_out) throw incomplete("the search was cut off when its time was up");
  if (_shards.failed > 0) {
    const why = _shards.failures?.[0]?.reason?.reason ?? "";
    throw incomplete(`${_shards.failed} of ${_shards.total} shards failed${why === "" ? "" : `: ${why}`}`);
  }
  const { total } = hits;
  if (typeof total !== "number" && total.relation !== "eq")
    throw incomplete("the number of hits is a lower bound only");
  return [
    { name: `${metric}_hits`, value: typeof total === "number" ? total : total.value },
    ...aggregationReadings(aggregations, metric),
  ];
}

/** Types of columns that are numbers: https://www.elastic.co/docs/reference/query-languages/esql. */
const NUMBERS = new Set([
  "long",
  "integer",
  "double",
  "unsigned_long",
  "short",
  "byte",
  "float",
  "half_float",
  "scaled_float",
  "counter_long",
  "counter_integer",
  "counter_double",
]);

/** The readings of an ES|QL table: columns that are numbers are values, the others labels. */
export function readTable(answer: JsonAnswer, metric: string): Reading[] {
  refuseErrors(answer);
  const read = tabled.safeParse(answer.value);
  if (!read.success) throw notElasticsearch();
  const { columns, values, is_partial } = read.data;
  if (is_partial === true) throw incomplete("not all clusters and shards answered");
  const isNumber = columns.map(({ type }) => NUMBERS.has(type));
  if (!isNumber.includes(true)) {
    const found = columns.map(({ name }) => name).join(", ");
    throw new LookFailed({ code: "no_value", detail: `found ${found}`.slice(0, 200) });
  }
  return values.flatMap((row) => {
    const pairs = columns.flatMap(({ name }, i) => (isNumber[i] ? [] : [[name, written(row[i])] as const]));
    const labels = readableLabels(Object.fromEntries(pairs));
    return columns.flatMap(({ name }, i) => {
      const value = row[i];
      return isNumber[i] && typeof value === "number"
        ? [{ name: `${metric}_${plainName(name)}`, labels, value }]
        : [];
    });
  });
}

/** A field with several values is a list. */
function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join("|");
  return value === null || value === undefined ? "" : String(value);
}

function refuseErrors({ status, value }: JsonAnswer): void {
  const read = refused.safeParse(value);
  const said = read.success ? `HTTP ${status}: ${wordsOf(read.data.error)}` : `HTTP ${status}`;
  // Who asks is refused before the query is looked at, as any web address refuses.
  if (status === 401 || status === 403 || (!read.success && (status < 200 || status > 299)))
    throw queryError("bad_status", said);
  if (read.success)
    throw queryError(status >= 400 && status < 500 && status !== 429 ? "bad_query" : "query_failed", said);
}

/** The cause that says most: the outermost is "all shards failed" as a rule. */
function wordsOf(error: z.output<typeof refused>["error"]): string {
  if (typeof error === "string") return error;
  const { type, reason, root_cause } = error;
  return [type, root_cause?.[0]?.reason ?? reason].filter(Boolean).join(": ");
}

function incomplete(detail: string): LookFailed {
  return new LookFailed({ code: "incomplete", detail: detail.replace(/\s+/g, " ").slice(0, 300) });
}

function notElasticsearch(): LookFailed {
  return new LookFailed({ code: "bad_answer", detail: "not an answer of Elasticsearch or OpenSearch" });
}
