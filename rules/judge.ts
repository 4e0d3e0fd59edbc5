/** Judges a rule's expression: what it finds, and whether what it does not find is known to be well. */
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { SeriesSource } from "../storage/series.ts";
import type { Element } from "./promql/ast.ts";
import { type CompiledExpr, mustBeVector } from "./promql/compile.ts";
import { distinct } from "./promql/distinct.ts";
import { evaluate } from "./promql/evaluate.ts";
import { withoutName } from "./promql/grouping.ts";
import { DEFAULT_LOOKBACK_MS } from "./promql/select.ts";
import { blindnessText, Sight } from "./sight.ts";

/** One label set for which a rule's expression holds, without the metric name. */
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

/** Judges at `at`; throws a PromqlError when the expression is no vector or cannot be evaluated on what is there. */
export function judge(compiled: CompiledExpr, source: SeriesSource, at: number): Judgement {
  const result = evaluate(compiled, source, at);
  if (result.type === "scalar") {
    mustBeVector(compiled);
    throw new Error("unreachable: a scalar has been refused");
  }
  return new JudgementAt(findingsOf(compiled, result.elements), compiled, source, at);
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
