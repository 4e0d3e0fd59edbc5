/** The `prometheus` monitor: asks an expression of a Prometheus, a VictoriaMetrics, a Thanos, and stores the result. */
import type { Look, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { LookFailed, type Reason, reasonOf } from "../reason.ts";
import { askJson } from "../web/ask-json.ts";
import { hostOf } from "../web/exchange.ts";
import { webFileOnly, webSecrets } from "../web/options.ts";
import { withinLimit } from "../web/query-readings.ts";
import { createTrace } from "../web/trace.ts";
import { type PrometheusOptions, prometheusOptions } from "./options.ts";
import { readResult } from "./result.ts";

/** The longest answer that is read, unpacked, in bytes. */
const LONGEST_BODY = 4 * 1024 * 1024;

export const prometheus: MonitorKind<PrometheusOptions> = {
  kind: "prometheus",
  summary: {
    zh: "向 Prometheus、VictoriaMetrics、Thanos 查询 PromQL",
    en: "asks a Prometheus, VictoriaMetrics or Thanos a PromQL expression",
  },
  example: {
    zh: 'prometheus http://prometheus.example:9090 query="count(up == 0)"',
    en: 'prometheus http://prometheus.example:9090 query="count(up == 0)"',
  },
  options: prometheusOptions,
  intervalMs: 30_000,
  timeoutMs: 15_000,
  target: "url",
  fileOnly: webFileOnly,
  secrets: webSecrets,
  instance: (options) => new URL(options.url).host,
  hosts: (options) => [hostOf(new URL(options.url))],
  create: (options, world) => ({ look: (signal) => look(options, world, signal) }),
};

async function look(options: PrometheusOptions, world: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const startedAt = world.elapsed();
  const asked = Object.entries(options.queries ?? { [options.metric]: options.query ?? "" });
  const readings: Reading[] = [];
  let remark: Reason | undefined;
  let failure: Reason | undefined;
  for (const [metric, query] of asked) {
    try {
      const result = await ask(options, query, world, signal);
      readings.push(
        ...withinLimit(
          result.elements.map((one) => ({ ...one, name: metric })),
          options.series_limit,
        ),
      );
      if (result.warning !== undefined) remark ??= { code: "incomplete", detail: result.warning };
    } catch (thrown) {
      const { detail, ...reason } = reasonOf(thrown);
      failure = { ...reason, detail: asked.length === 1 ? detail : `${metric}: ${detail}` };
      if (signal.aborted) break;
    }
  }
  const took = { name: "query_duration_seconds", value: (world.elapsed() - startedAt) / 1000 };
  return {
    readings: [...readings, took],
    ...(failure === undefined ? { complete: true } : { failure }),
    ...(remark === undefined ? {} : { remark }),
  };
}

async function ask(
  options: PrometheusOptions,
  query: string,
  world: MonitorWorld,
  signal: AbortSignal,
): Promise<ReturnType<typeof readResult>> {
  // Thanos fails rather than leave something out; the others do not know the word.
  const parameters = new URLSearchParams({
    query,
    timeout: options.query_timeout,
    partial_response: "false",
  });
  const url = new URL(`${options.url.replace(/\/+$/, "")}/api/v1/query`);
  const isPost = options.method === "POST";
  if (!isPost) url.search = parameters.toString();
  const { status, value } = await askJson({
    options,
    url,
    method: options.method,
    ...(isPost
      ? {
          body: parameters.toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }
      : {}),
    longestBody: LONGEST_BODY,
    world,
    trace: createTrace(world.elapsed),
    signal,
  });
  const result = readResult(value);
  if (status < 200 || status > 299) throw new LookFailed({ code: "bad_status", detail: `HTTP ${status}` });
  return result;
}
