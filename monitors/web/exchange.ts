/** One request and its answer, over a connection of its own, to an address that has been checked. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { seenOf } from "../probe/certificate.ts";
import { type Destination, dial, familyOf, secure } from "../probe/dial.ts";
import { hangingUp } from "../probe/hanging-up.ts";
import { LookFailed } from "../reason.ts";
import type { HttpTrace } from "./trace.ts";

export interface Request {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Where the connection may go: the site, or the proxy. */
  readonly to: Destination;
  /** Set where `to` is a proxy: what it wants to hear about who asks. */
  readonly proxyHeaders: Readonly<Record<string, string>> | undefined;
  readonly tls: ConnectionOptions;
  /** Whether an answer with this status is a redirect to follow: its body is not read. */
  readonly redirects: (status: number) => boolean;
  /** Whether the body is wanted, or only its length. */
  readonly keepBody: boolean;
  /** The longest body that is read, in bytes as they come over the wire. */
  readonly longestBody: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends the request and reads the answer; `trace` learns each step. Rejects with `LookFailed`. */
export function exchange(request: Request, trace: HttpTrace, signal: AbortSignal): Promise<Answer> {
  const { url, to, proxyHeaders } = request;
  const { watch } = trace;
  const isTls = url.protocol === "https:";
  return hangingUp({ watch, isTls, signal }, ({ opened, done, fail }) => {
    begin();

    function begin(): void {
      watch.enter("connect");
      trace.tls = undefined;
      const socket = dial(to);
      opened.push(socket);
      socket.on("error", fail);
      socket.once("connect", () => {
        trace.family = familyOf(socket);
        if (!isTls) ask(socket);
        else if (proxyHeaders === undefined) handshake(socket);
        else tunnel(socket, proxyHeaders);
      });
    }

    function tunnel(through: Socket, headers: Readonly<Record<string, string>>): void {
      const target = `${url.hostname}:${portOf(url)}`;
      const asked = httpRequest({
        createConnection: () => through,
        method: "CONNECT",
        path: target,
        headers: { host: target, ...headers },
      });
      opened.push(asked);
      asked.on("error", fail);
      asked.on("connect", ({ statusCode = 0 }: IncomingMessage, raw: Socket) => {
        if (statusCode >= 200 && statusCode < 300) handshake(raw);
        else fail(new LookFailed({ code: "proxy", detail: `the proxy answered HTTP ${statusCode}` }));
      });
      asked.end();
    }

    function handshake(raw: Socket): void {
      watch.enter("tls");
      let over: TLSSocket;
      try {
        over = secure(raw, hostOf(url), request.tls);
      } catch (error) {
        // Certificates and keys that OpenSSL cannot read.
        fail(error);
        return;
      }
      opened.push(over);
      over.on("error", fail);
      over.once("secureConnect", () => {
        trace.tls = seenOf(over);
        ask(over);
      });
    }

    function ask(over: Socket): void {
      watch.enter("processing");
      const { href, host, pathname, search } = url;
      const absolute = proxyHeaders !== undefined && !isTls;
      const sent = httpRequest({
        createConnection: () => over,
        path: absolute ? href : `${pathname}${search}`,
        method: request.method,
        headers: { host, ...request.headers, ...(absolute ? proxyHeaders : {}), connection: "close" },
      });
      opened.push(sent);
      sent.on("error", fail);
      sent.on("response", hear);
      sent.end(request.body);
    }

    function hear(response: IncomingMessage): void {
      watch.enter("transfer");
      const status = response.statusCode ?? 0;
      const { headers } = response;
      trace.status = status;
      trace.version = Number(response.httpVersion);
      trace.contentLength = /^\d+$/.test(headers["content-length"] ?? "")
        ? Number(headers["content-length"])
        : -1;
      trace.bodyBytes = 0;
      const chunks: Buffer[] = [];
      const finish = (): void => done({ status, headers, body: Buffer.concat(chunks) });
      response.on("error", fail);
      if (request.redirects(status) && headers.location !== undefined) {
        finish();
        return;
      }
      response.on("data", (chunk: Buffer) => {
        trace.bodyBytes += chunk.length;
        if (trace.bodyBytes > request.longestBody) fail(answerTooLarge(request.longestBody));
        else if (request.keepBody) chunks.push(chunk);
      });
      response.on("end", finish);
    }
  });
}

/** The host of a URL without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** What a look fails with whose answer is longer than it may be. */
export function answerTooLarge(longest: number): LookFailed {
  return new LookFailed({ code: "answer_too_large", detail: `more than ${longest} bytes` });
}
