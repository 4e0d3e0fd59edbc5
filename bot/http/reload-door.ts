/** `POST /-/reload`, as Prometheus and Alertmanager have it. */
import type Router from "@koa/router";
import type { Reloaded } from "../../commands/world.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";

export interface ReloadDeps {
  readonly locale: Locale;
  /** Reads the file again and puts it in force. */
  reload(): Promise<Reloaded>;
}

/** Adds it. Answers 200 with what is worth saying, or 500 with what is wrong, each with its path. */
export function addReload(router: Router, { locale, reload }: ReloadDeps): void {
  router.post("/-/reload", async (ctx) => {
    const outcome = await reload();
    const said = outcome.problems.map(({ path, text }) => ({ path, text: inLocale(locale, text) }));
    if (outcome.ok) ctx.body = { status: "reloaded", notes: said };
    else {
      ctx.status = 500;
      ctx.body = { error: inLocale(locale, outcome.words), problems: said };
    }
  });
}
