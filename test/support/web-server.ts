/** Loopback servers that behave well or badly on purpose, and certificates for them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Listening {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, or `https://`. */
  readonly url: string;
  /** Connections open now. */
  readonly open: () => number;
  close(): Promise<void>;
}

async function listening(server: Server, scheme: string, host: string): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves HTTP on loopback. */
export function serveHttp(listener: RequestListener, host = "127.0.0.1"): Promise<Listening> {
  return listening(createHttpServer(listener), "http", host);
}

/** Serves HTTPS on loopback under the given certificate. */
export function serveHttps(identity: Identity, listener: RequestListener): Promise<Listening> {
  const server = createHttpsServer({ key: identity.key, cert: identity.cert }, listener);
  server.on("tlsClientError", () => {});
  return listening(server, "https", "127.0.0.1");
}

/** Hands each bare connection to `talk`. */
export function serveRaw(talk: (socket: Socket) => void): Promise<Listening> {
  return listening(createServer(talk), "http", "127.0.0.1");
}

/** A key and its certificate, in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** The authority to trust. */
  readonly authority: string;
  readonly good: Identity;
  readonly expired: Identity;
  readonly wrongHost: Identity;
  readonly selfSigned: Identity;
  /** When `good` runs out, in Unix seconds. */
  readonly goodUntil: number;
}

/** Whether certificates can be made here; Debian has the tool, some machines do not. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** Makes an authority and what it signs, with `openssl`, in a folder that is removed again. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-tls-"));
  const openssl = (...args: string[]): string =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }).toString();
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const key = (name: string): void => {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", `${name}.key`);
  };
  try {
    const subject = (name: string): string[] => ["-subj", `/CN=${name}`];
    key("ca");
    openssl("req", "-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-days", "3650", ...subject("ca"));
    // `openssl ca` is the one command of every version that dates a certificate into the past.
    writeFileSync(join(folder, "index.txt"), "");
    writeFileSync(
      join(folder, "ca.conf"),
      [
        "[ca]\ndefault_ca=it\n[it]\ndir=.\ndatabase=index.txt\nnew_certs_dir=.\ncertificate=ca.pem",
        "private_key=ca.key\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no",
        "[any]\ncommonName=supplied\n",
      ].join("\n"),
    );
    const signed = (name: string, san: string, from: string, until: string): Identity => {
      key(name);
      openssl("req", "-new", "-key", `${name}.key`, "-out", `${name}.csr`, ...subject(name));
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${san}\n`);
      const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`, "-notext"];
      const dates = ["-startdate", from, "-enddate", until];
      openssl("ca", "-batch", "-config", "ca.conf", ...files, ...dates);
      return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
    };
    const here = "IP:127.0.0.1,DNS:shop.test";
    const until = "20451231235959Z";
    key("self");
    openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      "self.key",
      "-out",
      "self.pem",
      "-days",
      "30",
      ...subject("self"),
    );
    return {
      authority: read("ca.pem"),
      good: signed("good", here, "20200101000000Z", until),
      expired: signed("expired", here, "20200101000000Z", "20210101000000Z"),
      wrongHost: signed("wrong", "DNS:other.test", "20200101000000Z", until),
      selfSigned: { key: read("self.key"), cert: read("self.pem") },
      goodUntil: Date.UTC(2045, 11, 31, 23, 59, 59) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
