/** A machine on which nothing happens, for tests of the `system` monitor. */
import type { Host } from "../../monitors/system/host.ts";

const GB = 1024 ** 3;

export const quietHost: Host = {
  memory: async () => ({
    totalBytes: 8 * GB,
    availableBytes: 6 * GB,
    swapTotalBytes: 2 * GB,
    swapUsedBytes: 0.5 * GB,
  }),
  disks: async () => [
    { mount: "/", device: "/dev/vda1", sizeBytes: 100 * GB, freeBytes: 30 * GB, usagePercent: 70 },
  ],
  traffic: async () => [
    { interface: "lo", receivedBytes: 5, transmittedBytes: 5 },
    { interface: "eth0", receivedBytes: 1_000, transmittedBytes: 2_000 },
  ],
  diskTraffic: async () => ({ readBytes: 4_096, writtenBytes: 8_192 }),
  processCount: async () => 42,
  processes: async () => [{ id: "1@0", name: "init", cpuMs: 10, memoryBytes: 1_000_000 }],
};
