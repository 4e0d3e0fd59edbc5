import { describe, expect, test } from "vitest";
import { parseProcessStat } from "../../../monitors/proc/processes.ts";
import { parseKernelFile } from "../../../monitors/system/kernel.ts";
import {
  asRunning,
  parseCpuTimes,
  parseDeviceTraffic,
  parseMemory,
  parseReadOnly,
  parseTraffic,
} from "../../../monitors/system/linux.ts";

test("/proc/net/dev gives received and transmitted bytes", () => {
  const text = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs",
    "    lo:   62473     941    0    0    0     0          0         0    62474     941    0    0    0     0       0          0",
    "  eth0:618039082 500 0 0 0 0 0 0 1165327 400 0 0 0 0 0 0",
    "eth0.100: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    "",
  ].join("\n");
  const passed = (bytes: number, packets: number, errors: number, drops: number) => ({
    bytes,
    packets,
    errors,
    drops,
  });
  expect(parseTraffic(text)).toEqual([
    { interface: "lo", received: passed(62473, 941, 0, 0), transmitted: passed(62474, 941, 0, 0) },
    { interface: "eth0", received: passed(618039082, 500, 0, 0), transmitted: passed(1165327, 400, 0, 0) },
    { interface: "eth0.100", received: passed(1, 2, 3, 4), transmitted: passed(9, 10, 11, 12) },
  ]);
});

test("/proc/diskstats is told of the disks, without their partitions", () => {
  const text = [
    "   7       0 loop0 9 0 9 0 9 0 9 0 0 0 0",
    " 254       0 vda 100 1 1000 40 200 2 2000 60 0 70 100 0 0 0 0 0 0",
    " 254       1 vda1 100 0 1000 0 200 0 2000 0 0 0 0",
    " 259       0 nvme0n1 1 0 1 0 1 0 2 0 0 0 0",
  ].join("\n");
  expect(parseDeviceTraffic(text, new Set(["vda", "nvme0n1"]))).toEqual([
    {
      device: "/dev/vda",
      reads: 100,
      readBytes: 1000 * 512,
      writes: 200,
      writtenBytes: 2000 * 512,
      waitedMs: 100,
      busyMs: 70,
    },
    {
      device: "/dev/nvme0n1",
      reads: 1,
      readBytes: 512,
      writes: 1,
      writtenBytes: 1024,
      waitedMs: 0,
      busyMs: 0,
    },
  ]);
});

test("/proc/stat gives the time of all cores by mode, in milliseconds", () => {
  const text = "cpu  24697 3 9293 105543 481 1 377 112 20 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
  expect(parseCpuTimes(text)).toEqual({
    user: 247_000,
    system: 96_710,
    iowait: 4_810,
    steal: 1_120,
    idle: 1_055_430,
  });
});

test("/proc/meminfo, with and without the kernel's own estimate of what is available", () => {
  const text = (available: string): string =>
    `MemTotal: 1000 kB\nMemFree: 100 kB\n${available}Buffers: 20 kB\nCached: 30 kB\nSwapCached: 9 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n`;
  const KB = 1024;
  expect(parseMemory(text("MemAvailable: 400 kB\n"))).toEqual({
    totalBytes: 1000 * KB,
    availableBytes: 400 * KB,
    swapTotalBytes: 50 * KB,
    swapUsedBytes: 10 * KB,
    cachedBytes: 30 * KB,
    buffersBytes: 20 * KB,
  });
  expect(parseMemory(text("")).availableBytes).toBe(150 * KB);
});

test("/proc/self/mounts tells what is read-only; what is mounted last counts", () => {
  const text = [
    "/dev/vda1 / ext4 rw,relatime,errors=remount-ro 0 0",
    "/dev/vdb1 /my\\040data ext4 rw 0 0",
    "/dev/vdb1 /my\\040data ext4 ro,relatime 0 0",
    "",
  ].join("\n");
  expect([...parseReadOnly(text)]).toEqual([
    ["/", false],
    ["/my data", true],
  ]);
});

describe("numbers of the kernel", () => {
  const flat = (path: string, text: string) =>
    parseKernelFile(path, text).map(({ name, labels, value }) => [
      [name, ...Object.values(labels ?? {})].join(" "),
      value,
    ]);

  const rows: readonly [path: string, text: string, told: readonly (readonly [string, number])[]][] = [
    [
      "/proc/stat",
      "cpu  1 2 3\nctxt 4510092\nbtime 1795906837\nprocs_running 3\nprocs_blocked 1\n",
      [
        ["boot_time_seconds", 1795906837],
        ["context_switches_per_second", 4510092],
        ["processes_running", 3],
        ["processes_blocked", 1],
      ],
    ],
    ["/proc/vmstat", "pgfault 12\noom_kill 2\n", [["oom_kills_total", 2]]],
    ["/proc/vmstat", "pgfault 12\n", []],
    [
      "/proc/sys/fs/file-nr",
      "1239\t39\t2400\n",
      [
        ["file_descriptors_allocated", 1200],
        ["file_descriptors_max", 2400],
        ["file_descriptors_usage_percent", 50],
      ],
    ],
    ["/proc/sys/fs/file-nr", "1239\t0\t9223372036854775807\n", [["file_descriptors_allocated", 1239]]],
    [
      "/proc/net/sockstat",
      "sockets: used 93\nTCP: inuse 39 orphan 0 tw 988 alloc 42 mem 120\nUDP: inuse 0 mem 0\n",
      [["tcp_connections_time_wait", 988]],
    ],
    [
      "/proc/net/snmp",
      "Ip: Forwarding\nIp: 1\nTcp: RtoAlgorithm CurrEstab InSegs RetransSegs\nTcp: 1 7 200 5\n",
      [
        ["tcp_connections_established", 7],
        ["tcp_retransmits_per_second", 5],
      ],
    ],
    [
      "/proc/net/netstat",
      "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 4 4\nIpExt: A\nIpExt: 1\n",
      [["tcp_listen_overflows_per_second", 4]],
    ],
    [
      "/proc/pressure/io",
      "some avg10=5.02 avg60=2.14 avg300=0.74 total=6293702\nfull avg10=0.90 avg60=0.29 avg300=0.16 total=3486585\n",
      [
        ["pressure_io_percent", 6293702],
        ["pressure_io_full_percent", 3486585],
      ],
    ],
    [
      "/proc/pressure/cpu",
      "some avg10=0.00 total=5\nfull avg10=0.00 total=0\n",
      [["pressure_cpu_percent", 5]],
    ],
  ];
  test.each(rows)("%s says %j", (path, text, told) => {
    expect(flat(path, text)).toEqual(told);
  });

  test("a file of another shape tells nothing", () => {
    for (const [path] of rows) expect(flat(path, "odd\n\0")).toEqual([]);
  });
});

const rest = (ppid: number): string =>
  `S ${ppid} 1 1 0 -1 4194304 97 0 0 0 70 30 0 0 20 0 1 0 150347 3133440 362 18446744073709551615`;

test.each([
  ["14633 (cat)", 900, "cat"],
  ["1 (a) b (c))", 0, "a) b (c)"],
  ["77 (tmux: server)", 1, "tmux: server"],
  ["2 (kthreadd)", 0, "kernel"],
  ["31 (kworker/0:1-events)", 2, "kernel"],
])("/proc/<pid>/stat of %s", (start, ppid, name) => {
  const pid = start.split(" ")[0];
  const stat = parseProcessStat(`${start} ${rest(ppid)}\n`, 4096);
  expect(stat && asRunning(stat)).toEqual({
    id: `${pid}@150347`,
    name,
    cpuMs: 1_000,
    memoryBytes: 362 * 4096,
    zombie: false,
  });
  expect(stat?.threads).toBe(1);
});

test("what is no process is none", () => {
  expect(parseProcessStat("", 4096)).toBeUndefined();
  expect(parseProcessStat("12 cat S 1", 4096)).toBeUndefined();
});
