/** A forward proxy on loopback: absolute addresses for http, CONNECT for https. */
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from "node:http";
import { type AddressInfo, connect } from "node:net";

export interface ProxyServer {
  readonly url: string;
  /** What it was asked, such as `GET http://shop.example/` or `CONNECT shop.example:443`. */
  readonly asked: readonly { readonly line: string; readonly headers: IncomingHttpHeaders }[];
  /** Connections to it that are open now. */
  readonly open: () => number;
  close(): void;
}

export interface ProxySpec {
  /** Where names lead that are no name of anybody: `calendar.example:443` to a port of loopback. Read when it is asked. */
  readonly places?: Readonly<Record<string, number>>;
  /** What it answers in place of passing anything on; a connection on which it says nothing hangs. */
  readonly refuses?: "403" | "407" | "hangs";
}

export async function openProxy({ places = {}, refuses }: ProxySpec = {}): Promise<ProxyServer> {
  const asked: { readonly line: string; readonly headers: IncomingHttpHeaders }[] = [];
  const placeOf = (host: string): { host: string; port: number } => {
    const [name = "", port = "80"] = host.split(":");
    const place = places[`${name}:${port}`];
    return place === undefined ? { host: name, port: Number(port) } : { host: "127.0.0.1", port: place };
  };
  const pass: RequestListener = (incoming, response) => {
    asked.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers });
    if (refuses === "hangs") return;
    if (refuses !== undefined) return void response.writeHead(Number(refuses)).end();
    const { host, pathname, search } = new URL(incoming.url ?? "");
    const { method, headers } = incoming;
    const onward = request({ ...placeOf(host), path: `${pathname}${search}`, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  };
  const proxy = createServer(pass);
  const open = new Set<{ destroy(): void }>();
  proxy.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  });
  proxy.on("connect", (incoming, socket) => {
    asked.push({ line: `CONNECT ${incoming.url}`, headers: incoming.headers });
    // Who says nothing still hears that the other side has left.
    if (refuses === "hangs") return void socket.on("end", () => socket.end()).resume();
    if (refuses !== undefined)
      return void socket.end(`HTTP/1.1 ${refuses} Refused\r\ncontent-length: 0\r\n\r\n`);
    const onward = connect(placeOf(incoming.url ?? ""), () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    open: () => open.size,
    close() {
      for (const socket of open) socket.destroy();
      proxy.close();
    },
  };
}
