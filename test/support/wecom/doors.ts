/** The HTTP side: requests read whole, answered by a table of doors, recorded with secrets blanked. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { masked } from "./record.ts";
import type { World } from "./world.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly type: string;
  readonly host: string;
  readonly bytes: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON. */
  readonly body: string | Buffer | object;
}

/** `undefined`: this is not its door. */
export type Door = (asked: Asked) => Reply | undefined | Promise<Reply | undefined>;

const LARGEST_BODY = 64 * 1024 * 1024;

/** Whether a request is one of the page's own, which nobody wants to read about. */
function isPage(path: string): boolean {
  return path === "/" || path.startsWith("/fake/");
}

export function createDoors(
  world: World,
  doors: readonly Door[],
): (request: IncomingMessage, response: ServerResponse) => void {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const asked: Asked = {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      type: request.headers["content-type"] ?? "",
      host: request.headers.host ?? "",
      bytes: await whole(request),
    };
    const fate = isPage(asked.path) ? "answer" : world.faults.http(asked.path);
    let reply: Reply = { status: 404, body: "not found" };
    if (typeof fate === "object") reply = { status: fate.status, body: fate.body ?? "" };
    else if (fate === "answer" || fate === "lost") reply = (await firstAnswer(doors, asked)) ?? reply;
    const { status = 200, body } = reply;
    const isBare = typeof body === "string" || Buffer.isBuffer(body);
    const text = isBare ? body : JSON.stringify(body);
    const isAnswered = fate === "answer" || typeof fate === "object";
    if (!isPage(asked.path)) record(asked, request.url ?? "/", status, isAnswered ? text : undefined);
    if (fate === "hang") return;
    if (!isAnswered) {
      request.socket.destroy();
      return;
    }
    const type = reply.type ?? (isBare ? "text/plain; charset=utf-8" : "application/json; charset=UTF-8");
    response.writeHead(status, {
      "content-type": type,
      ...reply.headers,
      ...(typeof fate === "object" ? fate.headers : {}),
    });
    response.end(text);
  }

  function record(asked: Asked, url: string, status: number, answer: string | Buffer | undefined): void {
    const said = typeof answer === "string" ? answer : undefined;
    world.requests.push({
      at: world.clock.now(),
      method: asked.method,
      path: asked.path,
      url: masked(url),
      text: asked.type.startsWith("multipart/")
        ? `${asked.bytes.length} bytes of a form`
        : masked(asked.bytes.toString()),
      status,
      answer: said === undefined ? undefined : masked(said),
      errcode: errcodeIn(said),
    });
    world.changed();
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) return;
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end(String(error));
    });
  };
}

async function firstAnswer(doors: readonly Door[], asked: Asked): Promise<Reply | undefined> {
  for (const door of doors) {
    const reply = await door(asked);
    if (reply !== undefined) return reply;
  }
  return undefined;
}

async function whole(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > LARGEST_BODY) throw new Error("the body is too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function errcodeIn(text: string | undefined): number | undefined {
  const found = /"errcode":(-?\d+)/.exec(text ?? "");
  return found === null ? undefined : Number(found[1]);
}
