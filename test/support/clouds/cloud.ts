/** What the fakes of both clouds have in common: they check who asks, take what fits, and fail as they are told. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { serveHttp } from "../web-server.ts";

/** What is answered instead: a code of the cloud, another status, nothing, half of it; "late" takes it and never says so. */
export type CloudTrick = string | { readonly status: number } | "hang" | "late" | "reset";

/** A message or a call that was taken. */
export interface Taken {
  readonly action: string;
  readonly phone: string;
  readonly template: string;
  readonly sign: string;
  /** By name, or by place from "1". */
  readonly params: Readonly<Record<string, string>>;
  readonly request: Readonly<Record<string, unknown>>;
}

export interface FakeCloud {
  readonly url: string;
  readonly taken: readonly Taken[];
  /** Requests of any kind so far. */
  readonly asked: { count: number };
  /** What the next requests are answered; undefined: as the rules say. */
  trick: CloudTrick | undefined;
  heard(count: number): Promise<void>;
  /** Connections open now. */
  open(): number;
  close(): Promise<void>;
}

/** Answers one request: what was taken, or the code of the refusal with its status. */
export type Judge = (
  request: IncomingMessage,
  body: string,
) => { readonly taken: Taken } | { readonly code: string; readonly status?: number };

/** The body of an answer, by the cloud's manner. */
export interface Manner {
  yes(taken: Taken, serial: number): object;
  no(code: string, message: string): object;
}

export async function openCloud(judge: Judge, { yes, no }: Manner): Promise<FakeCloud> {
  const taken: Taken[] = [];
  const asked = { count: 0 };
  const waiting = new Set<() => void>();

  function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    asked.count++;
    const { trick } = cloud;
    if (trick === "hang") return;
    if (trick === "reset") return void response.socket?.resetAndDestroy();
    const say = (status: number, what: object): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(what));
    };
    if (typeof trick === "object") return void response.writeHead(trick.status).end("<html>busy</html>");
    const judged = judge(request, body);
    if ("code" in judged) say(judged.status ?? 200, no(judged.code, `refused: ${body}`));
    else if (trick !== undefined && trick !== "late") say(200, no(trick, `told to: ${body}`));
    else {
      taken.push(judged.taken);
      for (const look of waiting) look();
      if (trick !== "late") say(200, yes(judged.taken, taken.length));
    }
  }

  const listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  const cloud: FakeCloud = {
    url: listening.url,
    taken,
    asked,
    trick: undefined,
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (taken.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    open: () => listening.open(),
    close: () => listening.close(),
  };
  return cloud;
}

/** A template: its text, in which `${name}` or `{1}` stands for a variable. */
export type Templates = Readonly<Record<string, readonly string[]>>;

/** What no cloud takes in a variable: a link, a domain, an address. */
export function isLink(text: string): boolean {
  return /https?:\/\/|www\.|\b[\w-]+\.(?:com|cn|net|org|example|io)\b|\b\d+\.\d+\.\d+\.\d+\b/i.test(text);
}
