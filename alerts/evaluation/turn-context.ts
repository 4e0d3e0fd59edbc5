/** What everything that turns alerts and draws the consequences works with. */
import type { Locale } from "../../storage/locale.ts";
import type { Index } from "../index-of.ts";
import type { Inhibition } from "../muting/inhibit.ts";
import type { NamedMuter } from "../muting/mute-reason.ts";
import type { RouteMute } from "../muting/time-interval.ts";
import type { CurrentPlan } from "../plan.ts";
import type { Tables } from "../tables.ts";
import type { NameOf } from "../words.ts";

export interface TurnContext {
  readonly tables: Tables;
  readonly index: Index;
  readonly plan: CurrentPlan;
  /** Asked about every alert, in this order. */
  readonly muters: readonly NamedMuter[];
  /** Asked about a route: its time intervals. */
  readonly routeMute: RouteMute;
  readonly inhibition: Inhibition;
  /** By group: the incident that a commit on its way to disk opens; the index does not know it yet. */
  readonly opening: Map<string, number>;
  /** The language and the time zone in which people are told. */
  readonly locale: Locale;
  readonly zone: string;
  readonly nameOf: NameOf;
}
