/** Faults of what is probed: a site, a port, a certificate, a name, a host. */
import { execFileSync, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer as createWeb } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { type Faults, seriesOf } from "./fault.ts";

const failed = (name: string): string => `${seriesOf("probe_success", name)} == 0`;

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const http: Faults = {
  kind: "http",
  what: "answers 500",
  open: (names, _dir, closing) =>
    Promise.all(
      names.map(async (name) => {
        let status = 200;
        const server = createWeb((_, response) => response.writeHead(status).end());
        const port = await listen(server);
        closing(() => server.close().closeAllConnections());
        return {
          options: { url: `http://127.0.0.1:${port}/` },
          expr: failed(name),
          inject: () => {
            status = 500;
          },
        };
      }),
    ),
};

const tcp: Faults = {
  kind: "tcp",
  what: "listens no more",
  open: (names, _dir, closing) =>
    Promise.all(
      names.map(async (name) => {
        const server = createServer((socket) => socket.on("error", () => {}).end());
        const port = await listen(server);
        closing(() => server.close());
        return {
          options: { target: `127.0.0.1:${port}` },
          expr: failed(name),
          inject: () => void server.close(),
        };
      }),
    ),
};

const tls: Faults = {
  kind: "tls",
  what: "presents a certificate of somebody else",
  lacks: () => (runs("openssl", "version") ? undefined : "needs openssl"),
  async open(names, dir, closing) {
    const certificate = (called: string): { key: string; cert: string } => {
      const [key, cert] = [join(dir, `${called}.key`), join(dir, `${called}.pem`)];
      const how = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench"];
      const files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
      execFileSync("openssl", [...how, ...files], { stdio: "ignore" });
      return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    };
    const [good, bad] = [certificate("good"), certificate("bad")];
    return Promise.all(
      names.map(async (name) => {
        const server = createTls(good, (socket) => socket.on("error", () => {}).end());
        server.on("tlsClientError", () => {});
        const port = await listen(server);
        closing(() => server.close());
        return {
          options: { target: `127.0.0.1:${port}`, tls_config: { ca: good.cert } },
          expr: failed(name),
          inject: () => server.setSecureContext(bad),
        };
      }),
    );
  },
};

const dns: Faults = {
  kind: "dns",
  what: "answers SERVFAIL",
  open: (names, _dir, closing) =>
    Promise.all(
      names.map(async (name) => {
        let rcode = 0;
        const server = createSocket("udp4", (question, from) => {
          const answer = Buffer.from("c00c00010001000000010004c0000201", "hex"); // 192.0.2.1
          const reply = Buffer.concat([question, answer]);
          reply.writeUInt16BE(0x8180 | rcode, 2);
          reply.writeUInt16BE(1, 6);
          server.send(reply, from.port, from.address);
        });
        await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
        closing(() => server.close());
        return {
          options: { query_name: "shop.example", server: `127.0.0.1:${server.address().port}` },
          expr: failed(name),
          inject: () => {
            rcode = 2;
          },
        };
      }),
    ),
};

/** TEST-NET-1, which nobody has. */
const address = (i: number): string => `192.0.2.${i + 77}/32`;

const icmp: Faults = {
  kind: "icmp",
  what: "the address is taken from lo",
  lacks: () => {
    if (!runs("ping", "-c", "1", "127.0.0.1")) return "needs ping";
    const works =
      runs("ip", "address", "add", address(-1), "dev", "lo") &&
      runs("ip", "address", "del", address(-1), "dev", "lo");
    return works ? undefined : "needs ip, as root";
  },
  open: (names, _dir, closing) =>
    Promise.all(
      names.map(async (name, i) => {
        execFileSync("ip", ["address", "add", address(i), "dev", "lo"]);
        const take = (): void => void spawnSync("ip", ["address", "del", address(i), "dev", "lo"]);
        closing(take);
        return { options: { target: address(i).replace("/32", "") }, expr: failed(name), inject: take };
      }),
    ),
};

export const probes: readonly Faults[] = [http, tcp, tls, dns, icmp];
