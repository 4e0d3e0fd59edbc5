/** Random and mutated expressions: nothing but a PromqlError is ever thrown, and nothing takes long. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { judge } from "../../../../rules/judge.ts";
import { compile } from "../../../../rules/promql/compile.ts";
import { functions } from "../../../../rules/promql/functions/index.ts";
import { PromqlError } from "../../../../rules/promql/promql-error.ts";
import { seriesOf } from "../../../support/series.ts";
import { EXPRESSIONS, SERIES } from "./prometheus-expressions.ts";

const LIMIT_MS = 20;
const source = seriesOf(SERIES);
const NO_LABELS = {};

/** How long one expression takes from text to answer, in milliseconds. */
function run(expr: string): number {
  const began = performance.now();
  try {
    const compiled = compile(expr);
    if (compiled.type === "vector") {
      const judgement = judge(compiled, source, 630_000);
      judgement.hasData(NO_LABELS);
      judgement.blindReason({ host: "a" });
    }
  } catch (error) {
    if (!(error instanceof PromqlError))
      throw new Error(`${JSON.stringify(expr)} threw ${error}`, { cause: error });
    if (error.from < 0 || error.to > expr.length || error.from > error.to)
      throw new Error(`${JSON.stringify(expr)}: no such place ${error.from}-${error.to}`);
  }
  return performance.now() - began;
}

/** A slow first time may be the compiler or the garbage collector; an expression that is slow stays slow. */
function expectQuick(expr: string): void {
  let took = run(expr);
  for (let again = 0; took > LIMIT_MS && again < 3; again++) took = Math.min(took, run(expr));
  expect(took, expr.slice(0, 500)).toBeLessThan(LIMIT_MS);
}

const piece = fc.oneof(
  fc.constantFrom(
    ..."( ) { } [ ] , + - * / % ^ == != > < >= <= =~ !~ = @ : \" ' ` \\ # \n ⚠ 你 \u0000 \ud800".split(" "),
    ..."and or unless by without on ignoring group_left group_right bool offset inf nan 5m 1h30m 1e308 0x".split(
      " ",
    ),
    ...functions.keys(),
    ...Object.keys(SERIES),
    "sum",
    "topk",
    "count_values",
    "quantile",
  ),
  fc.string({ maxLength: 5 }),
);

it("pieces of PromQL in any order", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom("", " "), (pieces, gap) =>
      expectQuick(pieces.join(gap)),
    ),
    { numRuns: 1_500 },
  );
});

it("good expressions with something changed", () => {
  fc.assert(
    fc.property(fc.constantFrom(...EXPRESSIONS), fc.nat(), fc.nat(12), piece, (expr, at, cut, put) => {
      const from = at % (expr.length + 1);
      expectQuick(expr.slice(0, from) + put + expr.slice(from + cut));
    }),
    { numRuns: 2_000 },
  );
});

it("good expressions put together", () => {
  const operator = fc.constantFrom(
    " + ",
    " and ",
    " or ",
    " > bool ",
    " * on(host) group_left ",
    " / ",
    " unless ",
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...EXPRESSIONS), operator), { minLength: 1, maxLength: 6 }),
      (parts) => expectQuick(`${parts.map(([expr, sign]) => `(${expr}\n)${sign}`).join("")}up`),
    ),
    { numRuns: 1_000 },
  );
});

it.each([
  ["brackets", "(".repeat(9_999)],
  ["closing brackets", ")".repeat(9_999)],
  ["signs", "-".repeat(9_999)],
  ["braces", "x{".repeat(4_999)],
  ["quotes", `x{a="${"\\".repeat(9_000)}`],
  ["names", "sum(".repeat(2_499)],
  ["a chain", `x${" or x".repeat(1_900)}`],
  ["a power tower", `2${"^2".repeat(4_900)}`],
  ["a slow regular expression elsewhere", `{a=~"${"(a*)*".repeat(1_000)}b"}`],
])("a mass of %s", (_, expr) => {
  run(expr);
  expect(run(expr)).toBeLessThan(LIMIT_MS * 5);
});
