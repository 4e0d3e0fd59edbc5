/** One request to DingTalk and its answer, within a time and a size. Nothing that was sent appears in an error. */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";

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

/** Sends it and reads the answer; rejects with a SendError when there is none. Redirects are not followed. */
export async function exchange(
  { method, url, headers, body }: HttpRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (signal.aborted) throw aborted();
  const isForm = body instanceof FormData;
  const sent = isForm ? body : JSON.stringify(body);
  const limit = new AbortController();
  const done = new AbortController();
  void clock.sleep(LONGEST_MS, done.signal).then(() => limit.abort());
  try {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      signal: AbortSignal.any([signal, limit.signal]),
      headers: {
        accept: "application/json",
        "user-agent": "gengfu",
        ...(isForm ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: sent,
    });
    return {
      status: response.status,
      retryAfter: response.headers.get("retry-after") ?? undefined,
      body: await beginningOf(response),
    };
  } catch (error) {
    if (signal.aborted) throw aborted();
    if (limit.signal.aborted)
      throw new SendError(`DingTalk gave no answer within ${LONGEST_MS / 1_000} s`, {
        next: "retry",
        code: "timeout",
      });
    const code = networkCode(error);
    throw new SendError(`no answer from DingTalk (${code})`, { next: "retry", code });
  } finally {
    done.abort();
  }
}

/** The caller has no more time for it. */
export function aborted(): SendError {
  return new SendError("broken off before there was an answer", { next: "retry", code: "aborted" });
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Left before its end, the rest of the answer is cancelled.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= READ_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, READ_BYTES);
}

/** The words of an error of fetch hold the address, or a header that it would not take; only the code is kept. */
function networkCode(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause)
    if ("code" in one && typeof one.code === "string") return one.code;
  return "network";
}
