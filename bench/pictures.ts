/** What a picture costs: `node dist/bench/pictures.js`. CPU of the event loop's thread, and the bytes of the PNG. */
import { performance } from "node:perf_hooks";
import { type Chart, type ChartLine, MOST_LINES } from "../alerts/charts/chart.ts";
import type { Canvas } from "../bot/pictures/canvas.ts";
import { drawChart } from "../bot/pictures/draw-chart.ts";
import { drawTimeline } from "../bot/pictures/draw-timeline.ts";
import { loadGlyphs } from "../bot/pictures/glyphs.ts";
import { encodePng } from "../bot/pictures/png.ts";
import type { Timeline } from "../monitors/flow/timeline.ts";
import { median, quantile } from "./median.ts";

const ROUNDS = 60;
const WARM_UP = 10;
const HOUR = 3_600_000;
const TO = Date.UTC(2026, 10, 28, 13);

function line(name: string, points: number, phase: number): ChartLine {
  const at = Array.from({ length: points }, (_, i) => TO - 6 * HOUR + (6 * HOUR * i) / (points - 1));
  const values = at.map((_, i) => 50 + 40 * Math.sin(i / 40 + phase) + ((i * 7919) % 97) / 10);
  return { name, at, values };
}

function chart(lines: readonly ChartLine[]): Chart {
  return {
    title: "磁盘使用率过高 · web-01",
    from: TO - 6 * HOUR,
    to: TO,
    lines,
    more: 0,
    thresholds: [80],
    firing: [{ from: TO - HOUR, to: TO }],
    unit: "percent",
    zone: "Asia/Shanghai",
    locale: "zh-CN",
  };
}

const started = performance.now();
const glyphs = await loadGlyphs();
console.log(`glyphs, read once: ${(performance.now() - started).toFixed(1)} ms`);

const cases = {
  "1 line of 240 points": chart([line("", 240, 0)]),
  "6 lines of 240 points": chart(Array.from({ length: MOST_LINES }, (_, i) => line(`/数据盘 ${i}`, 240, i))),
  "1 line of 10,000 points": chart([line("", 10_000, 0)]),
  "6 lines of 10,000 points": chart(
    Array.from({ length: MOST_LINES }, (_, i) => line(`/data${i}`, 10_000, i)),
  ),
};

function timeline(steps: number): Timeline {
  const rows = Array.from({ length: steps }, (_, i) => {
    const from = TO - HOUR + (i * HOUR) / steps;
    const to = from + HOUR / steps;
    return {
      name: `对账第 ${i} 步`,
      state: "done" as const,
      bar: { from, to },
      overFrom: from + HOUR / steps / 2,
      usual: { from, to: to - 60_000, p90: to },
      deadline: to,
      tookMs: to - from,
      usualMs: to - from - 60_000,
      isWrong: i % 2 === 0,
    };
  });
  return {
    title: "夜间结算",
    run: "2026-11-28",
    from: TO - HOUR,
    to: TO + HOUR / 10,
    now: TO,
    how: "wrong",
    tookMs: HOUR,
    usual: { medianMs: HOUR, p90Ms: HOUR, runs: 30 },
    rows,
    zone: "Asia/Shanghai",
    locale: "zh-CN",
  };
}

const all: Readonly<Record<string, () => Promise<Canvas>>> = {
  ...Object.fromEntries(
    Object.entries(cases).map(([name, drawn]) => [name, () => drawChart(drawn, glyphs, async () => {})]),
  ),
  "a run of 3 steps": () => drawTimeline(timeline(3), glyphs, async () => {}),
  "a run of 20 steps": () => drawTimeline(timeline(20), glyphs, async () => {}),
};

for (const [name, draw] of Object.entries(all)) {
  const drawing: number[] = [];
  const packing: number[] = [];
  let bytes = 0;
  for (let i = 0; i < ROUNDS + WARM_UP; i++) {
    const begun = performance.now();
    const { width, height, pixels } = await draw();
    const done = performance.now();
    bytes = (await encodePng(width, height, pixels)).length;
    if (i < WARM_UP) continue;
    drawing.push(done - begun);
    packing.push(performance.now() - done);
  }
  const [half, most] = [median(drawing), quantile(drawing, 0.99)];
  console.log(
    `${name}: drawn in ${half.toFixed(1)} ms (p99 ${most.toFixed(1)}), packed in ${median(packing).toFixed(1)} ms ` +
      `(mostly off the event loop), ${(bytes / 1024).toFixed(0)} KB`,
  );
}
