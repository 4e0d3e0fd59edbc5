/** Requests in, answers out: one table of routes per host, the log of everything that came, and faults on purpose. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { World } from "./world.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
  readonly address: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: string | Buffer | object;
}

export type Handle = (call: Call) => Answer | Promise<Answer>;
/** By `METHOD /path`, or by path alone for any method. */
export type Routes = Readonly<Record<string, Handle>>;

/**
 * What goes wrong. `hang` takes the request and never answers, `reset` breaks the connection off, `lost` carries the
 * request out and breaks off the answer; else this is answered and nothing carried out.
 */
export type Fault = "hang" | "reset" | "lost" | Answer;

/** One request as it came, and what it was answered. */
export interface Logged {
  readonly at: number;
  /** `api` or `oapi`. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** With the question mark; empty without a query. */
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** 0 while it hangs or when it was broken off. */
  status: number;
  answer: string;
}

export interface Faults {
  /** The next `times` requests whose path begins so fare like this. Gives back what ends it early. */
  fail(path: string, how: Fault, times?: number): () => void;
  /** Ends all faults of requests. */
  heal(): void;
  take(path: string): Fault | undefined;
}

export function openFaults(): Faults {
  let rules: { readonly path: string; readonly how: Fault; times: number }[] = [];
  return {
    fail(path, how, times = 1) {
      const rule = { path, how, times };
      rules.push(rule);
      return () => {
        rules = rules.filter((other) => other !== rule);
      };
    },
    heal() {
      rules = [];
    },
    take(path) {
      const rule = rules.find((one) => one.times > 0 && path.startsWith(one.path));
      if (rule === undefined) return undefined;
      rule.times -= 1;
      return rule.how;
    },
  };
}

/** A page of HTML as a proxy in the way answers. */
export function htmlAnswer(status: number): Answer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`,
  };
}

export interface HostOptions {
  readonly name: string;
  readonly world: World;
  readonly routes: Routes;
  readonly faults: Faults;
  readonly requests: Logged[];
  /** For what no route takes. */
  readonly otherwise: Handle;
  /** Paths that are not logged and never fail: the page's own. */
  readonly isOwn?: (path: string) => boolean;
}

export interface Host {
  readonly server: Server;
  readonly port: number;
  listen(port: number, address: string): Promise<void>;
  /** Stops listening and breaks every connection. */
  stop(): Promise<void>;
}

const MOST_BYTES = 30 * 1024 * 1024;

export function openHost(options: HostOptions): Host {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void serve(options, request, response).catch(() => response.destroy());
  });
  let port = 0;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  return {
    server,
    get port() {
      return port;
    },
    listen: (wanted, address) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(wanted, address, () => {
          server.off("error", reject);
          port = (server.address() as AddressInfo).port;
          resolve();
        });
      }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  options: HostOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, name, faults } = options;
  const url = new URL(request.url ?? "/", "http://fake");
  const body = await read(request);
  const call: Call = {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    text: body.toString(),
    address: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
  };
  const isLogged = options.isOwn?.(call.path) !== true;
  const logged: Logged = {
    at: world.clock.now(),
    host: name,
    method: call.method,
    path: call.path,
    query: url.search,
    headers: call.headers,
    body:
      call.headers["content-type"]?.startsWith("multipart/") === true ? `(${body.length} bytes)` : call.text,
    status: 0,
    answer: "",
  };
  if (isLogged) options.requests.push(logged);
  const fault = isLogged ? faults.take(call.path) : undefined;
  if (fault === "hang") return world.changed();
  if (fault === "reset") {
    request.socket.resetAndDestroy();
    return world.changed();
  }
  const handle =
    options.routes[`${call.method} ${call.path}`] ?? options.routes[call.path] ?? options.otherwise;
  const answer = typeof fault === "object" ? fault : await handle(call);
  const bytes = bytesOf(answer.body);
  logged.status = fault === "lost" ? 0 : answer.status;
  logged.answer = isText(answer) ? bytes.toString() : `(${bytes.length} bytes)`;
  if (fault === "lost") request.socket.resetAndDestroy();
  else {
    const type =
      typeof answer.body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
    response.writeHead(answer.status, { "content-type": type, ...answer.headers });
    response.end(bytes);
  }
  if (isLogged) world.changed();
}

function bytesOf(body: Answer["body"]): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function isText(answer: Answer): boolean {
  return !Buffer.isBuffer(answer.body);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON object of a body; undefined when it is none. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string that says something; undefined for everything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
