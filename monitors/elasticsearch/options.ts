/** The options of the `elasticsearch` monitor. */
import { z } from "zod";
import { parseDuration } from "../../storage/duration.ts";
import { wrong } from "../../storage/wrong.ts";
import { webOptions } from "../web/options.ts";
import { metricOption, seriesLimitOption } from "../web/query-readings.ts";

/** Part of a question as Elasticsearch has it; what is in it is the server's to judge. */
const dsl = z.record(z.string(), z.json());

export const elasticsearchOptions = z
  .strictObject({
    ...webOptions,
    /** Sent as `Authorization: ApiKey`. */
    api_key: z
      .string()
      .refine(
        (text) => /^[\x21-\x7e]+$/.test(text),
        wrong("密钥里不能有空格", "must be a key without spaces"),
      )
      .optional(),
    /** Names, patterns and aliases, with commas: `logs-*,metrics`. */
    index: z
      .string()
      .max(1000)
      .refine(
        (text) => /^[^\s/?#]+$/.test(text),
        wrong(
          "要写索引名，用逗号隔开，不带空格",
          "must be names of indices, with commas between and no spaces",
        ),
      )
      .optional(),
    /** Lucene's syntax as a text, or a query of the DSL. */
    query: z.union([z.string().trim().min(1).max(10_000), dsl]).optional(),
    /** Only documents of the last so long, by the time in `time_field`. */
    last: z
      .string()
      .refine((text) => (parseDuration(text) ?? 0) >= 1_000, {
        error: "must be a duration such as 5m",
        params: { zh: "要写时长，例如 5m" },
      })
      .optional(),
    time_field: z.string().min(1).max(500).default("@timestamp"),
    aggs: dsl.optional(),
    /** A question in ES|QL instead of all of the above. */
    esql: z.string().trim().min(1).max(20_000).optional(),
    /** What the names of all metrics begin with. */
    metric: metricOption.default("elasticsearch"),
    series_limit: seriesLimitOption,
  })
  .superRefine((options, context) => {
    const { esql, index, query, aggs, last } = options;
    const wrong = (key: string, message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: [key], message, params: { zh } });
    if (esql === undefined && index === undefined) wrong("index", "is needed, or esql", "要写 index 或 esql");
    if (esql !== undefined && [index, query, aggs, last].some((one) => one !== undefined))
      wrong(
        "esql",
        "stands alone: it names its indices and times itself",
        "esql 不能和 index、query、aggs、last 同时写",
      );
    if (options.api_key !== undefined && (options.basic_auth ?? options.bearer_token) !== undefined)
      wrong(
        "api_key",
        "is another way than basic_auth and bearer_token",
        "api_key 不能和 basic_auth、bearer_token 同时写",
      );
  });

export type ElasticsearchOptions = z.output<typeof elasticsearchOptions>;
