/** The Stream connections: upgrades with a ticket, frames down and up, and every way in which one may go bad. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Gateway, Subscription } from "./gateway.ts";
import { isObject, objectOf, textOf } from "./http.ts";
import type { World } from "./world.ts";

/** A SYSTEM ping and what came back. */
export interface Ping {
  readonly opaque: string;
  readonly at: number;
  /** How long the echo took; undefined as long as there is none. */
  tookMs?: number;
}

/**
 * `live` takes messages; `leaving` was told `disconnect` and gets nothing more; `frozen` is half open: it looks live
 * from both ends, and nothing goes through; `closed` is gone.
 */
export type ConnectionState = "live" | "leaving" | "frozen" | "closed";

export interface Connection {
  readonly id: string;
  readonly clientId: string;
  readonly ua: string;
  readonly subscriptions: readonly Subscription[];
  readonly openedAt: number;
  readonly state: ConnectionState;
  readonly pings: readonly Ping[];
  /** Sends a SYSTEM ping. */
  ping(opaque?: string): Ping;
  /** Tells it to go, pushes nothing more on it, and closes it after `settings.disconnectMs`. */
  disconnect(reason?: string): void;
  /** Breaks the TCP connection off. */
  drop(): void;
  /** Closes it by the protocol. */
  close(code?: number): void;
  /** From now on nothing goes through, and no end is told. */
  freeze(): void;
  /** Sends this text as it stands: malformed frames, topics that nobody knows. */
  sendRaw(text: string): void;
}

/** A frame that the platform would not have understood, or that came for nothing. */
export interface WrongFrame {
  readonly connection: string;
  readonly why: string;
  readonly text: string;
}

/** What a client answered to a CALLBACK or an EVENT. */
export interface Reply {
  readonly messageId: string;
  readonly code: number;
  /** The parsed `data`. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Sockets {
  /** Every connection there has been, in order. */
  readonly all: readonly Connection[];
  readonly wrong: WrongFrame[];
  readonly upgrades: { accepted: number; refused: number };
  /** How upgrades fare: by the ticket, refused with a status, or never answered. */
  upgrade: "by ticket" | "hang" | number;
  /** Sends a CALLBACK or EVENT to it; into the void when it is frozen. */
  send(connection: Connection, frame: object): void;
  /** Where a message of this app for this topic goes: one at random of those that wait for it. */
  choose(clientId: string, type: string, topic: string): Connection | undefined;
  /** Sets what hears the replies. Gives back why one is wrong. */
  onReply: (connection: Connection, reply: Reply) => string | undefined;
}

export const ENDPOINT_PATH = "/connect";

interface Line {
  readonly connection: Connection & { readonly pings: Ping[] };
  readonly socket: WebSocket;
  state: ConnectionState;
}

export function openSockets(world: World, server: Server, gateway: Gateway): Sockets {
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  const lines = new Map<string, Line>();
  const all: Connection[] = [];
  const wrong: WrongFrame[] = [];
  const upgrades = { accepted: 0, refused: 0 };

  server.on("upgrade", (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on("error", () => {});
    if (sockets.upgrade === "hang") return world.changed();
    const url = new URL(request.url ?? "/", "http://fake");
    const ticket =
      typeof sockets.upgrade !== "number" && url.pathname === ENDPOINT_PATH
        ? gateway.redeem(url.searchParams.get("ticket") ?? "")
        : undefined;
    if (ticket === undefined) {
      upgrades.refused += 1;
      const status = typeof sockets.upgrade === "number" ? sockets.upgrade : 401;
      raw.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return world.changed();
    }
    webSockets.handleUpgrade(request, raw, head, (socket) => {
      upgrades.accepted += 1;
      open(socket, request, ticket);
    });
  });

  function open(
    socket: WebSocket,
    request: IncomingMessage,
    about: { app: { clientId: string }; ua: string; subscriptions: readonly Subscription[] },
  ): void {
    const pings: Ping[] = [];
    const line: Line = {
      socket,
      state: "live",
      connection: {
        id: world.id("conn"),
        clientId: about.app.clientId,
        ua: about.ua,
        subscriptions: about.subscriptions,
        openedAt: world.clock.now(),
        get state() {
          return line.state;
        },
        pings,
        ping(opaque = world.id("opaque")) {
          const ping: Ping = { opaque, at: world.clock.now() };
          pings.push(ping);
          write(line, system(world, "ping", { opaque }));
          return ping;
        },
        disconnect(reason = "connection is expired") {
          if (line.state !== "live") return;
          write(line, system(world, "disconnect", { reason }));
          line.state = "leaving";
          world.after(world.settings.disconnectMs, () => socket.terminate());
          world.changed();
        },
        drop: () => socket.terminate(),
        close: (code = 1000) => socket.close(code),
        freeze() {
          line.state = "frozen";
          // Nothing is read any more: no pong, no answer to a close, no notice of a TCP end.
          request.socket.pause();
          world.changed();
        },
        sendRaw: (text) => write(line, text),
      },
    };
    lines.set(line.connection.id, line);
    all.push(line.connection);
    socket.on("message", (bytes, isBinary) => {
      if (line.state === "frozen") return;
      const text = String(bytes);
      const why = isBinary ? "a binary frame" : hear(line, text);
      if (why !== undefined) wrong.push({ connection: line.connection.id, why, text });
      world.changed();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      line.state = "closed";
      world.changed();
    });
    world.changed();
  }

  /** Takes a frame of a client; gives back what is wrong with it. */
  function hear({ connection }: Line, text: string): string | undefined {
    const frame = objectOf(text);
    if (frame === undefined) return "not a JSON object";
    const { code, headers, data } = frame;
    if (typeof code !== "number") return "code is not a number";
    const messageId = isObject(headers) ? textOf(headers["messageId"]) : undefined;
    if (messageId === undefined) return "no headers.messageId";
    if (typeof data !== "string") return "data is not a string";
    const parsed = objectOf(data);
    if (parsed === undefined) return "data is not the JSON of an object";
    const ping = connection.pings.find(
      ({ opaque, tookMs }) => tookMs === undefined && opaque === parsed["opaque"],
    );
    if (ping !== undefined) {
      ping.tookMs = world.clock.now() - ping.at;
      return code === 200 ? undefined : `the ping was answered with ${code}`;
    }
    return sockets.onReply(connection, { messageId, code, data: parsed });
  }

  const sockets: Sockets = {
    all,
    wrong,
    upgrades,
    upgrade: "by ticket",
    send(connection, frame) {
      const line = lines.get(connection.id);
      if (line !== undefined) write(line, JSON.stringify(frame));
    },
    choose(clientId, type, topic) {
      const waiting = all.filter(
        (one) =>
          one.clientId === clientId &&
          // The server cannot know that a line is half open.
          (one.state === "live" || one.state === "frozen") &&
          one.subscriptions.some((wanted) => wanted.type === type && wanted.topic === topic),
      );
      return waiting[Math.floor(world.random() * waiting.length)];
    },
    onReply: () => "nothing is outstanding",
  };
  world.stop.addEventListener("abort", () => {
    for (const { socket } of lines.values()) socket.terminate();
    webSockets.close();
  });
  return sockets;
}

function write({ socket, state }: Line, text: string): void {
  if (state !== "frozen" && socket.readyState === socket.OPEN) socket.send(text);
}

/** The `headers` that every frame has; `time` is a string on the wire. */
export function frameHeaders(world: World, topic: string): Readonly<Record<string, string>> {
  return {
    topic,
    contentType: "application/json",
    messageId: world.id("212b9d7c_165f_19bfa1a500a_"),
    time: String(world.clock.now()),
  };
}

function system(world: World, topic: string, data: object): string {
  const headers = frameHeaders(world, topic);
  return JSON.stringify({ specVersion: "1.0", type: "SYSTEM", headers, data: JSON.stringify(data) });
}
