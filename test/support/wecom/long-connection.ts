/**
 * The long connection of WeCom's intelligent bots (developer.work.weixin.qq.com/document/path/101463): one live
 * connection per bot, JSON frames, answers by req_id.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { accepted, NOT_JSON, NOT_SUBSCRIBED, refused, type Verdict, WRONG_BOT } from "./codes.ts";
import type { Command, LongMessages } from "./long-messages.ts";
import {
  answer,
  isOpen,
  recordIncoming,
  type Session,
  sendText,
  type Told,
  tell,
  textIn,
} from "./long-session.ts";
import type { LongUploads } from "./long-uploads.ts";
import { type Body, objectIn, partOf, textOf } from "./read.ts";
import type { World } from "./world.ts";

export interface LongConnectionOptions {
  readonly botId: string;
  readonly botSecret: string;
  readonly messages: LongMessages;
  readonly uploads: LongUploads;
  /** How long after `disconnected_event` the old connection is closed; 2.2 s and 313 s were seen. */
  readonly closeEvictedAfterMs: number;
}

/** One connection, as tests see it. */
export interface ConnectionView {
  readonly number: number;
  readonly subscribed: boolean;
  readonly open: boolean;
}

export interface LongConnection {
  /** For the `upgrade` event of the HTTP server. Any path is taken. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells the bot; undefined when there is none that listens, otherwise the req_id. */
  tell(cmd: string, body: Body, told: Told): string | undefined;
  readonly connections: readonly ConnectionView[];
  /** Every answer that was held back goes out; in the order in which they were held, or the other way round. */
  releaseAcks(order?: "first" | "last"): void;
  /** The subscription is gone, the connection stays: every command is refused with 846609. */
  dropSubscription(): void;
  /** Every connection breaks off, without a word. */
  terminate(): void;
  /** Every connection is closed as WebSocket wants it. */
  hangUp(code?: number): void;
  /** Every connection stays open and is dead: nothing is read, nothing is sent. */
  halfOpen(): void;
  /** As though another connection had subscribed. */
  evict(): void;
  /** Sends text to every connection, whether it is a frame or not. */
  sendRaw(text: string): void;
  close(): void;
}

export function openLongConnection(world: World, options: LongConnectionOptions): LongConnection {
  const { botId, botSecret, messages, uploads, closeEvictedAfterMs } = options;
  const { faults, counters, clock } = world;
  // Pongs are left to us: a connection that is dead on purpose must not answer.
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const sessions: Session[] = [];
  const held: (() => void)[] = [];
  const subscribed = (): Session | undefined => sessions.find((one) => one.subscribed && isOpen(one));
  const open = (): Session[] => sessions.filter(isOpen);

  const commands: Readonly<Record<string, Command>> = {
    aibot_send_msg: messages.push,
    aibot_respond_msg: messages.reply,
    aibot_respond_welcome_msg: messages.welcome,
    aibot_respond_update_msg: messages.updateCard,
    aibot_upload_media_init: uploads.begin,
    aibot_upload_media_chunk: uploads.piece,
    aibot_upload_media_finish: uploads.finish,
  };

  function begin(socket: WebSocket): void {
    const number = counters.connectedAt.push(clock.now());
    const session: Session = { number, socket, told: new Map(), subscribed: false, halfOpen: false };
    sessions.push(session);
    socket.on("message", (data) => {
      if (!session.halfOpen) receive(session, textIn(data));
    });
    socket.on("ping", (data) => {
      if (!session.halfOpen && faults.pings === "answer") socket.pong(data);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      session.subscribed = false;
      world.changed();
    });
    world.changed();
  }

  function receive(session: Session, text: string): void {
    recordIncoming(world, session, text);
    const frame = objectIn(text);
    const cmd = textOf(frame, "cmd");
    const reqId = textOf(partOf(frame, "headers"), "req_id");
    if (frame === undefined || cmd === undefined || reqId === undefined) {
      counters.malformed += 1;
      answer(world, session, reqId ?? "", refused(NOT_JSON));
      return;
    }
    if (cmd === "ping") {
      counters.pings += 1;
      if (faults.pings === "answer") answer(world, session, reqId, accepted());
      return;
    }
    const body = partOf(frame, "body");
    const read = typeof body === "object" && body !== null ? (body as Body) : {};
    const fate = faults.refuse(cmd, read);
    if (fate === "swallow") return;
    const verdict = fate === 0 ? carryOut(session, cmd, reqId, read) : refused(fate);
    acknowledge(session, cmd, reqId, verdict);
  }

  function carryOut(session: Session, cmd: string, reqId: string, body: Body): Verdict {
    if (cmd === "aibot_subscribe") return subscribe(session, body);
    if (!session.subscribed) return refused(NOT_SUBSCRIBED);
    const command = Object.hasOwn(commands, cmd) ? commands[cmd] : undefined;
    return command === undefined ? refused(NOT_JSON, "unknown cmd") : command(session, reqId, body);
  }

  function acknowledge(session: Session, cmd: string, reqId: string, verdict: Verdict): void {
    const send = (): void => answer(world, session, reqId, verdict);
    const fate = faults.acks(cmd);
    if (fate === "send") send();
    else if (fate === "hold") held.push(send);
    else if (fate !== "lose") void clock.sleep(fate, world.ending).then(send);
  }

  function subscribe(session: Session, body: Body): Verdict {
    counters.subscribes += 1;
    if (textOf(body, "bot_id") !== botId || textOf(body, "secret") !== botSecret) {
      counters.denied += 1;
      return refused(WRONG_BOT);
    }
    for (const other of sessions) if (other !== session && other.subscribed) evict(other);
    session.subscribed = true;
    return accepted();
  }

  /** The old connection hears of it at once, and is closed some time later; until then its pings are answered. */
  function evict(session: Session): void {
    counters.evictions += 1;
    session.subscribed = false;
    tell(world, session, "aibot_event_callback", `evt_${world.letters(16)}`, {
      msgid: `ev${world.letters(20)}`,
      create_time: Math.floor(clock.now() / 1_000),
      aibotid: botId,
      msgtype: "event",
      event: { eventtype: "disconnected_event" },
    });
    void clock.sleep(closeEvictedAfterMs, world.ending).then(() => session.socket.close());
  }

  return {
    upgrade(request, socket, head) {
      if (faults.connections === "accept") {
        server.handleUpgrade(request, socket, head, begin);
        return;
      }
      counters.connectedAt.push(clock.now());
      socket.on("error", () => {});
      if (faults.connections === "refuse") socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
      else if (faults.connections === "reset") socket.destroy();
      world.changed();
    },
    tell(cmd, body, told) {
      const session = subscribed();
      if (session === undefined) return undefined;
      // Not one that begins like a command's: by that the SDK would take it for an answer.
      const reqId = `cb_${world.letters(20)}`;
      session.told.set(reqId, told);
      tell(world, session, cmd, reqId, body);
      return reqId;
    },
    get connections() {
      return sessions.map((one) => ({ number: one.number, subscribed: one.subscribed, open: isOpen(one) }));
    },
    releaseAcks(order = "first") {
      const sends = held.splice(0);
      for (const send of order === "first" ? sends : sends.reverse()) send();
    },
    dropSubscription() {
      for (const session of sessions) session.subscribed = false;
      world.changed();
    },
    terminate() {
      for (const session of open()) session.socket.terminate();
    },
    hangUp(code = 1001) {
      for (const session of open()) session.socket.close(code);
    },
    halfOpen() {
      for (const session of open()) session.halfOpen = true;
    },
    evict() {
      for (const session of sessions) if (session.subscribed) evict(session);
    },
    sendRaw(text) {
      for (const session of open()) sendText(world, session, text);
    },
    close() {
      for (const session of sessions) session.socket.terminate();
      server.close();
    },
  };
}
