/** What goes wrong at a door, and how the one who knocked is told. */
import { randomBytes } from "node:crypto";
import type { Middleware } from "koa";
import type { Locale, Text } from "../../storage/locale.ts";
import { inLocale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Answer } from "./doors.ts";

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

/** Answers every error. */
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
      const { method, path } = ctx;
      const { status, headers = {}, body } = answerTo(error, { method, path }, { locale, log });
      if (ctx.headerSent) {
        ctx.res.destroy();
        return;
      }
      ctx.status = status;
      ctx.set({ ...headers });
      ctx.type = "application/json";
      ctx.body = body;
    }
  };
}

/** What is answered to an error as `{"error": …}`. What was not foreseen is logged in full and told only as a reference. */
export function answerTo(
  error: unknown,
  about: { readonly method: string; readonly path: string },
  { locale, log }: { locale: Locale; log: Log },
): Answer {
  if (error instanceof DoorError) {
    const { status, headers, text } = error;
    return { status, headers, body: JSON.stringify({ error: inLocale(locale, text) }) };
  }
  const reference = randomBytes(4).toString("hex");
  log.error({ err: error, reference, ...about }, "a door failed");
  const text = {
    zh: `内部错误，编号 ${reference}；详情见日志。`,
    en: `Internal error, reference ${reference}; the log has the details.`,
  };
  return { status: 500, body: JSON.stringify({ error: inLocale(locale, text) }) };
}
