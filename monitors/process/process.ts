/** The `process` monitor: are the processes there, how many, and what do they use? */
import { cpus, platform } from "node:os";
import type { Look, Monitor, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { Rates } from "../rates.ts";
import { LookFailed, type Reason } from "../reason.ts";
import { searchElsewhere } from "./elsewhere.ts";
import { searchProc } from "./linux.ts";
import { instanceOf, type ProcessOptions, parseCount, processOptions } from "./options.ts";
import type { FoundProcess, Search } from "./search.ts";

export const process: MonitorKind<ProcessOptions> = createProcessKind(
  platform() === "linux" ? searchProc() : searchElsewhere,
);

/** The kind, over how a machine finds its processes. */
export function createProcessKind(search: Search): MonitorKind<ProcessOptions> {
  return {
    kind: "process",
    summary: {
      zh: "本机的进程：在不在、有几个、CPU、内存、重启",
      en: "processes of this machine: are they there, how many, CPU, memory, restarts",
    },
    example: {
      zh: "进程 nginx",
      en: "process nginx",
    },
    options: processOptions,
    intervalMs: 30_000,
    timeoutMs: 10_000,
    target: "process",
    needs: "admin",
    instance: instanceOf,
    create: (options, world) => createProcessMonitor(options, world, search),
  };
}

function createProcessMonitor(options: ProcessOptions, world: MonitorWorld, search: Search): Monitor {
  const { expected_count, ...wanted } = options;
  const cpuTimes = new Rates();
  let leader: string | undefined;
  let restarts = 0;

  /** Another one is the oldest than in the look before: what was there has ended, and has begun again. */
  function countRestart(oldest: FoundProcess | undefined): void {
    if (oldest === undefined) return;
    if (leader !== undefined && leader !== oldest.id) restarts += 1;
    leader = oldest.id;
  }

  function cpuReading(found: readonly FoundProcess[]): Reading[] {
    const cores = Math.max(cpus().length, 1);
    const shares = found.flatMap(({ id, cpuMs, cpuPercent }) => {
      const busy = cpuMs === undefined ? undefined : cpuTimes.of(id, cpuMs, world.elapsed());
      return busy === undefined ? (cpuPercent ?? []) : (busy / cores) * 100;
    });
    cpuTimes.turn();
    if (shares.length === 0) return [];
    return [{ name: "process_cpu_percent", value: Math.min(sum(shares), 100) }];
  }

  return {
    async look(signal): Promise<Look> {
      signal.throwIfAborted();
      let found: readonly FoundProcess[];
      try {
        found = await search(wanted, signal);
      } catch (thrown) {
        if (!(thrown instanceof LookFailed)) throw thrown;
        return withoutProcesses(thrown.reason);
      }
      const oldest = found.toSorted((a, b) => a.startedAt - b.startedAt)[0];
      countRestart(oldest);
      const readings = [
        { name: "process_count", value: found.length },
        restartReading(),
        ...cpuReading(found),
        ...usageReadings(found, oldest),
      ];
      const failure = judge(found.length, expected_count);
      return { readings, ...(failure === undefined ? {} : { failure }) };
    },
  };

  /** Nobody is there; or, for any other reason, nobody knows how many. What is known of restarts is told all the same. */
  function withoutProcesses(reason: Reason): Look {
    const gone = reason.code === "not_running" || reason.code === "stale_pid_file";
    const readings = [...(gone ? [{ name: "process_count", value: 0 }] : []), restartReading()];
    const fine = reason.code === "not_running" && judge(0, expected_count) === undefined;
    return fine ? { readings } : { readings, failure: reason };
  }

  function restartReading(): Reading {
    return { name: "process_restarts_total", value: restarts };
  }
}

function usageReadings(found: readonly FoundProcess[], oldest: FoundProcess | undefined): Reading[] {
  if (oldest === undefined) return [];
  const all = (of: (one: FoundProcess) => number | undefined): number =>
    sum(found.map((one) => of(one) ?? Number.NaN));
  const filled = found.map(({ openFiles, mostOpenFiles }) => ((openFiles ?? 0) / (mostOpenFiles ?? 0)) * 100);
  return [
    { name: "process_memory_bytes", value: all(({ memoryBytes }) => memoryBytes) },
    { name: "process_threads", value: all(({ threads }) => threads) },
    // Where one of them does not tell, the sum would be too small: it is not told at all.
    { name: "process_open_fds", value: all(({ openFiles }) => openFiles) },
    { name: "process_fds_usage_percent", value: Math.max(...filled) },
    { name: "process_start_time_seconds", value: oldest.startTimeSeconds ?? Number.NaN },
    { name: "process_age_seconds", value: oldest.ageSeconds ?? Number.NaN },
  ].filter(({ value }) => Number.isFinite(value));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function judge(count: number, expected: string): Reason | undefined {
  const { least, most } = parseCount(expected) ?? { least: 1, most: Number.POSITIVE_INFINITY };
  if (count >= least && count <= most) return undefined;
  if (count === 0) return { code: "not_running", detail: `0 running, expected ${expected}` };
  return { code: count < least ? "too_few" : "too_many", detail: `${count} running, expected ${expected}` };
}
