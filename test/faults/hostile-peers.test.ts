/**
 * Monitors of every kind that goes over the network, each before a peer that hangs, lies, floods, resets, promises a
 * gigabyte, sends what is no UTF-8 or answers when the time is up; all at once, in one watch, beside good ones.
 */
import { createSocket } from "node:dgram";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { monitorSchema } from "../../monitors/index.ts";
import { createMonitorBook } from "../../monitors/monitor-book.ts";
import { openDatabases } from "../../monitors/sql/databases.ts";
import { watch } from "../../monitors/watch.ts";
import { systemClock } from "../../storage/clock.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { databaseOf } from "../support/databases.ts";
import { answerTo, serveNames } from "../support/name-server.ts";
import { loopbackNetwork } from "../support/probe.ts";
import { RecordedSeries } from "../support/recorded-series.ts";
import { type Listening, serveHttp, serveRaw } from "../support/web-server.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function raw(talk: (socket: Socket) => void): Promise<Listening> {
  const server = await serveRaw(talk);
  closers.push(server.close);
  return server;
}

const CHUNK = Buffer.alloc(65_536, 0x61);

/** Pours for as long as somebody listens. */
function pour(socket: Socket, first: string | Buffer = ""): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(CHUNK));
  };
  socket.on("drain", more);
  socket.write(first);
  more();
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n";
const TIMEOUT_MS = 1_000;

/** What a stream does to whoever connects. */
const STREAMS: Readonly<Record<string, (socket: Socket) => void>> = {
  hangs: (socket) => void socket.resume(),
  lies: (socket) => void socket.end("\x00\x01\x02 this is no protocol of yours\r\n\r\n"),
  floods: (socket) => pour(socket),
  resets: (socket) => void socket.once("data", () => socket.resetAndDestroy()),
  gigabyte: (socket) =>
    void socket.once("data", () => pour(socket, `${HEAD}content-length: 1000000000\r\n\r\n`)),
  garbled: (socket) =>
    void socket.once("data", () => {
      socket.write(`${HEAD}content-length: 6\r\n\r\n`);
      socket.end(Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0]));
    }),
  late: (socket) =>
    void socket.once("data", () => {
      const timer = setTimeout(() => socket.end(`${HEAD}content-length: 5\r\n\r\nready`), TIMEOUT_MS + 300);
      socket.on("close", () => clearTimeout(timer));
    }),
};

/** By kind and what its peer does, which reasons are right. */
const REASONS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  http: {
    hangs: /^timeout$/,
    lies: /^bad_response$/,
    floods: /^bad_response$/,
    resets: /^reset$/,
    gigabyte: /^answer_too_large$/,
    garbled: /^no_body_match$/,
    late: /^timeout$/,
  },
  scrape: {
    hangs: /^timeout$/,
    lies: /^bad_response$/,
    floods: /^bad_response$/,
    resets: /^reset$/,
    gigabyte: /^answer_too_large$/,
    garbled: /^bad_answer$/,
    late: /^timeout$/,
  },
  prometheus: {
    hangs: /^timeout$/,
    lies: /^bad_response$/,
    floods: /^bad_response$/,
    resets: /^reset$/,
    gigabyte: /^answer_too_large$/,
    garbled: /^bad_answer$/,
    late: /^timeout$/,
  },
  elasticsearch: {
    hangs: /^timeout$/,
    lies: /^bad_response$/,
    floods: /^bad_response$/,
    resets: /^reset$/,
    gigabyte: /^answer_too_large$/,
    garbled: /^bad_answer$/,
    late: /^timeout$/,
  },
  tcp: {
    hangs: /^timeout$/,
    lies: /^no_match$/,
    floods: /^no_match$/,
    resets: /^reset$/,
    gigabyte: /^no_match$/,
    garbled: /^no_match$/,
    late: /^timeout$/,
  },
  tls: {
    hangs: /^timeout$/,
    lies: /^tls$/,
    floods: /^tls$/,
    resets: /^reset$/,
    gigabyte: /^tls$/,
    garbled: /^tls$/,
    late: /^timeout$/,
  },
  sql: {
    hangs: /^timeout$/,
    lies: /^(reset|error|bad_answer|timeout)$/,
    floods: /^(answer_too_large|error|timeout)$/,
    resets: /^reset$/,
    gigabyte: /^(answer_too_large|error|timeout)$/,
    garbled: /^(reset|error|timeout)$/,
    late: /^timeout$/,
  },
  dns: {
    hangs: /^timeout$/,
    lies: /^bad_answer$/,
    floods: /^timeout$/,
    garbled: /^bad_answer$/,
    late: /^timeout$/,
  },
};

/** Name servers on UDP that do likewise. */
async function nameServer(how: string): Promise<number> {
  const socket = createSocket("udp4");
  // An answer by its head, with a question and a record in it, and then nothing that could be one.
  const garbage = Buffer.from([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0xff, 0xfe, 0xc0, 0x80]);
  socket.on("message", (question, from) => {
    const send = (bytes: Buffer): void => {
      try {
        socket.send(bytes, from.port, from.address, () => {});
      } catch {
        // The test is over.
      }
    };
    // The number of the question alone makes it an answer.
    const mine = Buffer.concat([question.subarray(0, 2), garbage]);
    if (how === "lies" || how === "garbled") send(mine);
    else if (how === "floods")
      for (let i = 0; i < 500; i++)
        send(Buffer.concat([Buffer.from([i & 255, i >> 8]), CHUNK.subarray(0, 1_000)]));
    else if (how === "late") setTimeout(() => send(answerTo(question)), TIMEOUT_MS + 300);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  closers.push(() => void socket.close());
  return (socket.address() as AddressInfo).port;
}

test("each has a reason of its own, memory stays bounded, and the good ones beside them notice nothing", {
  timeout: 60_000,
}, async () => {
  const specs: object[] = [];
  const wanted = new Map<string, RegExp>();
  const entries: object[] = [];
  for (const [kind, hows] of Object.entries(REASONS)) {
    for (const [how, reason] of Object.entries(hows)) {
      const name = `${kind} that ${how}`;
      wanted.set(name, reason);
      const port = kind === "dns" ? await nameServer(how) : (await raw(STREAMS[how] ?? (() => {}))).port;
      const target = `127.0.0.1:${port}`;
      if (kind === "http") specs.push({ name, kind, url: `http://${target}/`, body_contains: "well" });
      if (kind === "scrape") specs.push({ name, kind, url: `http://${target}/metrics` });
      if (kind === "prometheus") specs.push({ name, kind, url: `http://${target}/`, query: "up" });
      if (kind === "elasticsearch") specs.push({ name, kind, url: `http://${target}/`, index: "logs" });
      if (kind === "tcp") specs.push({ name, kind, target, send: "hello", expect: "well" });
      if (kind === "tls") specs.push({ name, kind, target });
      if (kind === "dns") specs.push({ name, kind, query_name: "shop.test", server: target });
      if (kind === "sql") {
        const database = `${how}-${port}`;
        entries.push({
          name: database,
          url: `${how === "lies" ? "mysql" : "postgres"}://a:b@${target}/shop`,
        });
        specs.push({ name, kind, database, query: "select 1 as n" });
      }
    }
  }
  const web = await serveHttp((_request, response) => response.end("well"));
  const names = await serveNames((question) => [answerTo(question)]);
  closers.push(web.close, names.close);
  const good = ["good http", "good tcp", "good dns"];
  specs.push({ name: good[0], kind: "http", url: web.url, body_contains: "well" });
  specs.push({ name: good[1], kind: "tcp", target: `127.0.0.1:${web.port}` });
  specs.push({
    name: good[2],
    kind: "dns",
    query_name: "shop.test",
    server: `127.0.0.1:${names.port}`,
    expected_rcode: "NOERROR",
  });

  const store = memoryStore(systemClock);
  const book = createMonitorBook(store);
  const list = entries.map(databaseOf);
  const databases = openDatabases({ list: () => list, clock: systemClock });
  closers.push(() => databases.close());
  await store.commit((change) => {
    for (const spec of specs)
      book.add(change, monitorSchema.parse({ interval: "1h", timeout: `${TIMEOUT_MS}ms`, ...spec }), {
        kind: "file",
      });
  });
  const sink = new RecordedSeries();
  const watching = watch({
    book,
    sink,
    clock: systemClock,
    log: silentLog,
    random: () => 1,
    world: { network: loopbackNetwork(), elapsed: () => performance.now(), databases },
    fileNetwork: loopbackNetwork(),
  });
  watching.start();
  closers.push(() => watching.stop());
  const before = process.memoryUsage().rss;

  const everyName = [...wanted.keys()];
  const [bad, well] = await Promise.all([
    Promise.all(everyName.map((name) => watching.lookOnce(name))),
    Promise.all(good.map((name) => watching.lookOnce(name))),
  ]);
  const grew = process.memoryUsage().rss - before;

  const reasons = Object.fromEntries(everyName.map((name, i) => [name, bad[i]?.reason?.code ?? "good"]));
  for (const [name, reason] of wanted) expect(reasons[name], name).toMatch(reason);
  expect(well.map(({ reason }) => reason)).toEqual([undefined, undefined, undefined]);
  for (const name of good) expect(sink.of("up", name).map(({ value }) => value)).toEqual([1]);
  // Nobody was waited for any longer than allowed, and nobody still is.
  for (const { durationMs } of bad) expect(durationMs).toBeLessThan(TIMEOUT_MS + 1_500);
  expect(watching.figures.running).toBe(0);
  // Ten of them pour without an end, and were promised gigabytes.
  expect(grew).toBeLessThan(250_000_000);
});
