import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { dns } from "../../../monitors/dns/dns.ts";
import { elasticsearch } from "../../../monitors/elasticsearch/elasticsearch.ts";
import { flow } from "../../../monitors/flow/flow.ts";
import { heartbeat } from "../../../monitors/heartbeat/heartbeat.ts";
import { http } from "../../../monitors/http/http.ts";
import { createIcmpKind } from "../../../monitors/icmp/icmp.ts";
import type { PingTool } from "../../../monitors/icmp/ping.ts";
import { type MonitorKinds, monitorKinds } from "../../../monitors/index.ts";
import { log } from "../../../monitors/log/log.ts";
import type { Answer, DatabaseSight, Monitor, MonitorKind } from "../../../monitors/monitor.ts";
import { createProcessKind } from "../../../monitors/process/process.ts";
import type { Search } from "../../../monitors/process/search.ts";
import { prometheus } from "../../../monitors/prometheus/prometheus.ts";
import { scrape } from "../../../monitors/scrape/scrape.ts";
import { openDatabases } from "../../../monitors/sql/databases.ts";
import { sql } from "../../../monitors/sql/sql.ts";
import { createSystemMonitor, system } from "../../../monitors/system/system.ts";
import type { SystemctlTool } from "../../../monitors/systemd/systemctl.ts";
import { createSystemdKind } from "../../../monitors/systemd/systemd.ts";
import { tcp } from "../../../monitors/tcp/tcp.ts";
import { tls } from "../../../monitors/tls/tls.ts";
import { describeMonitorKind, type MonitorCase } from "../../contract/monitor.ts";
import { databaseOf } from "../../support/databases.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { withPing } from "../../support/fake-ping.ts";
import { withProgram } from "../../support/fake-program.ts";
import { flowLife } from "../../support/flows.ts";
import { heartbeatLife } from "../../support/heartbeats.ts";
import { answerTo, type Reply, serveNames } from "../../support/name-server.ts";
import { loopbackNetwork } from "../../support/probe.ts";
import { quietHost } from "../../support/quiet-host.ts";
import { pending } from "../../support/watched-world.ts";
import {
  type Certificates,
  type Listening,
  makeCertificates,
  serveHttp,
  serveHttps,
  serveRaw,
} from "../../support/web-server.ts";

const elapsed = (): number => performance.now();
const never = (): Promise<never> => new Promise(() => {});

const beat = heartbeat.options.parse({ period: "1h", uuid: "6ba7b810-9dad-41d1-80b4-00c04fd430c8" });
const nowhere = { network: loopbackNetwork(), elapsed };

const figures = sql.options.parse({
  database: "shop",
  query: "select region, count(*) from orders group by 1",
});
const FIGURES: Answer = {
  columns: [
    { name: "region", holds: "texts" },
    { name: "count", holds: "numbers" },
  ],
  rows: [
    ["华东", 2],
    ["华南", 1],
  ],
};

/** A database of the name `shop`, behind the real pool. */
function answering(ask: () => Promise<Answer>): DatabaseSight {
  const connect = async () => ({ ask, cancel: async () => {}, close: () => {}, onEnd: () => {} });
  const list = [databaseOf({ name: "shop", url: "sqlite:/nowhere/shop.db" })];
  const drivers = { postgres: connect, mysql: connect, sqlite: connect };
  return openDatabases({ list: () => list, clock: new FakeClock(), drivers });
}

async function served(answer: boolean, use: Parameters<MonitorCase["looking"]>[0]): Promise<void> {
  const server = await serveHttp((_request, response) => {
    if (answer) response.end("ok");
  });
  const options = http.options.parse({ url: server.url });
  await use(http.create(options, { network: loopbackNetwork(), elapsed })).finally(() => server.close());
}

const NO_HITS =
  '{"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"total":{"value":0,"relation":"eq"}}}';

/** Runs `use` with a monitor of a web address that answers with `page`, or never. */
async function atPage<Options>(
  kind: MonitorKind<Options>,
  more: object,
  page: string | undefined,
  use: Parameters<MonitorCase["looking"]>[0],
): Promise<void> {
  const server = await serveHttp((_request, response) => {
    if (page !== undefined) response.end(page);
  });
  const options = kind.options.parse({ url: server.url, ...more });
  await use(kind.create(options, nowhere)).finally(() => server.close());
}

let made: Certificates | undefined;

/** Runs `use` with a monitor that looks at a port on which `server` listens. */
async function atPort<Options>(
  kind: MonitorKind<Options>,
  more: object,
  server: Promise<Listening>,
  use: Parameters<MonitorCase["looking"]>[0],
): Promise<void> {
  const { port, close } = await server;
  const options = kind.options.parse({ target: `127.0.0.1:${port}`, ...more });
  const certificates = made?.authority;
  const world = { network: loopbackNetwork(), elapsed, ...(certificates && { certificates }) };
  await use(kind.create(options, world)).finally(close);
}

function withCertificate(): Promise<Listening> {
  made ??= makeCertificates();
  return serveHttps(made.good, () => {});
}

async function atNameServer(reply: Reply, use: Parameters<MonitorCase["looking"]>[0]): Promise<void> {
  const { port, close } = await serveNames(reply);
  const options = dns.options.parse({
    query_name: "shop.test",
    server: `127.0.0.1:${port}`,
    expected_rcode: "NOERROR",
  });
  await use(dns.create(options, { network: loopbackNetwork(), elapsed })).finally(close);
}

function pinging(tool: PingTool): Monitor {
  const kind = createIcmpKind(tool);
  return kind.create(kind.options.parse({ target: "127.0.0.1" }), { network: loopbackNetwork(), elapsed });
}

function searching(search: Search): Monitor {
  const kind = createProcessKind(search);
  return kind.create(kind.options.parse({ process: "nginx" }), nowhere);
}

function asking(tool: SystemctlTool): Monitor {
  const kind = createSystemdKind(tool);
  return kind.create(kind.options.parse({ unit: "nginx" }), nowhere);
}

const cases: Readonly<Record<string, MonitorCase>> = {
  system: {
    options: {},
    looking: (use) => use(system.create({}, { network: loopbackNetwork(), elapsed })),
    hanging: (use) => use(createSystemMonitor({ elapsed }, { ...quietHost, disks: never })),
  },
  http: {
    options: { url: "https://shop.example/health" },
    looking: (use) => served(true, use),
    hanging: (use) => served(false, use),
  },
  heartbeat: {
    options: { period: "1h" },
    looking: async (use) => {
      const life = heartbeatLife();
      const { options } = await life.add("backup", { period: "1h" });
      await life.ping("backup");
      await use(
        heartbeat.create(heartbeat.options.parse(options), { ...nowhere, heartbeats: life.heartbeats }),
      );
    },
    hanging: (use) =>
      use(heartbeat.create(beat, { ...nowhere, heartbeats: { look: (_, signal) => pending(signal) } })),
  },
  scrape: {
    options: { url: "app.example:9100" },
    looking: (use) => atPage(scrape, {}, "# TYPE a gauge\na 1\n", use),
    hanging: (use) => atPage(scrape, {}, undefined, use),
  },
  flow: {
    options: { steps: [{ name: "fetch" }] },
    looking: async (use) => {
      const life = flowLife();
      const { options } = await life.add("settlement", { steps: [{ name: "fetch" }] });
      await life.tell("settlement", "1", "fetch", "done");
      await use(flow.create(flow.options.parse(options), { ...nowhere, flows: life.flows }));
    },
    hanging: (use) =>
      use(
        flow.create(flow.options.parse({ steps: [{ name: "fetch" }] }), {
          ...nowhere,
          flows: { look: (_, signal) => pending(signal) },
        }),
      ),
  },
  prometheus: {
    options: { url: "http://prometheus.example:9090", query: "up" },
    looking: (use) =>
      atPage(
        prometheus,
        { query: "1" },
        '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}',
        use,
      ),
    hanging: (use) => atPage(prometheus, { query: "1" }, undefined, use),
  },
  elasticsearch: {
    options: { url: "http://es.example:9200", index: "logs-*" },
    looking: (use) => atPage(elasticsearch, { index: "a" }, NO_HITS, use),
    hanging: (use) => atPage(elasticsearch, { index: "a" }, undefined, use),
  },
  tcp: {
    options: { target: "db.example:5432" },
    looking: (use) =>
      atPort(
        tcp,
        {},
        serveRaw(() => {}),
        use,
      ),
    hanging: (use) =>
      atPort(
        tcp,
        { expect: "ready" },
        serveRaw(() => {}),
        use,
      ),
  },
  dns: {
    options: { query_name: "shop.example" },
    looking: (use) => atNameServer((question) => [answerTo(question)], use),
    hanging: (use) => atNameServer(() => [], use),
  },
  icmp: {
    options: { target: "shop.example" },
    looking: (use) => withPing('echo "64 bytes: ttl=57 time=2 ms"', (tool) => use(pinging(tool))),
    hanging: (use) => withPing("exec sleep 1000", (tool) => use(pinging(tool))),
  },
  sql: {
    options: { database: "shop", query: "select count(*) as orders from orders" },
    looking: (use) => use(sql.create(figures, { ...nowhere, databases: answering(async () => FIGURES) })),
    hanging: (use) => use(sql.create(figures, { ...nowhere, databases: answering(never) })),
  },
  process: {
    options: { process: "nginx" },
    looking: (use) => use(searching(async () => [{ id: "1@1", startedAt: 1, cpuMs: 5, memoryBytes: 9 }])),
    hanging: (use) => use(searching((_, signal) => pending(signal).then(() => []))),
  },
  systemd: {
    options: { unit: "nginx" },
    looking: (use) =>
      withProgram("systemctl", "echo Id=nginx.service; echo ActiveState=active", (path) =>
        use(asking({ paths: [path], runtime: "/" })),
      ),
    hanging: (use) =>
      withProgram("systemctl", "exec sleep 1000", (path) => use(asking({ paths: [path], runtime: "/" }))),
  },
  tls: {
    options: { target: "shop.example" },
    looking: (use) => atPort(tls, {}, withCertificate(), use),
    hanging: (use) =>
      atPort(
        tls,
        {},
        serveRaw(() => {}),
        use,
      ),
  },
  log: {
    options: { path: "/var/log/app.log" },
    looking: (use) =>
      use(log.create(log.options.parse({ path: fileURLToPath(import.meta.url), patterns: "log" }), nowhere)),
    hanging: (use) =>
      use(
        log.create(
          log.options.parse({ path: "/var/log/app.log" }),
          { ...nowhere, logs: { look: (_name, _options, { signal }) => pending(signal) } },
          "app",
        ),
      ),
  },
};

const kinds: MonitorKinds = monitorKinds;
for (const [key, kind] of Object.entries(kinds)) {
  const about = cases[key];
  if (about !== undefined) describeMonitorKind(key, kind, about);
}

test("every kind in the table is held to the contract", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(monitorKinds).sort());
});
