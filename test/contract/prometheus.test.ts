/** A real Prometheus that sends its alerts here as it would to an Alertmanager. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort, makeDir, startBot, until } from "../support/bot.ts";
import { serveHttp } from "../support/web-server.ts";

const installed = spawnSync("prometheus", ["--version"]).status === 0;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** One that scrapes `exporter` every second, judges one rule, and sends to `alertmanager`; both are host:port. */
async function startPrometheus(exporter: string, alertmanager: string): Promise<void> {
  const dir = makeDir(cleanUps);
  writeFileSync(
    join(dir, "prometheus.yml"),
    `
global: { scrape_interval: 1s, evaluation_interval: 1s }
alerting: { alertmanagers: [{ static_configs: [{ targets: ["${alertmanager}"] }] }] }
rule_files: [rules.yml]
scrape_configs: [{ job_name: shop, static_configs: [{ targets: ["${exporter}"] }] }]
`,
  );
  writeFileSync(
    join(dir, "rules.yml"),
    `
groups:
  - name: shop
    rules:
      - alert: OrdersStuck
        expr: orders_stuck > 0
        labels: { severity: critical }
        annotations: { summary: "{{ $value }} orders are stuck" }
`,
  );
  const child = spawn(
    "prometheus",
    [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      `--web.listen-address=127.0.0.1:${await freePort()}`,
      "--log.level=error",
    ],
    { cwd: dir, stdio: "ignore" },
  );
  cleanUps.push(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });
}

test.skipIf(!installed)(
  "a rule of Prometheus fires, is acknowledged here, and recovers: one card all the while",
  { timeout: 60_000 },
  async () => {
    let stuck = 7;
    const exporter = await serveHttp((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(`# TYPE orders_stuck gauge\norders_stuck ${stuck}\n`);
    });
    cleanUps.push(() => exporter.close());
    const dir = makeDir(cleanUps);
    const bot = await startBot({ dir, env: { LOCALE: "en" } });
    cleanUps.push(async () => void (await bot.end("SIGKILL")));
    await startPrometheus(new URL(exporter.url).host, new URL(bot.url).host);

    const card = (status: string) =>
      until(
        async () =>
          (await bot.messages()).findLast((one) => one.kind === "incident" && one.status === status),
        20_000,
      );
    const fired = await card("firing");
    expect(fired).toMatchObject({ title: "#1 OrdersStuck", severity: "critical" });
    expect(fired.fields).toContainEqual({ name: "What", value: "7 orders are stuck" });
    expect(fired.fields).toContainEqual({
      name: "Where",
      value: `instance=${new URL(exporter.url).host}, job=shop`,
    });

    await bot.click(fired.id, "ack");
    expect((await card("acknowledged")).id).toBe(fired.id);

    stuck = 0;
    expect((await card("resolved")).id).toBe(fired.id);
    const [why] = await bot.say("why 1");
    expect(why?.text).toContain("sent by `api 127.0.0.1`");
    expect(
      (await bot.messages()).filter(({ kind, incident }) => kind === "incident" && incident === 1),
    ).toHaveLength(1);
  },
);
