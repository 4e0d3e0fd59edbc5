/** A bare client for tests of the fake itself: plain requests and plain frames, no SDK. */
import { createHmac } from "node:crypto";
import { WebSocket } from "ws";
import { CARD_TOPIC, ROBOT_TOPIC } from "./deliveries.ts";
import type { FakeDingTalk } from "./index.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations on them.
export type Json = any;

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly body: Json;
}

/** Sends a request; JSON unless the body is something else already. */
export async function call(
  url: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const isRaw = typeof body === "string" || body instanceof FormData || body === undefined;
  const type: Record<string, string> = body instanceof FormData ? {} : { "content-type": "application/json" };
  const response = await fetch(url, {
    method,
    headers: { accept: "application/json", ...type, ...headers },
    ...(body === undefined ? {} : { body: isRaw ? (body as string | FormData) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text,
    body: text.startsWith("{") ? JSON.parse(text) : undefined,
  };
}

export async function accessToken(fake: FakeDingTalk): Promise<string> {
  const { DINGTALK_CLIENT_ID: appKey, DINGTALK_CLIENT_SECRET: appSecret } = fake.environment;
  const { body } = await call(`${fake.apiBase}/v1.0/oauth2/accessToken`, "POST", { appKey, appSecret });
  return body.accessToken;
}

/** Calls the OpenAPI with a fresh token. */
export async function api(
  fake: FakeDingTalk,
  method: string,
  path: string,
  body: unknown,
): Promise<Answered> {
  const headers = { "x-acs-dingtalk-access-token": await accessToken(fake) };
  return call(`${fake.apiBase}${path}`, method, body, headers);
}

const SUBSCRIPTIONS = [
  { type: "CALLBACK", topic: ROBOT_TOPIC },
  { type: "CALLBACK", topic: CARD_TOPIC },
];

/** Asks the gateway for a connection. */
export function askGateway(
  fake: FakeDingTalk,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const { DINGTALK_CLIENT_ID: clientId, DINGTALK_CLIENT_SECRET: clientSecret } = fake.environment;
  const body = { clientId, clientSecret, subscriptions: SUBSCRIPTIONS, ua: "test/1", ...more };
  return call(`${fake.apiBase}/v1.0/gateway/connections/open`, "POST", body, headers);
}

export interface Frame {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it came: a string. */
  readonly data: string;
}

export interface TestLine {
  readonly socket: WebSocket;
  /** Every text that came. */
  readonly texts: readonly string[];
  readonly frames: readonly Frame[];
  /** Resolves with the frame of that number, once it has come. */
  frame(index: number): Promise<Frame>;
  ack(frame: Frame, response?: unknown): void;
  readonly closed: Promise<number>;
}

/** Dials an endpoint; rejects with the status when it is refused. */
export function dial(url: string): Promise<TestLine> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const texts: string[] = [];
    const frames: Frame[] = [];
    let wake: () => void = () => {};
    const closed = new Promise<number>((done) => socket.on("close", done));
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, response) =>
      reject(new Error(`HTTP ${response.statusCode}`)),
    );
    socket.on("message", (bytes) => {
      texts.push(String(bytes));
      try {
        frames.push(JSON.parse(String(bytes)) as Frame);
      } catch {
        // A malformed frame is among the texts only.
      }
      wake();
    });
    const line: TestLine = {
      socket,
      texts,
      frames,
      closed,
      async frame(index) {
        for (;;) {
          const found = frames[index];
          if (found !== undefined) return found;
          await new Promise<void>((done) => {
            wake = done;
          });
        }
      },
      ack(frame, response = null) {
        const headers = { contentType: "application/json", messageId: frame.headers["messageId"] };
        socket.send(
          JSON.stringify({ code: 200, headers, message: "OK", data: JSON.stringify({ response }) }),
        );
      },
    };
    socket.on("open", () => resolve(line));
  });
}

/** Opens a Stream connection as the protocol says. */
export async function connect(fake: FakeDingTalk, more: object = {}): Promise<TestLine> {
  const { body } = await askGateway(fake, more);
  return dial(`${body.endpoint}?ticket=${encodeURIComponent(body.ticket)}`);
}

/** The query that a custom robot with a secret wants. */
export function signature(secret: string, at: number): string {
  const sign = createHmac("sha256", secret).update(`${at}\n${secret}`).digest("base64");
  return `timestamp=${at}&sign=${encodeURIComponent(sign)}`;
}
