/** The notation in which tests write series. */
import { expect, test } from "vitest";
import { parseLabels, parseValues, series, seriesOf } from "../../support/series.ts";

test.each<[text: string, values: (number | undefined)[]]>([
  ["1 2.5 -3 1e3", [1, 2.5, -3, 1000]],
  ["0+1x3", [0, 1, 2, 3]],
  ["10-2.5x2", [10, 7.5, 5]],
  ["-1+-2x2", [-1, -3, -5]],
  ["7x2", [7, 7, 7]],
  ["1 _ _x2 5 stale", [1, undefined, undefined, undefined, 5]],
  ["NaN Inf -Inf +Inf", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Infinity]],
  ["", []],
])("reads %j", (text, values) => {
  expect(parseValues(text)).toEqual(values);
});

test.each(["x", "1+2", "_+1x2", "1 stale 2", "1x-1", "0x1.5"])("refuses %j", (text) => {
  expect(() => parseValues(text)).toThrow();
});

test("reads the label set of a series", () => {
  expect(parseLabels('cpu{host="a", mode="idle"}')).toEqual({ __name__: "cpu", host: "a", mode: "idle" });
  expect(parseLabels("up")).toEqual({ __name__: "up" });
  expect(() => parseLabels('up{a=~"b"}')).toThrow("=~");
});

test("puts the values at their times, and leaves holes where they are missing", () => {
  const store = series('cpu{host="a"}', "1 _ 3", { start: 1000, stepMs: 10 });
  const [one] = store.select([{ name: "host", op: "=", value: "a" }]);
  expect([one?.length, one?.at(0), one?.at(1), one?.value(1)]).toEqual([2, 1000, 1020, 3]);
});

test("puts several series in one store", () => {
  const store = seriesOf({ 'up{job="a"}': "1x3", 'up{job="b"}': "0" });
  expect(store.names()).toEqual(new Map([["up", 2]]));
});
