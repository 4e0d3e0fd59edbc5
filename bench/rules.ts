/**
 * What rules cost: compiling one, and one evaluation of 10,000 threshold rules, each on its own of 10,000 series,
 * beside a bare loop that does no more than compare. CPU time of the process, best and median of several rounds.
 */
import { judge } from "../rules/judge.ts";
import { compileRule } from "../rules/promql/compile.ts";
import type { Labels } from "../storage/labels.ts";
import { silentLog } from "../storage/log.ts";
import { SeriesStore } from "../storage/series-store.ts";
import { median } from "./median.ts";

const RULES = 10_000;
const SAMPLES = 20;
const STEP_MS = 15_000;
const ROUNDS = 15;

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function rounds(work: () => void): { best: number; median: number } {
  const times = Array.from({ length: ROUNDS }, () => cpuMs(work));
  return { best: Math.min(...times), median: median(times) };
}

const series = new SeriesStore(silentLog, { retentionMs: Number.MAX_SAFE_INTEGER });
for (let i = 0; i < SAMPLES; i++)
  for (let id = 0; id < RULES; id++)
    series.append({ __name__: "metric", id: String(id), job: "bench" }, i * STEP_MS, (id * 7 + i) % 100);
const at = (SAMPLES - 1) * STEP_MS + 1_000;

const texts = Array.from({ length: RULES }, (_, id) => `metric{id="${id}"} > 80`);
let compiled = texts.map(compileRule);
const compiling = rounds(() => {
  compiled = texts.map(compileRule);
});

let found = 0;
const coldMs = cpuMs(() => {
  for (const one of compiled) found += judge(one, series, at).findings.length;
});
const judging = rounds(() => {
  for (const one of compiled) found += judge(one, series, at).findings.length;
});
const withData = rounds(() => {
  for (const one of compiled) {
    const judgement = judge(one, series, at);
    if (judgement.findings.length === 0 && judgement.hasData({})) found += 1;
  }
});

const columns = compiled.map((_, id) => series.select([{ name: "id", op: "=", value: String(id) }])[0]);
const bare = rounds(() => {
  for (const one of columns) {
    if (one === undefined) continue;
    const i = one.indexAt(at);
    if (i >= 0 && one.value(i) > 80) found += 1;
  }
});

const ranged = texts.map((_, id) => compileRule(`avg_over_time(metric{id="${id}"}[5m]) > 80`));
const ranges = rounds(() => {
  for (const one of ranged) found += judge(one, series, at).findings.length;
});
const wide = compileRule('metric{job="bench"} > 80');
const oneForAll = rounds(() => {
  found += judge(wide, series, at).findings.length;
});
const summed = compileRule("sum by (job) (metric) / count by (job) (metric) > 10");
const sums = rounds(() => {
  found += judge(summed, series, at).findings.length;
});

const later = at + 600_000;
const vanished = rounds(() => {
  const judgement = judge(wide, series, later);
  for (const { labels } of columns as { labels: Labels }[])
    if (!judgement.hasData(labels) && judgement.blindReason(labels).en !== "") found += 1;
});

const perRule = (ms: number): string => `${((ms * 1000) / RULES).toFixed(2)} µs each`;
const line = (what: string, times: { best: number; median: number }): void =>
  console.log(
    `${what.padEnd(58)} median ${times.median.toFixed(1)} ms, best ${times.best.toFixed(1)} ms, ${perRule(times.median)}`,
  );

line("compile 10,000 rules", compiling);
console.log(
  `${"10,000 threshold rules, the first time".padEnd(58)} ${coldMs.toFixed(1)} ms, ${perRule(coldMs)}`,
);
line("10,000 threshold rules on 10,000 series", judging);
line("the same, asking also whether there is data", withData);
line("a bare loop over the same series", bare);
line("10,000 rules avg_over_time(…[5m]) > 80, 20 samples", ranges);
line("one rule over 10,000 series", oneForAll);
line("10,000 alerts of one rule that all lost their data", vanished);
line("sum by / count by over 10,000 series", sums);
console.log(
  `threshold rules cost ${(judging.median / bare.median).toFixed(1)} times the bare loop (${found} found)`,
);
