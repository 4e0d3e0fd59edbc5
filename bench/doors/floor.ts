/**
 * What one thread of Node can do at all where an Alertmanager stands: a bare server that reads nothing of what it is
 * sent, and answers when it is on disk. `node floor.js <port> <file>`; what comes together shares one fdatasync.
 */
import { fdatasync, openSync, write } from "node:fs";
import { createServer, type ServerResponse } from "node:http";

interface Posted {
  readonly body: readonly Buffer[];
  readonly response: ServerResponse;
}

const [, , port = "0", path = "floor"] = process.argv;
const file = openSync(path, "w");
let waiting: Posted[] = [];
let isWriting = false;

function pump(): void {
  const batch = waiting;
  if (batch.length === 0) return;
  waiting = [];
  isWriting = true;
  const data = Buffer.concat(batch.flatMap(({ body }) => body));
  write(file, data, (error, written) => {
    if (error !== null || written < data.length) throw error ?? new Error("the disk is full");
    fdatasync(file, (failed) => {
      if (failed !== null) throw failed;
      for (const { response } of batch) response.writeHead(200, { "content-length": 0 }).end();
      isWriting = false;
      pump();
    });
  });
}

createServer((request, response) => {
  if (request.method !== "POST") return void response.end();
  const body: Buffer[] = [];
  request.on("data", (chunk: Buffer) => body.push(chunk));
  request.on("end", () => {
    waiting.push({ body, response });
    // In a moment, so that those that came in together go together.
    if (!isWriting) setImmediate(() => isWriting || pump());
  });
}).listen(Number(port), "127.0.0.1");
