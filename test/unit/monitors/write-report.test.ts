import { expect, test } from "vitest";
import type { Reading } from "../../../monitors/monitor.ts";
import { createReportWriter } from "../../../monitors/write-report.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { evaluate } from "../../../rules/promql/evaluate.ts";
import type { Labels } from "../../../storage/labels.ts";
import type { SeriesRef } from "../../../storage/series.ts";
import { RecordedSeries } from "../../support/recorded-series.ts";
import { emptySeries } from "../../support/series.ts";

const errors = (service: string, value: number): Reading => ({ name: "errors", labels: { service }, value });

/** A writer over an empty store, and which services a rule sees at a moment. */
function writing() {
  const store = emptySeries();
  const write = createReportWriter(store, { monitor: "logs" });
  return {
    store,
    report: (at: number, readings: readonly Reading[], more: object = { complete: true }) =>
      write({ at, durationMs: 1, readings, ...more }),
    seen(at: number) {
      const value = evaluate(compile("errors"), store, at);
      return value.type === "vector" ? value.elements.map(({ labels }) => labels["service"]) : [];
    },
  };
}

test("what an answer that is whole no longer has is known to be no more, at once, and may come back", () => {
  const { report, seen, store } = writing();
  report(1_000, [errors("pay", 3), errors("cart", 1)]);
  report(2_000, [errors("pay", 4)]);
  expect([seen(1_500), seen(2_000)]).toEqual([["pay", "cart"], ["pay"]]);
  expect(store.select([]).find(({ labels }) => labels["service"] === "cart")?.endedBlind).toBe(false);
  report(3_000, [errors("cart", 2)]);
  expect(seen(3_000)).toEqual(["cart"]);
});

test("one that is not whole, or has failed, ends nothing", () => {
  const { report, seen } = writing();
  report(1_000, [errors("pay", 3), errors("cart", 1)]);
  report(2_000, [errors("pay", 4)], {});
  report(3_000, [], { reason: { code: "timeout", detail: "late" } });
  expect(seen(3_000)).toEqual(["pay", "cart"]);
  report(4_000, []);
  expect(seen(4_000)).toEqual([]);
});

test("a value that is no number is missing", () => {
  const { report, seen } = writing();
  report(1_000, [errors("pay", 3)]);
  report(2_000, [errors("pay", Number.NaN)]);
  expect(seen(2_000)).toEqual([]);
});

/** Counts how often a series is looked up. */
class CountedSeries extends RecordedSeries {
  lookUps = 0;

  override ref(labels: Labels): SeriesRef {
    this.lookUps += 1;
    return super.ref(labels);
  }
}

function openTrial() {
  const series = new CountedSeries();
  const report = createReportWriter(series, { monitor: "web", instance: "a" });
  let at = 0;
  /** What is written of such readings, as `name{own labels} value`. */
  const write = (readings: readonly Reading[]): string[] => {
    const before = series.samples.length;
    at += 1_000;
    report({ at, durationMs: 5, readings });
    return series.samples
      .slice(before)
      .map(({ name, labels: { monitor, instance, ...own }, value, at: when }) => {
        expect([monitor, instance, when]).toEqual(["web", "a", at]);
        return `${name}${JSON.stringify(own)} ${value}`;
      });
  };
  return { series, write };
}

const phase = (name: string, value: number): Reading => ({
  name: "phase_seconds",
  labels: { phase: name },
  value,
});

test("what is seen again, in the same order, is not looked up again", () => {
  const { series, write } = openTrial();
  write([{ name: "load1", value: 1 }, phase("tls", 2)]);
  const before = series.lookUps;
  expect(write([{ name: "load1", value: 3 }, phase("tls", 4)])).toEqual([
    "load1{} 3",
    'phase_seconds{"phase":"tls"} 4',
    "up{} 1",
    "monitor_duration_seconds{} 0.005",
  ]);
  expect(series.lookUps).toBe(before);
});

test.each<[string, Reading[], string[]]>([
  ["another name", [{ name: "load5", value: 1 }], ["load5{} 1"]],
  ["another value of a label", [phase("tcp", 1)], ['phase_seconds{"phase":"tcp"} 1']],
  [
    "a label more",
    [{ ...phase("tls", 1), labels: { phase: "tls", to: "b" } }],
    ['phase_seconds{"phase":"tls","to":"b"} 1'],
  ],
  ["no labels", [{ name: "phase_seconds", value: 1 }], ["phase_seconds{} 1"]],
  [
    "another order",
    [{ name: "load1", value: 2 }, phase("tls", 1)],
    ["load1{} 2", 'phase_seconds{"phase":"tls"} 1'],
  ],
  ["what is not a number left out", [phase("tls", Number.NaN), { name: "load1", value: 2 }], ["load1{} 2"]],
])("in the place of one reading, %s is written as its own series", (_, readings, written) => {
  const { write } = openTrial();
  write([phase("tls", 1), { name: "load1", value: 2 }]);
  expect(write(readings).slice(0, -2)).toEqual(written);
});
