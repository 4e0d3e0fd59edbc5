/** The options of the `scrape` monitor: Prometheus' names, and three short ones for those who type in the chat. */
import { z } from "zod";
import { sizeOption } from "../../storage/bytes.ts";
import type { Text } from "../../storage/locale.ts";
import { relabelConfigs } from "../exposition/relabel.ts";
import { webOptions } from "../web/options.ts";

/** Prometheus asks `/metrics` where only a host and a port are named. */
function whole(given: unknown): unknown {
  if (typeof given !== "string" || given.includes("://")) return given;
  const text = given.trim();
  return `http://${text}${text.includes("/") ? "" : "/metrics"}`;
}

/** A text that fits `pattern`; `wrong` says what it must be. */
function fitting(pattern: RegExp, wrong: Text) {
  return z.string().refine((text) => pattern.test(text), { error: wrong.en, params: { zh: wrong.zh } });
}

const glob = fitting(/^[a-zA-Z0-9_:.*?-]+$/, {
  zh: "要写指标名，* 和 ? 代表任意字符",
  en: "must be a metric name; * and ? stand for any characters",
});

/** A list, or a text with commas as people type it. */
const globs = z
  .union([z.string().transform((text) => text.split(/[,，\s]+/).filter(Boolean)), z.array(z.string())])
  .pipe(z.array(glob).min(1).max(200));

const metricName = fitting(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, {
  zh: "要写指标名",
  en: "must be a metric name",
});

/** A map, or `old:new` with commas. A colon in a metric name is for recording rules, not for exporters. */
const renames = z
  .union([z.string(), z.record(z.string(), z.string())])
  .transform((given, context) => {
    if (typeof given !== "string") return given;
    const pairs = given.split(/[,，\s]+/).filter(Boolean);
    const read = pairs.map((pair) => /^([^:=]+)[:=]([^:=]+)$/.exec(pair));
    if (read.length > 0 && read.every((pair) => pair !== null))
      return Object.fromEntries(read.map(([, from = "", to = ""]) => [from, to]));
    context.addIssue({
      code: "custom",
      message: "must be old:new, several with commas between",
      params: { zh: "要写成 旧名:新名，多个用逗号隔开" },
    });
    return z.NEVER;
  })
  .pipe(z.record(metricName, metricName));

export const scrapeOptions = z.strictObject({
  ...webOptions,
  url: z.preprocess(whole, webOptions.url),
  /** Metric names to keep; all where nothing is said. */
  keep: globs.optional(),
  drop: globs.optional(),
  /** Metric names: old and new. */
  rename: renames.optional(),
  metric_relabel_configs: relabelConfigs.optional(),
  honor_labels: z.boolean().default(false),
  honor_timestamps: z.boolean().default(true),
  /** How many samples may be left after relabelling. */
  sample_limit: z.int().min(1).max(1_000_000).default(10_000),
  /** How long the page may be, unpacked, in bytes. */
  body_size_limit: sizeOption(64).default(1024 * 1024),
});

export type ScrapeOptions = z.output<typeof scrapeOptions>;
