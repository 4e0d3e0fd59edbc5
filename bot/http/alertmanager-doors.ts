/** Alertmanager's API, version 2: `/api/v2/*`, by its OpenAPI document. */
import { Readable } from "node:stream";
import type { Context, Middleware } from "koa";
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Intake } from "../../alerts/intake/intake.ts";
import { readAlerts } from "../../alerts/intake/postable.ts";
import type { Refusal } from "../../alerts/intake/posted.ts";
import type { Silence } from "../../alerts/muting/silence.ts";
import { notSaved } from "../../commands/say.ts";
import type { Clock } from "../../storage/clock.ts";
import { type Change, NotSaved } from "../../storage/store.ts";
import { ApiError, INVALID_TYPE } from "../alertmanager/api-error.ts";
import { listAlerts } from "../alertmanager/list-alerts.ts";
import { lineOf, postSilence } from "../alertmanager/post-silence.ts";
import { readFilter, readQuery } from "../alertmanager/query.ts";
import { isUuid, silenceNumber, silenceUuid } from "../alertmanager/silence-id.ts";
import { fitsFilter, inOrder, readSilence, showSilence } from "../alertmanager/silences.ts";
import { type StatusFacts, statusOf } from "../alertmanager/status.ts";
import { alertsJson, groupsJson } from "../alertmanager/stream-alerts.ts";
import type { Arrival } from "../hooks/arrivals.ts";
import { readAnyJson } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";

export interface AlertmanagerDeps {
  readonly intake: Intake;
  readonly book: AlertBook;
  readonly clock: Clock;
  /** How long an alert that was sent without an end counts as firing, in milliseconds; asked each time. */
  resolveTimeoutMs(): number;
  /** Names of the receivers that there are. */
  receivers(): readonly string[];
  status(): StatusFacts;
  /** What addresses of ours begin with. */
  externalUrl(): string;
  /** A commit with a line of the audit trail. */
  change<R>(person: string, line: string, edit: (change: Change) => R): Promise<R>;
  breathe(): Promise<void>;
  /** Hears of alerts that were refused. */
  invalid(count: number): void;
  /** Hears of every request with alerts, and what became of it. */
  arrived(arrival: Arrival, body: string): void;
}

/** What Alertmanager says of its former API, which it no longer has. */
const GONE = {
  status: "deprecated",
  error:
    "The Alertmanager v1 API was deprecated in version 0.16.0 and is removed as of version 0.27.0 - please use the equivalent route in the v2 API",
};

/** The doors, to be added to a router. */
export function alertmanagerDoors(deps: AlertmanagerDeps): AddDoors {
  const { intake, book, clock, resolveTimeoutMs, breathe } = deps;
  const streaming = { list: listAlerts(deps), breathe };

  return (router) => {
    router.post("/api/v2/alerts", answered(postAlerts));
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
        const posted = readSilence((await readAnyJson(ctx)).value);
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

  async function postAlerts(ctx: Context): Promise<void> {
    const at = clock.now();
    let text = "";
    const note = (status: number, more: Partial<Arrival>): void =>
      deps.arrived({ at, status, size: text.length, accepted: 0, refused: [], error: "", ...more }, text);
    try {
      const { value, json } = await readAnyJson(ctx);
      text = json;
      const { accepted, refused } = await takeAlerts(value, json, ctx.req.socket.remoteAddress ?? "", at);
      const errors = refused.map(({ index, why }) => ({ index, error: why.en }));
      deps.invalid(errors.length);
      note(errors.length === 0 ? 200 : 400, { accepted, refused: errors });
      if (errors.length > 0) refuse(ctx, errors);
      else ctx.body = "";
    } catch (error) {
      if (error instanceof Error) note(statusOfError(error), { error: error.message });
      throw error;
    }
  }

  async function takeAlerts(
    value: unknown,
    json: string,
    address: string,
    at: number,
  ): Promise<{ readonly accepted: number; readonly refused: readonly Refusal[] }> {
    if (!Array.isArray(value))
      throw new ApiError(400, "parsing alerts body failed, because it is no list", 400);
    const { posted, refused, places, plain } = readAlerts(value);
    const raw = plain ? { list: value, json } : undefined;
    const sender = { name: `api ${address}`, resolveAfterMs: resolveTimeoutMs() };
    const over = await intake.accept(sender, posted, at, raw);
    return {
      accepted: posted.length - over.length,
      refused: [...refused, ...over.map(({ index, why }) => ({ index: places[index] ?? index, why }))],
    };
  }

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

/** Errors in Alertmanager's shapes. What cannot be stored is 503, so that whoever sent it tries again. */
function answered(door: (ctx: Context) => Promise<void>): Middleware {
  return async (ctx) => {
    try {
      await door(ctx);
    } catch (error) {
      // To a GET of what is not there Alertmanager says nothing but that.
      if (error instanceof ApiError && error.status === 404 && ctx.method === "GET") {
        ctx.body = "";
        ctx.status = 404;
      } else if (error instanceof ApiError) json(ctx, error.body, error.status);
      else if (error instanceof NotSaved) json(ctx, notSaved.en, 503);
      else if (error instanceof DoorError) {
        ctx.set({ ...error.headers });
        json(ctx, { code: error.status, message: error.text.en }, error.status);
      } else throw error;
    }
  };
}

function json(ctx: Context, body: unknown, status = 200): void {
  ctx.status = status;
  ctx.type = "application/json";
  ctx.body = `${JSON.stringify(body)}\n`;
}

/** What is short goes out whole. */
async function stream(ctx: Context, pieces: AsyncGenerator<string>): Promise<void> {
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

function refuse(ctx: Context, errors: Arrival["refused"]): void {
  json(ctx, errors.map(({ index, error }) => `alert ${index}: ${error}`).join("; "), 400);
}

function statusOfError(error: Error): number {
  if (error instanceof ApiError || error instanceof DoorError) return error.status;
  return error instanceof NotSaved ? 503 : 500;
}
