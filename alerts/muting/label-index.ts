/** Finds active alerts by label without looking at all of them: for every label, who has it. */
import { type Matcher, matches } from "../../storage/matchers.ts";
import type { FiredAlert } from "../alert.ts";

/** Active alerts by their labels. */
export interface LabelIndex {
  add(alert: FiredAlert): void;
  remove(alert: FiredAlert): void;
  /** The active alerts that fit every matcher. Throws MatcherError like `matches`. */
  fitting(matchers: readonly Matcher[]): Iterable<FiredAlert>;
}

/** Who has a value. Mostly it is one alert, and a Map of its own for each `instance` would weigh more than the alert. */
type Having = FiredAlert | Map<string, FiredAlert>;

/** Makes an empty index. */
export function makeLabelIndex(): LabelIndex {
  const all = new Map<string, FiredAlert>();
  const byName = new Map<string, Map<string, Having>>();

  /** The fewest that an equality leaves; an absent label is "", so `a=""` leaves everybody. */
  function candidates(matchers: readonly Matcher[]): Iterable<FiredAlert> {
    let fewest: Having = all;
    for (const { name, op, value } of matchers) {
      if (op !== "=" || value === "") continue;
      const having = byName.get(name)?.get(value) ?? NOBODY;
      if (sizeOf(having) < sizeOf(fewest)) fewest = having;
    }
    return fewest instanceof Map ? fewest.values() : [fewest];
  }

  return {
    add(alert) {
      all.set(alert.id, alert);
      for (const name in alert.labels) {
        const values = byName.get(name) ?? new Map<string, Having>();
        byName.set(name, values);
        const value = alert.labels[name] ?? "";
        values.set(value, withOne(values.get(value), alert));
      }
    },
    remove(alert) {
      all.delete(alert.id);
      for (const name in alert.labels) {
        const values = byName.get(name);
        const value = alert.labels[name] ?? "";
        const having = values?.get(value);
        if (having instanceof Map) having.delete(alert.id);
        if (having instanceof Map ? having.size === 0 : having?.id === alert.id) values?.delete(value);
        if (values?.size === 0) byName.delete(name);
      }
    },
    fitting: (matchers) => (matchers.length === 0 ? all.values() : among(candidates(matchers), matchers)),
  };
}

function* among(candidates: Iterable<FiredAlert>, matchers: readonly Matcher[]): Generator<FiredAlert> {
  for (const alert of candidates) if (matches(matchers, alert.labels)) yield alert;
}

function withOne(having: Having | undefined, alert: FiredAlert): Having {
  if (having === undefined) return alert;
  if (having instanceof Map) return having.set(alert.id, alert);
  if (having.id === alert.id) return alert;
  return new Map([
    [having.id, having],
    [alert.id, alert],
  ]);
}

function sizeOf(having: Having): number {
  return having instanceof Map ? having.size : 1;
}

const NOBODY: Map<string, FiredAlert> = new Map();
