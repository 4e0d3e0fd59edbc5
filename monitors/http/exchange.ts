/** One request and its answer, over a connection of its own, to an address that has been checked. */
import * as http from "node:http";
import * as https from "node:https";
import { type DetailedPeerCertificate, rootCertificates, type TLSSocket } from "node:tls";
import type { HostAddress } from "../network.ts";
import { LookFailed } from "../reason.ts";
import { exchangeFailed } from "./failure.ts";
import { LONGEST_BODY } from "./options.ts";
import type { HttpTrace } from "./trace.ts";

export interface Request {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the connection may go; never resolved again. */
  readonly addresses: readonly HostAddress[];
  /** Certificate authorities to trust besides Node's own, in PEM. */
  readonly certificates: string | undefined;
  /** Whether an answer with this status is a redirect to follow: its body is not read. */
  readonly redirects: (status: number) => boolean;
  /** Whether the body is wanted, or only its length. */
  readonly keepBody: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

// A probe measures connecting, so nothing is kept: no connection, and no TLS session, since a resumed one
// shows no certificate.
// Node tries the next address of a host after 250 ms, which gives up on hosts that are merely far away.
const connecting = { keepAlive: false, autoSelectFamilyAttemptTimeout: 2_000 };
const plain = new http.Agent(connecting);
const secure = new https.Agent({ ...connecting, maxCachedSessions: 0 });

/** Sends the request and reads the answer; `trace` learns each step. Rejects with `LookFailed`. */
export function exchange(request: Request, trace: HttpTrace, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { url } = request;
    const isTls = url.protocol === "https:";
    const sent = (isTls ? https : http).request({
      agent: isTls ? secure : plain,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { host: url.host, ...request.headers },
      lookup: givenAddresses(request.addresses),
      ...(isTls && request.certificates !== undefined
        ? { ca: [...rootCertificates, request.certificates] }
        : {}),
    });

    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", onAbort);
      sent.destroy();
      finish();
    };
    const fail = (error: unknown): void => settle(() => reject(exchangeFailed(error, trace, isTls)));
    const onAbort = (): void => fail(new LookFailed({ code: "timeout", detail: trace.whereTimeWent() }));

    trace.enter("connect");
    trace.ssl = false;
    trace.earliestExpiry = undefined;
    sent.on("error", fail);
    sent.on("socket", (socket) => {
      socket.once("connect", () => trace.enter(isTls ? "tls" : "processing"));
      socket.once("secureConnect", () => {
        trace.enter("processing");
        trace.ssl = true;
        trace.earliestExpiry = earliestExpiry((socket as TLSSocket).getPeerCertificate(true));
      });
    });
    sent.on("response", (response) => {
      trace.enter("transfer");
      const status = response.statusCode ?? 0;
      const { headers } = response;
      trace.status = status;
      trace.contentLength = /^\d+$/.test(headers["content-length"] ?? "")
        ? Number(headers["content-length"])
        : -1;
      trace.bodyBytes = 0;
      const chunks: Buffer[] = [];
      const finish = (): void => settle(() => resolve({ status, headers, body: Buffer.concat(chunks) }));
      response.on("error", fail);
      if (request.redirects(status) && headers.location !== undefined) return finish();
      response.on("data", (chunk: Buffer) => {
        trace.bodyBytes += chunk.length;
        if (trace.bodyBytes > LONGEST_BODY) return fail(bodyTooLarge());
        if (request.keepBody) chunks.push(chunk);
      });
      response.on("end", finish);
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    sent.end();
  });
}

function bodyTooLarge(): LookFailed {
  return new LookFailed({ code: "body_too_large", detail: `more than ${LONGEST_BODY} bytes` });
}

/** A resolver that knows one answer: whatever the name, the addresses that were checked. */
function givenAddresses(addresses: readonly HostAddress[]): http.RequestOptions["lookup"] {
  return (_hostname, options, done) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}

/** When the first certificate of the chain runs out, in Unix seconds. A root found locally does not count. */
function earliestExpiry(leaf: DetailedPeerCertificate | undefined): number | undefined {
  let earliest: number | undefined;
  const seen = new Set<unknown>();
  for (let one = leaf; one?.valid_to !== undefined && !seen.has(one); one = one.issuerCertificate) {
    seen.add(one);
    if (one !== leaf && one.issuerCertificate === one) break;
    // biome-ignore lint/style/noRestrictedGlobals: reads a written date, not the clock.
    const at = Date.parse(one.valid_to) / 1000;
    if (Number.isFinite(at) && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest;
}
