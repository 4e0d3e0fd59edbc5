/** Alertmanager's API, version 2: `/api/v2/*`, by its OpenAPI document. */
import { Readable } from "node:stream";
import type { Context, Middleware } from "koa";
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Silence } from "../../alerts/muting/silence.ts";
import type { Change } from "../../storage/store.ts";
import { ApiError, INVALID_TYPE } from "../alertmanager/api-error.ts";
import { listAlerts } from "../alertmanager/list-alerts.ts";
import { lineOf, postSilence } from "../alertmanager/post-silence.ts";
import { readFilter, readQuery } from "../alertmanager/query.ts";
import { isUuid, silenceNumber, silenceUuid } from "../alertmanager/silence-id.ts";
import { fitsFilter, inOrder, readSilence, showSilence } from "../alertmanager/silences.ts";
import { type StatusFacts, statusOf } from "../alertmanager/status.ts";
import { alertsJson, groupsJson } from "../alertmanager/stream-alerts.ts";
import { answerOf } from "./api-answer.ts";
import { readAnyJson } from "./body.ts";
import type { AddDoors } from "./doors.ts";
import { type PostDeps, postAlerts } from "./post-alerts.ts";

export interface AlertmanagerDeps extends PostDeps {
  readonly book: AlertBook;
  /** Names of the receivers that there are. */
  receivers(): readonly string[];
  status(): StatusFacts;
  /** What addresses of ours begin with. */
  externalUrl(): string;
  /** A commit with a line of the audit trail. */
  change<R>(person: string, line: string, edit: (change: Change) => R): Promise<R>;
  breathe(): Promise<void>;
}

/** What Alertmanager says of its former API, which it no longer has. */
const GONE = {
  status: "deprecated",
  error:
    "The Alertmanager v1 API was deprecated in version 0.16.0 and is removed as of version 0.27.0 - please use the equivalent route in the v2 API",
};

/** The doors, to be added to a router. */
export function alertmanagerDoors(deps: AlertmanagerDeps): AddDoors {
  const { book, clock, breathe } = deps;
  const streaming = { list: listAlerts(deps), caughtUp: () => deps.intake.caughtUp(), breathe };

  return (router, busy) => {
    busy.set("/api/v2/alerts", postAlerts(deps));
    router.get(
      "/api/v2/alerts",
      answered(async (ctx) => stream(ctx, alertsJson(streaming, readQuery(ctx.query), clock.now()))),
    );
    router.get(
      "/api/v2/alerts/groups",
      answered(async (ctx) => stream(ctx, groupsJson(streaming, readQuery(ctx.query), clock.now()))),
    );
    router.get(
      "/api/v2/receivers",
      answered(async (ctx) =>
        json(
          ctx,
          deps.receivers().map((name) => ({ name })),
        ),
      ),
    );
    router.get(
      "/api/v2/status",
      answered(async (ctx) => json(ctx, statusOf(deps.status()))),
    );
    router.get(
      "/api/v2/silences",
      answered(async (ctx) => {
        const filter = readFilter(ctx.query["filter"]);
        const at = clock.now();
        const found = [...book.silences()].filter((silence) => fitsFilter(silence, filter));
        json(
          ctx,
          inOrder(found, at).map((silence) => showSilence(silence, at)),
        );
      }),
    );
    router.post(
      "/api/v2/silences",
      answered(async (ctx) => {
        const posted = readSilence(await readAnyJson(ctx.req));
        const at = clock.now();
        const { id } = await deps.change(`api:${posted.createdBy}`, lineOf(posted), (change) =>
          postSilence(book, change, posted, at),
        );
        json(ctx, { silenceID: silenceUuid(id) });
      }),
    );
    router.get(
      "/api/v2/silence/:silenceID",
      answered(async (ctx) => {
        json(ctx, showSilence(silenceOf(ctx), clock.now()));
      }),
    );
    router.delete(
      "/api/v2/silence/:silenceID",
      answered(async (ctx) => {
        const { id } = silenceOf(ctx);
        await deps.change("api:", `DELETE /api/v2/silence/${silenceUuid(id)}`, (change) =>
          // One that is over already stays over.
          book.endSilence(change, id, { person: "api:", at: clock.now() }),
        );
        ctx.status = 200;
        ctx.body = "";
      }),
    );
    for (const path of ["alerts", "alerts/groups", "silences", "silence/:id", "status", "receivers"])
      router.all(`/api/v1/${path}`, (ctx) => {
        ctx.status = 410;
        ctx.body = GONE;
      });
  };

  function silenceOf(ctx: Context): Silence {
    const text = String(ctx["params"].silenceID);
    if (!isUuid(text))
      throw new ApiError(422, `silenceID in path must be of type uuid: "${text}"`, INVALID_TYPE);
    const number = silenceNumber(text);
    const silence = number === undefined ? undefined : book.silence(number);
    if (silence === undefined) throw new ApiError(404, "silence not found");
    return silence;
  }
}

/** Errors in Alertmanager's shapes. */
function answered(door: (ctx: Context) => Promise<void>): Middleware {
  return async (ctx) => {
    try {
      await door(ctx);
    } catch (error) {
      const { status, headers = {}, body } = answerOf(error);
      // To a GET of what is not there Alertmanager says nothing but that.
      const silent = status === 404 && ctx.method === "GET";
      ctx.set({ ...headers });
      if (!silent) ctx.type = "application/json";
      ctx.body = silent ? "" : body;
      ctx.status = status;
    }
  };
}

function json(ctx: Context, body: unknown, status = 200): void {
  ctx.status = status;
  ctx.type = "application/json";
  ctx.body = `${JSON.stringify(body)}\n`;
}

/** What is short goes out whole. */
async function stream(ctx: Context, pieces: AsyncGenerator<Buffer>): Promise<void> {
  ctx.status = 200;
  ctx.type = "application/json";
  const first = await pieces.next();
  const second = first.done ? first : await pieces.next();
  if (second.done) {
    ctx.body = first.value;
    return;
  }
  ctx.body = Readable.from(
    (async function* () {
      yield first.value;
      yield second.value;
      yield* pieces;
    })(),
    { objectMode: false },
  );
}
