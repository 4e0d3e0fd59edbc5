/** `POST /api/v2/alerts`, the door that every Prometheus knocks at with all of its alerts, again and again. */
import type { IncomingMessage } from "node:http";
import type { Intake } from "../../alerts/intake/intake.ts";
import { readAlerts } from "../../alerts/intake/postable.ts";
import type { Refusal } from "../../alerts/intake/posted.ts";
import type { Clock } from "../../storage/clock.ts";
import { offHeap } from "../../storage/json-pieces.ts";
import { NotSaved } from "../../storage/store.ts";
import { ApiError } from "../alertmanager/api-error.ts";
import { type Arrival, beginningOf } from "../hooks/arrivals.ts";
import { answerOf } from "./api-answer.ts";
import { parseJson, readUtf8 } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { Answer } from "./doors.ts";

export interface PostDeps {
  readonly intake: Intake;
  readonly clock: Clock;
  /** How long an alert that was sent without an end counts as firing, in milliseconds; asked each time. */
  resolveTimeoutMs(): number;
  /** Hears of alerts that were refused. */
  invalid(count: number): void;
  /** Hears of every request with alerts, and what became of it. */
  arrived(arrival: Arrival, beginning: Buffer): void;
}

const NOTHING = beginningOf("");
const TAKEN: Answer = { status: 200, body: "" };

/** Answers when what can be taken is on disk. Rejects with what was not foreseen. */
export function postAlerts(deps: PostDeps): (request: IncomingMessage) => Promise<Answer> {
  const { intake, clock, resolveTimeoutMs } = deps;

  return async (request) => {
    const at = clock.now();
    let size = 0;
    let beginning = NOTHING;
    const note = (status: number, more: Partial<Arrival>): void =>
      deps.arrived({ at, status, size, accepted: 0, refused: [], error: "", ...more }, beginning);
    try {
      // Not `await`: the body would stay alive until the disk has it, and so would what is parsed if `take` were async.
      const { accepted, refused } = await readUtf8(request).then((body) => {
        size = body.length;
        beginning = beginningOf(body);
        return take(body, request.socket.remoteAddress ?? "", at);
      });
      if (refused.length === 0) {
        note(200, { accepted });
        return TAKEN;
      }
      const errors = refused.map(({ index, why }) => ({ index, error: why.en }));
      deps.invalid(errors.length);
      note(400, { accepted, refused: errors });
      const said = errors.map(({ index, error }) => `alert ${index}: ${error}`).join("; ");
      return { status: 400, body: `${JSON.stringify(said)}\n` };
    } catch (error) {
      if (error instanceof Error) note(statusOf(error), { error: error.message });
      return answerOf(error);
    }
  };

  function take(body: Buffer, address: string, at: number): Promise<Taken> {
    const text = body.toString();
    const list = parseJson(text);
    if (!Array.isArray(list))
      throw new ApiError(400, "parsing alerts body failed, because it is no list", 400);
    const { posted, refused, places, plain } = readAlerts(list);
    const count = posted.length;
    const sender = { name: `api ${address}`, resolveAfterMs: resolveTimeoutMs() };
    const raw = plain ? { list, json: offHeap(text, body) } : undefined;
    return intake.accept(sender, posted, at, raw).then((over) => ({
      accepted: count - over.length,
      refused: [...refused, ...over.map(({ index, why }) => ({ index: places[index] ?? index, why }))],
    }));
  }
}

interface Taken {
  readonly accepted: number;
  readonly refused: readonly Refusal[];
}

function statusOf(error: Error): number {
  if (error instanceof ApiError || error instanceof DoorError) return error.status;
  return error instanceof NotSaved ? 503 : 500;
}
