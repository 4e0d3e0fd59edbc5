import { expect, test } from "vitest";
import type { Reading } from "../../../monitors/monitor.ts";
import { createReportWriter } from "../../../monitors/write-report.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { evaluate } from "../../../rules/promql/evaluate.ts";
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
