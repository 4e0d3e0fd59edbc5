/** Calendars that rotations are read out of: files and addresses, that change, die, and are named no more. */
import { rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { humansOf } from "../../../../alerts/oncall/humans.ts";
import { type OnCall, openOnCall } from "../../../../alerts/oncall/on-call.ts";
import { oncallSchema } from "../../../../alerts/oncall/oncall-config.ts";
import { type Feeds, openFeeds } from "../../../../bot/oncall/calendar-feeds.ts";
import { silentLog } from "../../../../storage/log.ts";
import type { Store } from "../../../../storage/store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { temporaryFolder } from "../../../support/test-files.ts";
import {
  hasOpenssl,
  type Listening,
  makeCertificates,
  serveHttp,
  serveHttps,
} from "../../../support/web-server.ts";

const PEOPLE = [{ id: "dingtalk:1", name: "张三" }];
const at = Date.parse("2026-11-25T02:00:00Z");
const shift = (name: string): string =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T000000Z\r\nDTEND:20261201T000000Z\r\nSUMMARY:${name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Bench {
  readonly clock: FakeClock;
  readonly journal: Journal;
  onCall: OnCall;
  feeds: Feeds;
  oncall: ReturnType<typeof oncallSchema.parse>;
  readonly warnings: object[];
  look(): Promise<void>;
  restart(): void;
  words(): string;
}

function open(ics: string, variables: Readonly<Record<string, string>> = {}): Bench {
  const clock = new FakeClock(at);
  const journal = new Journal();
  const warnings: object[] = [];
  const make = (): Pick<Bench, "onCall" | "feeds"> => {
    const store: Store = journal.open(clock);
    const humans = humansOf(PEOPLE);
    const onCall = openOnCall({
      store,
      file: () => bench.oncall,
      humans: () => humans,
      zone: "Asia/Shanghai",
    });
    const log = { ...silentLog, warn: (fields: object) => warnings.push(fields) };
    const file = () => ({ oncall: bench.oncall, people: PEOPLE });
    return { onCall, feeds: openFeeds({ store, onCall, file, clock, log, variables }) };
  };
  const bench = {
    clock,
    journal,
    warnings,
    oncall: oncallSchema.parse([{ name: "db", ics }]),
    look: () => bench.feeds.due(clock.now()),
    restart: () => void Object.assign(bench, make()),
    words() {
      const { calendar } = bench.onCall.find("db") ?? {};
      const who = bench.onCall.holderOf("db", clock.now())?.name ?? "nobody";
      return [who, ...(calendar?.unknown ?? []), calendar?.trouble?.en]
        .filter((word) => word !== undefined)
        .join("; ");
    },
  } as unknown as Bench;
  return Object.assign(bench, make());
}

test("a file: read, read again when it is time, kept while it is gone, over a restart, and back", async () => {
  const path = join(await temporaryFolder(), "db.ics");
  writeFileSync(path, shift("张三"));
  const bench = open(path);
  expect(bench.words()).toBe("nobody");
  await bench.look();
  expect(bench.words()).toBe("张三");
  writeFileSync(path, shift("王五"));
  bench.clock.set(at + 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三");
  bench.clock.set(at + 11 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("nobody; 王五");
  writeFileSync(path, shift("张三"));
  bench.feeds.wake();
  await bench.look();
  rmSync(path);
  bench.clock.set(at + 30 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三; it could not be read (ENOENT)");
  bench.restart();
  expect(bench.words()).toBe("张三; it could not be read (ENOENT)");
  const commits = bench.journal.commits.length;
  await bench.look();
  bench.clock.set(at + 40 * 60_000);
  await bench.look();
  expect(bench.journal.commits.length).toBe(commits);
  expect(bench.warnings).toHaveLength(1);
  writeFileSync(path, shift("张三"));
  bench.clock.set(at + 50 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三");
});

test("what is no calendar, and one that is named no more", async () => {
  const path = join(await temporaryFolder(), "db.ics");
  writeFileSync(path, "<html>");
  const bench = open(path);
  await bench.look();
  expect(bench.words()).toBe("nobody; it is no iCalendar (.ics)");
  writeFileSync(path, "x".repeat(3 * 1024 * 1024));
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toBe("nobody; it is larger than 2 MiB");
  bench.oncall = oncallSchema.parse([{ name: "db" }]);
  await bench.look();
  expect([...bench.onCall.tables.calendars.values()]).toEqual([]);
});

test("an address: answers, refusals, floods and silence, none of which tell its secret", async () => {
  let answer: { status: number; body: string } | "flood" = { status: 200, body: shift("张三") };
  const server: Listening = await serveHttp((_request, response) => {
    if (answer !== "flood") {
      response.writeHead(answer.status, { "content-type": "text/calendar" }).end(answer.body);
      return;
    }
    const pour = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      if (!response.destroyed) response.once("drain", pour);
    };
    response.writeHead(200);
    pour();
  });
  closing.push(() => server.close());
  const bench = open(`${server.url}/private-5ecret/db.ics`);
  await bench.look();
  expect(bench.words()).toBe("张三");
  for (const [next, words] of [
    [{ status: 404, body: "" }, "the answer was HTTP 404"],
    ["flood", "it is larger than 2 MiB"],
    [{ status: 200, body: "" }, "it is no iCalendar (.ics)"],
  ] as const) {
    answer = next;
    bench.feeds.wake();
    await bench.look();
    expect(bench.words()).toBe(`张三; ${words}`);
  }
  await server.close();
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toMatch(/^张三; it could not be read \((ECONNREFUSED|ECONNRESET)\)$/);
  expect(JSON.stringify([bench.journal.commits, bench.warnings])).not.toContain("5ecret");
});

test("another source begins anew", async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "a.ics"), shift("张三"));
  const bench = open(join(folder, "a.ics"));
  await bench.look();
  bench.oncall = oncallSchema.parse([{ name: "db", ics: join(folder, "b.ics") }]);
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toBe("nobody; it could not be read (ENOENT)");
});

/** A server of calendars that is closed with the test. */
async function serve(listener: RequestListener): Promise<Listening> {
  const server = await serveHttp(listener);
  closing.push(() => server.close());
  return server;
}

test("redirects are followed, but not for ever, and not to what is no address", async () => {
  const { url } = await serve(({ url: path }, response) => {
    if (path === "/db.ics") return void response.end(shift("张三"));
    const to = { "/old": "/older", "/older": "db.ics", "/circle": "/circle" }[path ?? ""];
    response.writeHead(302, { location: to ?? "file:///etc/passwd" }).end();
  });
  const words = async (path: string): Promise<string> => {
    const bench = open(url + path);
    await bench.look();
    return bench.words();
  };
  expect(await words("/old")).toBe("张三");
  expect(await words("/circle")).toBe("nobody; there are too many redirects");
  expect(await words("/away")).toBe("nobody; a redirect leads nowhere");
});

test.each<[name: string, encoding: string, body: Uint8Array, words: string]>([
  ["packed", "gzip", gzipSync(shift("张三")), "张三"],
  ["a bomb", "gzip", gzipSync(Buffer.alloc(30_000_000)), "nobody; it is larger than 2 MiB"],
  [
    "packed as nobody asked for",
    "zstd",
    Buffer.from("x"),
    "nobody; it is packed in a way that cannot be unpacked (Content-Encoding)",
  ],
])("an answer that is %s", async (_name, encoding, body, words) => {
  const { url } = await serve((_request, response) =>
    response.writeHead(200, { "content-encoding": encoding }).end(body),
  );
  const bench = open(`${url}/db.ics`);
  await bench.look();
  expect(bench.words()).toBe(words);
});

test("a name and a password in the address are for its server alone", async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await serve(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end(shift("张三"));
  });
  const first = await serve(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  const bench = open(first.url.replace("//", "//duty:5ecret@"));
  await bench.look();
  expect([bench.words(), seen]).toEqual(["张三", [`Basic ${btoa("duty:5ecret")}`, undefined]]);
});

describe("proxies of the environment", () => {
  async function proxyServer(spec: ProxySpec = {}): Promise<ProxyServer> {
    const proxy = await openProxy(spec);
    closing.push(() => proxy.close());
    return proxy;
  }
  const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

  test("http goes to the proxy with the whole address, where a redirect leads, too", async () => {
    const { port } = await serve(({ url }, response) => {
      if (url === "/db.ics") response.end(shift("张三"));
      else response.writeHead(301, { location: "/db.ics" }).end();
    });
    const proxy = await proxyServer({ places: { "calendar.example:80": port } });
    const bench = open("http://calendar.example/old", { HTTP_PROXY: proxy.url });
    await bench.look();
    expect(bench.words()).toBe("张三");
    expect(lines(proxy)).toEqual(["GET http://calendar.example/old", "GET http://calendar.example/db.ics"]);
  });

  test.skipIf(!hasOpenssl)(
    "https goes through it by CONNECT, and the certificate is still checked (needs openssl)",
    async () => {
      const asked: unknown[] = [];
      const server = await serveHttps(makeCertificates().good, (request, response) => {
        asked.push(request.url);
        response.end(shift("张三"));
      });
      closing.push(() => server.close());
      const proxy = await proxyServer({ places: { "calendar.example:443": server.port } });
      const bench = open("https://calendar.example/db.ics", { https_proxy: proxy.url });
      await bench.look();
      expect(bench.words()).toMatch(/^nobody; it could not be read \((SELF_SIGNED|UNABLE_TO)_[A-Z_]+\)$/);
      expect([lines(proxy), asked]).toEqual([["CONNECT calendar.example:443"], []]);
    },
  );

  test("what is on this machine, or excepted, is read without", async () => {
    const { url } = await serve((_request, response) => response.end(shift("张三")));
    const proxy = await proxyServer();
    const bench = open(`${url}/db.ics`, { HTTP_PROXY: proxy.url });
    await bench.look();
    expect([bench.words(), lines(proxy)]).toEqual(["张三", []]);
  });

  test.each(["http", "https"])("one that refuses, and one that hangs, over %s", async (scheme) => {
    const address = `${scheme}://calendar.example/private-5ecret/db.ics`;
    const through = ({ url }: ProxyServer): Bench =>
      open(address, { HTTP_PROXY: url.replace("//", "//me:5ecret@"), HTTPS_PROXY: url });
    const refusing = through(await proxyServer({ refuses: "407" }));
    await refusing.look();
    expect(refusing.words()).toBe("nobody; the answer was HTTP 407");
    expect(JSON.stringify([refusing.journal.commits, refusing.warnings])).not.toContain("5ecret");

    const hanging = await proxyServer({ refuses: "hangs" });
    const waiting = through(hanging);
    const looked = waiting.look();
    while (hanging.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await waiting.feeds.stop();
    await looked;
    expect(waiting.words()).toBe("nobody");
  });
});
