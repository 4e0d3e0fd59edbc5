/** Bodies that come packed. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { LookFailed } from "../reason.ts";
import { type Answer, answerTooLarge } from "./exchange.ts";

const unzip = promisify(gunzip);

/** The body of an answer as it was before it was packed; at most `longest` bytes of it. Rejects with `LookFailed`. */
export async function unpacked({ headers, body }: Answer, longest: number): Promise<Buffer> {
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return body;
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw new LookFailed({
      code: "bad_answer",
      detail: `packed as ${encoding.slice(0, 40)}, which nobody asked for`,
    });
  try {
    return await unzip(body, { maxOutputLength: longest });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw answerTooLarge(longest);
    throw new LookFailed(
      { code: "bad_answer", detail: `the gzip cannot be unpacked: ${message}` },
      { cause },
    );
  }
}
