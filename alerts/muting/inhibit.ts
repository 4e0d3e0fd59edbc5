/** Inhibition: while one alert is active, others need not be told. Sources are found by the labels that must agree. */
import { type Labels, labelValue } from "../../storage/labels.ts";
import { compileMatcher, type Matcher } from "../../storage/matchers.ts";
import type { Table } from "../../storage/store.ts";
import { type ActiveAlert, type Alert, isActive } from "../alert.ts";
import type { InhibitRule } from "./inhibit-config.ts";
import type { MuteReason, NamedMuter } from "./mute-reason.ts";

export interface Inhibition {
  /** Why an alert with these labels is inhibited now; the cost does not grow with the number of sources. */
  reasonFor(labels: Labels): MuteReason | undefined;
  /**
   * Counts alerts that a commit is about to make active among the sources, until the function it gives back is
   * called: an alert that fires together with what inhibits it must not slip through.
   */
  foresee(alerts: Iterable<Alert>): () => void;
  /** How many sources have ended so far, and rules been exchanged: when it grows, what was held back may be free. */
  released(): number;
}

/** One rule with its sources, by the values of the labels that must agree. */
interface Indexed {
  readonly rule: InhibitRule;
  isSource(labels: Labels): boolean;
  isTarget(labels: Labels): boolean;
  readonly sources: Map<string, Sources>;
}

interface Sources {
  readonly plain: Map<string, ActiveAlert>;
  /** Those that fit the target side too: they do not inhibit alerts that are sources themselves, hence not each other. */
  readonly bothSides: Map<string, ActiveAlert>;
}

/** Keeps the sources of the rules in force. `rules` is asked each time, and a new list is taken up at once. */
export function keepInhibition(alerts: Table<Alert>, rules: () => readonly InhibitRule[]): Inhibition {
  let known: readonly InhibitRule[] = [];
  let indexes: readonly Indexed[] = [];
  let released = 0;

  function current(): readonly Indexed[] {
    const now = rules();
    if (now === known) return indexes;
    known = now;
    released++;
    indexes = now.map(indexed);
    for (const alert of indexes.length === 0 ? [] : alerts.values()) if (isActive(alert)) add(alert);
    return indexes;
  }

  function add(alert: ActiveAlert): void {
    for (const index of indexes) {
      if (!index.isSource(alert.labels)) continue;
      const key = keyOf(index.rule.equal, alert.labels);
      const sources = index.sources.get(key) ?? { plain: new Map(), bothSides: new Map() };
      index.sources.set(key, sources);
      (index.isTarget(alert.labels) ? sources.bothSides : sources.plain).set(alert.id, alert);
    }
  }

  /** Whether it was a source at all. */
  function remove({ id, labels }: Alert): boolean {
    let was = false;
    for (const index of indexes) {
      if (!index.isSource(labels)) continue;
      was = true;
      const key = keyOf(index.rule.equal, labels);
      const sources = index.sources.get(key);
      sources?.plain.delete(id);
      sources?.bothSides.delete(id);
      if (sources?.plain.size === 0 && sources.bothSides.size === 0) index.sources.delete(key);
    }
    return was;
  }

  alerts.watch((_id, after, before) => {
    if (indexes.length === 0) return;
    const stays = after !== undefined && isActive(after);
    if (before !== undefined && isActive(before) && remove(before) && !stays) released++;
    if (stays) add(after);
  });

  return {
    reasonFor(labels) {
      for (const index of current()) {
        if (index.sources.size === 0 || !index.isTarget(labels)) continue;
        const sources = index.sources.get(keyOf(index.rule.equal, labels));
        if (sources === undefined) continue;
        const source =
          first(sources.plain) ?? (index.isSource(labels) ? undefined : first(sources.bothSides));
        if (source !== undefined) return reason(source, index.rule);
      }
      return undefined;
    },
    foresee(coming) {
      if (current().length === 0) return () => {};
      const added: ActiveAlert[] = [];
      for (const alert of coming) {
        const there = alerts.get(alert.id);
        if (!isActive(alert) || (there !== undefined && isActive(there))) continue;
        add(alert);
        added.push(alert);
      }
      return () => {
        for (const alert of added) {
          // One that came true meanwhile is a source by itself.
          const now = alerts.get(alert.id);
          if (now === undefined || !isActive(now)) remove(alert);
        }
      };
    },
    released() {
      current();
      return released;
    },
  };
}

/** The muter that asks it. */
export function inhibitionMuter(inhibition: Inhibition): NamedMuter {
  return { name: "inhibition", mutes: (labels) => inhibition.reasonFor(labels) };
}

function indexed(rule: InhibitRule): Indexed {
  return { rule, isSource: fitting(rule.source), isTarget: fitting(rule.target), sources: new Map() };
}

function fitting(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: compileMatcher(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(labelValue(labels, name)));
}

/** An absent label is "", as Alertmanager compares them. */
function keyOf(names: readonly string[], labels: Labels): string {
  let key = "";
  for (const name of names) {
    const value = labelValue(labels, name);
    key += `${value.length}:${value}`;
  }
  return key;
}

function first<V>(map: ReadonlyMap<string, V>): V | undefined {
  for (const value of map.values()) return value;
  return undefined;
}

function reason({ labels, incident }: ActiveAlert, { name }: InhibitRule): MuteReason {
  const alert = labelValue(labels, "alertname");
  const rule = name === undefined ? { zh: "", en: "" } : { zh: `（规则 ${name}）`, en: ` (rule ${name})` };
  return {
    by: "inhibition",
    holds: "everything",
    source: labels,
    why: {
      zh: `被 #${incident} 的告警 ${alert} 抑制${rule.zh}`,
      en: `inhibited by the alert ${alert} of #${incident}${rule.en}`,
    },
  };
}
