/**
 * DingTalk's own client, kept on a short lead. As it comes (dingtalk-stream 2.1.5) it connects to the public gateway
 * alone, shares its subscriptions between clients, storms when it is refused, prints to standard output, waits for ever
 * for a peer that is silent and goes deaf when a frame cannot be read.
 */
import type { Agent } from "node:http";
import type { DWClientDownStream } from "dingtalk-stream";

/** What is used of the socket that the client keeps to itself. */
export interface StreamSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  on(event: "open" | "close" | "pong", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  removeAllListeners(event: string): void;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code: number): void;
  terminate(): void;
}

/** The state of a socket in which something can be sent. */
export const OPEN = 1;

const ROBOT = "/v1.0/im/bot/messages/get";
const CARD = "/v1.0/card/instances/callback";
/** Real frames have some kilobytes. */
const LARGEST_FRAME = 2 * 1024 * 1024;

export type Kind = "message" | "click";

export interface ClientOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Asks the gateway for the address of the socket. */
  askGateway(
    subscriptions: readonly { readonly type: string; readonly topic: string }[],
    ua: string,
  ): Promise<string>;
  /** The agent by which the socket goes there; undefined for none. */
  agentTo(address: string): Agent | undefined;
  /** Something that somebody did. Must not throw. */
  take(kind: Kind, frame: DWClientDownStream): void;
  /** DingTalk is about to close this connection, and delivers nothing over it any more. */
  leave(): void;
  /** The socket is closed, or was never open. */
  closed(): void;
  /** A frame that the client could not read. */
  unreadable(): void;
}

/** The client as the rest of us sees it. */
export interface StreamClient {
  /** Asks the gateway; rejects as that does. */
  getEndpoint(): Promise<unknown>;
  /** Connects to where the gateway said; rejects when it is refused. */
  _connect(): Promise<void>;
  socketCallBackResponse(messageId: string, response: unknown): void;
  /** There from the moment in which `_connect` was called. */
  readonly webSocket: StreamSocket | undefined;
}

interface Insides {
  dw_url?: string;
  socket?: StreamSocket;
  sslopts: object;
}

/** Makes one. The package, and axios with it, is read when it is needed and not before. */
export async function createClient(options: ClientOptions): Promise<StreamClient> {
  const { DWClient } = await import("dingtalk-stream");

  class Client extends DWClient implements StreamClient {
    constructor() {
      const quiet = { ua: "gengfu", keepAlive: false, debug: false, autoReconnect: false };
      super({ ...quiet, clientId: options.clientId, clientSecret: options.clientSecret });
      // The array that it comes with belongs to all clients, and asks for every event of the organization.
      this.config.subscriptions = [];
      this.insides.sslopts = {
        rejectUnauthorized: true,
        handshakeTimeout: 10_000,
        maxPayload: LARGEST_FRAME,
        perMessageDeflate: false,
      };
      this.registerCallbackListener(ROBOT, (frame) => options.take("message", frame));
      this.registerCallbackListener(CARD, (frame) => options.take("click", frame));
    }

    get insides(): Insides {
      return this as unknown as Insides;
    }

    get webSocket(): StreamSocket | undefined {
      return this.insides.socket;
    }

    /** It prints the secret. */
    override printDebug(): void {}

    override async getEndpoint(): Promise<this> {
      const address = await options.askGateway(this.config.subscriptions, this.config.ua ?? "");
      this.insides.dw_url = address;
      this.insides.sslopts = { ...this.insides.sslopts, agent: options.agentTo(address) };
      return this;
    }

    /** The listeners of its own for these two print to where our log goes; the promise that hangs on them is left. */
    override _connect(): Promise<void> {
      super._connect().catch(() => {});
      const socket = this.webSocket;
      if (socket === undefined) return Promise.reject(new Error("there is no socket"));
      socket.removeAllListeners("open");
      socket.removeAllListeners("error");
      return new Promise((resolve, reject) => {
        socket.on("open", () => {
          this.connected = true;
          resolve();
        });
        socket.on("error", (error) => {
          socket.terminate();
          reject(error);
        });
        socket.on("close", () => {
          reject(new Error("closed"));
          options.closed();
        });
      });
    }

    /** What is thrown in here would reach the socket, which never hears again after that. */
    override onDownStream(data: string): void {
      try {
        super.onDownStream(data);
      } catch {
        options.unreadable();
      }
    }

    override onSystem(frame: DWClientDownStream): void {
      super.onSystem(frame);
      if (frame.headers.topic === "disconnect") options.leave();
    }
  }

  return new Client();
}
