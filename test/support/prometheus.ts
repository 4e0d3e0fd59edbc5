/** A real Prometheus and a real node_exporter, of Debian's packages, where the machine has them. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, makeDir, until } from "./bot.ts";

const runs = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;

/** Whether both are installed. Every machine that runs CI has them. */
export const hasPrometheus = runs("prometheus") && runs("prometheus-node-exporter");

type CleanUps = (() => void | Promise<void>)[];

function start(command: string, args: readonly string[], cwd: string, cleanUps: CleanUps): void {
  const child = spawn(command, args, { cwd, stdio: "ignore" });
  cleanUps.push(async () => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
}

/** Starts a node_exporter; resolves with its host:port when it answers. */
export async function startNodeExporter(cleanUps: CleanUps): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  // What changes from one look to the next would make two of them differ.
  const args = [
    "--collector.disable-defaults",
    "--collector.cpu",
    "--collector.loadavg",
    "--collector.meminfo",
  ];
  start(
    "prometheus-node-exporter",
    [...args, `--web.listen-address=${address}`],
    makeDir(cleanUps),
    cleanUps,
  );
  await until(() => answers(`http://${address}/metrics`));
  return address;
}

/** Starts a Prometheus that scrapes `target` every second; resolves with its host:port when it has done so. */
export async function startScraping(target: string, cleanUps: CleanUps): Promise<string> {
  const dir = makeDir(cleanUps);
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    join(dir, "prometheus.yml"),
    `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: node, static_configs: [{ targets: ["${target}"] }] }]\n`,
  );
  const args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error"];
  start("prometheus", [...args, `--web.listen-address=${address}`], dir, cleanUps);
  await until(async () => (await query(address, "up == 1").catch(() => []))[0]);
  return address;
}

async function answers(url: string): Promise<true | undefined> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok === true ? true : undefined;
}

/** The label sets and values of an instant query. */
export async function query(
  address: string,
  expression: string,
): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await response.json()) as { data: { result: never[] } };
  return data.result;
}
