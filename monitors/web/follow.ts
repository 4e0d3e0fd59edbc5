/** Asks a web address as its options say, and follows where it leads, each step through the guard of the network. */
import type { MonitorWorld } from "../monitor.ts";
import { addressesOf } from "../probe/place.ts";
import { tlsConnection } from "../probe/tls-options.ts";
import { LookFailed } from "../reason.ts";
import { type Answer, exchange, hostOf, portOf } from "./exchange.ts";
import type { WebOptions } from "./options.ts";
import type { HttpTrace } from "./trace.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What is asked besides what the options say. */
export interface Following {
  readonly options: WebOptions;
  /** The options' URL where nothing is said. */
  readonly url?: URL;
  /** GET where nothing is said. */
  readonly method?: string;
  readonly body?: string | undefined;
  /** Headers that the options may still replace; names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly keepBody: boolean;
  readonly longestBody: number;
  readonly world: MonitorWorld;
  readonly trace: HttpTrace;
  readonly signal: AbortSignal;
}

/** What a request carries to one host; a redirect elsewhere goes without it. */
interface Luggage {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether the host is still the one that the options name. */
  readonly trusted: boolean;
}

/** Asks, and asks again where a redirect leads. Rejects with `LookFailed`. */
export async function follow(about: Following): Promise<Answer> {
  const { options, trace } = about;
  const most = options.max_redirects ?? MOST_REDIRECTS;
  let url = about.url ?? new URL(options.url);
  let luggage: Luggage = {
    method: about.method ?? "GET",
    headers: headersOf(options, about.headers?.["content-type"] === undefined ? about.body : undefined),
    body: about.body,
    trusted: true,
  };
  for (;;) {
    const answer = await ask(url, luggage, about);
    const { location } = answer.headers;
    if (!options.follow_redirects || !REDIRECTS.has(answer.status) || location === undefined) return answer;
    if (trace.redirects === most)
      throw new LookFailed({ code: "too_many_redirects", detail: `more than ${most} redirects` });
    const next = redirectTarget(url, location);
    trace.redirects += 1;
    luggage = repacked(luggage, answer.status, next.origin === url.origin);
    url = next;
  }
}

/** Sends one request, by way of the proxy where there is one. */
async function ask(url: URL, luggage: Luggage, about: Following): Promise<Answer> {
  const { options, world, trace, signal } = about;
  const proxy = options.proxy_url === undefined ? undefined : new URL(options.proxy_url);
  const to = proxy ?? url;
  trace.watch.enter("resolve");
  const addresses = await addressesOf(hostOf(to), {
    network: world.network,
    ipVersion: options.ip_version,
    watch: trace.watch,
    signal,
  }).catch((thrown) => {
    throw trace.redirects === 0 ? thrown : afterRedirect(thrown);
  });
  return exchange(
    {
      url,
      ...luggage,
      headers: {
        "user-agent": "gengfu",
        accept: "*/*",
        "accept-encoding": "identity",
        ...about.headers,
        ...luggage.headers,
      },
      to: { host: hostOf(to), port: portOf(to), addresses },
      proxyHeaders: proxy && proxyHeaders(proxy),
      // A client's certificate is meant for the host that the options name, and for no other.
      tls: tlsConnection(luggage.trusted ? options.tls_config : undefined, world.certificates),
      redirects: (status) => options.follow_redirects && REDIRECTS.has(status),
      keepBody: about.keepBody,
      longestBody: about.longestBody,
    },
    trace,
    signal,
  );
}

/** Headers that the options ask for; names in small letters, so that none is sent twice. */
function headersOf(
  { headers, basic_auth, bearer_token }: WebOptions,
  body: string | undefined,
): Record<string, string> {
  const asked: Record<string, string> = {};
  if (body !== undefined)
    asked["content-type"] = /^\s*[{[]/.test(body) ? "application/json" : "text/plain; charset=utf-8";
  if (bearer_token !== undefined) asked["authorization"] = `Bearer ${bearer_token}`;
  if (basic_auth !== undefined) asked["authorization"] = basic(basic_auth.username, basic_auth.password);
  for (const [name, value] of Object.entries(headers ?? {})) asked[name.toLowerCase()] = value;
  return asked;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  return { "proxy-authorization": basic(decodeURIComponent(username), decodeURIComponent(password)) };
}

/** What goes along to where a redirect leads. */
function repacked(luggage: Luggage, status: number, sameHost: boolean): Luggage {
  const asGet = status === 303 || (status < 303 && luggage.method === "POST");
  const { "content-type": type, ...others } = luggage.headers;
  const left = asGet || type === undefined ? others : luggage.headers;
  return {
    method: asGet && luggage.method !== "HEAD" ? "GET" : luggage.method,
    // Headers may carry a password, and so may a body.
    headers: sameHost ? left : {},
    body: asGet || !sameHost ? undefined : luggage.body,
    trusted: luggage.trusted && sameHost,
  };
}

function redirectTarget(from: URL, location: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(location, from);
  } catch {
    // Said below, together with the schemes that are not HTTP.
  }
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new LookFailed({ code: "bad_redirect", detail: "the Location header is not an HTTP URL" });
  return url;
}

/** Says of a refused address that the user did not type it: the site led there. */
function afterRedirect(thrown: unknown): unknown {
  if (!(thrown instanceof LookFailed) || thrown.reason.text === undefined) return thrown;
  const { code, detail, text } = thrown.reason;
  return new LookFailed({
    code,
    detail: `redirected: ${detail}`,
    text: { zh: `网站重定向到别处：${text.zh}`, en: `the site redirected elsewhere: ${text.en}` },
  });
}
