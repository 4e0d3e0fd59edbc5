/** Faults that show in what others keep: an exporter, a database, a Prometheus, an Elasticsearch. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { execPath } from "node:process";
import { type Faults, seriesOf } from "./fault.ts";
import { listen } from "./probes.ts";

/** A page of metrics whose values can be set, one for each name. */
async function serveMetrics(
  names: readonly string[],
): Promise<{ port: number; values: number[]; close(): void }> {
  const values = names.map(() => 0);
  const server = createServer((_, response) =>
    response.end(names.map((name, i) => `bench_queue{queue="${name}"} ${values[i]}\n`).join("")),
  );
  return { port: await listen(server), values, close: () => server.close().closeAllConnections() };
}

const scrape: Faults = {
  kind: "scrape",
  what: "a number of an exporter rises",
  async open(names, _dir, closing) {
    const { port, values, close } = await serveMetrics(names);
    closing(close);
    return names.map((name, i) => ({
      options: { url: `127.0.0.1:${port}` },
      expr: `${seriesOf("bench_queue", name, `queue="${name}"`)} > 100`,
      inject: () => {
        values[i] = 120;
      },
    }));
  },
};

/** Node's own SQLite where this Node has one, else the system's tool. */
function runSql(file: string, statement: string): void {
  const own = "new (require('node:sqlite').DatabaseSync)(process.argv[1]).exec(process.argv[2])";
  if (isBuiltin("node:sqlite")) execFileSync(execPath, ["--no-warnings", "-e", own, file, statement]);
  else execFileSync("sqlite3", [file, statement]);
}

/** Where the database of the bench is. */
export const databaseIn = (dir: string): string => join(dir, "shop.db");

const sql: Faults = {
  kind: "sql",
  what: "rows of a SQLite file are deleted",
  lacks: () =>
    isBuiltin("node:sqlite") || spawnSync("sqlite3", ["-version"]).status === 0
      ? undefined
      : "needs Node 22.13 or sqlite3",
  async open(names, dir) {
    const file = databaseIn(dir);
    runSql(file, "pragma journal_mode=wal; create table orders(shop text)");
    for (const name of names) runSql(file, `insert into orders values ('${name}')`);
    return names.map((name) => ({
      options: { database: "shop", query: `select count(*) as orders from orders where shop = '${name}'` },
      expr: `${seriesOf("sql_orders", name)} < 1`,
      inject: () => runSql(file, `delete from orders where shop = '${name}'`),
    }));
  },
};

const prometheus: Faults = {
  kind: "prometheus",
  what: "a number that it scrapes every second rises",
  lacks: () => (spawnSync("prometheus", ["--version"]).status === 0 ? undefined : "needs prometheus"),
  async open(names, dir, closing) {
    const { port, values, close } = await serveMetrics(names);
    closing(close);
    const free = createServer();
    const own = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    const config = join(dir, "prometheus.yml");
    writeFileSync(
      config,
      `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: bench, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]\n`,
    );
    const place = [`--storage.tsdb.path=${join(dir, "tsdb")}`, `--web.listen-address=127.0.0.1:${own}`];
    const child = spawn("prometheus", [`--config.file=${config}`, ...place], { stdio: "ignore" });
    closing(() => child.kill("SIGKILL"));
    return names.map((name, i) => ({
      options: {
        url: `http://127.0.0.1:${own}`,
        query: `bench_queue{queue="${name}"}`,
        metric: "bench_asked",
      },
      expr: `${seriesOf("bench_asked", name)} > 100`,
      inject: () => {
        values[i] = 120;
      },
    }));
  },
};

const elasticsearch: Faults = {
  kind: "elasticsearch",
  what: "documents come (the server is played)",
  open: (names, _dir, closing) =>
    Promise.all(
      names.map(async (name) => {
        let found = 0;
        const server = createServer((_, response) =>
          response.setHeader("content-type", "application/json").end(
            JSON.stringify({
              took: 1,
              timed_out: false,
              _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
              hits: { total: { value: found, relation: "eq" }, hits: [] },
            }),
          ),
        );
        const port = await listen(server);
        closing(() => server.close().closeAllConnections());
        return {
          options: { url: `http://127.0.0.1:${port}`, index: "logs-*", query: "level:error" },
          expr: `${seriesOf("elasticsearch_hits", name)} > 100`,
          inject: () => {
            found = 120;
          },
        };
      }),
    ),
};

export const stores: readonly Faults[] = [scrape, sql, prometheus, elasticsearch];
