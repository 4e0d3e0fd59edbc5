/** The `system` monitor: processor, memory, disks, network and processes of the machine that Gengfu runs on. */
import { cpus, hostname, loadavg, platform, uptime } from "node:os";
import { z } from "zod";
import type { Look, Monitor, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import type { Host } from "./host.ts";
import { Rates } from "./rates.ts";
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
  options: systemOptions,
  intervalMs: 15_000,
  timeoutMs: 10_000,
  instance: () => hostname(),
  create: (_options, world) => createSystemMonitor(world),
};

/** Interfaces of containers and tunnels: hundreds on some hosts, and their bytes pass a real one anyway. */
const NOT_SHOWN = /^(lo\d*$|veth|cali|cilium|lxc|tap|tunl|flannel|cni|dummy|ifb|br-|docker|virbr|vnet|kube-)/;
const MOST_INTERFACES = 32;
/** Reading every process costs more than all the rest: 0.1 ms each. It is done in the second of every so many looks. */
const LOOKS_PER_LIST = 4;
/** Below this many milliseconds of processor time between two looks, a share of it would be mostly rounding. */
const LEAST_CPU_MS = 200;

/** Creates the monitor over a host, by default this one. */
export function createSystemMonitor(
  world: Pick<MonitorWorld, "elapsed">,
  host: Host = createThisHost(),
): Monitor {
  const traffic = new Rates();
  const processTimes = new Rates();
  const known = new Set<string>();
  let looks = 0;
  // Taken now, so that the first look already has something to compare with and not the average since boot.
  let cpuBefore = cpuTimes();

  function cpu(): Reading[] {
    const now = cpuTimes();
    const total = now.total - cpuBefore.total;
    if (total < LEAST_CPU_MS) return [];
    const value = (1 - (now.idle - cpuBefore.idle) / total) * 100;
    cpuBefore = now;
    return [{ name: "cpu_usage_percent", value: Math.min(Math.max(value, 0), 100) }];
  }

  async function memory(): Promise<Reading[]> {
    const { totalBytes, availableBytes, swapTotalBytes, swapUsedBytes } = await host.memory();
    const usedBytes = totalBytes - availableBytes;
    return [
      { name: "memory_total_bytes", value: totalBytes },
      { name: "memory_available_bytes", value: availableBytes },
      { name: "memory_used_bytes", value: usedBytes },
      { name: "memory_usage_percent", value: (usedBytes / totalBytes) * 100 },
      // Without swap this is 0/0, which is not written: there is no usage of what is not there.
      { name: "swap_usage_percent", value: (swapUsedBytes / swapTotalBytes) * 100 },
    ];
  }

  async function disks(): Promise<Reading[]> {
    return (await host.disks()).flatMap(({ mount, device, sizeBytes, freeBytes, usagePercent }) => {
      const labels = { mount, device };
      return [
        { name: "disk_usage_percent", labels, value: usagePercent },
        { name: "disk_free_bytes", labels, value: freeBytes },
        { name: "disk_size_bytes", labels, value: sizeBytes },
      ];
    });
  }

  function rate(name: string, key: string, counter: number, labels?: Reading["labels"]): Reading[] {
    const perMs = traffic.of(`${name}\n${key}`, counter, world.elapsed());
    if (perMs === undefined) return [];
    return [{ name, value: perMs * 1000, ...(labels === undefined ? {} : { labels }) }];
  }

  async function network(): Promise<Reading[]> {
    const shown = (await host.traffic()).filter((one) => !NOT_SHOWN.test(one.interface));
    return shown.slice(0, MOST_INTERFACES).flatMap((one) => {
      const labels = { interface: one.interface };
      return [
        ...rate("network_receive_bytes_per_second", one.interface, one.receivedBytes, labels),
        ...rate("network_transmit_bytes_per_second", one.interface, one.transmittedBytes, labels),
      ];
    });
  }

  async function diskTraffic(): Promise<Reading[]> {
    const { readBytes, writtenBytes } = await host.diskTraffic();
    return [
      ...rate("disk_read_bytes_per_second", "", readBytes),
      ...rate("disk_write_bytes_per_second", "", writtenBytes),
    ];
  }

  async function processes(): Promise<Reading[]> {
    return [{ name: "processes", value: await host.processCount() }];
  }

  async function top(): Promise<Reading[]> {
    looks += 1;
    // The first look as well: two are needed to tell who was busy.
    if (looks !== 1 && looks % LOOKS_PER_LIST !== 2) return [];
    const found = await host.processes();
    const cores = Math.max(cpus().length, 1);
    return topProcesses(found, { rates: processTimes, cores, elapsedMs: world.elapsed(), known });
  }

  async function look(signal: AbortSignal): Promise<Look> {
    const parts = [memory(), disks(), network(), diskTraffic(), processes(), top()];
    // A part that fails takes only its own readings with it.
    const settled = await orAborted(Promise.allSettled(parts), signal);
    traffic.turn();
    const readings = [
      ...cpu(),
      ...load(),
      { name: "uptime_seconds", value: uptime() },
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
