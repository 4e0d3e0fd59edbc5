/** `GET /api/console/doors`: what the console shows of every door that other systems post to. */
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { DoorsView } from "../console/doors-view.ts";
import type { Arrivals } from "../hooks/arrivals.ts";
import { doorsOf } from "../hooks/doors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { AddDoors } from "./doors.ts";

export interface DoorPagesDeps {
  /** Those of the file in force; asked each time. */
  hooks(): readonly Hook[];
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly locale: Locale;
  readonly zone: string;
  readonly apiToken: string | undefined;
  /** Whether only this machine can ask. */
  readonly loopback: boolean;
  /** What must not be seen; asked each time. */
  secrets(): readonly string[];
}

/** The door, to be added to a router. The guards in front of it have seen who asks. */
export function doorPages(deps: DoorPagesDeps): AddDoors {
  return (router) => {
    router.get("/api/console/doors", (ctx) => {
      const { arrivals, clock, locale, zone, apiToken, loopback } = deps;
      // What a proxy in front of us says of itself only goes into what is shown to whoever came through it.
      const secure = ctx.secure || ctx.get("x-forwarded-proto") === "https";
      const view: DoorsView = {
        doors: doorsOf({
          hooks: deps.hooks(),
          arrivals,
          origin: `${secure ? "https" : "http"}://${ctx.host}`,
          revealed: loopback || apiToken !== undefined,
          apiToken,
          secrets: deps.secrets(),
          reading: { at: clock.now(), locale, zone },
        }),
      };
      ctx.body = view;
    });
  };
}
