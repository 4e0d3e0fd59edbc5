/** The `http` monitor: asks a web address and reports what blackbox_exporter reports, under the same names. */
import type { Look, MonitorKind, MonitorWorld } from "../monitor.ts";
import { LookFailed, reasonOf } from "../reason.ts";
import { type Answer, exchange } from "./exchange.ts";
import { type HttpOptions, httpOptions } from "./options.ts";
import { HttpTrace } from "./trace.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export const http: MonitorKind<HttpOptions> = {
  kind: "http",
  summary: {
    zh: "访问一个网址：是否正常、耗时、状态码、内容、证书到期时间",
    en: "asks a web address: is it well, how long it takes, status code, content, certificate expiry",
  },
  options: httpOptions,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  instance: (options) => options.url,
  create: (options, world) => ({ look: (signal) => probe(options, world, signal) }),
};

async function probe(options: HttpOptions, world: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const trace = new HttpTrace(world.elapsed);
  try {
    judge(await follow(options, world, trace, signal), options);
    return { readings: trace.readings(true) };
  } catch (thrown) {
    return { readings: trace.readings(false), failure: reasonOf(thrown) };
  }
}

/** Asks, and asks again where a redirect leads, each time through the guard of the network. */
async function follow(
  options: HttpOptions,
  world: MonitorWorld,
  trace: HttpTrace,
  signal: AbortSignal,
): Promise<Answer> {
  let url = new URL(options.url);
  let method: string = options.method;
  let headers: Readonly<Record<string, string>> = options.headers ?? {};
  for (;;) {
    trace.enter("resolve");
    const addresses = await orTimeUp(world.network.addressesOf(url), trace, signal).catch((thrown) => {
      throw trace.redirects === 0 ? thrown : afterRedirect(thrown);
    });
    const answer = await exchange(
      {
        url,
        method,
        headers: { "user-agent": "gengfu", accept: "*/*", "accept-encoding": "identity", ...headers },
        addresses,
        certificates: world.certificates,
        redirects: (status) => options.follow_redirects && REDIRECTS.has(status),
        keepBody: options.body_contains !== undefined,
      },
      trace,
      signal,
    );
    const { location } = answer.headers;
    if (!options.follow_redirects || !REDIRECTS.has(answer.status) || location === undefined) return answer;
    if (trace.redirects === MOST_REDIRECTS)
      throw new LookFailed({ code: "too_many_redirects", detail: `more than ${MOST_REDIRECTS} redirects` });
    const next = redirectTarget(url, location);
    trace.redirects += 1;
    // Headers may carry a password; it is meant for the host that the options name, and for no other.
    if (next.origin !== url.origin) headers = {};
    if (answer.status === 303 || (answer.status < 303 && method === "POST")) method = "GET";
    url = next;
  }
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

/** Waits for `asked`, but no longer than `signal` allows: a question to DNS cannot be cancelled. */
async function orTimeUp<T>(asked: Promise<T>, trace: HttpTrace, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new LookFailed({ code: "timeout", detail: trace.whereTimeWent() }));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Throws unless the answer is what the options expect. */
function judge({ status, headers, body }: Answer, options: HttpOptions): void {
  const good = options.expected_status?.includes(status) ?? (status >= 200 && status < 300);
  if (!good) throw new LookFailed({ code: "bad_status", detail: `HTTP ${status}` });
  if (options.body_contains === undefined) return;
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity")
    throw new LookFailed({ code: "no_body_match", detail: "the server compressed the body unasked" });
  if (!textOf(body, headers["content-type"] ?? "").includes(options.body_contains))
    throw new LookFailed({ code: "no_body_match", detail: "the body does not contain the expected text" });
}

/** Decodes a body as its `charset` says; many pages in Chinese are still GBK. */
function textOf(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}
