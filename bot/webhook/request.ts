/** One request and its answer: by proxy, with a token, where a redirect leads. Nothing of the address appears in an error. */
import { SendError } from "../../alerts/channel.ts";
import { aborted } from "../aborted.ts";
import { type Exchange, exchange } from "../http-client/exchange.ts";
import { ProxyRefusal } from "../http-client/proxy-refusal.ts";
import type { HttpConfig } from "../receivers/http-config.ts";
import type { HttpAnswer } from "./answer.ts";
import { keepTokens } from "./oauth2.ts";

export interface Request {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly http: HttpConfig;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** It may have been carried out although nobody answered, and must not be twice. */
  readonly once?: true;
}

/** So much of an answer is read; an errcode stands at its beginning. */
const READ_BYTES = 16 * 1024;
/** As many redirects are followed as Go's client follows. */
const MOST_REDIRECTS = 10;
/** These mean the same request again. The others would make a GET without a body of it, which tells nobody anything. */
const REDIRECTS = new Set([307, 308]);

const tokens = keepTokens(
  async ({ tokenUrl, tls, proxy }, form, authorization, signal) =>
    ask(
      {
        method: "POST",
        url: new URL(tokenUrl),
        headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
        body: form,
        tls,
        proxy,
      },
      signal,
    ),
  () => performance.now(),
);

/** Sends it and reads the answer; rejects with a SendError when there is none. A body is JSON unless `headers` say otherwise. */
export async function send(request: Request, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, http: config, headers, body, once } = request;
  const { oauth2, tls, proxy } = config;
  const token = oauth2 && (await tokens.get(oauth2, signal));
  const authorization = token === undefined ? config.authorization : `Bearer ${token}`;
  let url = new URL(request.url);
  const from = url.host;
  for (let hops = 0; ; hops++) {
    const answer = await ask(
      {
        method,
        url,
        headers: {
          ...config.headers,
          ...(body === "" ? {} : { "content-type": "application/json" }),
          ...headers,
          // Meant for the one who was named, and nobody that they point to.
          ...(authorization === undefined || url.host !== from ? {} : { authorization }),
        },
        body,
        tls,
        proxy,
        ...(once === undefined ? {} : { once }),
      },
      signal,
    );
    if (answer.status === 401 && oauth2 !== undefined) tokens.drop(oauth2);
    const next = config.followRedirects && REDIRECTS.has(answer.status) ? answer.location : undefined;
    if (next === undefined || hops === MOST_REDIRECTS || !URL.canParse(next, url.href)) return answer;
    const there = new URL(next, url);
    if (!/^https?:$/.test(there.protocol)) return answer;
    url = there;
  }
}

/** One request and the beginning of its answer. */
async function ask(one: Omit<Exchange, "enough">, signal: AbortSignal): Promise<Answer> {
  try {
    const { status, headers, body, byProxy } = await exchange({ ...one, enough: READ_BYTES }, signal);
    // Nobody but a proxy says 407.
    if (byProxy || status === 407) throw new ProxyRefusal(status);
    return {
      status,
      retryAfter: headers["retry-after"],
      location: headers.location,
      body: body.toString("utf8", 0, READ_BYTES),
    };
  } catch (error) {
    throw failureOf(error, signal);
  }
}

type Answer = HttpAnswer & { readonly location: string | undefined };

/** Node's words hold the host and sometimes more; only the code is kept. A certificate that is wrong stays wrong. */
function failureOf(error: unknown, signal: AbortSignal): SendError {
  if (error instanceof ProxyRefusal) return error;
  if (signal.aborted) return aborted();
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "network";
  return new SendError(`no answer from the receiver (${code})`, { next: "retry", code });
}
