/** The `http` monitor: asks a web address and reports what blackbox_exporter reports, under the same names. */
import type { Look, MonitorKind, MonitorWorld } from "../monitor.ts";
import { reasonOf } from "../reason.ts";
import { hostOf } from "../web/exchange.ts";
import { follow } from "../web/follow.ts";
import { webFileOnly, webSecrets } from "../web/options.ts";
import { createTrace, traceReadings } from "../web/trace.ts";
import { createJudge, type Judge } from "./judge.ts";
import { type HttpOptions, httpOptions, LONGEST_BODY } from "./options.ts";

export const http: MonitorKind<HttpOptions> = {
  kind: "http",
  summary: {
    zh: "访问一个网址：是否正常、耗时、状态码、内容、证书到期时间",
    en: "asks a web address: is it well, how long it takes, status code, content, certificate expiry",
  },
  example: {
    zh: "商城 https://example.com/health interval=1m",
    en: "shop https://example.com/health interval=1m",
  },
  options: httpOptions,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  target: "url",
  fileOnly: webFileOnly,
  secrets: [...webSecrets, "body"],
  instance: (options) => options.url,
  hosts: (options) => [hostOf(new URL(options.url))],
  create(options, world) {
    const judge = createJudge(options);
    return { look: (signal) => probe(options, judge, world, signal) };
  },
};

async function probe(
  options: HttpOptions,
  judge: Judge,
  world: MonitorWorld,
  signal: AbortSignal,
): Promise<Look> {
  const trace = createTrace(world.elapsed);
  try {
    const answer = await follow({
      options,
      method: options.method,
      body: options.body,
      keepBody: judge.needsBody,
      longestBody: LONGEST_BODY,
      world,
      trace,
      signal,
    });
    const { readings, failure } = judge.judge(answer);
    const seen = [...traceReadings(trace, failure === undefined), ...readings];
    return failure === undefined ? { readings: seen } : { readings: seen, failure };
  } catch (thrown) {
    return { readings: traceReadings(trace, false), failure: reasonOf(thrown) };
  }
}
