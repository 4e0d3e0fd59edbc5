import { cpus, platform } from "node:os";
import { describe, expect, test } from "vitest";
import type { Host, RunningProcess, Traffic } from "../../../monitors/system/host.ts";
import { system } from "../../../monitors/system/system.ts";
import { createThisHost, tidyDisks } from "../../../monitors/system/this-host.ts";
import { loopbackNetwork } from "../../support/probe.ts";
import { flat, on, quietHost } from "../../support/quiet-host.ts";

const signal = new AbortController().signal;

/** Keeps one core busy, so that there is processor time to speak of. */
function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("memory and disks", () => {
  test("used is what is not available", async () => {
    const seen = await on({}).look();
    expect(seen).toMatchObject({
      memory_total_bytes: 8 * 1024 ** 3,
      memory_available_bytes: 6 * 1024 ** 3,
      memory_used_bytes: 2 * 1024 ** 3,
      memory_usage_percent: 25,
      memory_cached_bytes: 3 * 1024 ** 3,
      memory_buffers_bytes: 1024 ** 3,
      swap_usage_percent: 25,
      'disk_usage_percent{mount="/"}{device="/dev/vda1"}': 70,
      'disk_free_bytes{mount="/"}{device="/dev/vda1"}': 30 * 1024 ** 3,
      'disk_size_bytes{mount="/"}{device="/dev/vda1"}': 100 * 1024 ** 3,
      'disk_inodes_usage_percent{mount="/"}{device="/dev/vda1"}': 60,
      'disk_inodes_free{mount="/"}{device="/dev/vda1"}': 400_000,
      'disk_inodes_total{mount="/"}{device="/dev/vda1"}': 1_000_000,
      'disk_readonly{mount="/"}{device="/dev/vda1"}': 0,
      processes: 42,
      processes_zombie: 0,
    });
  });

  test("without swap there is no usage of it", async () => {
    const memory = { totalBytes: 8, availableBytes: 2, swapTotalBytes: 0, swapUsedBytes: 0 };
    expect(Object.keys(await on({ memory: async () => memory }).look())).not.toContain("swap_usage_percent");
  });

  test("images, empty file systems and repeated mounts of one disk are left out", () => {
    const disk = { fs: "/dev/vda1", type: "ext4", size: 100, used: 70, available: 30, use: 70, rw: true };
    const found = tidyDisks([
      { ...disk, mount: "/etc/hosts" },
      { ...disk, mount: "/" },
      { ...disk, mount: "/etc/resolv.conf" },
      { ...disk, fs: "/dev/loop1", type: "squashfs", mount: "/snap/core", available: 0, use: 100 },
      { ...disk, fs: "/dev/sr0", type: "iso9660", mount: "/media/cd", available: 0, use: 100 },
      { ...disk, fs: "none", size: 0, used: 0, available: 0, use: Number.NaN, mount: "/odd" },
      { ...disk, fs: "/dev/vdb1", mount: "/data" },
    ]);
    expect(found.map(({ mount }) => mount)).toEqual(["/", "/data"]);
  });
});

describe("rates", () => {
  const counters = (received: number[]): (() => Promise<readonly Traffic[]>) => {
    return async () => [
      { interface: "eth0", received: { bytes: received.shift() ?? 0 }, transmitted: { bytes: 0 } },
    ];
  };
  const RECEIVED = 'network_receive_bytes_per_second{interface="eth0"}';

  test("need two looks, and the time between is elapsed time", async () => {
    const { look, pass } = on({ traffic: counters([1_000, 31_000, 31_000]) });
    expect((await look())[RECEIVED]).toBeUndefined();
    pass(15_000);
    expect((await look())[RECEIVED]).toBe(2_000);
    pass(15_000);
    expect((await look())[RECEIVED]).toBe(0);
  });

  test("a counter that starts anew gives no rate, and then a right one", async () => {
    const { look, pass } = on({ traffic: counters([50_000, 1_000, 2_000]) });
    await look();
    pass(1_000);
    expect((await look())[RECEIVED]).toBeUndefined();
    pass(1_000);
    expect((await look())[RECEIVED]).toBe(1_000);
  });

  test("a counter that is not a number gives none", async () => {
    const { look, pass } = on({ traffic: counters([Number.NaN, Number.NaN]) });
    await look();
    pass(1_000);
    expect((await look())[RECEIVED]).toBeUndefined();
  });

  test("an interface that was away does not get its absence as a rate", async () => {
    const rounds: Traffic[][] = [
      [{ interface: "eth0", received: { bytes: 0 }, transmitted: { bytes: 0 } }],
      [],
      [{ interface: "eth0", received: { bytes: 9_000 }, transmitted: { bytes: 0 } }],
    ];
    const { look, pass } = on({ traffic: async () => rounds.shift() ?? [] });
    await look();
    pass(1_000);
    await look();
    pass(1_000);
    expect((await look())[RECEIVED]).toBeUndefined();
  });

  test("loopback and the interfaces of containers are not shown", async () => {
    const names = ["lo", "veth12ab", "docker0", "br-1234", "cali99", "eth0", "wlan0", "bond0"];
    const { look, pass } = on({
      traffic: async () =>
        names.map((name) => ({ interface: name, received: { bytes: 1 }, transmitted: { bytes: 1 } })),
    });
    await look();
    pass(1_000);
    const shown = Object.keys(await look()).filter((name) => name.startsWith("network_receive_bytes"));
    expect(shown.map((name) => /"(.*)"/.exec(name)?.[1])).toEqual(["eth0", "wlan0", "bond0"]);
  });
});

describe("a part that fails", () => {
  test.each(Object.keys(quietHost) as (keyof Host)[])(
    "%s: takes only its own readings with it",
    async (part) => {
      const whole = Object.keys(await on({}).look());
      const without = Object.keys(await on({ [part]: () => Promise.reject(new Error("no")) }).look());
      expect(without.every((name) => whole.includes(name))).toBe(true);
      expect(without).toContain("uptime_seconds");
      for (const other of ["memory_used_bytes", "processes"])
        if (part !== "memory" && part !== "processCount") expect(without).toContain(other);
    },
  );

  test("null where a number should be is no reading, and no zero", async () => {
    const nothing = null as unknown as number;
    const seen = await on({
      disks: async () => [
        { mount: "/", device: "x", sizeBytes: nothing, freeBytes: nothing, usagePercent: nothing },
      ],
    }).look();
    expect(Object.keys(seen).filter((name) => name.startsWith("disk_"))).toEqual([]);
  });
});

describe("processes", () => {
  const TOP = ["process_cpu_percent", "process_memory_bytes"];
  const shown = (seen: Record<string, number>, metric: string) =>
    Object.entries(seen)
      .filter(([name]) => name.startsWith(metric))
      .map(([name, value]) => [/"(.*)"/.exec(name)?.[1], value]);

  test("are added up by name; the five busiest and the five largest are shown", async () => {
    const one = (id: number, name: string, cpuMs: number, memoryBytes: number): RunningProcess => ({
      id: `${id}@0`,
      name,
      cpuMs,
      memoryBytes,
      zombie: false,
    });
    let round = 0;
    const { look, pass } = on({
      processes: async () => {
        round += 1;
        return [
          one(1, "web", 100 * round, 50),
          one(2, "web", 200 * round, 60),
          ...["a", "b", "c", "d", "e", "f"].map((name, i) =>
            one(10 + i, name, 10 * (i + 1) * round, 10 * (i + 1)),
          ),
        ];
      },
    });
    expect(shown(await look(), "process_cpu")).toEqual([]);
    pass(1_000);
    const seen = await look();
    const share = (ms: number) => expect.closeTo((ms / 1_000 / cpus().length) * 100, 6);
    expect(shown(seen, "process_cpu")).toEqual([
      ["web", share(300)],
      ["f", share(60)],
      ["e", share(50)],
      ["d", share(40)],
      ["c", share(30)],
    ]);
    expect(shown(seen, "process_memory").map(([name]) => name)).toEqual(["web", "f", "e", "d", "c"]);
    expect(shown(seen, "process_memory")[0]).toEqual(["web", 110]);
  });

  test("are listed in the first two looks and then in every fourth", async () => {
    let listed = 0;
    const { look, pass } = on({
      processes: async () => {
        listed += 1;
        return quietHost.processes();
      },
    });
    const rounds: number[] = [];
    for (let i = 1; i <= 10; i++) {
      const before = listed;
      await look();
      pass(15_000);
      if (listed > before) rounds.push(i);
    }
    expect(rounds).toEqual([1, 2, 6, 10]);
  });

  test("under ever new names end in `other`, so that the series stay few", async () => {
    let round = 0;
    const { look, pass } = on({
      processes: async () => {
        round += 1;
        return Array.from({ length: 5 }, (_, i) => ({
          id: `${i}@${round}`,
          name: `job-${round}-${i}`,
          cpuMs: 0,
          memoryBytes: 1,
          zombie: false,
        }));
      },
    });
    const names = new Set<string>();
    for (let i = 0; i < 400; i++) {
      for (const name of Object.keys(await look()))
        if (TOP.some((top) => name.startsWith(top))) names.add(name);
      pass(15_000);
    }
    expect(round).toBeGreaterThan(100);
    expect([...names].filter((name) => name.startsWith("process_memory"))).toHaveLength(201);
    expect([...names].some((name) => name.includes('"other"'))).toBe(true);
  });
});

test("cpu usage is that since the look before, and the first is not the average since boot", async () => {
  const { look } = on({});
  burn(400);
  const busy = (await look())["cpu_usage_percent"];
  // One core of n was ours all along.
  expect(busy).toBeGreaterThan((100 / cpus().length) * 0.7);
  expect(busy).toBeLessThanOrEqual(100);
  // With hardly any time in between there is nothing to tell, and nothing is told.
  expect((await look())["cpu_usage_percent"]).toBeUndefined();
});

test("this very machine tells what a machine can tell", async () => {
  const monitor = system.create({}, { network: loopbackNetwork(), elapsed: () => performance.now() });
  await monitor.look(signal);
  burn(300);
  const seen = flat(await monitor.look(signal));
  const names = new Set(Object.keys(seen).map((name) => name.replace(/\{.*/, "")));
  const linux = ["memory_cached_bytes", "memory_buffers_bytes", "file_descriptors_allocated"];
  if (platform() === "linux") for (const name of linux) expect(names, name).toContain(name);
  // Disks, interfaces, sensors, pressure and processor time by mode may be missing in a container.
  for (const name of [
    "cpu_usage_percent",
    "memory_usage_percent",
    "memory_used_bytes",
    "memory_available_bytes",
    "memory_total_bytes",
    "load1",
    "load5",
    "load15",
    "processes",
    "process_cpu_percent",
    "process_memory_bytes",
    "uptime_seconds",
    "cpu_cores",
  ])
    expect(names, name).toContain(name);
  for (const [name, value] of Object.entries(seen)) {
    expect(Number.isFinite(value), name).toBe(true);
    if (!name.startsWith("temperature")) expect(value, name).toBeGreaterThanOrEqual(0);
    if (/^(?!pressure).*percent/.test(name)) expect(value, name).toBeLessThanOrEqual(100);
  }
  expect(seen["processes"]).toBeGreaterThan(1);
  const ours = (await createThisHost().processes()).filter(({ memoryBytes }) => memoryBytes > 20_000_000);
  expect(ours.length).toBeGreaterThan(0);
});
