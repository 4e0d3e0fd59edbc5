/** A conversation over one connection: things said, lines waited for, TLS begun in between. */
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { Test } from "../../storage/regex.ts";
import { LookFailed } from "../reason.ts";
import { type Destination, dial, secure } from "./dial.ts";
import { hangingUp } from "./hanging-up.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** The parts of a conversation and what is waited for in each. */
export const TALK_PARTS = {
  resolve: "the name to resolve",
  connect: "the connection",
  tls: "the TLS handshake",
  query: "the expected answer",
};

export type TalkPhase = keyof typeof TALK_PARTS;

/** The most that is heard before the expected line, in bytes. */
const LONGEST_ANSWER = 65_536;
/** How often a line that has not ended is looked at. One who drips bytes must not cost more than one who sends. */
const MOST_PEEKS = 100;

export interface Talk {
  /** The connection as it is now: with TLS once that has begun. */
  socket(): Socket;
  send(bytes: Buffer): void;
  /** Waits for a line that fits. As blackbox_exporter, it looks at one line at a time, ended or not. */
  hear(fits: Test): Promise<void>;
  startTls(host: string, options: ConnectionOptions): Promise<TLSSocket>;
}

/**
 * Connects, lets `use` talk, and hangs up. Rejects with `LookFailed` as soon as the connection breaks or the time
 * is up, whatever `use` waits for.
 */
export function converse<T>(
  about: { readonly to: Destination; readonly watch: Stopwatch<TalkPhase>; readonly signal: AbortSignal },
  use: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { to, watch, signal } = about;
  return hangingUp({ watch, isTls: true, signal }, ({ opened, done, fail }) => {
    function talkOver(first: Socket): Talk {
      let socket = first;
      // Most only want to know whether there is a connection.
      let ear: Ear | undefined;
      return {
        socket: () => socket,
        send(bytes) {
          watch.enter("query");
          socket.write(bytes);
        },
        hear(fits) {
          watch.enter("query");
          ear ??= openEar();
          return ear.hear(socket, fits, fail);
        },
        startTls(host, options) {
          watch.enter("tls");
          const over = secure(socket, host, options);
          opened.push(over);
          over.on("error", fail);
          socket = over;
          ear = undefined;
          return new Promise((resolve) => over.once("secureConnect", () => resolve(over)));
        },
      };
    }

    watch.enter("connect");
    const socket = dial(to);
    opened.push(socket);
    socket.on("error", fail);
    socket.once("connect", () => {
      use(talkOver(socket)).then(done, fail);
    });
  });
}

interface Ear {
  hear(socket: Socket, fits: Test, fail: (error: unknown) => void): Promise<void>;
}

/** Remembers what has been heard and not been looked at. Between two questions nothing is read: the peer waits. */
function openEar(): Ear {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let bytes = 0;
  return {
    hear(socket, fits, fail) {
      let peeks = 0;
      const found = (): boolean => {
        for (;;) {
          const end = pending.indexOf("\n");
          if (end < 0) break;
          const line = pending.slice(0, end).replace(/\r$/, "");
          pending = pending.slice(end + 1);
          peeks = 0;
          if (fits(line)) return true;
        }
        peeks += 1;
        if (pending === "" || peeks > MOST_PEEKS || !fits(pending)) return false;
        pending = "";
        return true;
      };
      return new Promise((resolve) => {
        const onData = (chunk: Buffer): void => {
          pending += decoder.write(chunk);
          bytes += chunk.length;
          if (found()) stop();
          else if (bytes > LONGEST_ANSWER) fail(notHeard(`not within ${LONGEST_ANSWER} bytes`));
        };
        const onEnd = (): void => {
          if (pending !== "" && fits(pending)) stop();
          else fail(notHeard("the other side hung up before it"));
        };
        const stop = (): void => {
          socket.off("data", onData);
          socket.off("end", onEnd);
          socket.pause();
          resolve();
        };
        if (found()) {
          resolve();
          return;
        }
        socket.on("data", onData);
        socket.on("end", onEnd);
        socket.resume();
      });
    },
  };
}

function notHeard(detail: string): LookFailed {
  return new LookFailed({ code: "no_match", detail });
}
