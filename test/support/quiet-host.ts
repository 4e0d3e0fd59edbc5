/** A machine on which nothing happens, and a monitor over it, for tests of the `system` monitor. */
import type { Look } from "../../monitors/monitor.ts";
import type { Host } from "../../monitors/system/host.ts";
import { createSystemMonitor } from "../../monitors/system/system.ts";

const GB = 1024 ** 3;

export const quietHost: Host = {
  cpuTimes: async () => ({ user: 1_000, system: 500, iowait: 0, steal: 0, idle: 10_000 }),
  memory: async () => ({
    totalBytes: 8 * GB,
    availableBytes: 6 * GB,
    swapTotalBytes: 2 * GB,
    swapUsedBytes: 0.5 * GB,
    cachedBytes: 3 * GB,
    buffersBytes: GB,
  }),
  disks: async () => [
    {
      mount: "/",
      device: "/dev/vda1",
      sizeBytes: 100 * GB,
      freeBytes: 30 * GB,
      usagePercent: 70,
      inodes: { total: 1_000_000, free: 400_000 },
      readOnly: false,
    },
  ],
  traffic: async () => [
    { interface: "lo", received: { bytes: 5 }, transmitted: { bytes: 5 } },
    {
      interface: "eth0",
      received: { bytes: 1_000, packets: 10, errors: 0, drops: 0 },
      transmitted: { bytes: 2_000, packets: 20, errors: 0, drops: 0 },
      up: true,
      speedBytesPerSecond: 125_000_000,
    },
  ],
  diskTraffic: async () => ({ readBytes: 4_096, writtenBytes: 8_192 }),
  deviceTraffic: async () => [
    {
      device: "/dev/vda",
      reads: 1,
      writes: 2,
      readBytes: 4_096,
      writtenBytes: 8_192,
      waitedMs: 3,
      busyMs: 2,
    },
  ],
  temperatures: async () => [{ chip: "coretemp", sensor: "Core 0", celsius: 45 }],
  kernel: async () => [
    { name: "oom_kills_total", value: 0 },
    { name: "context_switches_per_second", value: 1_000, growth: 1 },
  ],
  processCount: async () => 42,
  processes: async () => [{ id: "1@0", name: "init", cpuMs: 10, memoryBytes: 1_000_000, zombie: false }],
};

/** The readings as `name{label="value"}` → value. */
export function flat({ readings }: Look): Record<string, number> {
  return Object.fromEntries(
    readings.map(({ name, labels, value }) => [
      name +
        Object.entries(labels ?? {})
          .map(([label, text]) => `{${label}="${text}"}`)
          .join(""),
      value,
    ]),
  );
}

/** A monitor over a host that changes, and a stopwatch that the test moves. */
export function on(host: Partial<Host>) {
  let elapsedMs = 0;
  const monitor = createSystemMonitor({ elapsed: () => elapsedMs }, { ...quietHost, ...host });
  return {
    look: async () => flat(await monitor.look(new AbortController().signal)),
    pass: (ms: number) => {
      elapsedMs += ms;
    },
  };
}
