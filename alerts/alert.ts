import type { Labels } from "../storage/labels.ts";

interface Common {
  /** `<rule id>/<fingerprint of labels>`. */
  readonly id: string;
  readonly rule: number;
  /** With `alertname`, `severity` and the rule's own labels; without `__name__`. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** When the expression first held in this episode. */
  readonly since: number;
  /** The value when the state last changed; the current one is kept in memory only. */
  readonly value: number;
}

/** Where one rule stands for one label set. Inactive is the absence of a document. */
export type Alert =
  | (Common & { readonly state: "pending" })
  | (Common & {
      readonly state: "firing";
      readonly firedAt: number;
      readonly incident: number;
      /** Set while `keep_firing_for` holds an alert whose expression no longer does. */
      readonly keptSince?: number;
    })
  | (Common & {
      /** Was firing, and now nothing is known: not resolved, and said so. */
      readonly state: "nodata";
      readonly firedAt: number;
      readonly incident: number;
      readonly blindSince: number;
      readonly reason: string;
    })
  | (Common & {
      readonly state: "resolved";
      readonly firedAt: number;
      readonly incident: number;
      readonly resolvedAt: number;
      readonly reason: ResolveReason;
    });

/** Why an alert ended: the expression stopped holding, somebody closed it, or its rule went away or was paused. */
export type ResolveReason = "recovered" | "closed" | "rule-removed" | "rule-paused";
