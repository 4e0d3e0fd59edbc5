/**
 * Doors that programs knock at hundreds of times a second: behind the same guards as all others, but without the onion,
 * which would cost more than all the rest of a small request. What a guard refuses goes through the onion after all,
 * which has the words for it; so does the same door by any other spelling of its path.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "koa";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { answerTo, DoorError } from "./door-error.ts";
import type { Answer, BusyDoors } from "./doors.ts";
import { type Guard, HEADERS } from "./guard.ts";

export interface BusyDeps {
  readonly doors: BusyDoors;
  readonly guards: readonly Guard[];
  readonly locale: Locale;
  readonly log: Log;
}

/** Most answers: there is nothing in them that a browser could be told about. */
const NOTHING = ["content-length", "0"];

/** Answers a request at one of these doors; false when the onion has to. */
export function answerBusy(deps: BusyDeps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { doors, guards, locale, log } = deps;
  return (request, response) => {
    const door = request.method === "POST" ? doors.get(request.url ?? "") : undefined;
    if (door === undefined || !passes(guards, request)) return false;
    void door(request)
      .catch((error: unknown) =>
        answerTo(error, { method: "POST", path: request.url ?? "" }, { locale, log }),
      )
      .then((answer) => send(response, answer));
    return true;
  };
}

/** The same door in the onion. */
export function throughOnion(door: (request: IncomingMessage) => Promise<Answer>) {
  return async (ctx: Context): Promise<void> => {
    const { status, headers = {}, body } = await door(ctx.req);
    ctx.status = status;
    ctx.set({ ...headers });
    if (body !== "") ctx.type = "application/json";
    ctx.body = body;
  };
}

function passes(guards: readonly Guard[], { method = "", url = "", headers }: IncomingMessage): boolean {
  const get = (name: string): string => String(headers[name] ?? "");
  try {
    for (const guard of guards) guard({ method, path: url, get });
    return true;
  } catch (error) {
    if (error instanceof DoorError) return false;
    throw error;
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // Whoever asked has left.
  if (response.destroyed) return;
  if (body === "" && headers === undefined) return void response.writeHead(status, NOTHING).end();
  const type = body === "" ? {} : { "content-type": "application/json; charset=utf-8" };
  const length = { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...HEADERS, ...headers, ...type, ...length }).end(body);
}
