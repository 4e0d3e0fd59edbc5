/** Each step as rows: what it is told, what a look saw, what is left, and what was counted. */
import { describe, expect, it } from "vitest";
import type { Reading } from "../../../../monitors/monitor.ts";
import { createShaper, type Shaper } from "../../../../monitors/shaping/shaper.ts";
import { shapeOption } from "../../../../monitors/shaping/steps.ts";
import { formatLabels, METRIC_NAME } from "../../../../storage/labels.ts";
import { parseLabels } from "../../../support/series.ts";

/** `temp{room="a"} 5`. */
function reading(text: string): Reading {
  const at = text.lastIndexOf(" ");
  const { [METRIC_NAME]: name = "", ...labels } = parseLabels(text.slice(0, at));
  return { name, labels, value: Number(text.slice(at + 1)) };
}

function written({ name, labels, value }: Reading): string {
  return `${formatLabels({ ...labels, [METRIC_NAME]: name })} ${value}`;
}

function shaper(steps: string | readonly object[]): Shaper {
  return createShaper(shapeOption.parse(steps));
}

/** Looks ten seconds apart, each a list of readings. */
function run(one: Shaper, ...looks: (readonly string[])[]): string[][] {
  return looks.map((texts, i) => one.shape(texts.map(reading), i * 10_000, i * 10_000).map(written));
}

describe("a step that looks at one look", () => {
  it.each<[string, string[], string[]]>([
    ["drop_empty", ["a 1", "b NaN", "c Infinity", "d 0"], ["a 1", "d 0"]],
    ["drop_empty zero=true", ["a 1", "d 0", "e -0"], ["a 1"]],
    ["drop_empty a", ["a NaN", "b NaN"], ["b NaN"]],
    [
      "drop_empty labels=shop,city",
      ['a{shop="x", city="y"} 1', 'a{shop="x"} 2', 'a{shop=" ", city="y"} 3'],
      ['a{city="y", shop="x"} 1'],
    ],
    ["dedupe", ["a 1", 'a{x="1"} 2', "a 3", "b 4"], ["a 3", 'a{x="1"} 2', "b 4"]],
    ["dedupe a keep=first", ["a 1", "a 3", "b 4", "b 5"], ["a 1", "b 4", "b 5"]],
    ["dedupe keep=sum", ["a 1", "a 3", "a 5"], ["a 9"]],
    ["dedupe * avg", ["a 1", "a 3", "a 5"], ["a 3"]],
    ["dedupe keep=min; dedupe keep=max", ["a 1", "a 3"], ["a 1"]],
    [
      "clamp a min=0 max=100",
      ["a -5", "a 50", "a 101", "b 101", "a NaN"],
      ["a 0", "a 50", "a 100", "b 101", "a NaN"],
    ],
    ["clamp a max=100 action=drop", ["a 50", "a 101", "a -1"], ["a 50", "a -1"]],
    [
      "convert temp_f °F °C",
      ["temp_f 98.6", "temp_f -40", "other_f 1"],
      ["temp_celsius 37", "temp_celsius -40", "other_f 1"],
    ],
    ["convert *_mb from=MiB to=bytes", ["free_mb 2"], ["free_mb 2097152"]],
    [
      "convert *_mb* MB 字节",
      ["free_mb 2", "sent_mb_total 3", "sent_mb_per_second 4"],
      ["free_bytes 2000000", "sent_bytes_total 3000000", "sent_bytes_per_second 4000000"],
    ],
    ["换算 *_ms 毫秒 为 秒", ["took_ms 1500"], ["took_seconds 1.5"]],
    ["convert cpu_usage_percent % ratio", ["cpu_usage_percent 42"], ["cpu_usage_ratio 0.42"]],
    ["convert speed percent ratio", ["speed 42"], ["speed 0.42"]],
    ["convert link mbit bytes", ["link 8"], ["link 1000000"]],
    ["convert x kelvin celsius", ["x 273.15"], ["x 0"]],
    ["convert x factor=2 offset=-1", ["x 5"], ["x 9"]],
    ["rename tmp_* temperature_*", ["tmp_in 1", "tmp 2"], ["temperature_in 1", "tmp 2"]],
    ["rename a_*_b_* *_and_*", ["a_x_b_y_b_z 1"], ["x_and_y_b_z 1"]],
    ["rename /tmp_(in|out)/ temperature", ["tmp_in 1", "tmp_up 2"], ["temperature 1", "tmp_up 2"]],
    ['rename {room="a"} to=here', ['x{room="a"} 1', 'x{room="b"} 2'], ['here{room="a"} 1', 'x{room="b"} 2']],
    [
      'rename x{room=~"a|c"} y',
      ['x{room="a"} 1', 'x{room="b"} 2', 'z{room="a"} 3'],
      ['y{room="a"} 1', 'x{room="b"} 2', 'z{room="a"} 3'],
    ],
    [
      "derive free_ratio = free / size",
      ['free{mount="/"} 1', 'free{mount="/d"} 3', 'size{mount="/"} 4', 'size{mount="/d"} 4'],
      [
        'free{mount="/"} 1',
        'free{mount="/d"} 3',
        'size{mount="/"} 4',
        'size{mount="/d"} 4',
        'free_ratio{mount="/"} 0.25',
        'free_ratio{mount="/d"} 0.75',
      ],
    ],
    [
      "derive part = used / total * 100",
      ['used{p="a"} 1', 'used{p="b"} 2', "total 4"],
      ['used{p="a"} 1', 'used{p="b"} 2', "total 4", 'part{p="a"} 25', 'part{p="b"} 50'],
    ],
    ["derive r = a / b", ["a 1", "b 0"], ["a 1", "b 0"]],
    ["derive r = a / b", ["a 1"], ["a 1"]],
    ["derive up = a * 0", ["a 1"], ["a 1"]],
    ["rename a up", ["a 1", "b 2"], ["b 2"]],
  ])("%s", (steps, before, after) => expect(run(shaper(steps), before)).toEqual([after]));
});

it("a name that would be none stays what it was", () => {
  const odd = { name: "a_9", value: 1 };
  expect(shaper("rename a_* *").shape([odd], 0, 0)).toEqual([odd]);
});

it("labels get other names, and what is then the same is put together", () => {
  const steps = [
    { step: "rename", metrics: "orders", labels: { shop_id: "shop", session: "" } },
    { step: "dedupe", keep: "sum" },
  ];
  const before = [
    'orders{shop_id="1", session="a"} 2',
    'orders{shop_id="1", session="b"} 3',
    'orders{shop_id="2"} 1',
  ];
  expect(run(shaper(steps), before)).toEqual([['orders{shop="1"} 5', 'orders{shop="2"} 1']]);
});

describe("a counter becomes a rate", () => {
  it("from its second look on, and a reset begins at zero", () =>
    expect(
      run(
        shaper("rate *_total"),
        ["n_total 100", "g 1"],
        ["n_total 150"],
        ["n_total 20"],
        [],
        ["n_total 40"],
      ),
    ).toEqual([["g 1"], ["n_per_second 5"], ["n_per_second 2"], [], ["n_per_second 1"]]));

  it("by label set, beside the counter where that is wanted, and over NaN", () =>
    expect(
      run(
        shaper("rate n keep=true"),
        ['n{a="1"} 0', 'n{a="2"} 0'],
        ['n{a="1"} 10', 'n{a="2"} NaN'],
        ['n{a="2"} 40'],
      ),
    ).toEqual([
      ['n{a="1"} 0', 'n{a="2"} 0'],
      ['n{a="1"} 10', 'n_per_second{a="1"} 1', 'n{a="2"} NaN'],
      ['n{a="2"} 40', 'n_per_second{a="2"} 2'],
    ]));
});

describe("outliers by Hampel", () => {
  const looks = (values: readonly number[]): string[][] => values.map((value) => [`x ${value}`]);
  const left = (steps: string, values: readonly number[]): number[] =>
    run(shaper(steps), ...looks(values)).map(([one]) =>
      one === undefined ? Number.NaN : Number(one.slice(2)),
    );

  const noisy = [10, 11, 9, 10, 12, 8, 10, 11];

  it("are dropped once there are values enough to tell", () => {
    expect(left("outliers x", [...noisy, 500, 10])).toEqual([...noisy, Number.NaN, 10]);
    expect(left("outliers x", [10, 11, 500, 10])).toEqual([10, 11, 500, 10]);
  });

  it("are brought to the bound where that is wanted", () => {
    const [bound] = left("outliers x action=clamp", [...noisy, 500]).slice(-1);
    // The median is 10, the median absolute deviation 1.
    expect(bound).toBeCloseTo(10 + 3 * 1.4826, 10);
  });

  it("are no outliers any more when they stay: a new level is taken after half a window", () => {
    const level = left("outliers x window=7", [...noisy, 50, 51, 50, 49, 50, 51]);
    expect(level.slice(-6)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 50, 51]);
  });

  it("are unknown where all values were alike, and not what differs by nothing much", () =>
    expect(left("outliers x window=5", [5, 5, 5, 5, 5, 6, 5, 5])).toEqual([5, 5, 5, 5, 5, 6, 5, 5]));

  it("are judged series by series, and NaN not at all", () =>
    expect(
      run(shaper("outliers x window=5"), ...noisy.map((v) => [`x{a="1"} ${v}`, `x{a="2"} ${v * 100}`]), [
        'x{a="1"} 1000',
        'x{a="2"} 1000',
        "x NaN",
      ]).at(-1),
    ).toEqual(['x{a="2"} 1000', "x NaN"]));
});

describe("what steps did", () => {
  it("is counted, with the last example; what was dropped before what was changed", () => {
    const one = shaper("drop_empty; clamp a max=10; rename b c; derive d = c * 2");
    run(one, ["a 5", "b 1"], ["a 50", "a NaN", "b 2"]);
    expect(one.tallies().map(({ dropped, changed, made }) => [dropped, changed, made])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 2, 0],
      [0, 0, 2],
    ]);
    expect(one.tallies().map(({ last }) => [last?.at, last?.before?.value, last?.after?.value])).toEqual([
      [10_000, Number.NaN, undefined],
      [10_000, 50, 10],
      [10_000, 2, 2],
      [10_000, undefined, 4],
    ]);
  });
});
