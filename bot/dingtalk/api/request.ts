/** One request to DingTalk and its answer, within a time and a size. Nothing that was sent appears in an error. */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { aborted } from "../../aborted.ts";
import { exchange as ask } from "../../http-client/exchange.ts";
import { ENVIRONMENT } from "../../http-client/proxy.ts";
import { within } from "../../http-client/within.ts";

/** An answer as far as it matters. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** At most its first megabyte. */
  readonly body: string;
}

export interface HttpRequest {
  readonly method: "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a form with a file. */
  readonly body: object | FormData;
}

/** A request that takes longer has failed; the caller's signal may end it sooner. */
const LONGEST_MS = 10_000;
const READ_BYTES = 1024 * 1024;

/**
 * Sends it and reads the answer; rejects with a SendError when there is none. Redirects are not followed. A message may
 * have been sent although nobody answered: whether it is sent again is for the courier to say.
 */
export async function exchange(
  { method, url, headers, body }: HttpRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (signal.aborted) throw aborted();
  const { type, bytes } = await contentOf(body);
  const about = {
    method,
    url,
    headers: { accept: "application/json", "content-type": type, ...headers },
    body: bytes,
    tls: undefined,
    proxy: ENVIRONMENT,
    enough: READ_BYTES,
    once: true,
  } as const;
  try {
    const answer = await within(
      { clock, limitMs: LONGEST_MS, signal },
      (bounded) => ask(about, bounded),
      late,
    );
    return {
      status: answer.status,
      retryAfter: answer.headers["retry-after"],
      body: answer.body.toString("utf8", 0, READ_BYTES),
    };
  } catch (error) {
    if (error instanceof SendError) throw error;
    if (signal.aborted) throw aborted();
    const code = networkCode(error);
    throw new SendError(`no answer from DingTalk (${code})`, { next: "retry", code });
  }
}

function late(): SendError {
  return new SendError(`DingTalk gave no answer within ${LONGEST_MS / 1_000} s`, {
    next: "retry",
    code: "timeout",
  });
}

async function contentOf(body: object | FormData): Promise<{ type: string; bytes: string | Buffer }> {
  if (!(body instanceof FormData)) return { type: "application/json", bytes: JSON.stringify(body) };
  const form = new Response(body);
  return {
    type: form.headers.get("content-type") ?? "multipart/form-data",
    bytes: Buffer.from(await form.arrayBuffer()),
  };
}

/** Node's words hold the address, or a header that it would not take; only the code is kept. */
function networkCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "network";
}
