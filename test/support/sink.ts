/** A receiver of webhooks on loopback that answers as it is told, and remembers what it was given. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { type Listening, serveHttp } from "./web-server.ts";

/** What came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it stood on the wire. */
  readonly text: string;
  /** Whether it was answered as taken. */
  readonly taken: boolean;
  readonly at: number;
}

/** How to answer. `hang` never does, `reset` breaks the connection off, `lost` takes it and breaks off the answer. */
export type Answer =
  | "ok"
  | "hang"
  | "reset"
  | "lost"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export const refusing = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
});
export const errcode = (code: number): Answer => ({
  status: 200,
  body: JSON.stringify({ errcode: code, errmsg: "no" }),
});

export interface Sink {
  readonly url: string;
  readonly received: readonly Received[];
  /** From now on, what is answered; by path if it cares. */
  answer: (path: string) => Answer;
  /** The bodies that were taken on a path, parsed. */
  taken<T = Record<string, unknown>>(path?: string): T[];
  close(): Promise<void>;
}

/** Opens one; it takes everything until told otherwise. */
export async function openSink(): Promise<Sink> {
  const received: Received[] = [];
  const listening: Listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      const answer = sink.answer(path);
      received.push({
        path,
        headers: request.headers,
        text: Buffer.concat(chunks).toString(),
        taken: isTaken(answer),
        at: performance.now(),
      });
      give(response, answer);
    });
  });
  const sink: Sink = {
    url: listening.url,
    received,
    answer: () => "ok",
    taken: <T>(path?: string) =>
      received
        .filter((one) => one.taken && (path === undefined || one.path === path))
        .map(({ text }) => JSON.parse(text) as T),
    close: () => listening.close(),
  };
  return sink;
}

function isTaken(answer: Answer): boolean {
  if (answer === "ok" || answer === "lost") return true;
  if (typeof answer === "string") return false;
  return answer.status < 300 && !(answer.body ?? "").includes('"errcode":');
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") return;
  if (answer === "reset" || answer === "lost") {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers = {}, body = "" } = answer === "ok" ? { status: 200 } : answer;
  response.writeHead(status, headers);
  response.end(body);
}
