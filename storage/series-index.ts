/** Finds series: by their whole label set, and by matchers through an inverted index of label values. */
import type { Column } from "./column.ts";
import { type Labels, labelsKey, labelValue, METRIC_NAME } from "./labels.ts";
import { compileMatcher, type Matcher } from "./matchers.ts";
import { regexLiterals } from "./regex.ts";

/** The series with one value of one label, in serial order. */
interface Posting {
  columns: Column[];
  /** Rises with every change, so that an answer that came from here knows whether it still holds. */
  version: number;
}

interface Answer {
  readonly found: readonly Column[];
  /** What the answer came from: one posting, or (`undefined`) the whole index. */
  readonly from: Posting | undefined;
  readonly version: number;
}

const NONE: readonly Column[] = [];

/** All series that have samples. */
export class SeriesIndex {
  readonly #byKey = new Map<string, Column>();
  readonly #byLabel = new Map<string, Map<string, Posting>>();
  readonly #answers = new WeakMap<readonly Matcher[], Answer>();
  #serial = 0;
  #version = 0;

  get size(): number {
    return this.#byKey.size;
  }

  /** All series in the order in which they came. */
  values(): IterableIterator<Column> {
    return this.#byKey.values();
  }

  get(labels: Labels): Column | undefined {
    return this.#byKey.get(labelsKey(labels));
  }

  add(column: Column): void {
    column.serial = ++this.#serial;
    column.listed = true;
    this.#version++;
    this.#byKey.set(labelsKey(column.labels), column);
    for (const [name, value] of Object.entries(column.labels)) {
      let postings = this.#byLabel.get(name);
      if (postings === undefined) {
        postings = new Map();
        this.#byLabel.set(name, postings);
      }
      const posting = postings.get(value);
      // A literal has room for exactly one; most label values that are many belong to one series each.
      if (posting === undefined) postings.set(value, { columns: [column], version: 0 });
      else {
        posting.columns.push(column);
        posting.version++;
      }
    }
  }

  /** Takes many out at once: each list they stand in is gone through once, not once per series. */
  remove(columns: readonly Column[]): void {
    if (columns.length === 0) return;
    this.#version++;
    const touched = new Map<Posting, [name: string, value: string]>();
    for (const column of columns) {
      column.listed = false;
      this.#byKey.delete(labelsKey(column.labels));
      for (const [name, value] of Object.entries(column.labels)) {
        const posting = this.#byLabel.get(name)?.get(value);
        if (posting !== undefined) touched.set(posting, [name, value]);
      }
    }
    for (const [posting, [name, value]] of touched) {
      posting.columns = posting.columns.filter((column) => column.listed);
      posting.version++;
      if (posting.columns.length > 0) continue;
      const postings = this.#byLabel.get(name);
      postings?.delete(value);
      if (postings?.size === 0) this.#byLabel.delete(name);
    }
  }

  /** Metric names and how many series each has; series without a name are not counted. */
  names(): Map<string, number> {
    const names = new Map<string, number>();
    for (const [name, { columns }] of this.#byLabel.get(METRIC_NAME) ?? []) names.set(name, columns.length);
    return names;
  }

  /** See `SeriesSource.select`. An answer that came from one posting outlives changes elsewhere in the index. */
  select(matchers: readonly Matcher[]): readonly Column[] {
    const known = this.#answers.get(matchers);
    if (known !== undefined && known.version === (known.from?.version ?? this.#version)) return known.found;
    const answer = this.#answer(matchers);
    // When the set is the same after all, so is the array: readers keep things beside it.
    if (known !== undefined && same(known.found, answer.found)) {
      this.#answers.set(matchers, { ...answer, found: known.found });
      return known.found;
    }
    this.#answers.set(matchers, answer);
    return answer.found;
  }

  #answer(matchers: readonly Matcher[]): Answer {
    const tests = matchers.map(compileMatcher);
    const whole = { from: undefined, version: this.#version };
    let smallest: Posting | undefined;
    for (const { name, op, value } of matchers) {
      if (op !== "=" || value === "") continue;
      const posting = this.#byLabel.get(name)?.get(value);
      if (posting === undefined) return { ...whole, found: NONE };
      if (smallest === undefined || posting.columns.length < smallest.columns.length) smallest = posting;
    }
    if (smallest !== undefined)
      return {
        found: filter(smallest.columns, matchers, tests),
        from: smallest,
        version: smallest.version,
      };
    const from = this.#matching(matchers, tests) ?? [...this.#byKey.values()];
    return { ...whole, found: filter(from, matchers, tests) };
  }

  /** The series that the most selective `=~` or `!=` leaves, if one of them demands that the label be there. */
  #matching(matchers: readonly Matcher[], tests: readonly Test[]): Column[] | undefined {
    let best: Posting[] | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    matchers.forEach(({ name, op, value }, i) => {
      const test = tests[i];
      if (test === undefined || test("")) return;
      const postings = this.#byLabel.get(name);
      const literals = op === "=~" ? regexLiterals(value) : undefined;
      const found: Posting[] = [];
      if (literals !== undefined)
        for (const literal of new Set(literals)) {
          const posting = postings?.get(literal);
          if (posting !== undefined) found.push(posting);
        }
      else for (const [text, posting] of postings ?? []) if (test(text)) found.push(posting);
      const count = found.reduce((sum, { columns }) => sum + columns.length, 0);
      if (count >= fewest) return;
      fewest = count;
      best = found;
    });
    return best?.flatMap(({ columns }) => columns).sort((a, b) => a.serial - b.serial);
  }
}

type Test = (value: string) => boolean;

/** Keeps those that satisfy every matcher; each test sees each distinct value once. */
function filter(
  columns: readonly Column[],
  matchers: readonly Matcher[],
  tests: readonly Test[],
): readonly Column[] {
  const checks = matchers.map(({ name, op, value: expected }, i) => {
    if (op === "=") return ({ labels }: Column) => labelValue(labels, name) === expected;
    const test = tests[i] ?? (() => false);
    const verdicts = new Map<string, boolean>();
    return ({ labels }: Column) => {
      const value = labelValue(labels, name);
      let verdict = verdicts.get(value);
      if (verdict === undefined) {
        verdict = test(value);
        verdicts.set(value, verdict);
      }
      return verdict;
    };
  });
  return columns.filter((column) => checks.every((check) => check(column)));
}

function same(some: readonly Column[], others: readonly Column[]): boolean {
  return some.length === others.length && some.every((column, i) => column === others[i]);
}
