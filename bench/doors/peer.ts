/** Those that are compared, each as a process of its own; the two that know alerts with the same configuration. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BOT } from "../command.ts";

/** `floor` is a bare server that only writes down what it is sent, see floor.ts. */
export const PEERS = ["alertmanager", "gengfu", "floor"] as const;
export type PeerName = (typeof PEERS)[number];

export interface Peer {
  readonly port: number;
  /** Resident memory in MB, from Linux' /proc. */
  rssMb(): number;
  end(): Promise<void>;
}

/** Where Debian puts it. */
const ALERTMANAGER = "/usr/bin/prometheus-alertmanager";
const floorScript = fileURLToPath(new URL("floor.js", import.meta.url));
const starts: Readonly<Record<PeerName, typeof gengfu>> = { alertmanager, gengfu, floor };

export function isInstalled(): boolean {
  return existsSync(ALERTMANAGER);
}

/** Starts one that tells everything to `sink` at once, and waits until it is ready. */
export async function startPeer(name: PeerName, sink: string): Promise<Peer> {
  const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
  const config = join(dir, "config.yml");
  writeFileSync(
    config,
    `route: { receiver: sink, group_by: [alertname], group_wait: 0s, group_interval: 5m, repeat_interval: 4h }
receivers: [{ name: sink, webhook_configs: [{ url: "${sink}" }] }]
`,
  );
  const port = await freePort();
  const child = starts[name](dir, config, port);
  await ready(child, port);
  return {
    port,
    rssMb: () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    async end() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function gengfu(dir: string, config: string, port: number): ChildProcess {
  return spawn(process.execPath, BOT, {
    cwd: dir,
    env: {
      PATH: process.env["PATH"] ?? "",
      DATA_DIR: join(dir, "data"),
      GENGFU_CONFIG: config,
      PORT: String(port),
    },
    stdio: "ignore",
  });
}

function alertmanager(dir: string, config: string, port: number): ChildProcess {
  const options = [
    `--config.file=${config}`,
    `--storage.path=${join(dir, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
    "--log.level=error",
  ];
  return spawn(ALERTMANAGER, options, { cwd: dir, stdio: "ignore" });
}

function floor(dir: string, _config: string, port: number): ChildProcess {
  return spawn(process.execPath, [floorScript, String(port), join(dir, "floor")], { stdio: "ignore" });
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`a peer ended with ${child.exitCode} before it was ready`);
    const answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a peer was not ready within 10 s");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
