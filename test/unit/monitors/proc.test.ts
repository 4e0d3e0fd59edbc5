import { expect, test } from "vitest";
import { parseDiskTraffic, parseProcess, parseTraffic } from "../../../monitors/system/linux.ts";

test("/proc/net/dev gives received and transmitted bytes", () => {
  const text = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs",
    "    lo:   62473     941    0    0    0     0          0         0    62474     941    0    0    0     0       0          0",
    "  eth0:618039082 500 0 0 0 0 0 0 1165327 400 0 0 0 0 0 0",
    "eth0.100: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    "",
  ].join("\n");
  expect(parseTraffic(text)).toEqual([
    { interface: "lo", receivedBytes: 62473, transmittedBytes: 62474 },
    { interface: "eth0", receivedBytes: 618039082, transmittedBytes: 1165327 },
    { interface: "eth0.100", receivedBytes: 1, transmittedBytes: 9 },
  ]);
});

test("/proc/diskstats is added up over the disks, without their partitions", () => {
  const text = [
    "   7       0 loop0 9 0 9 0 9 0 9 0 0 0 0",
    " 254       0 vda 100 0 1000 0 200 0 2000 0 0 0 0 0 0 0 0 0 0",
    " 254       1 vda1 100 0 1000 0 200 0 2000 0 0 0 0",
    " 259       0 nvme0n1 1 0 1 0 1 0 2 0 0 0 0",
  ].join("\n");
  expect(parseDiskTraffic(text, new Set(["vda", "nvme0n1"]))).toEqual({
    readBytes: 1001 * 512,
    writtenBytes: 2002 * 512,
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
  expect(parseProcess(`${start} ${rest(ppid)}\n`, 4096)).toEqual({
    id: `${pid}@150347`,
    name,
    cpuMs: 1_000,
    memoryBytes: 362 * 4096,
  });
});

test("what is no process is none", () => {
  expect(parseProcess("", 4096)).toBeUndefined();
  expect(parseProcess("12 cat S 1", 4096)).toBeUndefined();
});
