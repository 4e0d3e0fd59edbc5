/** The HTTP server: every door behind the same guards. */
import { setMaxListeners } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import Koa from "koa";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Boards } from "../console/board.ts";
import type { Conversations } from "../console/conversations.ts";
import type { Talk } from "../console/talk.ts";
import { isLoopback } from "../environment.ts";
import { answerBusy, throughOnion } from "./busy.ts";
import { addConsoleDoors } from "./console-doors.ts";
import { DoorError, tellErrors } from "./door-error.ts";
import type { AddDoors, BusyDoors } from "./doors.ts";
import { addEvents } from "./events.ts";
import { checkHost, checkOrigin, checkToken, type Guard, guarded, setHeaders } from "./guard.ts";
import { addHealth, type HealthDeps } from "./health.ts";
import { addPage } from "./page.ts";
import { addReload, type ReloadDeps } from "./reload-door.ts";

export interface HttpDeps extends HealthDeps, ReloadDeps {
  readonly conversations: Conversations;
  readonly talk: Talk;
  readonly boards: Boards;
  readonly clock: Clock;
  /** Doors for other systems. */
  readonly doors: readonly AddDoors[];
  readonly locale: Locale;
  readonly log: Log;
  /** Asked for as `Authorization: Bearer` when set. */
  readonly token: string | undefined;
}

export interface Http {
  /** Starts to listen; resolves with the port (the one the system chose for 0). Rejects when the address is taken. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new request, ends the event streams, and waits for answers under way, at most `graceMs` (2 s). */
  close(graceMs?: number): Promise<void>;
}

/** A request must have arrived whole within this, so that slow senders do not pile up; in milliseconds. */
const REQUEST_MS = 30_000;

/** Whoever closes a page or loses the network ends a connection like this; it happens all day. */
const LEFT = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/** Builds the server; nothing listens yet. */
export function createHttp(deps: HttpDeps): Http {
  const stopping = new AbortController();
  // Each event stream listens while it lasts; there may be many, and each takes its listener away again.
  setMaxListeners(0, stopping.signal);
  let server: Server | undefined;

  return {
    listen(host, port) {
      const listening = createServer(
        { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
        listenerOf(deps, isLoopback(host), stopping.signal),
      );
      // A kept-alive connection counts as open; the one whose last answer went out during a stop need not stay.
      listening.on("request", (_request, response) => {
        response.once("close", () => {
          if (stopping.signal.aborted) setImmediate(() => listening.closeIdleConnections());
        });
      });
      server = listening;
      return new Promise((resolve, reject) => {
        listening.once("error", reject);
        listening.listen(port, host, () => {
          listening.off("error", reject);
          listening.on("error", (err) => deps.log.error({ err }, "the HTTP server failed"));
          resolve((listening.address() as AddressInfo).port);
        });
      });
    },

    async close(graceMs = 2_000) {
      stopping.abort();
      const closing = server;
      if (closing === undefined) return;
      const done = new AbortController();
      const closed = new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeIdleConnections();
      });
      await Promise.race([closed, deps.clock.sleep(graceMs, done.signal)]);
      done.abort();
      closing.closeAllConnections();
      await closed;
    },
  };
}

function listenerOf(deps: HttpDeps, loopback: boolean, signal: AbortSignal): RequestListener {
  const { token, locale, log } = deps;
  const first: readonly Guard[] = token !== undefined ? [checkToken(token)] : loopback ? [checkHost] : [];
  const guards = [...first, checkOrigin];
  const busy: BusyDoors = new Map();
  const onion = createApp(deps, guards, busy, signal).callback();
  const answer = answerBusy({ doors: busy, guards, locale, log });
  return (request, response) => {
    if (!answer(request, response)) void onion(request, response);
  };
}

function createApp(deps: HttpDeps, guards: readonly Guard[], busy: BusyDoors, signal: AbortSignal): Koa {
  const router = new Router();
  addHealth(router, deps);
  addReload(router, deps);
  for (const add of deps.doors) add(router, busy);
  for (const [path, door] of busy) router.post(path, throughOnion(door));
  addPage(router, deps);
  addConsoleDoors(router, deps);
  addEvents(router, { ...deps, signal });

  const app = new Koa();
  app.on("error", (err: NodeJS.ErrnoException) => {
    if (LEFT.has(err.code ?? "")) deps.log.debug({ err }, "a reader left");
    else deps.log.warn({ err }, "an answer could not be sent");
  });
  app.use(setHeaders);
  app.use(tellErrors(deps));
  app.use(guarded(guards));
  app.use(router.routes());
  app.use(
    router.allowedMethods({
      throw: true,
      methodNotAllowed: () => refusedMethod,
      notImplemented: () => refusedMethod,
    }),
  );
  return app;
}

const refusedMethod = new DoorError(405, {
  zh: "这个地址不支持这种请求方法。",
  en: "This address does not take that method.",
});
