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

/** Makes an empty index. */
export function makeLabelIndex(): LabelIndex {
  const all = new Map<string, FiredAlert>();
  const byName = new Map<string, Map<string, Map<string, FiredAlert>>>();

  function place(name: string, value: string): Map<string, FiredAlert> {
    const values = byName.get(name) ?? new Map<string, Map<string, FiredAlert>>();
    byName.set(name, values);
    const alerts = values.get(value) ?? new Map<string, FiredAlert>();
    values.set(value, alerts);
    return alerts;
  }

  /** The fewest that an equality leaves; an absent label is "", so `a=""` leaves everybody. */
  function candidates(matchers: readonly Matcher[]): ReadonlyMap<string, FiredAlert> {
    let fewest: ReadonlyMap<string, FiredAlert> = all;
    for (const { name, op, value } of matchers) {
      if (op !== "=" || value === "") continue;
      const having = byName.get(name)?.get(value) ?? NOBODY;
      if (having.size < fewest.size) fewest = having;
    }
    return fewest;
  }

  return {
    add(alert) {
      all.set(alert.id, alert);
      for (const [name, value] of Object.entries(alert.labels)) place(name, value).set(alert.id, alert);
    },
    remove(alert) {
      all.delete(alert.id);
      for (const [name, value] of Object.entries(alert.labels)) {
        const values = byName.get(name);
        const alerts = values?.get(value);
        alerts?.delete(alert.id);
        if (alerts?.size === 0) values?.delete(value);
        if (values?.size === 0) byName.delete(name);
      }
    },
    *fitting(matchers) {
      for (const alert of candidates(matchers).values()) if (matches(matchers, alert.labels)) yield alert;
    },
  };
}

const NOBODY: ReadonlyMap<string, FiredAlert> = new Map();
