/** The processes worth showing: the busiest and the largest, counted by name, in a bounded number of series. */
import type { Reading } from "../monitor.ts";
import type { Rates } from "../rates.ts";
import type { RunningProcess } from "./host.ts";

const SHOWN = 5;
/** A machine that runs programs under ever new names must not fill the store with series. */
const MOST_NAMES = 200;
const OTHER = "other";

/**
 * Readings of the five busiest and the five largest names. Processor time is a share of the whole machine, so
 * that the shares add up to `cpu_usage_percent`. `known` remembers names given out; beyond 200 all are `other`.
 */
export function topProcesses(
  processes: readonly RunningProcess[],
  about: { rates: Rates; cores: number; elapsedMs: number; known: Set<string> },
): Reading[] {
  const cpu = new Map<string, number>();
  const memory = new Map<string, number>();
  for (const { id, name, cpuMs, cpuPercent, memoryBytes } of processes) {
    const busy = cpuMs === undefined ? undefined : about.rates.of(id, cpuMs, about.elapsedMs);
    const percent = busy === undefined ? cpuPercent : (busy / about.cores) * 100;
    if (percent !== undefined) add(cpu, name, percent);
    if (memoryBytes > 0) add(memory, name, memoryBytes);
  }
  about.rates.turn();
  return [
    ...largest(cpu, about.known).map(([process, value]) => ({
      name: "process_cpu_percent",
      labels: { process },
      value: Math.min(value, 100),
    })),
    ...largest(memory, about.known).map(([process, value]) => ({
      name: "process_memory_bytes",
      labels: { process },
      value,
    })),
  ];
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

function largest(sums: ReadonlyMap<string, number>, known: Set<string>): [name: string, value: number][] {
  const top = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, SHOWN);
  const shown = new Map<string, number>();
  for (const [name, value] of top) {
    if (!known.has(name) && known.size < MOST_NAMES) known.add(name);
    add(shown, known.has(name) ? name : OTHER, value);
  }
  return [...shown];
}
