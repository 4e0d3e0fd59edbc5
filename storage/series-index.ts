/** Finds series: by their whole label set, and by matchers through an inverted index of label values. */
import type { Column } from "./column.ts";
import { hashLabels, ownText, sameLabels } from "./label-set.ts";
import { type Labels, labelValue, METRIC_NAME } from "./labels.ts";
import { compileMatcher, type Matcher, matches } from "./matchers.ts";
import { regexLiterals } from "./regex.ts";

/** The series with one value of one label, in serial order. */
interface Posting {
  /** The one copy of this value that all its series share. */
  readonly value: string;
  columns: Column[];
}

/** What was found for a list of matchers, and how far into the history of the index it has looked. */
interface Answer {
  readonly found: readonly Column[];
  readonly serial: number;
  readonly removals: number;
}

type Test = (value: string) => boolean;

/** Up to so many new series are looked at one by one; with more it is cheaper to ask the index anew. */
const FEW = 16;

/** All series that have samples. */
export class SeriesIndex {
  /** By serial, that is, in the order in which they came. */
  #all: Column[] = [];
  /** By hash; those that share one are linked by `Column.next`. */
  readonly #byHash = new Map<number, Column>();
  readonly #byLabel = new Map<string, Map<string, Posting>>();
  readonly #answers = new WeakMap<readonly Matcher[], Answer>();
  #serial = 0;
  #removals = 0;

  /** All series in the order in which they came. */
  get all(): readonly Column[] {
    return this.#all;
  }

  /** The series with this label set. */
  get(labels: Labels): Column | undefined {
    let column = this.#byHash.get(hashLabels(labels));
    while (column !== undefined && !sameLabels(column.labels, labels)) column = column.next;
    return column;
  }

  /** The same label set without empty values, made of the texts that the index has already. */
  own(labels: Labels): Labels {
    const pairs = Object.entries(labels)
      .filter(([, value]) => value !== "")
      .map(([name, value]): [string, string] => [
        name,
        this.#byLabel.get(name)?.get(value)?.value ?? ownText(value),
      ]);
    return Object.fromEntries(pairs);
  }

  /** Takes in a series that is new; its labels must come from `own`. */
  add(column: Column): void {
    column.serial = ++this.#serial;
    column.listed = true;
    this.#all.push(column);
    const hash = hashLabels(column.labels);
    column.next = this.#byHash.get(hash);
    this.#byHash.set(hash, column);
    for (const [name, value] of Object.entries(column.labels)) {
      let postings = this.#byLabel.get(name);
      if (postings === undefined) {
        postings = new Map();
        this.#byLabel.set(name, postings);
      }
      const posting = postings.get(value);
      // A literal has room for exactly one; most label values that are many belong to one series each.
      if (posting === undefined) postings.set(value, { value, columns: [column] });
      else posting.columns.push(column);
    }
  }

  /** Takes many out for good, at once: each list they stand in is gone through once, not once per series. */
  remove(columns: readonly Column[]): void {
    if (columns.length === 0) return;
    this.#removals++;
    const touched = new Map<Posting, string>();
    for (const column of columns) {
      column.listed = false;
      this.#unlink(column);
      for (const [name, value] of Object.entries(column.labels)) {
        const posting = this.#byLabel.get(name)?.get(value);
        if (posting !== undefined) touched.set(posting, name);
      }
    }
    this.#all = this.#all.filter((column) => column.listed);
    for (const [posting, name] of touched) {
      posting.columns = posting.columns.filter((column) => column.listed);
      if (posting.columns.length > 0) continue;
      const postings = this.#byLabel.get(name);
      postings?.delete(posting.value);
      if (postings?.size === 0) this.#byLabel.delete(name);
    }
  }

  /** Metric names and how many series each has; series without a name are not counted. */
  names(): Map<string, number> {
    const names = new Map<string, number>();
    for (const [name, { columns }] of this.#byLabel.get(METRIC_NAME) ?? []) names.set(name, columns.length);
    return names;
  }

  /** See `SeriesSource.select`. An answer once found is kept up to date by what came and went, not found again. */
  select(matchers: readonly Matcher[]): readonly Column[] {
    const known = this.#answers.get(matchers);
    if (known !== undefined && known.serial === this.#serial && known.removals === this.#removals)
      return known.found;
    const found = known === undefined ? this.#find(matchers) : this.#refresh(known, matchers);
    this.#answers.set(matchers, { found, serial: this.#serial, removals: this.#removals });
    return found;
  }

  #refresh(known: Answer, matchers: readonly Matcher[]): readonly Column[] {
    let first = this.#all.length;
    while (first > 0 && (this.#all[first - 1]?.serial ?? 0) > known.serial) {
      first--;
      if (this.#all.length - first <= FEW) continue;
      const found = this.#find(matchers);
      return same(known.found, found) ? known.found : found;
    }
    const gone = known.removals !== this.#removals && known.found.some((column) => !column.listed);
    const found = gone ? known.found.filter((column) => column.listed) : known.found;
    const come = this.#all.slice(first).filter(({ labels }) => matches(matchers, labels));
    return come.length === 0 ? found : [...found, ...come];
  }

  #find(matchers: readonly Matcher[]): readonly Column[] {
    const tests = matchers.map(compileMatcher);
    let smallest: readonly Column[] | undefined;
    for (const { name, op, value } of matchers) {
      if (op !== "=" || value === "") continue;
      const columns = this.#byLabel.get(name)?.get(value)?.columns;
      if (columns === undefined) return [];
      if (smallest === undefined || columns.length < smallest.length) smallest = columns;
    }
    const fewer = this.#matching(matchers, tests, smallest?.length ?? Number.POSITIVE_INFINITY);
    return filter(fewer ?? smallest ?? this.#all, matchers, tests);
  }

  /**
   * The series that the most selective matcher leaves among those that demand, other than by `=`, that a label be
   * there; `undefined` when they leave no fewer than `than`, or finding out would cost more than it saves.
   */
  #matching(matchers: readonly Matcher[], tests: readonly Test[], than: number): Column[] | undefined {
    let best: Posting[] | undefined;
    let fewest = than;
    matchers.forEach(({ name, op, value }, i) => {
      const test = tests[i];
      if (test === undefined || op === "=" || test("")) return;
      const postings = this.#byLabel.get(name) ?? new Map<string, Posting>();
      const literals = op === "=~" ? regexLiterals(value) : undefined;
      if (literals === undefined && postings.size >= fewest) return;
      const values = literals === undefined ? [...postings.keys()].filter(test) : new Set(literals);
      const found = [...values].flatMap((text) => postings.get(text) ?? []);
      const count = found.reduce((sum, { columns }) => sum + columns.length, 0);
      if (count >= fewest) return;
      fewest = count;
      best = found;
    });
    return best?.flatMap(({ columns }) => columns).sort((one, other) => one.serial - other.serial);
  }

  #unlink(column: Column): void {
    const hash = hashLabels(column.labels);
    let other = this.#byHash.get(hash);
    if (other === column) {
      if (column.next === undefined) this.#byHash.delete(hash);
      else this.#byHash.set(hash, column.next);
    }
    while (other !== undefined && other.next !== column) other = other.next;
    if (other !== undefined) other.next = column.next;
    column.next = undefined;
  }
}

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
