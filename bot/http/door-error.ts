/** What goes wrong at a door, and how the one who knocked is told. */
import { randomBytes } from "node:crypto";
import type { Middleware } from "koa";
import type { Locale, Text } from "../../storage/locale.ts";
import { inLocale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";

/** A refusal with an HTTP status and words for whoever asked. */
export class DoorError extends Error {
  readonly status: number;
  readonly text: Text;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, text: Text, headers: Readonly<Record<string, string>> = {}) {
    super(text.en);
    this.name = "DoorError";
    this.status = status;
    this.text = text;
    this.headers = headers;
  }
}

/** Answers every error as `{"error": …}`. What was not foreseen is logged in full and told only as a reference. */
export function tellErrors({ locale, log }: { locale: Locale; log: Log }): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null && ctx.respond !== false)
        throw new DoorError(404, {
          zh: `没有这个地址：${ctx.method} ${ctx.path}`,
          en: `There is no such address: ${ctx.method} ${ctx.path}`,
        });
    } catch (error) {
      if (error instanceof DoorError) {
        ctx.status = error.status;
        ctx.set({ ...error.headers });
        ctx.body = { error: inLocale(locale, error.text) };
        return;
      }
      const reference = randomBytes(4).toString("hex");
      log.error({ err: error, reference, method: ctx.method, path: ctx.path }, "a door failed");
      if (ctx.headerSent) {
        ctx.res.destroy();
        return;
      }
      ctx.status = 500;
      ctx.body = {
        error: inLocale(locale, {
          zh: `内部错误，编号 ${reference}；详情见日志。`,
          en: `Internal error, reference ${reference}; the log has the details.`,
        }),
      };
    }
  };
}
