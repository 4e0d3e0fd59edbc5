/** Faults of what is on the machine: itself, its processes, its logs. */
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { platform } from "node:os";
import { join } from "node:path";
import { type Faults, seriesOf } from "./fault.ts";
import { listen } from "./probes.ts";

const isLinux = (): string | undefined => (platform() === "linux" ? undefined : "needs Linux");

/** So many connections are opened at a time; each counts twice, for both of its ends are here. */
const CONNECTIONS = 300;

const system: Faults = {
  kind: "system",
  what: `${CONNECTIONS} connections are opened`,
  lacks: isLinux,
  async open(names, _dir, closing) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.on("error", () => {})));
    const port = await listen(server);
    closing(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const found = /^TCP: inuse (\d+)/m.exec(readFileSync("/proc/net/sockstat", "utf8"))?.[1];
    return names.map((_, i) => ({
      options: {},
      expr: `tcp_connections_established{monitor="${names[0]}"} > ${Number(found) + CONNECTIONS * (2 * i + 1)}`,
      inject: () => {
        for (let n = 0; n < CONNECTIONS; n++) sockets.push(connect(port, "127.0.0.1").on("error", () => {}));
      },
    }));
  },
};

const process: Faults = {
  kind: "process",
  what: "is killed",
  open: async (names, dir, closing) =>
    names.map((name) => {
      const child = spawn("sleep", ["3600"], { stdio: "ignore" });
      const pidFile = join(dir, `${name}.pid`);
      writeFileSync(pidFile, `${child.pid}\n`);
      closing(() => child.kill("SIGKILL"));
      return {
        options: { pid_file: pidFile, process: "sleep" },
        expr: `${seriesOf("up", name)} == 0`,
        inject: () => void child.kill("SIGKILL"),
      };
    }),
};

const log: Faults = {
  kind: "log",
  what: "a line is written",
  open: async (names, dir) =>
    names.map((name) => {
      const path = join(dir, `${name}.log`);
      writeFileSync(path, "2026-11-29T08:00:00 INFO started\n");
      return {
        options: { path, patterns: [{ name: "oom", match: "OutOfMemoryError" }] },
        expr: `increase(${seriesOf("log_matches_total", name, 'pattern="oom"')}[1m]) > 0`,
        inject: () => appendFileSync(path, "2026-11-29T08:00:01 ERROR java.lang.OutOfMemoryError\n"),
      };
    }),
};

export const machine: readonly Faults[] = [system, process, log];
