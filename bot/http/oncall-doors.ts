/** `GET /oncall/<rotation>.ics?token=…`: the schedule of a rotation, for calendars that subscribe to it. */
import type { Context } from "koa";
import type { OnCall } from "../../alerts/oncall/on-call.ts";
import type { NameOf } from "../../alerts/words.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import { isSameSecret } from "../oncall/feed-key.ts";
import { writeCalendar } from "../oncall/write-calendar.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";

export interface OnCallDoorDeps {
  readonly onCall: Pick<OnCall, "find">;
  /** What opens the calendar of a rotation, whether or not there is such a rotation. */
  tokenOf(rotation: string): string;
  /** `API_TOKEN`, which opens every door. */
  readonly apiToken: string | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
  readonly nameOf: NameOf;
}

export function onCallDoors({ onCall, tokenOf, apiToken, clock, locale, nameOf }: OnCallDoorDeps): AddDoors {
  function mayRead(ctx: Context, rotation: string): boolean {
    const { token = "" } = ctx.query;
    if (typeof token === "string" && token !== "" && isSameSecret(token, tokenOf(rotation))) return true;
    return apiToken !== undefined && isSameSecret(ctx.get("authorization"), `Bearer ${apiToken}`);
  }

  return (router) => {
    router.get("/oncall/:file", (ctx) => {
      const { file = "" } = ctx["params"] as Readonly<Record<string, string>>;
      const name = file.endsWith(".ics") ? file.slice(0, -".ics".length) : undefined;
      // Whoever may not read it does not learn whether it is there.
      const known = name !== undefined && mayRead(ctx, name) ? onCall.find(name) : undefined;
      if (known === undefined)
        throw new DoorError(404, {
          zh: "没有这个值班日历，或者令牌不对；说“值班 日历”看地址。",
          en: "There is no such calendar, or the token is wrong; say oncall ics to see its address.",
        });
      ctx.set("content-disposition", `inline; filename*=UTF-8''${encodeURIComponent(file)}`);
      ctx.type = "text/calendar; charset=utf-8";
      ctx.body = writeCalendar(known, clock.now(), { locale, nameOf });
    });
  };
}
