/** What can be made to go wrong. Everything is a switch that a test throws and throws back. */
import type { Body } from "./read.ts";

/** What becomes of an acknowledgement: sent, never sent, kept until released, or sent after so many milliseconds. */
export type AckFate = "send" | "lose" | "hold" | number;

/** What becomes of a request over HTTP: `lost` is carried out and the answer breaks off. */
export type HttpFate =
  | "answer"
  | "hang"
  | "reset"
  | "lost"
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

export interface Faults {
  /** `refuse`: the door of the long connection answers 503; `reset`: it breaks off; `hang`: it never answers. */
  connections: "accept" | "refuse" | "reset" | "hang";
  /** Whether pings are answered, those of the application and those of WebSocket. */
  pings: "answer" | "silent";
  /** Asked for each command (not for pings) after it was carried out. */
  acks: (cmd: string) => AckFate;
  /** Asked for each command before it is carried out: 0, the code of a refusal, or `swallow` for nothing at all. */
  refuse: (cmd: string, body: Body) => number | "swallow";
  /** Some lost their group messages after a reconnection, while private ones still came. */
  callbacks: "all" | "private" | "none";
  /** Whether everything that people do is told twice, with the same msgid. */
  twice: boolean;
  /** Whether the caller's address is among those that the application trusts; if not, 60020. */
  trusted: boolean;
  /** Asked for each request over HTTP, by path. */
  http: (path: string) => HttpFate;
}

export function noFaults(): Faults {
  return {
    connections: "accept",
    pings: "answer",
    acks: () => "send",
    refuse: () => 0,
    callbacks: "all",
    twice: false,
    trusted: true,
    http: () => "answer",
  };
}
