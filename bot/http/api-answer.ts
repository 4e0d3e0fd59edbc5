/** Errors at `/api/v2`, in Alertmanager's shapes. */
import { notSaved } from "../../commands/say.ts";
import { NotSaved } from "../../storage/store.ts";
import { ApiError } from "../alertmanager/api-error.ts";
import { DoorError } from "./door-error.ts";
import type { Answer } from "./doors.ts";

/** What is answered to an error; throws it when it was not foreseen. What cannot be stored is to be sent again: 503. */
export function answerOf(error: unknown): Answer {
  if (error instanceof ApiError) return answer(error.status, error.body);
  if (error instanceof NotSaved) return answer(503, notSaved.en);
  if (error instanceof DoorError) {
    const { status, headers, text } = error;
    return { ...answer(status, { code: status, message: text.en }), headers };
  }
  throw error;
}

function answer(status: number, body: unknown): Answer {
  return { status, body: `${JSON.stringify(body)}\n` };
}
