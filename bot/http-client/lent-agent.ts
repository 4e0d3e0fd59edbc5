/** The way out of a client that is not ours and reads no proxy's answer: straight, or by CONNECT. */
import * as http from "node:http";
import * as https from "node:https";
import type { ProxyConfig } from "../receivers/http-config.ts";
import { proxyAt, proxyFor } from "./proxy.ts";
import { ProxyRefusal } from "./proxy-refusal.ts";
import { Tunnel } from "./tunnel.ts";
import type { Bounds } from "./within.ts";

export interface LentAgent {
  /** For one request. */
  readonly agent: http.Agent;
  /** What kept the request from leaving; undefined where that was not the proxy. */
  trouble(): unknown;
}

/** Throws as `proxyAt` does. `opening` bounds the way through a proxy, of which the client's own limit knows nothing. */
export function lendAgent(to: URL, proxy: ProxyConfig | undefined, opening: Bounds): LentAgent {
  const address = proxy && proxyFor(to, proxy, process.env);
  if (address === undefined) {
    // One that is kept open would belong to nobody; with none at all a client looks for proxies by rules of its own.
    const agent = to.protocol === "https:" ? new https.Agent() : new http.Agent();
    return { agent, trouble: () => undefined };
  }
  const agent = new StrictTunnel(proxyAt(address), to, opening, proxy?.connectHeaders);
  return { agent, trouble: () => agent.trouble };
}

/** Lets nobody take the answer of a proxy for one of those behind it. */
class StrictTunnel extends Tunnel {
  trouble: unknown;

  override async connect(
    ...[request, options]: Parameters<Tunnel["connect"]>
  ): ReturnType<Tunnel["connect"]> {
    let status = 200;
    request.once("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    try {
      const socket = await super.connect(request, options);
      if (status !== 200) throw new ProxyRefusal(status);
      return socket;
    } catch (error) {
      this.trouble = error;
      // Not the same: clients write into what they are thrown.
      throw new Error("no way through the proxy");
    }
  }
}
