import { describe, expect, test } from "vitest";
import type { Answer } from "../../../../monitors/monitor.ts";
import { momentOf } from "../../../../monitors/sql/moment.ts";
import { readingsOf } from "../../../../monitors/sql/rows.ts";

/** `n:count` is a column of numbers, `t:region` one of texts, `-:x` one of nothing. */
function answer(columns: string, ...rows: Answer["rows"]): Answer {
  const holds = { n: "numbers", t: "texts", "-": "nothing" } as const;
  return {
    columns: columns.split(" ").map((column) => ({
      name: column.slice(2),
      holds: holds[column[0] as keyof typeof holds],
    })),
    rows,
  };
}

const shape = { max_rows: 1_000 };

test.each([
  ["n:orders", "sql_orders"],
  ["n:up", "sql_up"],
  ["n:订单量", "订单量"],
  ["n:count(*)", "sql_count"],
  ["n:7日新客户", "7日新客户"],
  ["n:?column?", "sql_column"],
  ["n:(((", "sql_value"],
])("the column %s is the metric %s", (column, metric) => {
  expect(readingsOf(answer(column, [7]), shape)).toEqual([
    { name: "sql_rows", value: 1 },
    { name: metric, labels: {}, value: 7 },
  ]);
});

test("a name that is given is that of one column, or stands before several", () => {
  expect(readingsOf(answer("n:x", [1]), { ...shape, metric: "新客户" })[1]?.name).toBe("新客户");
  const two = readingsOf(answer("n:paid n:open -:note", [1, 2, null]), { ...shape, metric: "orders" });
  expect(two.map(({ name }) => name)).toEqual(["sql_rows", "orders_paid", "orders_open"]);
});

test("labels that the monitor sets itself stay its own", () => {
  const [, reading] = readingsOf(
    answer("t:monitor t:instance t:__x t:1st n:n", ["a", "b", "c", "d", 1]),
    shape,
  );
  expect(reading?.labels).toEqual({ exported_monitor: "a", exported_instance: "b", x: "c", _1st: "d" });
});

describe("what cannot be told apart or is too much", () => {
  const refused = (found: Answer, more: object = {}): string => {
    try {
      readingsOf(found, { ...shape, ...more });
      return "taken";
    } catch (error) {
      return (error as { reason: { code: string } }).reason.code;
    }
  };

  test.each<[string, Answer, object, string]>([
    ["two rows with the same labels", answer("t:a n:n", ["x", 1], ["x", 2]), {}, "duplicate_labels"],
    ["two rows without labels", answer("n:n", [1], [2]), {}, "duplicate_labels"],
    ["an empty text and nothing", answer("t:a n:n", ["", 1], [null, 2]), {}, "duplicate_labels"],
    ["two columns of one metric", answer("n:count(*) n:count", [1, 2]), {}, "duplicate_labels"],
    ["a row too many", answer("t:a n:n", ["x", 1], ["y", 2]), { max_rows: 1 }, "too_many_rows"],
    ["a text that is no label", answer("t:a n:n", ["x".repeat(501), 1]), {}, "answer_too_large"],
    ["only texts", answer("t:a", ["x"]), {}, "no_value"],
    ["a column that is not there", answer("n:n", [1]), { label_columns: ["id"] }, "bad_query"],
    ["nothing where a number may stand", answer("t:a -:n", ["x", null]), {}, "taken"],
    ["no row at all", answer("t:a"), {}, "taken"],
  ])("%s", (_what, found, more, code) => {
    expect(refused(found, more)).toBe(code);
  });
});

test.each<[string, number, number | null]>([
  ["1970-01-01", 0, 0],
  ["2026-01-01 00:00:00", 28_800, 1_767_196_800],
  ["2026-01-01 00:00:00+08", 0, 1_767_196_800],
  ["2026-01-01 00:00:00.25+05:30", 0, 1_767_205_800.25],
  ["2026-01-01 00:00:00-03:00", 0, 1_767_236_400],
  ["2026-01-01T00:00:00Z", 28_800, 1_767_225_600],
  ["2024-02-29 23:59:59", 0, 1_709_251_199],
  ["0000-00-00 00:00:00", 0, null],
  ["infinity", 0, null],
  ["2026-01-01 BC", 0, null],
])("%s at %d s is %s", (text, offset, seconds) => {
  expect(momentOf(text, offset)).toBe(seconds);
});
