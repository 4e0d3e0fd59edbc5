/** A bot that knows frames and nothing else: what it gets is what came. */
import { WebSocket } from "ws";
import { type Body, objectIn, partOf, textOf } from "./read.ts";

/** An answer as it came. */
export interface Answered {
  readonly errcode: unknown;
  readonly errmsg: unknown;
  readonly body: unknown;
  readonly frame: Body;
}

export interface BareBot {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly frames: readonly Body[];
  /** Sends a command and waits for the answer to it. */
  call(cmd: string, body?: Body, reqId?: string): Promise<Answered>;
  send(text: string): void;
  /** The next frame of that command, or the first that came and was not taken yet. */
  next(cmd: string): Promise<Body>;
  /** Resolves when the connection is closed, with the code. */
  readonly closed: Promise<number>;
  close(): void;
}

let counted = 0;

/** Connects; `subscribe` makes it one that is heard. */
export async function connectBareBot(url: string): Promise<BareBot> {
  const socket = new WebSocket(url);
  const frames: Body[] = [];
  const untaken: Body[] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const frame = objectIn(data.toString()) ?? { broken: data.toString() };
    frames.push(frame);
    untaken.push(frame);
    for (const look of [...waiting]) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("close", () => reject(new Error("the connection was refused")));
  });

  function arrival(isIt: (frame: Body) => boolean): Promise<Body> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = untaken.find(isIt);
        if (found === undefined) return;
        untaken.splice(untaken.indexOf(found), 1);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  }

  return {
    socket,
    frames,
    closed,
    async call(cmd, body, reqId = `${cmd}_1_${++counted}`) {
      const answer = arrival((frame) => frame["cmd"] === undefined && reqIdOf(frame) === reqId);
      socket.send(
        JSON.stringify({ cmd, headers: { req_id: reqId }, ...(body === undefined ? {} : { body }) }),
      );
      const frame = await answer;
      return { errcode: frame["errcode"], errmsg: frame["errmsg"], body: frame["body"], frame };
    },
    send: (text) => socket.send(text),
    next: (cmd) => arrival((frame) => frame["cmd"] === cmd),
    close: () => socket.terminate(),
  };
}

export function reqIdOf(frame: Body): string {
  return textOf(partOf(frame, "headers"), "req_id") ?? "";
}

/** Connects and subscribes. */
export async function connectSubscribed(fake: {
  readonly wsUrl: string;
  readonly bot: { readonly id: string; readonly secret: string };
}): Promise<BareBot> {
  const bot = await connectBareBot(fake.wsUrl);
  const { errcode } = await bot.call("aibot_subscribe", { bot_id: fake.bot.id, secret: fake.bot.secret });
  if (errcode !== 0) throw new Error(`not subscribed: ${String(errcode)}`);
  return bot;
}
