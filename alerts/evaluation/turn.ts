/** What turns: one alert, by what was seen of it or by hand. */
import type { Alert, AlertIdentity, Standing } from "../alert.ts";
import type { RuleOrigin } from "../routing/route.ts";

/** One change of one alert's standing. */
export interface Turn {
  readonly identity: AlertIdentity;
  readonly before: Alert | undefined;
  readonly after: Standing | undefined;
  readonly rule: RuleOrigin;
}

/** Who ended it by hand. */
export interface ByHand {
  readonly person: string;
  readonly note?: string;
}
