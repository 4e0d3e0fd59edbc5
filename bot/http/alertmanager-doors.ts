/** Alertmanager's API, version 2: `/api/v2/*`. */
import type { Context } from "koa";
import type { Intake } from "../../alerts/intake/intake.ts";
import { readAlerts } from "../../alerts/intake/postable.ts";
import { notSaved } from "../../commands/say.ts";
import type { Clock } from "../../storage/clock.ts";
import { NotSaved } from "../../storage/store.ts";
import { readAnyJson } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";

export interface AlertmanagerDeps {
  readonly intake: Intake;
  readonly clock: Clock;
  /** How long an alert that was sent without an end counts as firing, in milliseconds; asked each time. */
  resolveTimeoutMs(): number;
}

/** The doors, to be added to a router. */
export function alertmanagerDoors({ intake, clock, resolveTimeoutMs }: AlertmanagerDeps): AddDoors {
  return (router) => {
    router.post("/api/v2/alerts", async (ctx: Context) => {
      const { value, json } = await readAnyJson(ctx);
      const { posted, refused, places } = readAlerts(value);
      const raw = refused.length === 0 && Array.isArray(value) ? { list: value, json } : undefined;
      const sender = {
        name: `api ${ctx.req.socket.remoteAddress ?? ""}`,
        resolveAfterMs: resolveTimeoutMs(),
      };
      const over = await intake.accept(sender, posted, clock.now(), raw).catch((error: unknown) => {
        throw error instanceof NotSaved ? new DoorError(503, notSaved) : error;
      });
      const all = [...refused, ...over.map(({ index, why }) => ({ index: places[index] ?? index, why }))];
      if (all.length === 0) {
        ctx.status = 200;
        ctx.body = "";
        return;
      }
      ctx.status = 400;
      ctx.body = JSON.stringify(all.map(({ index, why }) => `[${index}] ${why.en}`).join("; "));
    });
  };
}
