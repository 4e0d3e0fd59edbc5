/** One request and its answer. Redirects are not followed, and nothing of the address appears in an error. */
import * as http from "node:http";
import * as https from "node:https";
import { SendError } from "../../alerts/channel.ts";
import type { HttpConfig } from "../receivers/http-config.ts";
import type { HttpAnswer } from "./answer.ts";

export interface Request {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly http: HttpConfig;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** So much of an answer is read; an errcode stands at its beginning. */
const READ_BYTES = 16 * 1024;

/** Sends it and reads the answer; rejects with a SendError when there is none. A body is JSON. */
export function send(request: Request, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, url, http: config, headers, body } = request;
  return new Promise((resolve, reject) => {
    const to = new URL(url);
    const { tls } = config;
    const fail = (error: unknown): void => reject(failureOf(error, signal));
    const own = { ...config.headers, ...headers };
    const sent = (to.protocol === "https:" ? https : http).request(
      to,
      {
        method,
        // A connection that was kept may be closed by the other side in the very moment in which it is used again.
        agent: false,
        signal,
        headers: {
          "user-agent": "gengfu",
          ...own,
          ...(body === ""
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          ...(config.authorization === undefined ? {} : { authorization: config.authorization }),
        },
        ...(tls === undefined
          ? {}
          : {
              ca: tls.ca,
              cert: tls.cert,
              key: tls.key,
              rejectUnauthorized: !tls.insecureSkipVerify,
              ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
            }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void => {
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            body: Buffer.concat(chunks).toString("utf8", 0, READ_BYTES),
          });
          sent.destroy();
        };
        response.on("error", fail);
        response.on("end", done);
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size >= READ_BYTES) done();
        });
      },
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

/** Node's words hold the host and sometimes more; only the code is kept. A certificate that is wrong stays wrong. */
function failureOf(error: unknown, signal: AbortSignal): SendError {
  if (signal.aborted)
    return new SendError("broken off before there was an answer", { next: "retry", code: "aborted" });
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "network";
  return new SendError(`no answer from the receiver (${code})`, { next: "retry", code });
}
