/** One port on loopback that can stop listening and listen again. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface Host {
  /** Gives the port; 0 takes one that is free. */
  listen(port: number): Promise<number>;
  port(): number;
  /** Breaks every connection off and listens no more. */
  stop(): Promise<void>;
}

export function createHost(
  serve: RequestListener,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Host {
  const server = createServer(serve);
  const sockets = new Set<Socket>();
  let port = 0;
  server.on("upgrade", upgrade);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  return {
    async listen(wanted) {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(wanted, "127.0.0.1", () => {
          server.off("error", reject);
          resolve();
        });
      });
      port = (server.address() as AddressInfo).port;
      return port;
    },
    port: () => port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
