/** Keeps the event stream open: picks up where it broke, waits longer each time, says how it stands. */
import type { BoardView } from "../board-view.ts";
import type { WireMessage } from "../wire.ts";
import { knock } from "./api.ts";
import { backOff, eventParser } from "./sse.ts";

export interface StreamEars {
  /** Messages that came together. */
  messages(messages: readonly WireMessage[]): void;
  board(board: BoardView): void;
  state(state: "connecting" | "live" | "lost"): void;
}

/** The server says something at least every 15 s; a stream silent for longer than this is dead. */
const SILENT_MS = 40_000;

/** Follows a conversation for as long as the page lives. */
export async function follow(conversation: string, ears: StreamEars): Promise<never> {
  let seq = 0;
  let tries = 0;
  let waiting = (): void => {};
  // A laptop that wakes or a network that is back should not sit out the wait.
  window.addEventListener("online", () => waiting());
  document.addEventListener("visibilitychange", () => document.hidden || waiting());

  const hear = (text: string, parse: ReturnType<typeof eventParser>): void => {
    const messages: WireMessage[] = [];
    for (const { event, data } of parse(text)) {
      if (event === "board") ears.board(JSON.parse(data) as BoardView);
      if (event === "message") messages.push(JSON.parse(data) as WireMessage);
    }
    if (messages.length === 0) return;
    seq = messages.at(-1)?.seq ?? seq;
    ears.messages(messages);
  };

  for (;;) {
    const stop = new AbortController();
    let silence: number | undefined;
    const listen = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENT_MS);
    };
    try {
      const path = `/api/console/events?conversation=${encodeURIComponent(conversation)}&after=${seq}`;
      listen();
      const response = await knock(path, { signal: stop.signal });
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parse = eventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        listen();
        tries = 0;
        ears.state("live");
        hear(value, parse);
      }
    } catch {
      // What broke does not matter: the next try tells whether it still does.
    }
    clearTimeout(silence);
    stop.abort();
    tries++;
    ears.state("lost");
    await new Promise<void>((resolve) => {
      waiting = resolve;
      setTimeout(resolve, backOff(tries));
    });
  }
}
