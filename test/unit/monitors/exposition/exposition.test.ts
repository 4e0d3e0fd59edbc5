import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Exposition, type Format } from "../../../../monitors/exposition/exposition.ts";
import { ExpositionError } from "../../../../monitors/exposition/exposition-error.ts";
import { readNumber } from "../../../../monitors/exposition/number.ts";
import { formatLabels, type Labels } from "../../../../storage/labels.ts";

/** What a page says, a line for each sample: `series value` and `@time` where it has one. */
function reading(page: string | Buffer, format: Format = "text"): string[] {
  return shown(new Exposition<Labels>((labels) => labels), page, format);
}

function shown(pages: Exposition<Labels>, page: string | Buffer, format: Format = "text"): string[] {
  const { series, values, times } = pages.read(Buffer.from(page), format);
  return series.map((labels, i) => {
    const at = times?.[i] ?? Number.NaN;
    return `${formatLabels(labels)} ${values[i]}${Number.isNaN(at) ? "" : ` @${at}`}`;
  });
}

describe("the text format", () => {
  const rows: readonly { name: string; page: string; says: string[] }[] = [
    { name: "a bare sample", page: "up 1\n", says: ["up 1"] },
    { name: "no line break at the end", page: "up 1", says: ["up 1"] },
    { name: "Windows line breaks", page: "up 1\r\ndown 0\r\n", says: ["up 1", "down 0"] },
    {
      name: "comments, empty lines and indentation",
      page: "# HELP up Whether.\n# TYPE up gauge\n\n  \n\t up 1\n#up 2\n# EOF\nlater 1\n",
      says: ["up 1", "later 1"],
    },
    {
      name: "labels, a trailing comma, blanks everywhere",
      page: 'a { x = "1" , y="2", } 3\nb{} 4\n',
      says: ['a{x="1", y="2"} 3', "b 4"],
    },
    {
      name: "the escapes of a label value, and brackets, commas, quotes and hashes inside it",
      page: String.raw`a{x="back\\slash \"quote\" line\nend \d",y="}{,= # 1"} 1`,
      says: [String.raw`a{x="back\\slash \"quote\" line\nend \\d", y="}{,= # 1"} 1`],
    },
    { name: "an empty value", page: 'a{x=""} 1', says: ['a{x=""} 1'] },
    { name: "UTF-8 in label values", page: 'a{mount="/数据 😀"} 1', says: ['a{mount="/数据 😀"} 1'] },
    {
      name: "names in quotes, as Prometheus 3 writes them",
      page: '{"http.server.duration","service.name"="店",code="200"} 1',
      says: ['{"http.server.duration", code="200", "service.name"="店"} 1'],
    },
    { name: "a name in quotes alone", page: '{"up"} 1', says: ["up 1"] },
    {
      name: "a histogram and a summary as their series",
      page: 'h_bucket{le="+Inf"} 3\nh_sum 0.5\nh_count 3\ns{quantile="0.99"} NaN\n',
      says: ['h_bucket{le="+Inf"} 3', "h_sum 0.5", "h_count 3", 's{quantile="0.99"} NaN'],
    },
    {
      name: "numbers of every kind",
      page: "a 1.5e+07\nb -0.25\nc +Inf\nd -Inf\ne nan\nf 12345678901234567890\ng .5\nh 1e-320\ni 1.\nj 1e400\nk +3\n",
      says: [
        "a 15000000",
        "b -0.25",
        "c Infinity",
        "d -Infinity",
        "e NaN",
        "f 12345678901234567000",
        "g 0.5",
        "h 1e-320",
        "i 1",
        "j Infinity",
        "k 3",
      ],
    },
    {
      name: "times in milliseconds",
      page: "a 1 1700000000123\nb 2\nc 3\t1700000000456 ",
      says: ["a 1 @1700000000123", "b 2", "c 3 @1700000000456"],
    },
    { name: "a series twice: the first counts", page: 'a{x="1"} 1\na{x="1"} 2\n', says: ['a{x="1"} 1'] },
    { name: "a label called __proto__", page: 'a{__proto__="x"} 1', says: ['a{__proto__="x"} 1'] },
    { name: "an empty page", page: "", says: [] },
  ];
  test.each(rows)("$name", ({ page, says }) => {
    expect(reading(page)).toEqual(says);
  });

  const refused: readonly [page: string | Buffer, message: string][] = [
    ["up one\n", 'line 1: not a number: "one"'],
    ["a 1\nup\n", 'line 2: not a number: ""'],
    ["up 0x10\n", 'line 1: not a number: "0x10"'],
    ["up 1_000\n", 'line 1: not a number: "1_000"'],
    ["<html>\n", "line 1: the metric name is not valid"],
    ["up 1 2 3\n", 'line 1: too much on one line: "3"'],
    ["up 1 soon\n", 'line 1: not a time: "soon"'],
    ["up 1 NaN\n", 'line 1: not a time: "NaN"'],
    ['a 1\n\na{x="1 2\n', "line 3: a label set that is not closed"],
    ['a{x="1",x="2"} 1\n', "line 1: the label x stands there twice"],
    ["a{x=1} 1\n", "line 1: the value of x is not in quotes"],
    ['a{x="1" y="2"} 1\n', "line 1: neither , nor } after the label x"],
    ['a{0="1"} 1\n', "line 1: no label name where one should be"],
    ['a{__name__="b"} 1\n', "line 1: __name__ is not a label to set"],
    ['{x="1"} 1\n', "line 1: no metric name"],
    ['a{"b"} 1\n', "line 1: two metric names"],
    ["a-b 1\n", "line 1: the metric name is not valid"],
    [Buffer.from([0x61, 0x20, 0x31, 0x0a, 0xff, 0x20, 0x31]), "line 2: not valid UTF-8"],
    [`up ${"9".repeat(50)}x\n`, `line 1: not a number: "${"9".repeat(40)}…"`],
  ];
  test.each(refused)("refuses %j", (page, message) => {
    expect(() => reading(page)).toThrow(message);
  });
});

describe("OpenMetrics", () => {
  const page =
    '# TYPE foo counter\n# UNIT foo seconds\nfoo_total{a="1"} 17.0 1700000000.25 # {trace_id="x # y"} 0.5 1700000000\nfoo_created 1 # {} 2\n# EOF\n';

  test("times in seconds, exemplars passed over, an end", () => {
    expect(reading(page, "openmetrics")).toEqual(['foo_total{a="1"} 17 @1700000000250', "foo_created 1"]);
  });

  test("a page without its end is cut short", () => {
    expect(() => reading("foo 1\n", "openmetrics")).toThrow("cut short: no # EOF");
  });

  test("nothing may stand after the end", () => {
    expect(() => reading("# EOF\nfoo 1\n", "openmetrics")).toThrow("line 2: something stands after # EOF");
  });

  test("an exemplar is no part of the text format", () => {
    expect(() => reading('foo 1 # {a="b"} 1\n')).toThrow('not a time: "#"');
  });
});

describe("page after page of one source", () => {
  test("a series is taken apart once, whatever the order of the pages", () => {
    const entered: string[] = [];
    const pages = new Exposition<Labels>((labels) => {
      entered.push(formatLabels(labels));
      return labels;
    });
    expect(shown(pages, 'a 1\nb{x="1"} 2\nc 3\n')).toEqual(["a 1", 'b{x="1"} 2', "c 3"]);
    expect(shown(pages, 'c 4\na 5\nb{x="1"} 6\n')).toEqual(["c 4", "a 5", 'b{x="1"} 6']);
    expect(shown(pages, 'a 7\nd 8\nb{x="1"} 9\n')).toEqual(["a 7", "d 8", 'b{x="1"} 9']);
    expect(entered).toEqual(["a", 'b{x="1"}', "c", "d"]);
  });

  test("a name that begins as the one expected is another series", () => {
    const pages = new Exposition<Labels>((labels) => labels);
    shown(pages, "a 1\n");
    expect(shown(pages, 'a_total 2\na {x="1"} 3\na\t4\n')).toEqual(["a_total 2", 'a{x="1"} 3', "a 4"]);
  });

  test("counts what the page before did not have", () => {
    const pages = new Exposition<Labels>((labels) => labels);
    const added = (page: string): number => pages.read(Buffer.from(page), "text").added;
    expect([added("a 1\nb 1\n"), added("a 1\nb 1\n"), added("a 1\n"), added("b 1\nc 1\n")]).toEqual([
      2, 0, 0, 2,
    ]);
  });

  test("series that are new on every page do not pile up", () => {
    let entered = 0;
    const pages = new Exposition<Labels>((labels) => {
      entered++;
      return labels;
    });
    const page = (turn: number): void => {
      const lines = Array.from({ length: 100 }, (_, i) => `a{turn="${turn}",i="${i}"} 1\n`);
      pages.read(Buffer.from(lines.join("")), "text");
    };
    for (let turn = 0; turn < 50; turn++) page(turn);
    page(49);
    expect(entered).toBe(5_000);
    // Forgotten long since, and so entered anew.
    page(0);
    expect(entered).toBe(5_100);
  });

  test("what refuses a series names its line", () => {
    const pages = new Exposition<Labels>(() => {
      throw new Error("there is no room");
    });
    expect(() => pages.read(Buffer.from("# one\na 1\n"), "text")).toThrow("line 2: there is no room");
  });
});

test("a number is read as JavaScript reads it, whatever its form", () => {
  const forms = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
    fc.tuple(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.nat(12)).map(([v, n]) => v.toFixed(n)),
    fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  );
  fc.assert(
    fc.property(forms, (text) => {
      expect(readNumber(`x ${text} y`, 2, 2 + text.length)).toBe(Number(text));
    }),
    { numRuns: 2_000 },
  );
});

test("whatever a page holds, it is read or refused in words, and the page after it is read", () => {
  const pieces = fc.constantFrom(
    "a",
    "{",
    "}",
    '"',
    "\\",
    "\n",
    ",",
    "=",
    " ",
    "\t",
    "#",
    "# EOF\n",
    "1",
    "NaN",
    "e9",
    "é",
    "\r\n",
  );
  const page = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((all) => Buffer.from(all.join(""))),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(
      page,
      fc.constantFrom<Format>("text", "openmetrics"),
      fc.boolean(),
      (body, format, lenient) => {
        const pages = new Exposition<Labels>((labels) => labels);
        try {
          const { series, values } = pages.read(body, format, lenient ? () => {} : undefined);
          expect(values).toHaveLength(series.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
        expect(shown(pages, "after 1\n")).toEqual(["after 1"]);
      },
    ),
    { numRuns: 3_000 },
  );
});
