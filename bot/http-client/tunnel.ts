/** The way through a proxy by CONNECT, whether TLS is spoken behind it or not; that of WebSockets is always such. */
import type { Agent } from "node:http";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import { ENVIRONMENT, proxyAt, proxyFor, type Variables } from "./proxy.ts";
import { type Bounds, within } from "./within.ts";

/**
 * The agent of a WebSocket, as often as it is opened; undefined where it goes straight. Throws as `proxyAt` does.
 * `opening` bounds each time: until a proxy has let it through, neither Node nor a WebSocket can break it off.
 */
export function tunnelTo(to: URL, opening: Bounds, variables: Variables = process.env): Agent | undefined {
  const proxy = proxyFor(to, ENVIRONMENT, variables);
  return proxy === undefined ? undefined : new Tunnel(proxyAt(proxy), to, opening);
}

type Connect = HttpsProxyAgent<string>["connect"];

export class Tunnel extends HttpsProxyAgent<string> {
  readonly #proxy: URL;
  readonly #name: string;
  readonly #opening: Bounds;
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` are for the proxy alone. */
  constructor(
    proxy: URL,
    { hostname }: URL,
    opening: Bounds,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(proxy);
    this.#proxy = proxy;
    this.#name = hostname.replace(/^\[|\]$/g, "");
    this.#opening = opening;
    this.#headers = headers;
  }

  override async connect(...[request, options]: Parameters<Connect>): ReturnType<Connect> {
    return within(
      this.#opening,
      (signal) =>
        // One of its own for each: what stops an opening must not cut a connection that stands, before its last word.
        new HttpsProxyAgent(this.#proxy, { headers: { ...this.#headers }, signal }).connect(request, {
          ...options,
          // Behind a proxy the agent forgets the host where it is an address.
          ...{
            checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(this.#name, cert),
          },
        }),
      () => Object.assign(new Error("the proxy gave no answer in time"), { code: "ETIMEDOUT" }),
    );
  }
}
