/** A client of DingTalk in front of a server that answers as the test says, on a clock that the test moves. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { SendError } from "../../../../alerts/channel.ts";
import { type DingTalkApi, openDingTalkApi } from "../../../../bot/dingtalk/api/api.ts";
import { FREE_LIMITS, freshMonth, useOf } from "../../../../bot/dingtalk/api/quota-use.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { serveHttp } from "../../../support/web-server.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
  /** Instead of all else. */
  readonly raw?: (response: ServerResponse) => void;
}

export interface ApiBench {
  readonly api: DingTalkApi;
  readonly clock: FakeClock;
  readonly url: string;
  /** What was asked but for tokens, in order. */
  readonly asked: Asked[];
  /** How often a token was asked for. */
  tokens(): number;
  /** Kinds of calls that were counted. */
  readonly counted: string[];
  close(): Promise<void>;
}

export const CLIENT_ID = "dingbench";
export const CLIENT_SECRET = "client-secret-of-the-bench";
/** The n-th token, from 1. */
export const tokenOf = (n: number): string => `access-token-${n}-of-the-bench`;
export const never = new AbortController().signal;

const newToken = (n: number): Reply => ({ body: { accessToken: tokenOf(n), expireIn: 7200 } });

/**
 * Opens one; `reply` answers what is asked, `token` the n-th request for a token. `base` is where the client believes
 * DingTalk to be; at the server itself unless said.
 */
export async function openApiBench(
  reply: (asked: Asked, n: number) => Reply,
  token: (n: number, asked: Asked) => Reply = newToken,
  base?: string | ((port: number) => string),
): Promise<ApiBench> {
  const asked: Asked[] = [];
  const counted: string[] = [];
  let tokens = 0;
  const listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
      const isToken = path === "/v1.0/oauth2/accessToken";
      if (!isToken) asked.push(one);
      const answer = isToken ? token(++tokens, one) : reply(one, asked.length);
      if (answer.raw !== undefined) return answer.raw(response);
      const body = answer.body ?? {};
      response
        .writeHead(answer.status ?? 200, answer.headers)
        .end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  const clock = new FakeClock();
  const url = (typeof base === "function" ? base(listening.port) : base) ?? listening.url;
  const api = openDingTalkApi({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    apiBase: url,
    oapiBase: url,
    clock,
    quota: {
      spent: (_, kind) => void counted.push(kind),
      use: (at) => useOf(freshMonth(at), FREE_LIMITS),
    },
  });
  return {
    api,
    clock,
    url: listening.url,
    asked,
    counted,
    tokens: () => tokens,
    close: () => listening.close(),
  };
}

/** What a promise was rejected with, if that is a SendError. */
export async function refusalOf(promise: Promise<unknown>): Promise<SendError> {
  const error = await promise.then(
    () => new Error("it was not refused"),
    (e: unknown) => e,
  );
  if (!(error instanceof SendError)) throw error;
  return error;
}

/** Message, stack and fields of an error and of all that caused it. */
export function everyWordOf(error: unknown): string {
  const words: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause)
    words.push(one.message, one.stack ?? "", JSON.stringify(one));
  return words.join("\n");
}
