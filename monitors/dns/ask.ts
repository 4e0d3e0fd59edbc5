/** One question to one name server, by UDP or TCP. */
import { createSocket } from "node:dgram";
import { isIP } from "node:net";
import type { Clock } from "../../storage/clock.ts";
import { dial } from "../probe/dial.ts";
import { hangingUp } from "../probe/hanging-up.ts";
import type { Stopwatch } from "../probe/stopwatch.ts";
import { LookFailed } from "../reason.ts";
import { type Answer, answers, decodeAnswer, encodeQuestion, type Question } from "./message.ts";

/** The parts of a question and what is waited for in each; blackbox_exporter's names. */
export const ASK_PARTS = {
  resolve: "the name server's name to resolve",
  connect: "the connection",
  request: "the answer",
};

/** A datagram may get lost: it is sent again this many milliseconds after the one before, as resolvers do. */
const AGAIN_AFTER_MS = [1_000, 2_000];

export interface Asking {
  readonly server: { readonly address: string; readonly port: number };
  readonly question: Question;
  readonly watch: Stopwatch<keyof typeof ASK_PARTS>;
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, "sleep">;
}

type Ask = (
  about: Asking,
  done: (bytes: Buffer) => void,
  fail: (error: unknown) => void,
) => { destroy(): unknown };

/** Asks by UDP, three times at most, and again by TCP when the answer did not fit. Rejects with `LookFailed`. */
export async function askByUdp(about: Asking): Promise<Answer> {
  const answer = await asked(about, overUdp);
  return answer.truncated ? askByTcp(about) : answer;
}

export function askByTcp(about: Asking): Promise<Answer> {
  return asked(about, overTcp);
}

function asked(about: Asking, ask: Ask): Promise<Answer> {
  const { question, watch, signal } = about;
  return hangingUp<Answer>({ watch, isTls: false, signal }, ({ opened, done, fail }) => {
    const hear = (bytes: Buffer): void => {
      try {
        done(decodeAnswer(bytes, question));
      } catch (error) {
        const detail = error instanceof RangeError ? "the message is cut short" : (error as Error).message;
        fail(new LookFailed({ code: "bad_answer", detail }));
      }
    };
    watch.enter("connect");
    opened.push(ask(about, hear, fail));
  });
}

const overUdp: Ask = ({ server, question, watch, clock }, done, fail) => {
  const socket = createSocket(isIP(server.address) === 6 ? "udp6" : "udp4");
  const closed = new AbortController();
  const bytes = encodeQuestion(question);
  const send = async (): Promise<void> => {
    socket.send(bytes);
    for (const ms of AGAIN_AFTER_MS) {
      await clock.sleep(ms, closed.signal);
      if (closed.signal.aborted) return;
      socket.send(bytes);
    }
  };
  socket.on("error", fail);
  // Anybody may send to a port that is open; who does not know the number of the question is not heard.
  socket.on("message", (bytes) => {
    if (answers(bytes, question)) done(bytes);
  });
  socket.connect(server.port, server.address, () => {
    if (closed.signal.aborted) return;
    watch.enter("request");
    void send();
  });
  return {
    destroy() {
      closed.abort("the question has ended");
      socket.close();
    },
  };
};

const overTcp: Ask = ({ server, question, watch }, done, fail) => {
  const { address, port } = server;
  const socket = dial({ host: address, port, addresses: [{ address, family: isIP(address) }] });
  let heard = Buffer.alloc(0);
  socket.on("error", fail);
  socket.once("connect", () => {
    watch.enter("request");
    const bytes = encodeQuestion(question);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
  });
  // A message begins with its length, which is 64 kB at most: nobody can make us keep more.
  socket.on("data", (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    const length = heard.length < 2 ? undefined : heard.readUInt16BE(0);
    if (length === undefined || heard.length < 2 + length) return;
    const bytes = heard.subarray(2, 2 + length);
    if (answers(bytes, question)) done(bytes);
    else fail(new LookFailed({ code: "bad_answer", detail: "it answers another question" }));
  });
  socket.on("end", () =>
    fail(new LookFailed({ code: "reset", detail: "the server hung up before the answer" })),
  );
  return socket;
};
