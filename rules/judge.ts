/** Judges a rule's expression: what it finds, and whether what it does not find is known to be well. */
import { type Labels, METRIC_NAME } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { SeriesSource } from "../storage/series.ts";
import type { Element } from "./promql/ast.ts";
import { type CompiledExpr, mustBeVector } from "./promql/compile.ts";
import { distinct } from "./promql/distinct.ts";
import { evaluate } from "./promql/evaluate.ts";
import { withoutName } from "./promql/grouping.ts";
import { DEFAULT_LOOKBACK_MS } from "./promql/select.ts";
import { blindnessText, Sight } from "./sight.ts";

/** One label set for which a rule's expression holds, without the metric name; of a recording rule, what it writes. */
export interface Finding {
  readonly labels: Labels;
  readonly value: number;
}

/** What one look at one rule says. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /**
   * For a label set that is not among the findings: whether that is knowledge. False is blindness: a selector that
   * the expression needs has no live sample that could be about these labels.
   */
  hasData(labels: Labels): boolean;
  /** Which selector is blind for these labels, and since when; says so too when none is. */
  blindReason(labels: Labels): Text;
}

const NOTHING: readonly Finding[] = [];
const NO_LABELS: Labels = {};

/** A rule finds more label sets than its group allows. */
export class RuleLimit extends Error {
  readonly text: Text;

  constructor(limit: number, found: number) {
    const text = {
      zh: `找到 ${found} 组标签，超过上限 ${limit}（limit）`,
      en: `it finds ${found} label sets, more than its limit of ${limit}`,
    };
    super(text.en);
    this.name = "RuleLimit";
    this.text = text;
  }
}

/**
 * Judges at `at`; throws a PromqlError when the expression is no vector or cannot be evaluated on what is there, and a
 * RuleLimit when it finds more than `limit` label sets.
 */
export function judge(compiled: CompiledExpr, source: SeriesSource, at: number, limit?: number): Judgement {
  const result = evaluate(compiled, source, at);
  if (result.type === "scalar") {
    mustBeVector(compiled);
    throw new Error("unreachable: a scalar has been refused");
  }
  const findings = findingsOf(compiled, result.elements);
  checkLimit(findings.length, limit);
  return new JudgementAt(findings, compiled, source, at);
}

/** What a recording rule writes: a metric, with labels of its own. */
export interface Recorded {
  readonly name: string;
  readonly labels: Labels;
  readonly limit?: number;
}

/**
 * Evaluates a recording rule, as Prometheus does: the findings carry the metric's name and the rule's own labels, which
 * win; a label that is empty is taken away. A number is one finding. Throws as `judge` does, and a PromqlError when two
 * findings have the same labels in the end. What is given back for the same labels is the same object each time.
 */
export function recorder(
  compiled: CompiledExpr,
  { name, labels, limit }: Recorded,
): (source: SeriesSource, at: number) => Judgement {
  const named = new WeakMap<Labels, Labels>();
  const nameIt = (found: Labels): Labels => {
    let written = named.get(found);
    if (written === undefined) {
      const all = Object.entries({ ...found, ...labels, [METRIC_NAME]: name });
      written = Object.fromEntries(all.filter(([, value]) => value !== ""));
      named.set(found, written);
    }
    return written;
  };
  return (source, at) => {
    const result = evaluate(compiled, source, at);
    const elements =
      result.type === "scalar" ? [{ labels: NO_LABELS, value: result.value }] : result.elements;
    const findings = elements.map((element) => ({ labels: nameIt(element.labels), value: element.value }));
    distinct(findings, compiled.root);
    checkLimit(findings.length, limit);
    return new JudgementAt(findings, compiled, source, at);
  };
}

function checkLimit(found: number, limit: number | undefined): void {
  if (limit !== undefined && found > limit) throw new RuleLimit(limit, found);
}

function findingsOf({ root }: CompiledExpr, elements: readonly Element[]): readonly Finding[] {
  if (elements.length === 0) return NOTHING;
  const findings = elements.map(({ labels, value }) => ({ labels: withoutName(labels), value }));
  return "apart" in root && root.apart ? findings : distinct(findings, root);
}

/** A class, because one is made per rule and look, and closures for two questions rarely asked would cost more. */
class JudgementAt implements Judgement {
  readonly findings: readonly Finding[];
  readonly #compiled: CompiledExpr;
  readonly #source: SeriesSource;
  readonly #at: number;
  #sight: Sight | undefined;

  constructor(findings: readonly Finding[], compiled: CompiledExpr, source: SeriesSource, at: number) {
    this.findings = findings;
    this.#compiled = compiled;
    this.#source = source;
    this.#at = at;
  }

  hasData(labels: Labels): boolean {
    return this.#look().knows(this.#compiled.root, labels);
  }

  blindReason(labels: Labels): Text {
    const blindness = this.#look().blindness(this.#compiled.root, labels);
    if (blindness === undefined) return { zh: "有数据", en: "there is data" };
    return blindnessText(blindness, this.#compiled.text, this.#at);
  }

  #look(): Sight {
    this.#sight ??= new Sight(this.#source, this.#at, DEFAULT_LOOKBACK_MS);
    return this.#sight;
  }
}
