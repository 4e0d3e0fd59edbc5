/** `POST /-/reload`, as Prometheus and Alertmanager have it. */
import type Router from "@koa/router";
import { notSaved } from "../../commands/say.ts";
import type { Reloaded } from "../../commands/world.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { NotSaved } from "../../storage/store.ts";
import { DoorError } from "./door-error.ts";

export interface ReloadDeps {
  readonly locale: Locale;
  /** Reads the file again and puts it in force. */
  reload(): Promise<Reloaded>;
}

/**
 * Adds it. Answers 200 with what is worth saying, 500 with what is wrong, each with its path, or
 * 503 when the disk refuses. After either the old configuration is in force. */
export function addReload(router: Router, { locale, reload }: ReloadDeps): void {
  router.post("/-/reload", async (ctx) => {
    const outcome = await reload().catch((error: unknown) => {
      throw error instanceof NotSaved ? new DoorError(503, notSaved) : error;
    });
    const said = outcome.problems.map(({ path, text }) => ({ path, text: inLocale(locale, text) }));
    if (outcome.ok) ctx.body = { status: "reloaded", notes: said };
    else {
      ctx.status = 500;
      ctx.body = { error: inLocale(locale, outcome.words), problems: said };
    }
  });
}
