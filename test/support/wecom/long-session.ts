/** One connection of a bot: what it may still answer, and how frames go to it. */
import type { RawData, WebSocket } from "ws";
import type { Verdict } from "./codes.ts";
import type { Body } from "./read.ts";
import type { World } from "./world.ts";

/** What was told to the bot, and may be answered by its req_id on the same connection. */
export interface Told {
  readonly kind: "message" | "enter_chat" | "template_card_event" | "feedback_event";
  readonly at: number;
  /** The key of the conversation. */
  readonly chat: string;
  readonly user: string;
  /** The message whose card was clicked. */
  readonly message?: string;
}

export interface Session {
  /** Counted from 1 over the life of the fake. */
  readonly number: number;
  readonly socket: WebSocket;
  readonly told: Map<string, Told>;
  subscribed: boolean;
  /** Open on paper only: nothing that comes is read, nothing is sent. */
  halfOpen: boolean;
}

export function isOpen(session: Session): boolean {
  return session.socket.readyState === session.socket.OPEN;
}

/** Sends text as it is, frame or not. */
export function sendText(world: World, session: Session, text: string): void {
  if (session.halfOpen || !isOpen(session)) return;
  const read = headOf(text);
  world.record({ connection: session.number, way: "out", ...read }, text);
  session.socket.send(text);
}

/** Sends something that happened. */
export function tell(world: World, session: Session, cmd: string, reqId: string, body: Body): void {
  sendText(world, session, JSON.stringify({ cmd, headers: { req_id: reqId }, body }));
}

/** Answers a command. Answers have no `cmd`. */
export function answer(world: World, session: Session, reqId: string, verdict: Verdict): void {
  const { errcode, errmsg, body } = verdict;
  const frame = { headers: { req_id: reqId }, errcode, errmsg, ...(body === undefined ? {} : { body }) };
  sendText(world, session, JSON.stringify(frame));
}

export function recordIncoming(world: World, session: Session, text: string): void {
  world.record({ connection: session.number, way: "in", ...headOf(text) }, text);
}

function headOf(text: string): { cmd: string | undefined; reqId: string; errcode: number | undefined } {
  try {
    const { cmd, headers, errcode } = JSON.parse(text) ?? {};
    return {
      cmd: typeof cmd === "string" ? cmd : undefined,
      reqId: typeof headers?.req_id === "string" ? headers.req_id : "",
      errcode: typeof errcode === "number" ? errcode : undefined,
    };
  } catch {
    return { cmd: undefined, reqId: "", errcode: undefined };
  }
}

export function textIn(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
