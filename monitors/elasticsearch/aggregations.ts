/**
 * From aggregations to readings: https://www.elastic.co/docs/reference/aggregations. A metric is called as its path of
 * names; the key of a bucket becomes a label called as its aggregation.
 */
import type { Labels } from "../../storage/labels.ts";
import type { Reading } from "../monitor.ts";
import { plainName, readableLabels } from "../web/query-readings.ts";

type Json = Readonly<Record<string, unknown>>;

/** Aggregations deeper than this are not read. */
const DEEPEST = 10;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Collects the numbers of the aggregations of an answer, under names that begin with `prefix`. */
export function aggregationReadings(aggregations: unknown, prefix: string): Reading[] {
  const readings: Reading[] = [];
  if (isObject(aggregations)) collect(aggregations, prefix, {}, readings, 0);
  return readings;
}

/** The aggregations that stand in `holder`: in the answer itself, or in a bucket beside its key and its count. */
function collect(holder: Json, prefix: string, labels: Labels, into: Reading[], depth: number): void {
  if (depth > DEEPEST) return;
  for (const [name, aggregation] of Object.entries(holder)) {
    if (!isObject(aggregation)) continue;
    const metric = `${prefix}_${plainName(name)}`;
    const { buckets } = aggregation;
    if (Array.isArray(buckets))
      for (const bucket of buckets)
        if (isObject(bucket)) fromBucket(bucket, undefined, { name, metric, labels, into, depth });
    if (isObject(buckets))
      for (const [key, bucket] of Object.entries(buckets))
        if (isObject(bucket)) fromBucket(bucket, key, { name, metric, labels, into, depth });
    if (buckets === undefined) fromMetric(aggregation, { metric, labels, into, depth });
  }
}

interface About {
  readonly metric: string;
  readonly labels: Labels;
  readonly into: Reading[];
  readonly depth: number;
}

function fromBucket(bucket: Json, named: string | undefined, about: About & { readonly name: string }): void {
  const { name, metric, into, depth } = about;
  const key = named ?? bucket["key_as_string"] ?? bucket["key"];
  // That of `composite` and `multi_terms` has several parts.
  const own = isObject(key) ? key : { [name]: Array.isArray(key) ? key.join("|") : key };
  const labels = { ...about.labels, ...readableLabels(own) };
  add(into, `${metric}_doc_count`, labels, bucket["doc_count"]);
  collect(bucket, metric, labels, into, depth + 1);
}

/** One value, several (`stats`, `percentiles`), or a single bucket (`filter`, `nested`). */
function fromMetric(aggregation: Json, { metric, labels, into, depth }: About): void {
  const { value, values, hits } = aggregation;
  // The documents of `top_hits`.
  if (hits !== undefined) return;
  if (value !== undefined) {
    add(into, metric, labels, value);
    return;
  }
  if (values !== undefined) {
    for (const [percentile, one] of percentiles(values)) add(into, metric, { ...labels, percentile }, one);
    return;
  }
  for (const [name, one] of Object.entries(aggregation))
    if (typeof one === "number") add(into, `${metric}_${plainName(name)}`, labels, one);
  collect(aggregation, metric, labels, into, depth + 1);
}

/** `{"99.0": 1}`, or a list of `{key, value}` where `keyed` is false. */
function percentiles(values: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(values))
    return values.flatMap((one) => (isObject(one) ? [[String(one["key"]), one["value"]] as const] : []));
  return isObject(values) ? Object.entries(values).filter(([key]) => !key.endsWith("_as_string")) : [];
}

/** The average of nothing is null: it is missing, and not zero. */
function add(into: Reading[], name: string, labels: Labels, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value)) into.push({ name, labels, value });
}
