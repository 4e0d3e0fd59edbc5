/** One request and its answer, over a connection that is kept or by proxy: what all that asks over HTTP shares. */

import type { IncomingHttpHeaders } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { ProxyConfig, TlsConfig } from "../receivers/http-config.ts";
import { agentFor, type Variables } from "./proxy.ts";

export interface Exchange {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly tls: TlsConfig | undefined;
  readonly proxy: ProxyConfig | undefined;
  /** The answer is read until so many bytes of it are there, or its end. */
  readonly enough: number;
  /** It may have been carried out although nobody answered, and must not be twice: it is never asked again. */
  readonly once?: true;
}

/** An answer as it came. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** A proxy said it in place of letting the request through, of which nobody else has heard. */
  readonly byProxy: boolean;
}

/**
 * Connections are kept for a while: to open one costs more than all the rest of a small request, and with TLS many
 * times that. Node does not mix up those with different certificates.
 */
const keeping = { keepAlive: true, maxFreeSockets: 4, timeout: 15_000 };
const kept = agentsOf(keeping);
/** What is asked once is better off with a new connection than with one that the other side may be about to close. */
const keptBriefly = agentsOf({ ...keeping, timeout: 4_000 });

function agentsOf(options: https.AgentOptions): Readonly<Record<"http:" | "https:", http.Agent>> {
  return { "http:": new http.Agent(options), "https:": new https.Agent(options) };
}

/**
 * One request and its answer. The other side may close a connection that was kept in the very moment in which it is
 * used again; that is no answer of anybody, so it is asked once more on a new one, unless it is to be asked once.
 * Rejects with what Node says.
 */
export async function exchange(
  one: Exchange,
  signal: AbortSignal,
  variables?: Variables,
): Promise<Exchanged> {
  const { url, proxy } = one;
  const agents = one.once === true ? keptBriefly : kept;
  const agent =
    agentFor(url, proxy, signal, variables) ?? agents[url.protocol === "https:" ? "https:" : "http:"];
  try {
    return await ask(one, agent, signal);
  } catch (error) {
    if (error !== STALE) throw error;
  }
  return ask(one, false, signal);
}

/** What a connection that was kept and is closed ends with. */
const STALE = new Error("the connection was closed");
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);

function ask(
  { method, url, headers, body, tls, enough, once }: Exchange,
  agent: http.Agent | false,
  signal: AbortSignal,
): Promise<Exchanged> {
  return new Promise((settle, fail) => {
    const end = (): void => signal.removeEventListener("abort", stop);
    const resolve = (answer: Exchanged): void => {
      end();
      settle(answer);
    };
    const reject = (error: unknown): void => {
      end();
      fail(error);
    };
    // Node's own option `signal` listens to a dozen events of each request, which costs as much as the request.
    const stop = (): void => void sent.destroy(new Error("stopped"));
    let byProxy = false;
    const sent = (url.protocol === "https:" ? https : http).request(
      url,
      {
        method,
        agent,
        headers: {
          "user-agent": "gengfu",
          ...headers,
          ...(body.length === 0 ? {} : { "content-length": Buffer.byteLength(body) }),
        },
        ...(url.protocol === "https:" ? tlsOptions(tls, url) : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            byProxy,
          });
        response.on("error", reject);
        response.on("end", done);
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < enough) return;
          done();
          // The rest is not worth the wait, so this connection cannot be used again.
          sent.destroy();
        });
      },
    );
    // What the agent says of the answer to CONNECT; any but 200 it passes on as if the other side had given it.
    sent.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
      byProxy = statusCode !== 200;
    });
    sent.on("error", (error: NodeJS.ErrnoException) =>
      reject(sent.reusedSocket && once !== true && CLOSED.has(error.code ?? "") ? STALE : error),
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
