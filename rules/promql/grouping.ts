/** Which labels tell elements apart: `by`/`without` of aggregations, `on`/`ignoring` of binary operators. */
import { type Labels, labelsKey, labelValue, METRIC_NAME } from "../../storage/labels.ts";

/** The group of one label set: equal keys mean one group. */
export interface Group {
  readonly key: string;
  /** The labels that the group has in common. */
  readonly labels: Labels;
}

const nameless = new WeakMap<Labels, Labels>();

/** The labels without the metric name; the same object for the same labels, and no copy when there is no name. */
export function withoutName(labels: Labels): Labels {
  if (!Object.hasOwn(labels, METRIC_NAME)) return labels;
  let rest = nameless.get(labels);
  if (rest === undefined) {
    rest = omitLabels(labels, [METRIC_NAME]);
    nameless.set(labels, rest);
  }
  return rest;
}

/** A copy of the labels without these. */
export function omitLabels(labels: Labels, names: readonly string[]): Labels {
  const rest: Record<string, string> = {};
  for (const name of Object.keys(labels)) if (!names.includes(name)) set(rest, name, labels[name] ?? "");
  return rest;
}

/** A copy of the labels with one set to a value; an empty value takes it away, as in Prometheus. */
export function replaceLabel(labels: Labels, name: string, value: string): Labels {
  const changed = omitLabels(labels, [name]) as Record<string, string>;
  if (value !== "") set(changed, name, value);
  return changed;
}

function pickLabels(labels: Labels, names: readonly string[]): Labels {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = labelValue(labels, name);
    if (value !== "") set(picked, name, value);
  }
  return picked;
}

/** Plain assignment to `__proto__` would change the prototype instead of the label. */
function set(labels: Record<string, string>, name: string, value: string): void {
  if (name === "__proto__")
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
}

/** A clause such as `by (host)`; remembers the group of every label set it has seen for as long as that lives. */
export class Grouping {
  /** True: only these names count (`by`, `on`). False: all but these and the metric name (`without`, `ignoring`). */
  readonly only: boolean;
  readonly names: readonly string[];
  #groups: WeakMap<Labels, Group> | undefined;

  constructor(only: boolean, names: readonly string[]) {
    this.only = only;
    this.names = names;
  }

  of(labels: Labels): Group {
    this.#groups ??= new WeakMap();
    let group = this.#groups.get(labels);
    if (group === undefined) {
      const common = this.only ? pickLabels(labels, this.names) : this.#rest(labels);
      group = { key: labelsKey(common), labels: common };
      this.#groups.set(labels, group);
    }
    return group;
  }

  #rest(labels: Labels): Labels {
    return this.names.length === 0 ? withoutName(labels) : omitLabels(labels, [METRIC_NAME, ...this.names]);
  }
}
