/** Finds processes on systems other than Linux, through `systeminformation`. */
import { cpus, platform } from "node:os";
import type { Systeminformation } from "systeminformation";
import { compileSearch } from "../../storage/regex.ts";
import { LookFailed } from "../reason.ts";
import { readPidFile, staleBecause } from "./pid-file.ts";
import type { FoundProcess, Search, Wanted } from "./search.ts";

type Listed = Systeminformation.ProcessesProcessData;

/** What `systeminformation` has of it. Loaded at the first look: it costs some 80 ms and 10 MB. */
export const searchElsewhere: Search = async (wanted, signal) => {
  const package_ = await import("systeminformation");
  const { list } = await package_.processes();
  signal.throwIfAborted();
  const { pid_file, port } = wanted;
  const listening =
    port === undefined ? undefined : await listenersOn(port, await package_.networkConnections());
  const pid = pid_file === undefined ? undefined : Number(await readPidFile(pid_file));
  const found = choose(list, wanted, pid, listening);
  if (pid !== undefined && pid_file !== undefined && found.length === 0)
    throw staleBecause(String(pid), pid_file, list.find((one) => one.pid === pid)?.name);
  // `ps` on macOS and BSD speaks of one core, Windows of the whole machine.
  const cores = platform() === "win32" ? 1 : Math.max(cpus().length, 1);
  return found.map((one) => measured(one, cores));
};

/** Those of a list that fit. */
export function choose(
  list: readonly Listed[],
  { process, match, user }: Wanted,
  pid: number | undefined,
  listening: ReadonlySet<number> | undefined,
): Listed[] {
  const matches = match === undefined ? undefined : compileSearch(match);
  return list.filter(
    (one) =>
      one.state !== "zombie" &&
      // Windows writes the end of a program's file; nobody says it.
      (process === undefined || one.name === process || one.name === `${process}.exe`) &&
      (user === undefined || one.user === user) &&
      (matches === undefined || matches(`${one.command} ${one.params}`.trim())) &&
      (pid === undefined || one.pid === pid) &&
      (listening === undefined || listening.has(one.pid)),
  );
}

/** The numbers of the processes that listen on a port. Throws `LookFailed` where nobody does. */
export function listenersOn(
  port: number,
  connections: readonly Pick<
    Systeminformation.NetworkConnectionsData,
    "protocol" | "localPort" | "state" | "pid"
  >[],
): Set<number> {
  const found = connections.filter(
    ({ protocol, localPort, state }) =>
      protocol.startsWith("tcp") && /^listen/i.test(state) && Number(localPort) === port,
  );
  if (found.length === 0)
    throw new LookFailed({ code: "not_running", detail: `nobody listens on port ${port}` });
  const pids = found.map(({ pid }) => pid).filter((pid) => pid > 0);
  if (pids.length > 0) return new Set(pids);
  throw new LookFailed({ code: "no_permission", detail: `who listens on port ${port} cannot be seen` });
}

function measured({ pid, started, cpu, memRss }: Listed, cores: number): FoundProcess {
  const [date = "", time = ""] = started.split(" ");
  return {
    id: `${pid}@${started}`,
    // `2026-11-28 23:00:00` of one zone: its digits are in the order of time.
    startedAt: Number(`${date}${time}`.replace(/\D/g, "")),
    cpuPercent: cpu / cores,
    memoryBytes: memRss * 1024,
  };
}
