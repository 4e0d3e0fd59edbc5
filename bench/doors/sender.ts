/** A sender that costs little itself: ready-made requests over kept-alive connections, one under way on each. */
import { connect, type Socket } from "node:net";

export interface Sent {
  readonly seconds: number;
  /** How long each request took, in milliseconds, in the order of the answers. */
  readonly tookMs: readonly number[];
  /** Answers that were not 200. */
  readonly refused: number;
}

/** One POST with a JSON body. */
export function post(path: string, body: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), json]);
}

export function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
}

/** Sends all requests over so many connections. */
export async function send(port: number, requests: readonly Buffer[], connections: number): Promise<Sent> {
  const tookMs: number[] = [];
  let refused = 0;
  let next = 0;
  const lines = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const startedAt = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      for (let i = next++; i < requests.length; i = next++) {
        const sentAt = performance.now();
        const status = await line.ask(requests[i] as Buffer);
        tookMs.push(performance.now() - sentAt);
        if (status !== 200) refused++;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  for (const line of lines) line.close();
  return { seconds, tookMs, refused };
}

interface Line {
  ask(request: Buffer): Promise<number>;
  close(): void;
}

async function open(port: number): Promise<Line> {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let answered: ((status: number) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  let head = "";
  let left = -1;
  let chunked = false;
  socket.on("error", (error) => failed?.(error));
  socket.on("close", () => failed?.(new Error("the connection was closed before the answer")));
  socket.on("data", (chunk) => {
    let from = 0;
    if (left < 0) {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      from = chunk.length - (head.length - end - 4);
      chunked = /transfer-encoding: chunked/i.test(head.slice(0, end));
      left = chunked
        ? Number.POSITIVE_INFINITY
        : Number(/content-length: (\d+)/i.exec(head.slice(0, end))?.[1] ?? 0);
    }
    left -= chunk.length - from;
    if (chunked ? chunk.subarray(-5).toString("latin1") !== "0\r\n\r\n" : left > 0) return;
    const status = Number(head.slice(9, 12));
    head = "";
    left = -1;
    answered?.(status);
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        answered = resolve;
        failed = reject;
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
