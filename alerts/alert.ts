/** An alert: where one rule stands for one label set. */
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";

/**
 * Why an alert ended: it stopped being so, its sender fell silent, somebody closed it, or its rule went away or was
 * paused.
 */
export type ResolveReason = "recovered" | "expired" | "closed" | "rule-removed" | "rule-paused";

/** Stands in place of a rule's number where another system judged, and sent what it found. */
export const RECEIVED = 0;

/** The part of an alert that `step` moves. Inactive is the absence of a standing. */
export type Standing =
  | {
      readonly state: "pending";
      /** When the expression first held in this episode. */
      readonly since: number;
      /** The value when the state last changed; the current one is kept in memory only. */
      readonly value: number;
    }
  | {
      readonly state: "firing";
      readonly since: number;
      readonly value: number;
      readonly firedAt: number;
      /** Set while `keep_firing_for` holds an alert whose expression no longer does. */
      readonly keptSince?: number;
    }
  | {
      /** Was firing, and now nothing is known: not resolved, and said so. */
      readonly state: "nodata";
      readonly since: number;
      readonly value: number;
      readonly firedAt: number;
      readonly blindSince: number;
      readonly reason: Text;
    }
  | {
      readonly state: "resolved";
      readonly since: number;
      readonly value: number;
      readonly firedAt: number;
      readonly resolvedAt: number;
      readonly reason: ResolveReason;
      /** Closed by hand while it still fired: it must be seen well once before it may fire anew. */
      readonly held?: true;
    };

/** What an alert is about; the same for its whole life. */
export interface AlertIdentity {
  /** `<rule id>/<fingerprint of found>`. */
  readonly id: string;
  readonly rule: number;
  /** `found` with `alertname`, `severity` and the rule's own labels. */
  readonly labels: Labels;
  /**
   * The labels as the expression gave them, without `__name__`: what makes it this alert, and finds its data again.
   * Empty where another system judged.
   */
  readonly found: Labels;
  readonly annotations: Labels;
  /** Where it came from, when another system judged. */
  readonly source?: AlertSource;
}

/** Who sent an alert, and where that system shows it; "" when it does not say. */
export interface AlertSource {
  readonly sender: string;
  readonly generatorURL: string;
}

/** An alert as it is stored. One that has fired belongs to an incident. */
export type Alert = AlertIdentity &
  (
    | Extract<Standing, { state: "pending" }>
    | (Exclude<Standing, { state: "pending" }> & { readonly incident: number })
  );

/** An alert that has fired, and belongs to an incident. */
export type FiredAlert = Exclude<Alert, { state: "pending" }>;

/** An alert that is trouble now: it fires, or fired and is now blind. */
export type ActiveAlert = Extract<Alert, { state: "firing" | "nodata" }>;

/** Whether an alert counts among its incident's troubles now. */
export function isActive(alert: Alert): alert is ActiveAlert {
  return alert.state === "firing" || alert.state === "nodata";
}

/** What stays of an alert when its standing changes. */
export function identityOf({ id, rule, labels, found, annotations, source }: AlertIdentity): AlertIdentity {
  return { id, rule, labels, found, annotations, ...(source === undefined ? {} : { source }) };
}
