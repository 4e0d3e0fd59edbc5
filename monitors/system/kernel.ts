/** Numbers that the Linux kernel keeps in `/proc`, each under the name by which it is written. */
import { readFile } from "node:fs/promises";
import type { Figure } from "./host.ts";

/** Per second, of what is counted one by one. */
const EACH = 1;
/** From microseconds of a second to percent of it. */
const PERCENT_OF_US = 100 / 1_000_000;

/** Files to read and what is in each; one that is missing takes only its own figures with it. */
const sources: Readonly<Record<string, (text: string) => readonly Figure[]>> = {
  "/proc/stat": parseStat,
  "/proc/vmstat": (text) => [figure("oom_kills_total", field(text, "oom_kill"))],
  "/proc/sys/fs/file-nr": parseFileHandles,
  "/proc/net/sockstat": (text) => [
    figure("tcp_connections_time_wait", Number(/^TCP:.* tw (\d+)/m.exec(text)?.[1] ?? Number.NaN)),
  ],
  "/proc/net/snmp": (text) => [
    figure("tcp_connections_established", paired(text, "Tcp", "CurrEstab")),
    figure("tcp_retransmits_per_second", paired(text, "Tcp", "RetransSegs"), EACH),
  ],
  "/proc/net/netstat": (text) => [
    figure("tcp_listen_overflows_per_second", paired(text, "TcpExt", "ListenOverflows"), EACH),
  ],
  ...Object.fromEntries(
    ["cpu", "memory", "io"].map((resource) => [
      `/proc/pressure/${resource}`,
      (text: string) => parsePressure(text, resource),
    ]),
  ),
};

function figure(name: string, value: number, growth?: number): Figure {
  return { name, value, ...(growth === undefined ? {} : { growth }) };
}

/** `name 12` on a line of its own. */
function field(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** `/proc/net/snmp` has a line of names and then a line of numbers, both under one heading. */
function paired(text: string, heading: string, name: string): number {
  const [names, values] = text
    .split("\n")
    .filter((line) => line.startsWith(`${heading}: `))
    .map((line) => line.split(" "));
  return Number(values?.[names?.indexOf(name) ?? -1] ?? Number.NaN);
}

function parseStat(text: string): Figure[] {
  return [
    figure("boot_time_seconds", field(text, "btime")),
    figure("context_switches_per_second", field(text, "ctxt"), EACH),
    figure("processes_running", field(text, "procs_running")),
    figure("processes_blocked", field(text, "procs_blocked")),
  ];
}

/** Allocated, free among them (always 0), and the most there may be: 2^63 - 1 where there is no limit. */
function parseFileHandles(text: string): Figure[] {
  const [allocated = Number.NaN, free = Number.NaN, most = Number.NaN] = text.trim().split(/\s+/).map(Number);
  const used = allocated - free;
  const limit = most <= Number.MAX_SAFE_INTEGER ? most : Number.NaN;
  return [
    figure("file_descriptors_allocated", used),
    figure("file_descriptors_max", limit),
    figure("file_descriptors_usage_percent", (used / limit) * 100),
  ];
}

/** Time in which some, or all, that had work to do waited for a resource (Linux, Documentation/accounting/psi). */
function parsePressure(text: string, resource: string): Figure[] {
  const total = (share: string): number =>
    Number(new RegExp(`^${share} .*total=(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
  const some = figure(`pressure_${resource}_percent`, total("some"), PERCENT_OF_US);
  // The machine as a whole always has something to compute with; the kernel has that line for symmetry.
  if (resource === "cpu") return [some];
  return [some, figure(`pressure_${resource}_full_percent`, total("full"), PERCENT_OF_US)];
}

/** Figures of one file, by its path; for tests. */
export function parseKernelFile(path: string, text: string): readonly Figure[] {
  return (sources[path]?.(text) ?? []).filter(({ value }) => Number.isFinite(value));
}

/** Connections that the firewall keeps in mind, where it does. */
async function readTracked(): Promise<Figure[]> {
  const read = async (name: string): Promise<number> =>
    Number(await readFile(`/proc/sys/net/netfilter/nf_conntrack_${name}`, "latin1"));
  const [count, most] = [await read("count"), await read("max")];
  return [
    figure("conntrack_entries", count),
    figure("conntrack_max", most),
    figure("conntrack_usage_percent", (count / most) * 100),
  ];
}

/** All that this kernel tells. */
export async function readKernel(): Promise<Figure[]> {
  const parts = await Promise.allSettled([
    ...Object.keys(sources).map(async (path) => parseKernelFile(path, await readFile(path, "latin1"))),
    readTracked(),
  ]);
  return parts.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
}
