/** Cuts a connection that sends more than an answer may have, before whoever reads it has kept all of that. */
import type { Socket } from "node:net";
import { MOST_BYTES } from "./connection.ts";

export interface ByteLimit {
  /** Counts what comes out of a stream, too: TLS around the socket. */
  watch(stream: NodeJS.ReadableStream): void;
  /** Another answer begins. */
  reset(): void;
  /** Whether too much has come. */
  readonly exceeded: boolean;
}

/** A limit on what a socket brings; what is `sealed` is counted where it is unsealed. */
export function limitBytes(socket: Socket, sealed: boolean): ByteLimit {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) socket.destroy();
  };
  if (!sealed) socket.on("data", count);
  return {
    watch(stream) {
      if (sealed) stream.on("data", count);
    },
    reset() {
      bytes = 0;
    },
    get exceeded() {
      return bytes > MOST_BYTES;
    },
  };
}
