/** A recording rule as a round needs it: what its expression gives becomes samples, at the moment of the round. */
import { type Judgement, recorder } from "../../rules/judge.ts";
import { DEFAULT_LOOKBACK_MS, liveIndex } from "../../rules/promql/select.ts";
import type { RecordingRule } from "../../rules/rule.ts";
import type { RuleBook } from "../../rules/rule-book.ts";
import { type Labels, labelsKey, METRIC_NAME } from "../../storage/labels.ts";
import type { Matcher } from "../../storage/matchers.ts";
import type { SeriesRecorder, SeriesSource } from "../../storage/series.ts";
import type { DueRecord } from "./due-rule.ts";

/**
 * Evaluates and writes. A label set that was written before and is not found any more has ended: whoever judges by it
 * sees at once that there is no value, and is blind where the expression is blind.
 */
export function dueRecord(
  rule: RecordingRule,
  book: RuleBook,
  series: SeriesSource & SeriesRecorder,
): DueRecord {
  let record: ReturnType<typeof recorder> | undefined;
  let written: Map<string, Written> | undefined;

  return {
    id: rule.id,
    records: true,
    judge(at) {
      record ??= recorder(book.compiled(rule), rule);
      const judgement = record(series, at);
      // What another life wrote is on record, and nowhere else.
      written ??= liveSeries(rule, series, at);
      for (const { labels, value } of judgement.findings) {
        series.append(labels, at, value);
        written.set(labelsKey(labels), { labels, at });
      }
      for (const [key, last] of written)
        if (last.at !== at && isOver(last, judgement, at)) written.delete(key);
      return judgement;
    },
  };

  /** Whether nothing more can be learned of a series that was not found: it is known to be over, or too old. */
  function isOver(last: Written, judgement: Judgement, at: number): boolean {
    const knows = judgement.hasData(foundAs(last.labels, rule.labels));
    series.end(last.labels, at, !knows);
    return knows || at - last.at >= DEFAULT_LOOKBACK_MS;
  }
}

/** A series that the rule writes, and when it last did. */
interface Written {
  readonly labels: Labels;
  readonly at: number;
}

/** The labels of a recorded series as the expression knew them: without the name, and without those of the rule. */
function foundAs(labels: Labels, own: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => name !== METRIC_NAME && !Object.hasOwn(own, name)),
  );
}

function liveSeries({ name, labels }: RecordingRule, series: SeriesSource, at: number): Map<string, Written> {
  const matchers: Matcher[] = [
    { name: METRIC_NAME, op: "=", value: name },
    ...Object.entries(labels).map(([name, value]) => ({ name, op: "=" as const, value })),
  ];
  const live = new Map<string, Written>();
  for (const one of series.select(matchers)) {
    const i = liveIndex(one, at, DEFAULT_LOOKBACK_MS);
    if (i >= 0) live.set(labelsKey(one.labels), { labels: one.labels, at: one.at(i) });
  }
  return live;
}
