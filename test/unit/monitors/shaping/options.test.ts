/** What may be said of steps, and what is wrong with what may not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpressionError, parseExpression } from "../../../../monitors/shaping/expression.ts";
import { SeriesMemory } from "../../../../monitors/shaping/memory.ts";
import { globParts } from "../../../../monitors/shaping/metrics.ts";
import { writeShort } from "../../../../monitors/shaping/short.ts";
import { shapeOption, stepKinds } from "../../../../monitors/shaping/steps.ts";

const wrong = (given: unknown): string[] =>
  (shapeOption.safeParse(given).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

describe("the short form", () => {
  it.each<[string, object[]]>([
    ["", []],
    [" ; \n", []],
    ["drop_empty", [{ step: "drop_empty", zero: false }]],
    ["去空 zero=true", [{ step: "drop_empty", zero: true }]],
    ["Rate x_total", [{ step: "rate", metrics: "x_total", keep: false }]],
    [
      "rename a -> b；限幅 c max=1e3",
      [
        { step: "rename", metrics: "a", to: "b" },
        { step: "clamp", metrics: "c", max: 1000, action: "clamp" },
      ],
    ],
    [
      'clamp x{a="1; 2", b=~"c d"} min=-1',
      [{ step: "clamp", metrics: 'x{a="1; 2", b=~"c d"}', min: -1, action: "clamp" }],
    ],
    [
      "rename orders labels=shop_id:shop,session:",
      [{ step: "rename", metrics: "orders", labels: { shop_id: "shop", session: "" } }],
    ],
    ["推导 r = (a - b) / c", [{ step: "derive", name: "r", expr: "(a - b) / c" }]],
  ])("%s", (text, steps) => {
    expect(shapeOption.parse(text)).toEqual(steps);
    // What is stored is read again, and what is shown can be typed.
    expect(shapeOption.parse(steps)).toEqual(steps);
    expect(shapeOption.parse(steps.map((step) => writeShort(step as { step: string })).join("; "))).toEqual(
      steps,
    );
  });

  it("never throws anything", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...Object.keys(stepKinds), ";", "=", "{", '"', "*", "/", " "),
            fc.string(),
          ),
        ),
        (parts) => {
          shapeOption.safeParse(parts.join(" "));
          shapeOption.safeParse(parts.join(""));
        },
      ),
    );
  });
});

describe("what is refused, by its path", () => {
  it.each<[unknown, string[]]>([
    ["wash x", [": 'wash' is no step; say monitor shape for all of them"]],
    ["clamp x y max=1", [": 'y' is one word too many for clamp"]],
    ["clamp x", ["0.min: is missing: say min, max or both"]],
    ["clamp x min=2 max=1", ["0.min: must not be above max"]],
    ["rate", ["0.metrics: Invalid input: expected string, received undefined"]],
    ["rename a", ["0.to: is missing: say to, labels or both"]],
    ["rename a b*", ["0.to: has more * than metrics"]],
    ["convert x MiB seconds", ["0.to: MiB cannot be told in seconds"]],
    [
      "convert x parsec m",
      [
        expect.stringContaining("0.from: 'parsec' is no unit"),
        expect.stringContaining("0.to: 'm' is no unit"),
      ],
    ],
    ["convert x MiB", ["0.to: is missing"]],
    ["convert x", ["0.from: say either from and to, or factor and offset"]],
    ["convert x MB GB factor=2", ["0.from: say either from and to, or factor and offset"]],
    ["derive 9 = a", ["0.name: must be a metric name: letters, digits, _ and :, no digit first"]],
    ["derive r = a +", ["0.expr: the expression is not complete (character 4)"]],
    ["derive r = 1 + 1", ["0.expr: must name a metric"]],
    ["outliers x window=3", ["0.window: Too small: expected number to be >=5"]],
    ["outliers x; clamp /(/ max=1", [expect.stringContaining("1.metrics: must be an RE2 expression")]],
    [
      "clamp x{a=b} max=1; clamp x{ max=1",
      [
        expect.stringContaining("1.metrics: 'x{ max=1' names no metrics"),
        "1.min: is missing: say min, max or both",
      ],
    ],
    ['clamp x{a=~"("} max=1', [expect.stringContaining("0.metrics: ")]],
    [
      [{ step: "rename", metrics: "a", labels: { x: "monitor", y: "__y" } }],
      [
        "0.labels.x: is a label that the monitor sets itself",
        "0.labels.y: must be a label name: letters, digits and _",
      ],
    ],
    [[{ step: "clamp", min: 1, mox: 2 }], ['0: Unrecognized key: "mox"']],
    [[{ step: "wash" }], [expect.stringContaining("0.step: Invalid")]],
    [Array(51).fill({ step: "drop_empty" }), [expect.stringContaining("Too big")]],
    [5, [expect.stringContaining("Invalid input")]],
  ])("%j", (given, messages) => expect(wrong(given)).toEqual(messages));
});

describe("arithmetic", () => {
  const values: Record<string, number> = { a: 6, b: 3, "job:x:sum": 10 };
  it.each<[string, number]>([
    ["a + b * 2", 12],
    ["(a + b) * 2", 18],
    ["a - b - 1", 2],
    ["a / b / 2", 1],
    ["a % 4", 2],
    ["-a ^ 2", -36],
    ["2 ^ 3 ^ 2", 512],
    ["2 ^ -1", 0.5],
    ["- -a", 6],
    ["job:x:sum/2", 5],
    ["1e3 + .5", 1000.5],
    ["max(a, b, 7) - min(a,b)", 4],
    ["abs(b - a) + ceil(1.2) + floor(1.8) + round(1.5) + sqrt(9)", 11],
    ["a / 0", Number.POSITIVE_INFINITY],
  ])("%s", (text, value) =>
    expect(parseExpression(text).evaluate((name) => values[name] ?? Number.NaN)).toBe(value),
  );

  it.each<[string, string]>([
    ["a b", "'b' is not expected here (character 3)"],
    ["(a", "the expression is not complete (character 3)"],
    ["a)", "')' is not expected here (character 2)"],
    ["(a,b)", ") is expected here (character 3)"],
    ["a $ b", "'$' cannot be read (character 3)"],
    ["foo(a)", "there is no function foo; use abs, ceil, floor, round, sqrt, min, max (character 1)"],
    ["max(a)", "max takes 2–10 arguments (character 1)"],
    [`${"(".repeat(60)}a${")".repeat(60)}`, "too many brackets inside each other (character 52)"],
    ["a".repeat(1001), "longer than 1000 characters (character 1001)"],
  ])("%s is refused", (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });

  it("never throws anything else", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "1", "+", "-", "*", "^", "(", ")", ",", "max", ".", " ", "$")),
        (parts) => {
          try {
            parseExpression(parts.join("")).evaluate(() => 1);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
        },
      ),
    );
  });
});

it("a glob says what each * stands for, the first as short as can be", () => {
  expect(globParts("a*b*c", "aXbYbZc")).toEqual(["X", "YbZ"]);
  expect(globParts("*", "x")).toEqual(["x"]);
  expect(globParts("a*a", "a")).toBeUndefined();
  expect(globParts("a", "a")).toEqual([]);
});

it("what is remembered is bounded: the longest unseen goes first", () => {
  const memory = new SeriesMemory<number>(2);
  memory.set("a", 1);
  memory.set("b", 2);
  memory.see("a");
  memory.set("c", 3);
  expect([memory.see("a"), memory.see("b"), memory.see("c"), memory.size]).toEqual([1, undefined, 3, 2]);
});
