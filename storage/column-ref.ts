/** A writer's hold on one series. */
import type { Column } from "./column.ts";
import type { Labels } from "./labels.ts";
import type { SeriesRef } from "./series.ts";

/** What a hold needs of those who own the columns. */
export interface Columns {
  find(labels: Labels): Column | undefined;
  /** The series that is there, or a new one; as `MemorySeries.append`, it may throw a SeriesLimit. */
  findOrMake(labels: Labels): Column;
  write(column: Column, at: number, value: number): void;
}

/** Looks its series up once, and again when the series has gone meanwhile. There may be one for every series. */
export class ColumnRef implements SeriesRef {
  readonly #columns: Columns;
  #labels: Labels;
  #column: Column | undefined;

  constructor(columns: Columns, labels: Labels) {
    this.#columns = columns;
    this.#labels = labels;
  }

  append(at: number, value: number): void {
    let column = this.#column;
    if (column === undefined || !column.listed) column = this.#hold(this.#columns.findOrMake(this.#labels));
    this.#columns.write(column, at, value);
  }

  get lastAt(): number {
    return this.#found()?.lastAt ?? Number.NEGATIVE_INFINITY;
  }

  end(at: number, blind: boolean): void {
    this.#found()?.end(at, blind);
  }

  #found(): Column | undefined {
    if (this.#column?.listed === true) return this.#column;
    const column = this.#columns.find(this.#labels);
    return column === undefined ? undefined : this.#hold(column);
  }

  /** From here on the labels are those of the series: one object for both. */
  #hold(column: Column): Column {
    this.#column = column;
    this.#labels = column.labels;
    return column;
  }
}
