/** The `systemd` monitor: are units as they should be, and how often have they been started again? */
import type { Text } from "../../storage/locale.ts";
import type { Look, MonitorKind, Reading } from "../monitor.ts";
import { LookFailed, type Reason } from "../reason.ts";
import { isPattern, type SystemdOptions, systemdOptions, unitStates } from "./options.ts";
import {
  countedState,
  hasSystemd,
  type SystemctlTool,
  showUnits,
  systemSystemctl,
  type Unit,
} from "./systemctl.ts";

/** A pattern may find hundreds: all are judged, and so many are written. */
const MOST_WRITTEN = 100;
/** So many bad units are named. */
const MOST_NAMED = 5;

export const systemd: MonitorKind<SystemdOptions> = createSystemdKind(systemSystemctl);

/** The kind, over what a machine has to ask systemd with. */
export function createSystemdKind(tool: SystemctlTool): MonitorKind<SystemdOptions> {
  return {
    kind: "systemd",
    summary: {
      zh: "systemd 单元：是否在运行、重启次数、内存",
      en: "systemd units: do they run, restarts, memory",
    },
    example: {
      zh: "systemd nginx",
      en: "systemd nginx",
    },
    options: systemdOptions,
    intervalMs: 30_000,
    timeoutMs: 10_000,
    target: "unit",
    needs: "admin",
    instance: ({ unit }) => `systemd://${[unit].flat().join(",")}`,
    // In gengfu.yml it stands nevertheless: the file may be written for another machine, and the look says what is wrong.
    objection: ({ unit }) => (hasSystemd(tool) ? undefined : noSystemdFor([unit].flat())),
    create: (options) => ({ look: (signal) => look(options, tool, signal) }),
  };
}

/** A unit's program mostly goes by the unit's name, and can be watched without systemd. */
function noSystemdFor(names: readonly string[]): Text {
  const [, program] = /^([A-Za-z0-9_-]+)\.service$/.exec(names[0] ?? "") ?? [];
  return {
    zh: `本机没有 systemd（容器里看不到宿主机的 systemd），看不了 ${names.join("、")}。可以改看进程：添加监控 进程 ${program ?? "nginx"}`,
    en: `there is no systemd here (a container does not see that of its host), so ${names.join(", ")} cannot be watched. Watch the process instead: monitor add process ${program ?? "nginx"}`,
  };
}

async function look(options: SystemdOptions, tool: SystemctlTool, signal: AbortSignal): Promise<Look> {
  signal.throwIfAborted();
  const names = [options.unit].flat();
  let units: Unit[];
  try {
    units = await showUnits(tool, names, signal);
  } catch (thrown) {
    if (!(thrown instanceof LookFailed)) throw thrown;
    return { readings: [], failure: thrown.reason };
  }
  const readings = units.slice(0, MOST_WRITTEN).flatMap(unitReadings);
  const failure = judge(units, options, names);
  return { readings, ...(failure === undefined ? {} : { failure }) };
}

/** The names are those of node_exporter's collector, without its `node_`. */
function unitReadings(one: Unit): Reading[] {
  const labels = { unit: one.name };
  const state = countedState(one);
  const readings: Reading[] = unitStates.map((each) => ({
    name: "systemd_unit_state",
    labels: { ...labels, state: each },
    value: each === state ? 1 : 0,
  }));
  const more: readonly (readonly [name: string, value: number | undefined])[] = [
    ["systemd_unit_restarts_total", one.restarts],
    ["systemd_unit_memory_bytes", one.memoryBytes],
    ["systemd_unit_tasks_current", one.tasks],
    ["systemd_unit_start_time_seconds", one.activeSince],
  ];
  for (const [name, value] of more) if (value !== undefined) readings.push({ name, labels, value });
  return readings;
}

type Bad = readonly [code: "unit_failed" | "unit_not_found" | "unit_state", words: string];

/** What is wrong; the worst says what kind of failure it is. */
function judge(
  units: readonly Unit[],
  options: SystemdOptions,
  names: readonly string[],
): Reason | undefined {
  const bad = units.map((unit) => badBecause(unit, options)).filter((why) => why !== undefined);
  if (units.length === 0 && names.every(isPattern))
    bad.push(["unit_not_found", `nothing is called ${names.join(", ")}`]);
  for (const code of ["unit_failed", "unit_not_found", "unit_state"] as const) {
    if (!bad.some(([each]) => each === code)) continue;
    const worstFirst = bad.toSorted(([a], [b]) => Number(b === code) - Number(a === code));
    const named = worstFirst.slice(0, MOST_NAMED).map(([, words]) => words);
    const others = bad.length - named.length;
    return { code, detail: `${named.join(", ")}${others > 0 ? ` and ${others} more` : ""}` };
  }
  return undefined;
}

function badBecause(unit: Unit, { expected_state }: SystemdOptions): Bad | undefined {
  const { name, load, state, sub, result } = unit;
  const counted = countedState(unit);
  if (load === "not-found") return ["unit_not_found", `${name}: no such unit`];
  if (counted !== undefined && expected_state.includes(counted)) return undefined;
  const why = result === undefined || result === "success" ? sub : result;
  const loaded = load === "loaded" ? "" : `, ${load}`;
  return [state === "failed" ? "unit_failed" : "unit_state", `${name}: ${state} (${why}${loaded})`];
}
