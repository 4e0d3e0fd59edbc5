/** `/api/pictures/…`: what cards show, and the numbers behind it. The guards in front of it have seen who asks. */
import { createHash } from "node:crypto";
import type { Context } from "koa";
import { PICTURES, type Pictures } from "../pictures/pictures.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";

/** The doors, to be added to a router. */
export function pictureDoors(pictures: Pick<Pictures, "find">): AddDoors {
  return (router) => {
    router.get(`${PICTURES}:name`, (ctx) => show(ctx, "private, max-age=31536000, immutable"));
    router.get(`${PICTURES}incidents/:name`, (ctx) => show(ctx, "private, no-cache"));
  };

  async function show(ctx: Context, cache: string): Promise<void> {
    const found = await pictures.find(ctx.path);
    if (found === undefined)
      throw new DoorError(404, {
        zh: "这里没有图，或者太旧了。",
        en: "There is no picture here, or it is too old.",
      });
    ctx.set("cache-control", cache);
    ctx.etag = createHash("sha256").update(found).digest("base64url").slice(0, 22);
    ctx.type = ctx.path.endsWith(".json") ? "json" : "png";
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = Buffer.from(found);
  }
}
