/** Charts for tests: made without sines, so that every machine has the same values. */
import type { Chart, ChartLine } from "../../../../alerts/charts/chart.ts";

export const TO = Date.UTC(2026, 10, 28, 13, 7);
export const FROM = TO - 6 * 3_600_000;

export function line(name: string, value: (share: number, i: number) => number, points = 240): ChartLine {
  const shares = Array.from({ length: points }, (_, i) => i / (points - 1));
  return { name, at: shares.map((share) => FROM + (TO - FROM) * share), values: shares.map(value) };
}

/** Up and down between 0 and 1, `times` times. */
export function wave(share: number, times: number): number {
  const phase = (share * times) % 1;
  return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
}

export function chart(more: Partial<Chart> = {}): Chart {
  return {
    title: "CPU 使用率过高",
    from: FROM,
    to: TO,
    lines: [line("", (share) => 20 + 70 * wave(share, 2))],
    more: 0,
    thresholds: [80],
    firing: [{ from: TO - 3_600_000, to: TO }],
    unit: "percent",
    zone: "Asia/Shanghai",
    locale: "zh-CN",
    ...more,
  };
}

/** What the golden pictures in test/payloads/pictures show. */
export const golden: Readonly<Record<string, Chart>> = {
  "one-line": chart({ title: "#12 CPU 使用率过高 · web-01" }),
  "six-lines": chart({
    title: "磁盘使用率 disk_usage_percent",
    lines: [
      line("/data", (share) => 83 + share * 11),
      line("/数据盘", (share) => 91 - share * 4),
      line("/", (share) => 62 + share * 3),
      line("/home", (_, i) => 60 + ((i * 7_919) % 97) / 48),
      line("/var/lib/docker", (share) => 30 + 20 * wave(share, 3)),
      line("/boot", (share) => (share > 0.4 && share < 0.6 ? Number.NaN : 22)),
    ],
    more: 3,
    thresholds: [90],
  }),
  english: chart({
    title: "network_receive_bytes_per_second",
    lines: [
      line("eth0", (share, i) => 2.5e6 * wave(share, 5) + ((i * 7_919) % 97) * 3_000),
      line("docker0", () => 4e5),
    ],
    thresholds: [],
    firing: [],
    unit: "bytes_per_second",
    locale: "en",
  }),
  "up-and-down": chart({
    title: "商城首页打不开",
    lines: [line("", (share) => (share > 0.5 && share < 0.62 ? 0 : 1))],
    thresholds: [],
    firing: [{ from: FROM + 11_232_000, to: FROM + 13_392_000 }],
    unit: "boolean",
  }),
};
