/** Tells knowledge from blindness: whether a label set is missing from a result because all is well, or for lack of data. */
import { spanWords } from "../storage/duration.ts";
import { type Labels, labelValue, METRIC_NAME } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { Series, SeriesSource } from "../storage/series.ts";
import { below } from "./below.ts";
import type { Node, RangeNode, SelectorNode } from "./promql/ast.ts";
import { lastKnownAt } from "./promql/select.ts";

type Watched = SelectorNode | RangeNode;

/** A selector that sees nothing of a label set. */
export interface Blindness {
  readonly node: Watched;
  /** When its last sample was, in milliseconds since the epoch; undefined when there is none on record. */
  readonly lastAt: number | undefined;
}

/** Label names that some series of a selector all have, and when each combination of values was last seen. */
interface Shape {
  readonly names: readonly string[];
  readonly lastAt: Map<string, number>;
}

/** What can be seen of the series of an expression at one moment; remembers what it has looked up. */
export class Sight {
  readonly #source: SeriesSource;
  readonly #at: number;
  readonly #lookbackMs: number;
  /** Per selector and set of label names; made when first asked, so that a mass of alerts costs one pass. */
  readonly #shapes = new Map<Watched, Map<string, readonly Shape[]>>();

  constructor(source: SeriesSource, at: number, lookbackMs: number) {
    this.#source = source;
    this.#at = at;
    this.#lookbackMs = lookbackMs;
  }

  /**
   * Whether the absence of these labels from the result of a node is knowledge: every selector that it needs has a
   * live sample that does not contradict them. `or` needs one side, `unless` its left; `absent` always knows.
   */
  knows(node: Node, labels: Labels): boolean {
    if (node.kind === "selector" || node.kind === "range") return this.#sees(node, labels);
    if (node.kind === "call" && node.row.returns === "vector" && node.row.asksForAbsence) return true;
    const parts = below(node, labels);
    const sign = node.kind === "binary" ? node.operator.sign : undefined;
    if (sign === "or") return parts.some((part) => this.knows(part.node, part.labels));
    const needed = sign === "unless" ? parts.slice(0, 1) : parts;
    return needed.every((part) => this.knows(part.node, part.labels));
  }

  /** The first selector, as the expression is read, that keeps `knows` from being true. */
  blindness(node: Node, labels: Labels): Blindness | undefined {
    if (this.knows(node, labels)) return undefined;
    if (node.kind === "selector" || node.kind === "range") {
      const lastAt = this.#lastAt(node, labels);
      return { node, lastAt: lastAt === Number.NEGATIVE_INFINITY ? undefined : lastAt };
    }
    for (const part of below(node, labels)) {
      const found = this.blindness(part.node, part.labels);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #sees(node: Watched, labels: Labels): boolean {
    if (!isEmpty(labels)) return this.#lastAt(node, labels) > this.#edge(node);
    const selector = selectorOf(node);
    const t = this.#at - selector.offsetMs;
    const spanMs = node.kind === "range" ? node.rangeMs : this.#lookbackMs;
    return this.#source.select(selector.matchers).some((series) => lastAtOf(node, series, t) > t - spanMs);
  }

  /** A sample at this time or before no longer counts. */
  #edge(node: Watched): number {
    const spanMs = node.kind === "range" ? node.rangeMs : this.#lookbackMs;
    return this.#at - selectorOf(node).offsetMs - spanMs;
  }

  /** When the last sample was taken that does not contradict the labels; -Infinity for never. */
  #lastAt(node: Watched, labels: Labels): number {
    const names = Object.keys(labels)
      .filter((name) => name !== METRIC_NAME)
      .sort();
    let last = Number.NEGATIVE_INFINITY;
    for (const shape of this.#shapesOf(node, names))
      last = Math.max(last, shape.lastAt.get(keyOf(labels, shape.names)) ?? Number.NEGATIVE_INFINITY);
    return last;
  }

  #shapesOf(node: Watched, names: readonly string[]): readonly Shape[] {
    const known = this.#shapes.get(node) ?? new Map<string, readonly Shape[]>();
    this.#shapes.set(node, known);
    const id = JSON.stringify(names);
    let shapes = known.get(id);
    if (shapes === undefined) {
      const selector = selectorOf(node);
      shapes = shapesOf(node, this.#source.select(selector.matchers), names, this.#at - selector.offsetMs);
      known.set(id, shapes);
    }
    return shapes;
  }
}

/** A blindness in words; `text` is the text of the expression. */
export function blindnessText({ node, lastAt }: Blindness, text: string, at: number): Text {
  const selector = text.slice(node.from, node.to);
  if (lastAt === undefined) return { zh: `没有数据：${selector}`, en: `no data: ${selector}` };
  const ago = spanWords(Math.round((at - lastAt) / 1000) * 1000);
  return {
    zh: `没有数据：${selector}，最后一次在 ${ago.zh}前`,
    en: `no data: ${selector}, last seen ${ago.en} ago`,
  };
}

function selectorOf(node: Watched): SelectorNode {
  return node.kind === "range" ? node.selector : node;
}

/** The samples of a range are there, whatever became of the series since. */
function lastAtOf(node: Watched, series: Series, t: number): number {
  if (node.kind === "selector") return lastKnownAt(series, t);
  const i = series.indexAt(t);
  return i < 0 ? Number.NEGATIVE_INFINITY : series.at(i);
}

function shapesOf(
  node: Watched,
  all: readonly Series[],
  names: readonly string[],
  t: number,
): readonly Shape[] {
  const shapes = new Map<string, Shape>();
  for (const series of all) {
    const lastAt = lastAtOf(node, series, t);
    if (lastAt === Number.NEGATIVE_INFINITY) continue;
    const carried = names.filter((name) => Object.hasOwn(series.labels, name));
    const id = JSON.stringify(carried);
    const shape = shapes.get(id) ?? { names: carried, lastAt: new Map<string, number>() };
    shapes.set(id, shape);
    const key = keyOf(series.labels, carried);
    shape.lastAt.set(key, Math.max(shape.lastAt.get(key) ?? Number.NEGATIVE_INFINITY, lastAt));
  }
  return [...shapes.values()];
}

function keyOf(labels: Labels, names: readonly string[]): string {
  let key = "";
  for (const name of names) {
    const value = labelValue(labels, name);
    key += `${value.length}:${value}`;
  }
  return key;
}

function isEmpty(labels: Labels): boolean {
  for (const name in labels) if (name !== METRIC_NAME) return false;
  return true;
}
