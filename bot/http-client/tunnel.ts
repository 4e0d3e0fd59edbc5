/** The way of a WebSocket through a proxy of the environment: asked with CONNECT, for `ws:` and `wss:` alike. */
import type { Agent } from "node:http";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { Clock } from "../../storage/clock.ts";
import { ENVIRONMENT, proxyAt, proxyFor, type Variables } from "./proxy.ts";

/** What bounds each opening: until a proxy has let it through, neither Node nor a WebSocket can break it off. */
export interface Opening {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** The agent of a WebSocket, as often as it is opened; undefined where it goes straight. Throws as `proxyAt` does. */
export function tunnelTo(to: URL, opening: Opening, variables: Variables = process.env): Agent | undefined {
  const proxy = proxyFor(to, ENVIRONMENT, variables);
  return proxy === undefined ? undefined : new Tunnel(proxyAt(proxy), to, opening);
}

type Connect = HttpsProxyAgent<string>["connect"];

class Tunnel extends HttpsProxyAgent<string> {
  readonly #proxy: URL;
  readonly #name: string;
  readonly #opening: Opening;

  constructor(proxy: URL, { hostname }: URL, opening: Opening) {
    super(proxy);
    this.#proxy = proxy;
    this.#name = hostname.replace(/^\[|\]$/g, "");
    this.#opening = opening;
  }

  override async connect(...[request, options]: Parameters<Connect>): ReturnType<Connect> {
    const { clock, limitMs, signal } = this.#opening;
    const over = new AbortController();
    const done = new AbortController();
    let isLate = false;
    const stop = (): void => over.abort();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    void clock.sleep(limitMs, done.signal).then(() => {
      if (done.signal.aborted) return;
      isLate = true;
      stop();
    });
    try {
      // One of its own for each: what stops an opening must not cut a connection that stands, before its last word.
      return await new HttpsProxyAgent(this.#proxy, { signal: over.signal }).connect(request, {
        ...options,
        // Behind a proxy the agent forgets the host where it is an address.
        ...{
          checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(this.#name, cert),
        },
      });
    } catch (error) {
      if (!isLate) throw error;
      throw Object.assign(new Error("the proxy gave no answer in time"), { code: "ETIMEDOUT" });
    } finally {
      done.abort();
      signal.removeEventListener("abort", stop);
    }
  }
}
