/** Reads the answer of `/api/v1/query`: https://prometheus.io/docs/prometheus/latest/querying/api/. */
import { z } from "zod";
import type { Labels } from "../../storage/labels.ts";
import { readNumber } from "../exposition/number.ts";
import { LookFailed } from "../reason.ts";
import { queryError } from "../web/ask-json.ts";
import { readableLabels } from "../web/query-readings.ts";

/** Unix seconds, and the number as text, since JSON has no NaN. */
const point = z.tuple([z.number(), z.string()]);
const envelope = z.object({
  status: z.enum(["success", "error"]),
  data: z.unknown().optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).nullish(),
  /** Of VictoriaMetrics. */
  isPartial: z.boolean().optional(),
});
const vector = z.object({
  resultType: z.literal("vector"),
  // A native histogram has no `value`.
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: point.optional() })),
});
const scalar = z.object({ resultType: z.literal("scalar"), result: point });

export interface Result {
  readonly elements: readonly { readonly labels: Labels; readonly value: number }[];
  /** What the server says of a result that it gives all the same. */
  readonly warning: string | undefined;
}

/** Throws `LookFailed` for what is no result, or not all of it. */
export function readResult(raw: unknown): Result {
  const answer = envelope.safeParse(raw);
  if (!answer.success) throw badAnswer("not an answer of Prometheus' API");
  const { status, data, errorType = "error", error = "", warnings, isPartial } = answer.data;
  if (status === "error") throw errorOf(errorType, `${errorType}: ${error}`);
  if (isPartial === true)
    throw new LookFailed({
      code: "incomplete",
      detail: "VictoriaMetrics could not ask all of its storage nodes",
    });
  return { elements: elementsOf(data), warning: warnings?.[0]?.slice(0, 300) };
}

/** Of Prometheus and those that have its types; VictoriaMetrics gives the status of HTTP, 422 for nearly everything. */
function errorOf(type: string, said: string): LookFailed {
  if (type === "timeout") return queryError("timeout", said);
  return queryError(type === "bad_data" || type === "400" ? "bad_query" : "query_failed", said);
}

function elementsOf(data: unknown): Result["elements"] {
  const asScalar = scalar.safeParse(data);
  if (asScalar.success) return [{ labels: {}, value: numberOf(asScalar.data.result) }];
  const asVector = vector.safeParse(data);
  if (asVector.success)
    return asVector.data.result.flatMap(({ metric, value }) =>
      value === undefined ? [] : [{ labels: readableLabels(metric), value: numberOf(value) }],
    );
  const type = z.object({ resultType: z.enum(["matrix", "string"]) }).safeParse(data);
  if (type.success)
    throw queryError(
      "bad_query",
      `the result is a ${type.data.resultType}; ask for an instant vector or a number`,
    );
  throw badAnswer("a result that is neither a vector nor a scalar");
}

function numberOf([, text]: z.output<typeof point>): number {
  const value = readNumber(text, 0, text.length);
  if (value === undefined) throw badAnswer(`not a number: ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}

function badAnswer(detail: string): LookFailed {
  return new LookFailed({ code: "bad_answer", detail });
}
