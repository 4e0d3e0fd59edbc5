/** The options of the `prometheus` monitor. */
import { z } from "zod";
import { parseDuration } from "../../storage/duration.ts";
import { wrong } from "../../storage/wrong.ts";
import { webOptions } from "../web/options.ts";
import { metricOption, seriesLimitOption } from "../web/query-readings.ts";

const expression = z.string().trim().min(1).max(10_000);

export const prometheusOptions = z
  .strictObject({
    ...webOptions,
    /** The expression; the result is stored under the name `metric`. */
    query: expression.optional(),
    metric: metricOption.default("prometheus_query_result"),
    /** Several at once: by the name under which each is stored. */
    queries: z.record(metricOption, expression).optional(),
    /** POST takes expressions of any length; some gateways let only GET through. */
    method: z.enum(["POST", "GET"]).default("POST"),
    /** How long the server may work on it, as Prometheus writes it. */
    query_timeout: z
      .string()
      .refine(
        (text) => (parseDuration(text) ?? 0) > 0,
        wrong("要写时长，例如 10s", "must be a duration such as 10s"),
      )
      .default("15s"),
    series_limit: seriesLimitOption,
  })
  .superRefine(({ query, queries }, context) => {
    if ((query === undefined) === (queries === undefined))
      context.addIssue({
        code: "custom",
        path: ["query"],
        message: "is needed, or queries; not both",
        params: { zh: "query 和 queries 要写一个，且只写一个" },
      });
  });

export type PrometheusOptions = z.output<typeof prometheusOptions>;
