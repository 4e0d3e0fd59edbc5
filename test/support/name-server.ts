/** A name server on loopback, by UDP and TCP on one port, that answers as it is told. */
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface NameServer {
  readonly port: number;
  /** How often it was asked, by transport. */
  readonly asked: { udp: number; tcp: number };
  close(): Promise<void>;
}

/** What comes back for a question: messages one after the other, or nothing at all. */
export type Reply = (question: Buffer, transport: "udp" | "tcp") => readonly Buffer[];

export async function serveNames(reply: Reply): Promise<NameServer> {
  const asked = { udp: 0, tcp: 0 };
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      asked.tcp += 1;
      for (const one of reply(bytes.subarray(2), "tcp")) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(one.length);
        socket.write(Buffer.concat([length, one]));
      }
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket("udp4");
  udp.on("message", (bytes, from) => {
    asked.udp += 1;
    for (const one of reply(bytes, "udp")) udp.send(one, from.port, from.address, () => {});
  });
  await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
  return {
    port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

/** A name as labels, or as a pointer to the name in the question. */
export function nameBytes(name: string): Buffer {
  const labels = name.split(".").filter(Boolean);
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** A record about the name in the question. */
export function recordBytes(type: number, data: Buffer): Buffer {
  const head = Buffer.from("c00c0000000100000e100000", "hex");
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** An answer to a question: its number, a return code, records. */
export function answerTo(
  question: Buffer,
  more: { rcode?: number; truncated?: boolean; records?: readonly Buffer[] } = {},
): Buffer {
  const { rcode = 0, truncated = false, records = [] } = more;
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | rcode | (truncated ? 0x0200 : 0), 2);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, ...records]);
}
