/** One request and its answer: by proxy, with a token, where a redirect leads. Nothing of the address appears in an error. */
import * as http from "node:http";
import * as https from "node:https";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { SendError } from "../../alerts/channel.ts";
import type { HttpConfig, TlsConfig } from "../receivers/http-config.ts";
import type { HttpAnswer } from "./answer.ts";
import { keepTokens } from "./oauth2.ts";
import { agentFor } from "./proxy.ts";

export interface Request {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly http: HttpConfig;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** So much of an answer is read; an errcode stands at its beginning. */
const READ_BYTES = 16 * 1024;
/** As many redirects are followed as Go's client follows. */
const MOST_REDIRECTS = 10;
/** These mean the same request again. The others would make a GET without a body of it, which tells nobody anything. */
const REDIRECTS = new Set([307, 308]);

const tokens = keepTokens(
  async ({ tokenUrl, tls, proxy }, form, authorization, signal) =>
    exchange(
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
  const { method, http: config, headers, body } = request;
  const { oauth2, tls, proxy } = config;
  const token = oauth2 && (await tokens.get(oauth2, signal));
  const authorization = token === undefined ? config.authorization : `Bearer ${token}`;
  let url = new URL(request.url);
  const from = url.host;
  for (let hops = 0; ; hops++) {
    const answer = await exchange(
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

interface Exchange {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tls: TlsConfig | undefined;
  readonly proxy: HttpConfig["proxy"];
}

/**
 * Connections are kept for a while: to open one costs more than all the rest of a small request, and with TLS many
 * times that. Node does not mix up those with different certificates.
 */
const keeping = { keepAlive: true, maxFreeSockets: 4, timeout: 15_000 };
const kept = { "http:": new http.Agent(keeping), "https:": new https.Agent(keeping) };

/**
 * One request and its answer. The other side may close a connection that was kept in the very moment in which it is
 * used again; that is no answer of anybody, so it is asked once more on a new one.
 */
async function exchange(one: Exchange, signal: AbortSignal): Promise<Answer> {
  const { url, proxy } = one;
  const agent = agentFor(url, proxy) ?? kept[url.protocol === "https:" ? "https:" : "http:"];
  try {
    return await ask(one, agent, signal);
  } catch (error) {
    if (error !== STALE) throw failureOf(error, signal);
  }
  return ask(one, false, signal).catch((error: unknown) => Promise.reject(failureOf(error, signal)));
}

type Answer = HttpAnswer & { readonly location: string | undefined };

/** What a connection that was kept and is closed ends with. */
const STALE = new Error("the connection was closed");
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);

function ask(
  { method, url, headers, body, tls }: Exchange,
  agent: http.Agent | false,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((settle, fail) => {
    const end = (): void => signal.removeEventListener("abort", stop);
    const resolve = (answer: Answer): void => {
      end();
      settle(answer);
    };
    const reject = (error: unknown): void => {
      end();
      fail(error);
    };
    // Node's own option `signal` listens to a dozen events of each request, which costs as much as the request.
    const stop = (): void => void sent.destroy(new Error("stopped"));
    const sent = (url.protocol === "https:" ? https : http).request(
      url,
      {
        method,
        agent,
        headers: {
          "user-agent": "gengfu",
          ...headers,
          ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }),
        },
        ...tlsOptions(tls, url),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            location: response.headers.location,
            body: Buffer.concat(chunks).toString("utf8", 0, READ_BYTES),
          });
        response.on("error", reject);
        response.on("end", done);
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < READ_BYTES) return;
          done();
          // The rest is not worth the wait, so this connection cannot be used again.
          sent.destroy();
        });
      },
    );
    sent.on("error", (error: NodeJS.ErrnoException) =>
      reject(sent.reusedSocket && CLOSED.has(error.code ?? "") ? STALE : error),
    );
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop);
    sent.end(body);
  });
}

function tlsOptions(tls: TlsConfig | undefined, { hostname }: URL): https.RequestOptions {
  const name = tls?.serverName ?? hostname.replace(/^\[|\]$/g, "");
  // Behind a proxy the agent forgets the host where it is an address.
  const check = {
    checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(name, cert),
  };
  if (tls === undefined) return check;
  return {
    ...check,
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}

/** Node's words hold the host and sometimes more; only the code is kept. A certificate that is wrong stays wrong. */
function failureOf(error: unknown, signal: AbortSignal): SendError {
  if (signal.aborted)
    return new SendError("broken off before there was an answer", { next: "retry", code: "aborted" });
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "network";
  return new SendError(`no answer from the receiver (${code})`, { next: "retry", code });
}
