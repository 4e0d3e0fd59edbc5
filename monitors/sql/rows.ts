/** From rows to readings: columns of numbers are values, the others are labels. */
import type { Labels } from "../../storage/labels.ts";
import type { Answer, Reading } from "../monitor.ts";
import { LookFailed } from "../reason.ts";
import type { SqlOptions } from "./options.ts";

/** Longer texts are no labels. */
const LONGEST_LABEL = 500;
const MOST_COLUMNS = 50;

type Shape = Pick<SqlOptions, "metric" | "label_columns" | "max_rows">;

/** The readings of an answer. Throws `LookFailed` when it has too much, nothing to count, or rows that are all alike. */
export function readingsOf(answer: Answer, shape: Shape): readonly Reading[] {
  const { rows, columns } = answer;
  if (rows.length > shape.max_rows)
    throw new LookFailed({
      code: "too_many_rows",
      detail: `more than ${shape.max_rows}; add it up, or set max_rows`,
    });
  if (columns.length > MOST_COLUMNS)
    throw new LookFailed({
      code: "answer_too_large",
      detail: `${columns.length} columns, at most ${MOST_COLUMNS}`,
    });
  const known = new Set(columns.map(({ name }) => name));
  const missing = shape.label_columns?.find((name) => !known.has(name));
  if (missing !== undefined && columns.length > 0)
    throw new LookFailed({
      code: "bad_query",
      detail: `label_columns: there is no column ${JSON.stringify(missing)}`,
    });
  const wanted = (name: string): boolean => shape.label_columns?.includes(name) === true;
  const isValue = columns.map(({ name, holds }) => holds === "numbers" && !wanted(name));
  const values = columns.flatMap(({ name }, i) => (isValue[i] ? [{ i, name }] : []));
  // A sum over no rows is nothing, which has no type in SQLite; it is a value all the same.
  if (
    rows.length > 0 &&
    columns.every(({ name, holds }, i) => holds === "texts" || (isValue[i] !== true && wanted(name)))
  )
    throw new LookFailed({
      code: "no_value",
      detail: `found ${columns.map(({ name }) => name).join(", ")}`.slice(0, 200),
    });
  const metrics = values.map(({ name }) => metricOf(name, shape.metric, values.length));
  const labelNames = columns.map(({ name }) => labelOf(name));
  const seen = new Set<string>();
  const readings: Reading[] = [{ name: "sql_rows", value: rows.length }];
  for (const row of rows) {
    const labels: Record<string, string> = {};
    columns.forEach(({ name }, i) => {
      const cell = row[i] ?? null;
      if (isValue[i] || cell === null || cell === "") return;
      labels[labelNames[i] ?? name] = label(name, String(cell));
    });
    refuseTwin(seen, labels);
    values.forEach(({ i }, k) => {
      const value = row[i];
      const metric = metrics[k];
      // NULL is not zero: nothing is written.
      if (typeof value === "number" && Number.isFinite(value) && metric !== undefined)
        readings.push({ name: metric, labels, value });
    });
  }
  const twice = metrics.find((metric, k) => metrics.indexOf(metric) !== k);
  if (twice !== undefined)
    throw new LookFailed({ code: "duplicate_labels", detail: `two columns are both called ${twice}` });
  return readings;
}

function refuseTwin(seen: Set<string>, labels: Labels): void {
  const key = JSON.stringify(labels);
  if (seen.has(key)) {
    const shown =
      key === "{}" ? "several rows have no label at all" : `two rows are both ${key.slice(0, 200)}`;
    throw new LookFailed({ code: "duplicate_labels", detail: `${shown}; group by what tells them apart` });
  }
  seen.add(key);
}

function label(column: string, text: string): string {
  if (text.length <= LONGEST_LABEL) return text;
  const detail = `a text of ${text.length} characters in ${column}, at most ${LONGEST_LABEL}`;
  throw new LookFailed({ code: "answer_too_large", detail: detail.slice(0, 200) });
}

/** Plain names get `sql_` before them, so that a column `up` or `load1` is not taken for what a machine measures. */
function metricOf(column: string, given: string | undefined, values: number): string {
  if (given !== undefined && values === 1) return given;
  const word = wordOf(column);
  if (given !== undefined) return `${given}_${word}`;
  return /^\w*$/.test(word) ? `sql_${word || "value"}` : word;
}

/** Labels that a monitor sets itself are kept beside its own, as Prometheus does. */
function labelOf(column: string): string {
  const word = wordOf(column).replace(/^_+/, "") || "label";
  return word === "monitor" || word === "instance"
    ? `exported_${word}`
    : /^\d/.test(word)
      ? `_${word}`
      : word;
}

/** `count(*)` is `count`, `Store ID` is `Store_ID`; letters of every script stay. */
function wordOf(column: string): string {
  return column
    .replace(/[^\p{L}\p{N}_]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 100);
}
