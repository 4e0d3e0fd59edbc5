/** Where the peers tell what they were sent: a webhook that notes when each alert arrived first. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Sink {
  readonly url: string;
  /** When an alert of this name first arrived, on `performance.now`; undefined as long as it has not. */
  arrivedAt(alertname: string): number | undefined;
  /** Resolves with that moment. Rejects when it takes longer than 30 s. */
  arrival(alertname: string): Promise<number>;
  close(): void;
}

export async function openSink(): Promise<Sink> {
  const arrived = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  const server: Server = createServer((request, response) => {
    const at = performance.now();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.end();
      // The whole body would be slow to parse when it tells of thousands.
      const name = /"groupLabels":\{"alertname":"([^"]+)"/.exec(
        Buffer.concat(chunks).toString("latin1"),
      )?.[1];
      if (name === undefined || arrived.has(name)) return;
      arrived.set(name, at);
      waiting.get(name)?.(at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivedAt: (name) => arrived.get(name),
    arrival(name) {
      const at = arrived.get(name);
      if (at !== undefined) return Promise.resolve(at);
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${name} did not arrive within 30 s`)), 30_000);
        waiting.set(name, (moment) => {
          clearTimeout(late);
          resolve(moment);
        });
      });
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
