/** What can be done about an incident besides telling people, as `actions:` in `gengfu.yml` permits it. Pure. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import { type Matcher, matches } from "../../storage/matchers.ts";
import type { Incident } from "../incidents/incident.ts";
import type { Occasion } from "./run.ts";

/** A label whose value may become part of what is run, if all of it is as the expression says. */
export interface Parameter {
  readonly label: string;
  /** As it is written, for people. */
  readonly pattern: string;
  fits(value: string): boolean;
}

/** One action as far as it is decided about; how it is carried out is known to whoever does it. */
export interface Action {
  readonly name: string;
  /** What it does, in the words of its author; plain text. */
  readonly summary: string | undefined;
  readonly on: readonly Occasion[];
  /** Which alerts it is for; an incident is meant when one of its alerts is. */
  readonly matchers: readonly Matcher[];
  /** Who may ask for it. */
  readonly needs: "operator" | "admin";
  readonly parameters: readonly Parameter[];
}

/** The alerts of an incident that an action is for. */
export function meant<A extends { readonly labels: Labels }>(
  { matchers }: Pick<Action, "matchers">,
  alerts: readonly A[],
): readonly A[] {
  return alerts.filter(({ labels }) => matches(matchers, labels));
}

/** When the incident came to this; undefined while it has not, or people are not to be told of it either. */
export function momentOf(incident: Incident, occasion: Occasion): number | undefined {
  // What is silenced, inhibited or waits for its group is nobody's business yet, and no machine's.
  if (incident.untold !== undefined) return undefined;
  if (occasion === "resolved") return incident.resolvedAt;
  if (incident.resolvedAt !== undefined) return undefined;
  return occasion === "firing" ? incident.openedAt : incident.acknowledgement?.at;
}

/** The values of an action's parameters, or why there are none. */
export type Filled = { readonly values: Labels } | { readonly refused: Text };

/** Longer values are refused whatever the expression says. */
const LONGEST_VALUE = 256;

/**
 * Fills in the parameters from the alerts that an action is for. They must agree about each of them: what is run must
 * not depend on which comes first. `chosen` says which of several values is meant, by a person.
 */
export function fill(
  { parameters }: Pick<Action, "parameters">,
  alerts: readonly { readonly labels: Labels }[],
  chosen: Labels = {},
): Filled {
  const values: Record<string, string> = {};
  for (const { label, pattern, fits } of parameters) {
    const found = new Set(alerts.flatMap(({ labels }) => labels[label] ?? []));
    const wanted = chosen[label];
    if (wanted !== undefined && !found.has(wanted))
      return refuse(`没有告警的 ${label} 是 ${wanted}`, `no alert has ${label} ${wanted}`);
    const [only] = wanted === undefined ? found : [wanted];
    if (only === undefined) return refuse(`告警没有标签 ${label}`, `the alerts have no label ${label}`);
    if (wanted === undefined && found.size > 1) {
      const some = [...found].slice(0, 5).join(", ");
      return refuse(
        `告警的 ${label} 各不相同（${some}），请写明 ${label}=…`,
        `the alerts differ in ${label} (${some}); say ${label}=…`,
      );
    }
    if (only.length > LONGEST_VALUE || !fits(only))
      return refuse(
        `${label}=${only.slice(0, 80)} 不符合 ${pattern}`,
        `${label}=${only.slice(0, 80)} does not match ${pattern}`,
      );
    values[label] = only;
  }
  const unknown = Object.keys(chosen).find((label) => !parameters.some((one) => one.label === label));
  if (unknown !== undefined)
    return refuse(`这个动作不用标签 ${unknown}`, `the action does not use the label ${unknown}`);
  return { values };
}

function refuse(zh: string, en: string): Filled {
  return { refused: { zh, en } };
}
