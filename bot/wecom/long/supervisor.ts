/**
 * Keeps one connection alive. The client opens a new socket by itself when one breaks; what it cannot judge ends its
 * life here, and another client begins one: a lost subscription, a subscription that nobody answers, a wrong secret, a
 * twin. A life is never begun before the last is over, and after a twin has come not soon.
 */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Log } from "../../../storage/log.ts";
import { WRONG_CREDENTIALS } from "../errcodes.ts";
import type { Client } from "./client.ts";
import { readEvent } from "./frames.ts";
import { broken, type End, type LinkState, patienceFor, standingAfter, waitAfter } from "./state.ts";

export interface SupervisorOptions {
  make(): Promise<Client>;
  message(frame: unknown): void;
  event(frame: unknown): void;
  /** Subscribed anew: what was to be answered on the session before cannot be any more. */
  subscribed(): void;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1, so that many do not come back together. */
  random(): number;
}

export interface Supervisor {
  start(): void;
  stop(): Promise<void>;
  state(): LinkState;
  /** Ends the connection and opens another one at once, whatever it waits for. */
  reconnect(): void;
  /** The client was told that it is not subscribed. */
  unsubscribed(client: Client): void;
  /** The client, once it may be used; waits a little for it, and rejects with a SendError when there is none. */
  ready(signal: AbortSignal): Promise<Client>;
}

/** Subscribing takes half a second; without an answer for this long there will be none. */
const SUBSCRIBE_MS = 10_000;
/** A connection that breaks sooner after it was subscribed is a bad one, */
const STEADY_MS = 30_000;
/** and after so many bad ones in a row the client does not open the next by itself: subscribing is limited. */
const MOST_BAD = 3;
/** What is to be said waits so long for a connection that is being made. */
const READY_MS = 5_000;

export function supervise(options: SupervisorOptions): Supervisor {
  const { make, clock, log, random } = options;
  const halt = new AbortController();
  let state: LinkState = { is: "off", since: clock.now() };
  let change = new AbortController();
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  /** The life under way. */
  let now: { readonly client: Client; end(end: End): void } | undefined;
  let readySince: number | undefined;
  /** How the last life ended and how often in a row, and whether it was logged. */
  let last: { readonly is: string; readonly times: number } | undefined;

  function stand(next: Omit<LinkState, "since">): void {
    const since = next.is === state.is ? state.since : clock.now();
    state = { ...next, since };
    change.abort("changed");
    change = new AbortController();
  }

  /** One client from its beginning to its end. */
  async function live(): Promise<End> {
    stand({ is: "connecting" });
    let client: Client;
    try {
      client = await make();
    } catch (error) {
      log.error({ err: error }, "WeCom's client could not be made");
      return { is: "failed" };
    }
    if (halt.signal.aborted) return { is: "stopped" };
    const over = new AbortController();
    try {
      return await new Promise<End>((resolve) => {
        const end = (how: End): void => {
          // At once: whoever asks in the same breath must not be given a client that is over.
          now = undefined;
          over.abort();
          resolve(how);
        };
        now = { client, end };
        listen(client, end, over.signal);
        client.connect();
      });
    } finally {
      client.removeAllListeners();
      client.disconnect();
    }
  }

  function listen(client: Client, end: (end: End) => void, over: AbortSignal): void {
    let answered = new AbortController();
    client.on("connected", () => {
      answered = new AbortController();
      const signal = AbortSignal.any([answered.signal, over]);
      void clock.sleep(SUBSCRIBE_MS, signal).then(() => {
        if (!signal.aborted) end({ is: "mute" });
      });
    });
    client.on("authenticated", () => {
      answered.abort();
      readySince = clock.now();
      options.subscribed();
      stand({ is: "ready" });
      log.info({}, "connected to WeCom");
    });
    let trouble: string | undefined;
    let bad = 0;
    client.on("disconnected", () => {
      answered.abort();
      if (over.aborted) return;
      if (state.is === "ready") bad = clock.now() - (readySince ?? 0) < STEADY_MS ? bad + 1 : 0;
      if (bad >= MOST_BAD) end({ is: "unstable" });
      else if (state.is === "ready" || state.is === "connecting") {
        log.warn(
          trouble === undefined ? {} : { code: trouble },
          "there is no connection to WeCom; it is tried again",
        );
        stand({ is: "waiting", reason: broken(trouble) });
      }
      trouble = undefined;
    });
    client.on("error", (error) => {
      trouble = troubleOf(error);
      const denied = /^Authentication failed: .*\(code: (-?\d+|undefined)\)$/s.exec(error.message);
      if (denied !== null) end({ is: "denied", code: denied[1] ?? "" });
    });
    client.on("message", options.message);
    client.on("event", (frame) => {
      if (readEvent(frame, 0)?.is === "evicted") end({ is: "evicted" });
      else options.event(frame);
    });
  }

  async function run(): Promise<void> {
    while (!halt.signal.aborted) {
      wake = new AbortController();
      const end = await live();
      const waitMs = afterwards(end);
      stand(standingAfter(end));
      if (waitMs > 0) await clock.sleep(waitMs, AbortSignal.any([halt.signal, wake.signal]));
    }
    stand({ is: "off" });
  }

  /** Says in the log what happened, once for a row of the same, and gives the wait. */
  function afterwards(end: End): number {
    const patience = patienceFor(end);
    const held = readySince === undefined ? 0 : clock.now() - readySince;
    readySince = undefined;
    if (patience === undefined) return 0;
    const kind = end.is === "denied" ? end.code : end.is;
    const again = last?.is === kind && held < patience.heldMs;
    const times = again ? (last?.times ?? 0) + 1 : 0;
    last = { is: kind, times };
    const waitMs = waitAfter(patience, times, random());
    report(end, waitMs, again);
    return waitMs;
  }

  function report(end: End, waitMs: number, again: boolean): void {
    const fields = { nextAttemptMs: waitMs };
    if (end.is === "evicted")
      log.error(fields, "ANOTHER PROGRAM CONNECTED AS THE SAME WECOM BOT and took this connection's place");
    else if (end.is === "unsubscribed")
      log.warn(fields, "the WeCom connection was open but no longer subscribed (846609)");
    else if (end.is === "unstable")
      log.warn(fields, "the WeCom connection breaks again as soon as it is subscribed");
    else if (end.is === "mute") log.warn(fields, "WeCom did not answer the subscription");
    else if (end.is === "denied" && !again) {
      const words =
        end.code === WRONG_CREDENTIALS
          ? "WeCom does not accept WECOM_BOT_ID and WECOM_BOT_SECRET"
          : "WeCom refused the subscription";
      log.error({ ...fields, code: end.code }, words);
    }
  }

  async function ready(signal: AbortSignal): Promise<Client> {
    for (;;) {
      if (signal.aborted)
        throw new SendError("broken off before it was sent", { next: "retry", code: "aborted" });
      if (state.is === "ready" && now !== undefined) return now.client;
      if (state.is === "off" || state.is === "refused" || state.is === "evicted") throw notReady();
      const changed = change.signal;
      await clock.sleep(READY_MS, AbortSignal.any([changed, signal]));
      if (!changed.aborted && !signal.aborted) throw notReady();
    }
  }

  function notReady(): SendError {
    const code = state.is === "refused" ? WRONG_CREDENTIALS : state.is;
    return new SendError(`there is no connection to WeCom now: ${state.reason?.en ?? state.is}`, {
      next: "retry",
      code,
    });
  }

  return {
    ready,
    state: () => state,
    start() {
      if (running !== undefined) throw new Error("the connection to WeCom is started already");
      running = run();
    },
    async stop() {
      halt.abort();
      now?.end({ is: "stopped" });
      await running;
    },
    reconnect() {
      wake.abort();
      now?.end({ is: "told" });
    },
    unsubscribed(client) {
      if (now?.client === client) now.end({ is: "unsubscribed" });
    },
  };
}

/** The system's word for what happened to the socket, or what was answered in place of opening it. */
function troubleOf(error: Error): string | undefined {
  if ("code" in error && typeof error.code === "string") return error.code;
  const status = /response: (\d{3})$/.exec(error.message)?.[1];
  return status === undefined ? undefined : `HTTP ${status}`;
}
