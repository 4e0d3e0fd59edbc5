/** Questions to servers that answer in JSON. */
import { LookFailed, type ReasonCode } from "../reason.ts";
import { type Following, follow } from "./follow.ts";
import { unpacked } from "./unpack.ts";

export interface JsonAnswer {
  readonly status: number;
  readonly value: unknown;
}

/** Asks, and reads the answer. Rejects with `LookFailed`, also where what comes is no JSON. */
export async function askJson(about: Omit<Following, "keepBody">): Promise<JsonAnswer> {
  const headers = { accept: "application/json", "accept-encoding": "gzip", ...about.headers };
  const answer = await follow({ ...about, headers, keepBody: true });
  const body = await unpacked(answer, about.longestBody);
  try {
    return { status: answer.status, value: JSON.parse(body.toString("utf8")) };
  } catch (cause) {
    const type = answer.headers["content-type"]?.slice(0, 60) ?? "something without a type";
    // A proxy that answers in the server's stead says so by its status.
    const code = answer.status >= 200 && answer.status < 300 ? "bad_answer" : "bad_status";
    throw new LookFailed({ code, detail: `HTTP ${answer.status}, not JSON but ${type}` }, { cause });
  }
}

/**
 * What a server said of a query, in one line that is not too long. `bad_query` is one that fails again until somebody
 * changes it: malformed, or about what is not there. `query_failed` was understood, and the server could not finish it.
 */
export function queryError(code: ReasonCode, said: string): LookFailed {
  return new LookFailed({ code, detail: said.replace(/\s+/g, " ").trim().slice(0, 300) });
}
