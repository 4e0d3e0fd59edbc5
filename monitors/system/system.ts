/** The `system` monitor: processor, memory, disks, network and processes of the machine that Gengfu runs on. */
import { cpus, hostname, loadavg, platform, uptime } from "node:os";
import { z } from "zod";
import type { Look, Monitor, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { Rates } from "../rates.ts";
import type { CpuTimes, Host } from "./host.ts";
import {
  deviceReadings,
  diskReadings,
  kernelReadings,
  LEAST_CPU_MS,
  memoryReadings,
  modeReadings,
  networkReadings,
  temperatureReadings,
  totalReadings,
} from "./readings.ts";
import { createThisHost } from "./this-host.ts";
import { topProcesses } from "./top.ts";

const systemOptions = z.strictObject({});
type SystemOptions = z.output<typeof systemOptions>;

export const system: MonitorKind<SystemOptions> = {
  kind: "system",
  summary: {
    zh: "本机的 CPU、负载、内存、磁盘、网络和进程",
    en: "processor, load, memory, disks, network and processes of this machine",
  },
  example: {
    zh: "system interval=5s",
    en: "system interval=5s",
  },
  options: systemOptions,
  intervalMs: 15_000,
  timeoutMs: 10_000,
  single: true,
  instance: () => hostname(),
  create: (_options, world) => createSystemMonitor(world),
};

/** Reading every process costs more than all the rest: 0.1 ms each. It is done in the second of every so many looks. */
const LOOKS_PER_LIST = 4;
/** Creates the monitor over a host, by default this one. */
export function createSystemMonitor(
  world: Pick<MonitorWorld, "elapsed">,
  host: Host = createThisHost(),
): Monitor {
  const counters = new Rates();
  const processTimes = new Rates();
  const known = new Set<string>();
  let looks = 0;
  // Taken now, so that the first look already has something to compare with and not the average since boot.
  let cpuBefore = cpuTimes();
  let modesBefore: CpuTimes | undefined;

  function cpu(): Reading[] {
    const now = cpuTimes();
    const total = now.total - cpuBefore.total;
    if (total < LEAST_CPU_MS) return [];
    const value = (1 - (now.idle - cpuBefore.idle) / total) * 100;
    cpuBefore = now;
    return [{ name: "cpu_usage_percent", value: Math.min(Math.max(value, 0), 100) }];
  }

  /** What the cores did, where the machine tells more than that they were busy. */
  async function modes(): Promise<Reading[]> {
    const now = await host.cpuTimes();
    const readings = modesBefore === undefined ? [] : modeReadings(now, modesBefore);
    if (modesBefore === undefined || readings.length > 0) modesBefore = now;
    return readings;
  }

  const rate = (key: string, counter: number): number | undefined =>
    counters.of(key, counter, world.elapsed());

  async function top(): Promise<Reading[]> {
    looks += 1;
    // The first look as well: two are needed to tell who was busy.
    if (looks !== 1 && looks % LOOKS_PER_LIST !== 2) return [];
    const found = await host.processes();
    const cores = Math.max(cpus().length, 1);
    return [
      { name: "processes_zombie", value: found.filter(({ zombie }) => zombie).length },
      ...topProcesses(found, { rates: processTimes, cores, elapsedMs: world.elapsed(), known }),
    ];
  }

  async function look(signal: AbortSignal): Promise<Look> {
    const parts = [
      modes(),
      host.memory().then(memoryReadings),
      host.disks().then(diskReadings),
      host.traffic().then((found) => networkReadings(found, rate)),
      host.diskTraffic().then((total) => totalReadings(total, rate)),
      host.deviceTraffic().then((found) => deviceReadings(found, rate)),
      host.temperatures().then(temperatureReadings),
      host.kernel().then((figures) => kernelReadings(figures, rate)),
      host.processCount().then((value): Reading[] => [{ name: "processes", value }]),
      top(),
    ];
    // A part that fails takes only its own readings with it.
    const settled = await orAborted(Promise.allSettled(parts), signal);
    counters.turn();
    const readings = [
      ...cpu(),
      ...load(),
      { name: "uptime_seconds", value: uptime() },
      { name: "cpu_cores", value: cpus().length },
      ...settled.flatMap((part) => (part.status === "fulfilled" ? part.value : [])),
    ];
    return { readings: readings.filter(({ value }) => Number.isFinite(value)) };
  }

  return { look };
}

/** Windows has no load average; Node then says 0, which would be a lie. */
function load(): Reading[] {
  if (platform() === "win32") return [];
  return loadavg().map((value, i) => ({ name: ["load1", "load5", "load15"][i] ?? "", value }));
}

function cpuTimes(): { total: number; idle: number } {
  let total = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}

/** The package cannot be interrupted: what it still does after the time is up is not waited for. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error("the machine did not answer in time"));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
