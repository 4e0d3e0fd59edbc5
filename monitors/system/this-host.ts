/** The machine that Gengfu runs on: on Linux through `/proc`, `/sys` and `df`, elsewhere through `systeminformation`. */
import { statfs } from "node:fs/promises";
import { cpus, platform } from "node:os";
import type { Systeminformation } from "systeminformation";
import { type Mounted, readDf } from "./df.ts";
import type { CpuTimes, Disk, Host, RunningProcess, Temperature, Traffic } from "./host.ts";
import { readKernel } from "./kernel.ts";
import {
  countProcesses,
  hasProc,
  readCpuTimes,
  readDeviceTraffic,
  readDiskTraffic,
  readMemory,
  readProcesses,
  readReadOnly,
  readTraffic,
} from "./linux.ts";
import { readTemperatures } from "./sensors.ts";

/** File systems that are images: always full, and never a reason to wake anybody. */
const IMAGES = /^(squashfs|iso9660|udf|erofs|cramfs)$/;
/** More disks than this are left out, so that a host of containers does not become a flood of series. */
const MOST_DISKS = 50;

/** Loads the package when it is needed, which on Linux is hardly ever: it costs some 80 ms and 10 MB. */
async function load(): Promise<typeof import("systeminformation")> {
  return import("systeminformation");
}

/** Drops images and repetitions: a container sees one disk mounted many times, at `/etc/hosts` and the like. */
export function tidyDisks(found: readonly Mounted[]): Disk[] {
  const byDevice = new Map<string, Disk>();
  for (const { fs, type, mount, size, available, use } of found) {
    if (IMAGES.test(type) || !(size > 0)) continue;
    const disk = { mount, device: fs, sizeBytes: size, freeBytes: available, usagePercent: use };
    const key = `${fs}\n${size}\n${available}`;
    const same = byDevice.get(key);
    if (same === undefined || mount.length < same.mount.length) byDevice.set(key, disk);
  }
  return [...byDevice.values()].slice(0, MOST_DISKS);
}

/** What is mounted, as the package tells it. */
async function readMounted(): Promise<readonly Mounted[]> {
  return (await load()).fsSize();
}

/** Adds how many files each disk can hold: file systems that set no limit say 0, and none is told. */
function withInodes(disks: readonly Disk[]): Promise<Disk[]> {
  return Promise.all(
    disks.map(async (disk) => {
      const found = await statfs(disk.mount).catch(() => undefined);
      if (found === undefined || !(found.files > 0)) return disk;
      return { ...disk, inodes: { total: found.files, free: found.ffree } };
    }),
  );
}

/** Creates the host; nothing is read before it is asked. */
export function createThisHost(): Host {
  if (platform() !== "linux" || !hasProc()) return createElsewhere();
  return {
    cpuTimes: readCpuTimes,
    memory: readMemory,
    async disks() {
      const [disks, readOnly] = await Promise.all([
        readDf().then(async (found) => withInodes(tidyDisks(found ?? (await readMounted())))),
        readReadOnly().catch(() => new Map<string, boolean>()),
      ]);
      return disks.map((disk) => {
        const is = readOnly.get(disk.mount);
        return is === undefined ? disk : { ...disk, readOnly: is };
      });
    },
    traffic: readTraffic,
    diskTraffic: readDiskTraffic,
    deviceTraffic: readDeviceTraffic,
    temperatures: () => readTemperatures(),
    kernel: readKernel,
    processCount: countProcesses,
    processes: readProcesses,
  };
}

/** On systems other than Linux the package is the only source. */
function createElsewhere(): Host {
  // `ps` on macOS and BSD speaks of one core, Windows of the whole machine.
  const cores = platform() === "win32" ? 1 : Math.max(cpus().length, 1);
  let listing: Promise<Systeminformation.ProcessesData> | undefined;
  const list = (): Promise<Systeminformation.ProcessesData> => {
    // Two parts of one look want the list; it is fetched once.
    listing ??= load()
      .then((package_) => package_.processes())
      .finally(() => {
        listing = undefined;
      });
    return listing;
  };
  return {
    cpuTimes: async () => coreTimes(),
    async memory() {
      const { total, available, swaptotal, swapused } = await (await load()).mem();
      return {
        totalBytes: total,
        availableBytes: available,
        swapTotalBytes: swaptotal,
        swapUsedBytes: swapused,
      };
    },
    disks: async () => withInodes(tidyDisks(await readMounted())),
    async traffic(): Promise<Traffic[]> {
      const found = await (await load()).networkStats("*");
      return found.map((one) => ({
        interface: one.iface,
        received: { bytes: one.rx_bytes, errors: one.rx_errors, drops: one.rx_dropped },
        transmitted: { bytes: one.tx_bytes, errors: one.tx_errors, drops: one.tx_dropped },
        ...(one.operstate === "up" || one.operstate === "down" ? { up: one.operstate === "up" } : {}),
      }));
    },
    async diskTraffic() {
      // Null where the package cannot tell, against its own types.
      const found = (await (await load()).fsStats()) as Systeminformation.FsStatsData | null;
      if (found === null) throw new Error("this system does not tell disk traffic");
      return { readBytes: found.rx, writtenBytes: found.wx };
    },
    deviceTraffic: async () => [],
    async temperatures(): Promise<Temperature[]> {
      // Null where the package cannot tell, against its own types.
      const celsius = (await (await load()).cpuTemperature()).main as number | null;
      return celsius === null ? [] : [{ chip: "cpu", sensor: "main", celsius }];
    },
    kernel: async () => [],
    processCount: async () => (await list()).all,
    async processes(): Promise<RunningProcess[]> {
      return (await list()).list.map(({ pid, started, name, cpu, memRss, state }) => ({
        id: `${pid}@${started}`,
        name,
        cpuPercent: cpu / cores,
        memoryBytes: memRss * 1024,
        zombie: state === "zombie",
      }));
    },
  };
}

/** What Node knows of the cores: it has no word for waiting. */
function coreTimes(): CpuTimes {
  const sum = (of: (times: ReturnType<typeof cpus>[number]["times"]) => number): number =>
    cpus().reduce((total, { times }) => total + of(times), 0);
  return {
    user: sum(({ user, nice }) => user + nice),
    system: sum(({ sys, irq }) => sys + irq),
    idle: sum(({ idle }) => idle),
  };
}
