/** One connection from its opening to its end. Whatever came over it is answered over it, and over no other. */
import { setMaxListeners } from "node:events";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { tunnelTo } from "../../http-client/tunnel.ts";
import { createClient, type Kind, OPEN } from "./client.ts";
import { type Frame, messageIdOf } from "./frame.ts";
import { askGateway } from "./gateway.ts";

/** The way back for one frame. */
export interface Reply {
  /** Says yes to the frame; false when the connection is gone. */
  (response: unknown): boolean;
  /** Aborts when the connection is over. */
  readonly gone: AbortSignal;
}

export interface ConnectionOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiBase: string;
  readonly clock: Clock;
  random(): number;
  /** Deals with a frame and replies; never rejects. */
  take(kind: Kind, frame: Frame, reply: Reply): Promise<void>;
  /** A frame that could not be read at all. */
  unreadable(): void;
}

/** How it came to its end, or is about to: asked to leave by DingTalk, closed by whom ever, or silent. */
export type Parting = "leave" | "closed" | "silent" | "stopped";

export interface Connection {
  /** Whether something can be sent. */
  isOpen(): boolean;
  /** The first that happens. After `leave` it is still open for a while, but brings nothing new. */
  readonly parting: Promise<Parting>;
  /** Aborts when it is over. */
  readonly gone: AbortSignal;
  /** Closes it as soon as what came over it is answered, or cannot be in time any more. */
  retire(): Promise<void>;
}

/** Each of the two steps of an opening. */
const STEP_MS = 10_000;
/** Our own ping: between one and one and a half of this. A line that is cut somewhere is silent and never closes. */
const PING_MS = 20_000;
const PONG_MS = 10_000;
const LAST_LOOK_MS = 1_000;
/** So many frames are dealt with at once; the rest waits in the socket. */
const MOST_AT_ONCE = 256;
/** Answers that DingTalk does not read; it is no connection any more. */
const MOST_UNSENT = 1024 * 1024;
/** As long as DingTalk waits for an answer. */
const ANSWER_MS = 3_000;
const NORMAL_CLOSURE = 1000;

/** Opens one; rejects with a SendError. `stop` ends it in every phase. */
export async function connect(options: ConnectionOptions, stop: AbortSignal): Promise<Connection> {
  const { clock, random } = options;
  const life = new AbortController();
  // One listener for every press that waits for an answer.
  setMaxListeners(0, life.signal);
  let part: (why: Parting) => void = () => {};
  const parting = new Promise<Parting>((resolve) => {
    part = resolve;
  });
  let busy = 0;
  let paused = false;
  let alive = true;
  let idle: () => void = () => {};

  const client = await createClient({
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    askGateway: (subscriptions, ua) => {
      const { clientId, clientSecret } = options;
      const request = { clientId, clientSecret, ua, subscriptions };
      return askGateway(options.apiBase, request, clock.now, life.signal);
    },
    agentTo: (address) => tunnelTo(new URL(address), { clock, limitMs: STEP_MS, signal: life.signal }),
    take: (kind, frame) => void take(kind, frame),
    leave: () => part("leave"),
    closed: () => end("closed"),
    unreadable: () => options.unreadable(),
  });

  function end(why: Parting): void {
    if (life.signal.aborted) return;
    stop.removeEventListener("abort", onStop);
    part(why);
    life.abort();
    const socket = client.webSocket;
    // The word of parting leaves at once or not at all; nobody waits for the other side's.
    if (socket?.readyState === OPEN) socket.close(NORMAL_CLOSURE);
    socket?.terminate();
  }
  const onStop = (): void => end("stopped");

  function isOpen(): boolean {
    return !life.signal.aborted && client.webSocket?.readyState === OPEN;
  }

  async function take(kind: Kind, frame: Frame): Promise<void> {
    const messageId = messageIdOf(frame);
    const send = (response: unknown): boolean => {
      if (messageId === undefined || !isOpen()) return false;
      client.socketCallBackResponse(messageId, response);
      if ((client.webSocket?.bufferedAmount ?? 0) > MOST_UNSENT) end("silent");
      return isOpen();
    };
    busy += 1;
    if (busy >= MOST_AT_ONCE && !paused) {
      paused = true;
      client.webSocket?.pause();
    }
    await options.take(kind, frame, Object.assign(send, { gone: life.signal }));
    busy -= 1;
    if (busy <= MOST_AT_ONCE / 2 && paused) {
      paused = false;
      client.webSocket?.resume();
      // A pong may be far behind in what has waited.
      alive = true;
    }
    if (busy === 0) idle();
  }

  /** Does one step of the opening, for as long as it may take. */
  async function step(work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const limit = clock.sleep(STEP_MS, done.signal).then(() => {
      if (!done.signal.aborted) throw new SendError("no answer in time", { next: "retry", code: "timeout" });
    });
    try {
      await Promise.race([work, limit]);
    } catch (error) {
      end("closed");
      throw failureOf(error);
    } finally {
      done.abort();
    }
    if (life.signal.aborted) throw new SendError("stopped", { next: "retry", code: "aborted" });
  }

  /** Only a pong counts: a line may be cut in one direction, and then nothing that we answer arrives. */
  async function watchPulse(): Promise<void> {
    client.webSocket?.on("pong", () => {
      alive = true;
    });
    while (!life.signal.aborted) {
      await clock.sleep(PING_MS + random() * (PING_MS / 2), life.signal);
      alive = false;
      if (isOpen()) client.webSocket?.ping();
      await clock.sleep(PONG_MS, life.signal);
      // A machine that was held up wakes to its timers first, and reads what has long been there after that.
      await clock.sleep(LAST_LOOK_MS, life.signal);
      // While we do not read, there is nothing to be heard.
      if (!alive && !paused) end("silent");
    }
  }

  if (stop.aborted) throw new SendError("stopped", { next: "retry", code: "aborted" });
  stop.addEventListener("abort", onStop, { once: true });
  await step(client.getEndpoint());
  await step(client._connect());
  void watchPulse();

  return {
    isOpen,
    parting,
    gone: life.signal,
    async retire() {
      if (busy > 0)
        await Promise.race([
          new Promise<void>((resolve) => {
            idle = resolve;
          }),
          clock.sleep(ANSWER_MS, life.signal),
        ]);
      end("closed");
    },
  };
}

/** What a socket says of an upgrade that was refused: `Unexpected server response: 403`. */
function failureOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  const status = error instanceof Error ? /response: (\d{3})$/.exec(error.message)?.[1] : undefined;
  const own =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "network";
  const code = status === undefined ? own : `upgrade ${status}`;
  return new SendError(`the socket was refused (${code})`, { next: "retry", code });
}
