/** The machine that Gengfu runs on, through `systeminformation`, and on Linux partly through `/proc`. */
import { cpus, platform } from "node:os";
import type { Systeminformation } from "systeminformation";
import type { Disk, Host, RunningProcess, Traffic } from "./host.ts";
import { countProcesses, hasProc, readDiskTraffic, readProcesses, readTraffic } from "./linux.ts";

/** File systems that are images: always full, and never a reason to wake anybody. */
const IMAGES = /^(squashfs|iso9660|udf|erofs|cramfs)$/;
/** More disks than this are left out, so that a host of containers does not become a flood of series. */
const MOST_DISKS = 50;

/** Loads the package at the first look: it costs some 80 ms and 10 MB, which the start should not wait for. */
async function load(): Promise<typeof import("systeminformation")> {
  return import("systeminformation");
}

/** Drops images and repetitions: a container sees one disk mounted many times, at `/etc/hosts` and the like. */
export function tidyDisks(found: readonly Systeminformation.FsSizeData[]): Disk[] {
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

/** Creates the host; nothing is read before it is asked. */
export function createThisHost(): Host {
  const common: Pick<Host, "memory" | "disks"> = {
    async memory() {
      const { total, available, swaptotal, swapused } = await (await load()).mem();
      return {
        totalBytes: total,
        availableBytes: available,
        swapTotalBytes: swaptotal,
        swapUsedBytes: swapused,
      };
    },
    disks: async () => tidyDisks(await (await load()).fsSize()),
  };
  if (platform() === "linux" && hasProc()) {
    return {
      ...common,
      traffic: readTraffic,
      diskTraffic: readDiskTraffic,
      processCount: countProcesses,
      processes: readProcesses,
    };
  }
  return { ...common, ...createElsewhere() };
}

/** On systems other than Linux the package is the only source. */
function createElsewhere(): Omit<Host, "memory" | "disks"> {
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
    async traffic(): Promise<Traffic[]> {
      const found = await (await load()).networkStats("*");
      return found.map(({ iface, rx_bytes, tx_bytes }) => ({
        interface: iface,
        receivedBytes: rx_bytes,
        transmittedBytes: tx_bytes,
      }));
    },
    async diskTraffic() {
      // Null where the package cannot tell, against its own types.
      const found = (await (await load()).fsStats()) as Systeminformation.FsStatsData | null;
      if (found === null) throw new Error("this system does not tell disk traffic");
      return { readBytes: found.rx, writtenBytes: found.wx };
    },
    processCount: async () => (await list()).all,
    async processes(): Promise<RunningProcess[]> {
      return (await list()).list.map(({ pid, started, name, cpu, memRss }) => ({
        id: `${pid}@${started}`,
        name,
        cpuPercent: cpu / cores,
        memoryBytes: memRss * 1024,
      }));
    },
  };
}
