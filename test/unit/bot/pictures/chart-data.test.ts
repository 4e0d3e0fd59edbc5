/** The numbers behind a picture: everything that is to be seen, and no more than can be seen. */
import { expect, it } from "vitest";
import { chartData } from "../../../../bot/pictures/chart-data.ts";
import { chart, FROM, line, TO } from "./charts.ts";

it("has each line by times since the beginning, with gaps as null", () => {
  const gap = line("/boot\u202e", (share) => (share > 0.4 && share < 0.6 ? Number.NaN : 22), 11);
  const data = chartData(chart({ title: "a\nb", lines: [gap], unit: undefined, thresholds: [80, 1e305] }));
  expect(data).toEqual({
    title: "a b",
    from: FROM,
    to: TO,
    lines: [
      {
        name: "/boot",
        at: [0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.6, 0.7, 0.8, 0.9, 1].map((share) =>
          Math.round((TO - FROM) * share),
        ),
        values: [22, 22, 22, 22, 22, null, 22, 22, 22, 22, 22],
      },
    ],
    more: 0,
    thresholds: [80],
    firing: [{ from: TO - 3_600_000, to: TO }],
    unit: null,
    zone: "Asia/Shanghai",
  });
});

it("loses no spike of a line that has more points than can be seen", () => {
  const spikes = line("x", (_, i) => (i === 54_321 ? 9 : i === 65_432 ? -9 : (i % 100) / 100), 100_000);
  const [one] = chartData(chart({ lines: [spikes] })).lines;
  const { at = [], values = [] } = one ?? {};
  expect(values).toHaveLength(at.length);
  expect(values.length).toBeLessThanOrEqual(4 * 601);
  expect([Math.min(...(values as number[])), Math.max(...(values as number[]))]).toEqual([-9, 9]);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
});
