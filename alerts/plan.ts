/** Everything about who is told, when and when not that the file says: one value, swapped whole by a reload. */
import type { Limits, Storm } from "./delivery/delivery-config.ts";
import type { EscalationPolicy } from "./incidents/escalation-config.ts";
import type { AcknowledgeSpans, Flapping } from "./incidents/incident-config.ts";
import type { LinkTemplate } from "./incidents/links-config.ts";
import type { IntakeLimits } from "./intake/intake-config.ts";
import type { InhibitRule } from "./muting/inhibit-config.ts";
import type { TimeInterval } from "./muting/time-interval-config.ts";
import type { Receiver } from "./routing/receiver.ts";
import type { Router } from "./routing/routing.ts";

export interface Plan {
  readonly router: Router;
  /**
   * A receiver of the file by its name; anything with a colon that is none is an address and its own receiver. So a
   * name that a removed receiver left in stored data still leads somewhere only when it is an address.
   */
  receiver(name: string): Receiver | undefined;
  /** Every address that a receiver, a route, an escalation or a subscription names. Rules name others. */
  addresses(): ReadonlySet<string>;
  /** How many robots take turns at an address; 1 where nothing says more. */
  robotsAt(address: string): number;
  /** Those of the file. */
  readonly receivers: readonly Receiver[];
  readonly inhibitRules: readonly InhibitRule[];
  readonly timeIntervals: ReadonlyMap<string, TimeInterval>;
  readonly escalations: ReadonlyMap<string, EscalationPolicy>;
  readonly acknowledge: AcknowledgeSpans;
  /** undefined: off. */
  readonly flapping: Flapping | undefined;
  /** undefined: off. */
  readonly storm: Storm | undefined;
  readonly limits: Limits;
  readonly intake: IntakeLimits;
  /** What the cards of incidents link to. */
  readonly links: readonly LinkTemplate[];
}

/** The plan in force; ask again each time, since a reload puts another in its place. */
export type CurrentPlan = () => Plan;
