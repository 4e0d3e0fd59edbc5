/** What everything that turns alerts and draws the consequences works with. */
import type { Index } from "./index-of.ts";
import type { NamedMuter } from "./mute.ts";
import type { GroupOf, Route } from "./route.ts";
import type { Tables } from "./tables.ts";

export interface TurnContext {
  readonly tables: Tables;
  readonly index: Index;
  readonly groupOf: GroupOf;
  readonly route: Route;
  readonly muters: readonly NamedMuter[];
}
