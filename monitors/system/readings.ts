/** From what a machine tells to readings. What is not a number is thrown out by the caller, so it may be left in. */
import type { Reading } from "../monitor.ts";
import type { CpuTimes, DeviceTraffic, Disk, Figure, Memory, Passed, Temperature, Traffic } from "./host.ts";

/** Growth per millisecond of a counter since the look before, where there is one. */
export type RateOf = (key: string, counter: number) => number | undefined;

/** Interfaces of containers and tunnels: hundreds on some hosts, and their bytes pass a real one anyway. */
const NOT_SHOWN = /^(lo\d*$|veth|cali|cilium|lxc|tap|tunl|flannel|cni|dummy|ifb|br-|docker|virbr|vnet|kube-)/;
const MOST_INTERFACES = 32;
const MOST_DEVICES = 32;

export function memoryReadings(memory: Memory): Reading[] {
  const { totalBytes, availableBytes, swapTotalBytes, swapUsedBytes } = memory;
  const usedBytes = totalBytes - availableBytes;
  return [
    { name: "memory_total_bytes", value: totalBytes },
    { name: "memory_available_bytes", value: availableBytes },
    { name: "memory_used_bytes", value: usedBytes },
    { name: "memory_usage_percent", value: (usedBytes / totalBytes) * 100 },
    { name: "memory_cached_bytes", value: memory.cachedBytes ?? Number.NaN },
    { name: "memory_buffers_bytes", value: memory.buffersBytes ?? Number.NaN },
    // Without swap this is 0/0, which is not written: there is no usage of what is not there.
    { name: "swap_usage_percent", value: (swapUsedBytes / swapTotalBytes) * 100 },
  ];
}

export function diskReadings(disks: readonly Disk[]): Reading[] {
  return disks.flatMap(({ mount, device, sizeBytes, freeBytes, usagePercent, inodes, readOnly }) => {
    const labels = { mount, device };
    const readings: Reading[] = [
      { name: "disk_usage_percent", labels, value: usagePercent },
      { name: "disk_free_bytes", labels, value: freeBytes },
      { name: "disk_size_bytes", labels, value: sizeBytes },
    ];
    if (readOnly !== undefined) readings.push({ name: "disk_readonly", labels, value: readOnly ? 1 : 0 });
    if (inodes === undefined) return readings;
    const { total, free } = inodes;
    return [
      ...readings,
      { name: "disk_inodes_total", labels, value: total },
      { name: "disk_inodes_free", labels, value: free },
      { name: "disk_inodes_usage_percent", labels, value: ((total - free) / total) * 100 },
    ];
  });
}

/** Growth of counters, written per second. */
function perSecond(rate: RateOf, name: string, counter: number, labels?: Reading["labels"]): Reading[] {
  return grown(rate, { name, value: counter, growth: 1, ...(labels === undefined ? {} : { labels }) });
}

function grown(rate: RateOf, { name, labels, value, growth }: Figure): Reading[] {
  const known = labels === undefined ? {} : { labels };
  if (growth === undefined) return [{ name, value, ...known }];
  const perMs = rate(`${name}\n${Object.values(labels ?? {}).join("\n")}`, value);
  return perMs === undefined ? [] : [{ name, value: perMs * 1000 * growth, ...known }];
}

export function networkReadings(found: readonly Traffic[], rate: RateOf): Reading[] {
  const shown = found.filter((one) => !NOT_SHOWN.test(one.interface));
  return shown.slice(0, MOST_INTERFACES).flatMap((one) => {
    const labels = { interface: one.interface };
    const passed = (direction: string, { bytes, packets, errors, drops }: Passed): Reading[] =>
      Object.entries({ bytes, packets, errors, drops }).flatMap(([what, counter]) =>
        perSecond(rate, `network_${direction}_${what}_per_second`, counter ?? Number.NaN, labels),
      );
    return [
      ...passed("receive", one.received),
      ...passed("transmit", one.transmitted),
      ...(one.up === undefined ? [] : [{ name: "network_up", labels, value: one.up ? 1 : 0 }]),
      { name: "network_speed_bytes_per_second", labels, value: one.speedBytesPerSecond ?? Number.NaN },
    ];
  });
}

export function deviceReadings(found: readonly DeviceTraffic[], rate: RateOf): Reading[] {
  return found.slice(0, MOST_DEVICES).flatMap((one) => {
    const { device } = one;
    const labels = { device };
    const perMs = (name: string, counter: number): number =>
      rate(`${name}\n${device}`, counter) ?? Number.NaN;
    const [reads, writes] = [perMs("reads", one.reads), perMs("writes", one.writes)];
    return [
      ...perSecond(rate, "disk_device_read_bytes_per_second", one.readBytes, labels),
      ...perSecond(rate, "disk_device_write_bytes_per_second", one.writtenBytes, labels),
      { name: "disk_device_reads_per_second", labels, value: reads * 1000 },
      { name: "disk_device_writes_per_second", labels, value: writes * 1000 },
      // Some devices count a little more than the time that has passed.
      { name: "disk_device_busy_percent", labels, value: Math.min(perMs("busy", one.busyMs) * 100, 100) },
      // Without a read or a write this is 0/0: nothing has waited.
      {
        name: "disk_device_wait_seconds",
        labels,
        value: perMs("waited", one.waitedMs) / (reads + writes) / 1000,
      },
    ];
  });
}

export function totalReadings(total: { readBytes: number; writtenBytes: number }, rate: RateOf): Reading[] {
  return [
    ...perSecond(rate, "disk_read_bytes_per_second", total.readBytes),
    ...perSecond(rate, "disk_write_bytes_per_second", total.writtenBytes),
  ];
}

export function kernelReadings(figures: readonly Figure[], rate: RateOf): Reading[] {
  return figures.flatMap((figure) => grown(rate, figure));
}

export function temperatureReadings(found: readonly Temperature[]): Reading[] {
  return found.map(({ chip, sensor, celsius }) => ({
    name: "temperature_celsius",
    labels: { chip, sensor },
    value: celsius,
  }));
}

/** Below this many milliseconds of processor time between two looks, a share of it would be mostly rounding. */
export const LEAST_CPU_MS = 200;

/** The share of the time of all cores that went into each mode but idling; none, where too little has passed. */
export function modeReadings(now: CpuTimes, before: CpuTimes): Reading[] {
  const spent = Object.keys(now).map((mode) => [mode, (now[mode] ?? 0) - (before[mode] ?? 0)] as const);
  const total = spent.reduce((sum, [, ms]) => sum + ms, 0);
  if (!(total >= LEAST_CPU_MS)) return [];
  return spent
    .filter(([mode]) => mode !== "idle")
    .map(([mode, ms]) => ({
      name: `cpu_${mode}_percent`,
      value: Math.min(Math.max((ms / total) * 100, 0), 100),
    }));
}
