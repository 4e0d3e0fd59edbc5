/**
 * WeCom's own client, as far as we use it, loaded only when it is needed. It keeps the socket, the subscription, the
 * heartbeat and the acknowledgements; what it says for its log names people and secrets, and is not passed on as it is.
 */
import type { Clock } from "../../../storage/clock.ts";
import type { Log } from "../../../storage/log.ts";
import { tunnelTo } from "../../http-client/tunnel.ts";

/** What a callback is answered by. */
interface Head {
  readonly headers: { readonly req_id: string };
}

type Body = Readonly<Record<string, unknown>>;

/** The client's events that we listen to. */
interface ClientEvents {
  /** The socket is open; nothing may be said yet. */
  connected(): void;
  /** Subscribed: now it may. */
  authenticated(): void;
  disconnected(reason: string): void;
  error(error: Error): void;
  message(frame: unknown): void;
  event(frame: unknown): void;
}

export interface Client {
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEvents[Name]): unknown;
  removeAllListeners(): unknown;
  connect(): unknown;
  /** Ends the socket and every attempt to open one. */
  disconnect(): void;
  sendMessage(chatid: string, body: Body): Promise<unknown>;
  reply(to: Head, body: Body, cmd: string): Promise<unknown>;
  uploadMedia(bytes: Buffer, about: { type: MediaKind; filename: string }): Promise<{ media_id: string }>;
}

export type MediaKind = "file" | "image" | "voice" | "video";

/** How long things take, in milliseconds. */
export interface Pace {
  /** Between two heartbeats; two that are not answered end the connection with the third. WeCom advises 30 s. */
  readonly heartbeatMs: number;
  /** Before the first new connection; it doubles to 30 s. */
  readonly reconnectMs: number;
  /** A socket that does not come to be open within this is given up. */
  readonly handshakeMs: number;
}

export interface ClientOptions {
  readonly botId: string;
  readonly secret: string;
  readonly wsUrl: string;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes a client; it does nothing until it is told to connect. */
export async function makeClient({ botId, secret, wsUrl, pace, clock, log }: ClientOptions): Promise<Client> {
  const { WSClient } = await import("@wecom/aibot-node-sdk");
  const over = new AbortController();
  const { handshakeMs } = pace;
  const agent = tunnelTo(new URL(wsUrl), { clock, limitMs: handshakeMs, signal: over.signal });

  class Ending extends WSClient {
    /** Of a proxy that has not let it through yet, the socket does not know. */
    override disconnect(): void {
      super.disconnect();
      over.abort();
    }
  }

  const client = new Ending({
    botId,
    secret,
    wsUrl,
    heartbeatInterval: pace.heartbeatMs,
    reconnectInterval: pace.reconnectMs,
    // For ever: ten attempts, as it is without, are three minutes.
    maxReconnectAttempts: -1,
    // Not at once, and not by itself: subscribing is limited, and whoever is evicted must not fight.
    maxAuthFailureAttempts: 0,
    wsOptions: { handshakeTimeout: handshakeMs, ...(agent === undefined ? {} : { agent }) },
    logger: discreet(log, [secret, botId]),
  });
  // Its types know fewer bodies than the platform takes, `chat_type` for one.
  return client as unknown as Client;
}

/** Long enough for a sentence, too short for a message's body. */
const LONGEST_LINE = 160;

/**
 * A log for the client. Only the sentences, at the lowest level: what matters is logged by us. Whole frames, which it
 * gives as arguments or at its own debug level, are left out, since they hold what people said and the addresses by
 * which anybody could answer.
 */
function discreet(log: Log, secrets: readonly string[]): Lines {
  const line = (message: unknown): void => {
    const words = secrets
      .reduce(
        (text, secret) => (secret === "" ? text : text.replaceAll(secret, "[redacted]")),
        String(message),
      )
      .replace(/\b(?:https?|wss?):\/\/\S+/g, "[address]")
      .replace(/[[{].*/s, "…");
    log.debug({ from: "wecom" }, words.slice(0, LONGEST_LINE));
  };
  return { debug() {}, info: line, warn: line, error: line };
}

interface Lines {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
