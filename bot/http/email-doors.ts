/** The page behind a link from a mail: GET shows it and changes nothing, POST is its button. */
import type { Context } from "koa";
import type { Locale } from "../../storage/locale.ts";
import type { Desk, DeskPage } from "../email/desk.ts";
import { ACKNOWLEDGE_PATH } from "../email/links.ts";
import { PAGE_POLICY, pageHtml } from "../email/page.ts";
import type { AddDoors } from "./doors.ts";

export interface EmailDoorDeps {
  readonly desk: Desk;
  readonly locale: Locale;
}

/** The doors, to be added to a router. */
export function emailDoors({ desk, locale }: EmailDoorDeps): AddDoors {
  return (router) => {
    router.get(ACKNOWLEDGE_PATH, (ctx: Context) => show(ctx, desk.open(tokenOf(ctx))));
    router.post(ACKNOWLEDGE_PATH, async (ctx: Context) => show(ctx, await desk.press(tokenOf(ctx))));
  };

  function show(ctx: Context, page: DeskPage): void {
    ctx.status = page.status;
    ctx.type = "html";
    ctx.set("content-security-policy", PAGE_POLICY);
    ctx.body = pageHtml(page, locale);
  }
}

/** "" where there is none, or more than one. */
function tokenOf({ query }: Context): string {
  const token = query["t"];
  return typeof token === "string" ? token : "";
}
