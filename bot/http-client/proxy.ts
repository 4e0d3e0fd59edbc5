/** Through which proxy an address is reached, and the agent that goes there. */
import type { Agent } from "node:http";
import querystring from "node:querystring";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import ipaddr from "ipaddr.js";
import type { HttpConfig, ProxyConfig } from "../receivers/http-config.ts";

/** Names as curl, Go and others read them; the small letters win. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The proxies of the environment, where no file says anything. */
export const ENVIRONMENT: ProxyConfig = { url: "environment", noProxy: [], connectHeaders: {} };

/** The same with those proxies where the file names none, also for the token that it asks for. */
export function orEnvironment(http: HttpConfig): HttpConfig {
  const { proxy = ENVIRONMENT, oauth2 } = http;
  return { ...http, proxy, oauth2: oauth2 && { ...oauth2, proxy: oauth2.proxy ?? ENVIRONMENT } };
}

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/**
 * Lets the proxies that `.env` names hold for this process as if it had been started with them: libraries look for them
 * there, too. What it was started with goes before, in letters of either size.
 */
export function adoptProxies(
  file: Variables,
  environment: Record<string, string | undefined> = process.env,
): void {
  for (const name of PROXY_VARIABLES) {
    const small = name.toLowerCase();
    if (environment[name] !== undefined || environment[small] !== undefined) continue;
    const value = file[small] ?? file[name] ?? "";
    if (value !== "") environment[name] = value;
  }
}

/** The agent of a request that `signal` breaks off; undefined where it goes straight. Throws as `proxyAt` does. */
export function agentFor(
  to: URL,
  proxy: ProxyConfig | undefined,
  signal: AbortSignal,
  variables: Variables = process.env,
): Agent | undefined {
  const url = proxy && proxyFor(to, proxy, variables);
  if (url === undefined) return undefined;
  const { connectHeaders } = proxy as ProxyConfig;
  const at = proxyAt(url);
  // Until a proxy has let it through, Node cannot break the request off: it knows of no connection yet.
  const options = { headers: { ...connectHeaders }, signal };
  return isSecure(to) ? new HttpsProxyAgent(at, options) : new HttpProxyAgent(at, options);
}

/** A proxy's address as agents take it. Throws an error with a code, and without the address: it may hold a password. */
export function proxyAt(address: string): URL {
  if (!/^https?:\/\/./i.test(address) || !URL.canParse(address))
    throw Object.assign(new Error("the proxy's address is none of http:// or https://"), {
      code: "bad-proxy-address",
    });
  const url = new URL(address);
  // The agents decode both; where they cannot, they leave a socket behind whose errors nobody hears.
  url.username = encodeURIComponent(querystring.unescape(url.username));
  url.password = encodeURIComponent(querystring.unescape(url.password));
  return url;
}

/** The address of the proxy; undefined when `to` is reached without one. */
export function proxyFor(to: URL, proxy: ProxyConfig, variables: Variables): string | undefined {
  if (proxy.url !== "environment") return isExcepted(to, proxy.noProxy) ? undefined : proxy.url;
  const read = (name: string): string => variables[name.toLowerCase()] ?? variables[name] ?? "";
  const url = read(isSecure(to) ? "HTTPS_PROXY" : "HTTP_PROXY");
  const excepted = read("NO_PROXY")
    .split(",")
    .map((part) => part.trim().toLowerCase());
  // Go never sends what is meant for this machine through a proxy of the environment.
  if (url === "" || isLocal(to) || isExcepted(to, excepted)) return undefined;
  return url.includes("://") ? url : `http://${url}`;
}

/**
 * The rules of Go's `httpproxy`: `*`, a domain with those below it (`.example.com`: only those below), an address, a
 * range, each with a port or without.
 */
function isExcepted(to: URL, list: readonly string[]): boolean {
  const host = to.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = to.port === "" ? (isSecure(to) ? "443" : "80") : to.port;
  return list.some((entry) => {
    if (entry === "" || entry === "*") return entry === "*";
    if (entry.includes("/")) return isInRange(host, entry);
    const found = /^(\[.*\]|[^:]*|[^:]*:[^:]*:.*?)(?::(\d+))?$/.exec(entry);
    const name = (found?.[1] ?? entry).replace(/^\[|\]$/g, "");
    if (found?.[2] !== undefined && found[2] !== port) return false;
    if (name.startsWith(".")) return host.endsWith(name);
    return host === name || (!ipaddr.isValid(host) && host.endsWith(`.${name}`));
  });
}

function isInRange(host: string, range: string): boolean {
  if (!ipaddr.isValid(host) || !ipaddr.isValidCIDR(range)) return false;
  const address = ipaddr.process(host);
  const [net, bits] = ipaddr.parseCIDR(range);
  return address.kind() === net.kind() && address.match([net, bits]);
}

/** Whether TLS is spoken with it, be it asked or a socket. */
function isSecure({ protocol }: URL): boolean {
  return protocol === "https:" || protocol === "wss:";
}

function isLocal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback");
}
