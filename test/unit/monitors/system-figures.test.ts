/** What the `system` monitor makes of the counters of disks, interfaces, cores and the kernel. */
import { describe, expect, test } from "vitest";
import type { DeviceTraffic } from "../../../monitors/system/host.ts";
import { on } from "../../support/quiet-host.ts";

describe("one disk", () => {
  const at = (figures: Partial<DeviceTraffic>): DeviceTraffic => ({
    device: "/dev/vda",
    reads: 0,
    writes: 0,
    readBytes: 0,
    writtenBytes: 0,
    waitedMs: 0,
    busyMs: 0,
    ...figures,
  });
  const told = (seen: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(seen)
        .filter(([name]) => name.startsWith("disk_device_"))
        .map(([name, value]) => [name.replace(/^disk_device_|\{.*/g, ""), value]),
    );

  test("tells what it read and wrote, how busy it was, and how long one had to wait", async () => {
    const rounds = [
      at({}),
      at({ reads: 30, writes: 10, readBytes: 4_000, writtenBytes: 1_000, waitedMs: 400, busyMs: 500 }),
      at({ reads: 30, writes: 10, readBytes: 4_000, writtenBytes: 1_000, waitedMs: 400, busyMs: 500 }),
    ];
    const { look, pass } = on({ deviceTraffic: async () => [rounds.shift() ?? at({})] });
    expect(told(await look())).toEqual({});
    pass(1_000);
    expect(told(await look())).toEqual({
      read_bytes_per_second: 4_000,
      write_bytes_per_second: 1_000,
      reads_per_second: 30,
      writes_per_second: 10,
      busy_percent: 50,
      wait_seconds: 0.01,
    });
    pass(1_000);
    // Nothing was asked of it, so nothing has waited.
    expect(told(await look())).toEqual({
      read_bytes_per_second: 0,
      write_bytes_per_second: 0,
      reads_per_second: 0,
      writes_per_second: 0,
      busy_percent: 0,
    });
  });

  test("of more than 32 tells the first 32", async () => {
    const many = Array.from({ length: 100 }, (_, i) => at({ device: `/dev/sd${i}` }));
    const { look, pass } = on({ deviceTraffic: async () => many });
    await look();
    pass(1_000);
    const busy = Object.keys(await look()).filter((name) => name.startsWith("disk_device_busy"));
    expect(busy).toHaveLength(32);
  });
});

describe("an interface", () => {
  test("tells packets, errors, drops, its link and its speed, as far as they are known", async () => {
    let bytes = 0;
    const { look, pass } = on({
      traffic: async () => {
        bytes += 100;
        return [
          {
            interface: "eth0",
            received: { bytes, packets: bytes / 10, errors: bytes / 100, drops: 0 },
            transmitted: { bytes: 0, packets: 0, errors: 0, drops: 0 },
            up: false,
            speedBytesPerSecond: 125_000_000,
          },
          { interface: "wg0", received: { bytes: 0 }, transmitted: { bytes: 0 } },
        ];
      },
    });
    await look();
    pass(1_000);
    const seen = Object.entries(await look()).filter(([name]) => name.startsWith("network_"));
    expect(Object.fromEntries(seen)).toEqual({
      'network_receive_bytes_per_second{interface="eth0"}': 100,
      'network_receive_packets_per_second{interface="eth0"}': 10,
      'network_receive_errors_per_second{interface="eth0"}': 1,
      'network_receive_drops_per_second{interface="eth0"}': 0,
      'network_transmit_bytes_per_second{interface="eth0"}': 0,
      'network_transmit_packets_per_second{interface="eth0"}': 0,
      'network_transmit_errors_per_second{interface="eth0"}': 0,
      'network_transmit_drops_per_second{interface="eth0"}': 0,
      'network_up{interface="eth0"}': 0,
      'network_speed_bytes_per_second{interface="eth0"}': 125_000_000,
      'network_receive_bytes_per_second{interface="wg0"}': 0,
      'network_transmit_bytes_per_second{interface="wg0"}': 0,
    });
  });
});

test("what the cores did is told by mode, once there is enough of it", async () => {
  const rounds = [
    { user: 0, system: 0, iowait: 0, steal: 0, idle: 0 },
    { user: 100, system: 0, iowait: 0, steal: 0, idle: 0 },
    { user: 100, system: 200, iowait: 300, steal: 0, idle: 400 },
  ];
  const { look } = on({ cpuTimes: async () => rounds.shift() ?? { idle: 0 } });
  const modes = async () =>
    Object.fromEntries(
      Object.entries(await look()).filter(
        ([name]) => name.endsWith("_percent") && name !== "cpu_usage_percent" && name.startsWith("cpu_"),
      ),
    );
  expect(await modes()).toEqual({});
  expect(await modes()).toEqual({});
  expect(await modes()).toEqual({
    cpu_user_percent: 10,
    cpu_system_percent: 20,
    cpu_iowait_percent: 30,
    cpu_steal_percent: 0,
  });
});

test("the kernel's counters become rates, its gauges stay what they are", async () => {
  let total = 0;
  const { look, pass } = on({
    kernel: async () => {
      total += 500_000;
      return [
        { name: "pressure_io_percent", value: total, growth: 100 / 1_000_000 },
        { name: "oom_kills_total", value: 3 },
      ];
    },
  });
  expect(await look()).toMatchObject({ oom_kills_total: 3 });
  pass(1_000);
  expect((await look())["pressure_io_percent"]).toBeCloseTo(50, 9);
});
