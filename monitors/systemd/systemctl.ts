/** What `systemctl` knows of units. It is started directly, never by a shell, with names that have been checked. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import type { Text } from "../../storage/locale.ts";
import { LookFailed } from "../reason.ts";
import { type UnitState, unitStates } from "./options.ts";

/** What a machine has to ask systemd with. */
export interface SystemctlTool {
  /** Where `systemctl` may be; the first that is there is used. */
  readonly paths: readonly string[];
  /** A folder that is there where systemd runs (sd_booted(3)). */
  readonly runtime: string;
}

export const systemSystemctl: SystemctlTool = {
  paths: ["/usr/bin/systemctl", "/bin/systemctl", "/run/current-system/sw/bin/systemctl"],
  runtime: "/run/systemd/system",
};

const PROPERTIES =
  "Id,LoadState,ActiveState,SubState,Result,NRestarts,MemoryCurrent,TasksCurrent,ActiveEnterTimestamp";
/** Some 300 bytes a unit: more than any pattern finds. */
const LONGEST_OUTPUT = 4 * 1024 * 1024;
/** Where systemd does not know it writes this less one, which a double cannot tell from it. */
const UNKNOWN = 2 ** 64;

/** One unit. What systemd does not tell of it is missing. */
export interface Unit {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`, `error`, `bad-setting`. */
  readonly load: string;
  /** As in `unitStates`, or a word that this program does not know. */
  readonly state: UnitState | string;
  readonly sub: string;
  /** Why a service ended: `success`, `exit-code`, `signal`, `timeout`, `oom-kill`. */
  readonly result?: string;
  readonly restarts?: number;
  readonly memoryBytes?: number;
  readonly tasks?: number;
  /** When it last became active, in Unix seconds. */
  readonly activeSince?: number;
}

/** The units of these names and patterns, each once. Throws `LookFailed` where there is no systemd to ask. */
export async function showUnits(
  tool: SystemctlTool,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Unit[]> {
  if (!(await isThere(tool.runtime))) throw noSystemd(`there is no ${tool.runtime}`);
  for (const path of tool.paths) {
    if (!(await isThere(path))) continue;
    const units = parseUnits(
      await run(path, ["show", "--no-pager", "--property", PROPERTIES, "--", ...names], signal),
    );
    return [...new Map(units.map((unit) => [unit.name, unit])).values()];
  }
  throw noSystemd("there is no systemctl");
}

/** Whether there is a systemd to ask; a question for whoever makes a monitor, which looks have answered for themselves. */
export function hasSystemd({ paths, runtime }: SystemctlTool): boolean {
  return existsSync(runtime) && paths.some((path) => existsSync(path));
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function run(path: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // Of its own language and zone, so that what is said can be read.
    const env = { LC_ALL: "C", TZ: "UTC", SYSTEMD_COLORS: "0" };
    const options = { env, signal, killSignal: "SIGKILL", maxBuffer: LONGEST_OUTPUT } as const;
    execFile(path, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(signal.aborted ? error : refused(stderr, error));
    });
  });
}

function refused(stderr: string, error: Error): LookFailed {
  const said = stderr.trim().split("\n")[0] || error.message.split("\n")[0] || "systemctl failed";
  const detail = said.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
  if (/not been booted with systemd|failed to connect to bus|host is down/i.test(stderr))
    return noSystemd(detail);
  const code = /access denied|permission denied|not permitted/i.test(stderr) ? "no_permission" : "error";
  return new LookFailed({ code, detail }, { cause: error });
}

function noSystemd(detail: string): LookFailed {
  const text: Text = {
    zh: `本机不是用 systemd 启动的，或者看不到它（容器里看不到宿主机的 systemd）：${detail}`,
    en: `this machine does not run systemd, or it cannot be seen from here (a container does not see that of its host): ${detail}`,
  };
  return new LookFailed({ code: "unsupported", detail, text });
}

/** Reads blocks of `Key=value`, apart by empty lines. */
function parseUnits(text: string): Unit[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const fields = new Map(block.split("\n").map((line) => cut(line)));
    const field = (key: string): string => fields.get(key) ?? "";
    const name = field("Id");
    if (name === "") return [];
    const unit = {
      name,
      load: field("LoadState"),
      state: field("ActiveState"),
      sub: field("SubState"),
      result: field("Result") || undefined,
      restarts: numberIn(field("NRestarts")),
      memoryBytes: numberIn(field("MemoryCurrent")),
      tasks: numberIn(field("TasksCurrent")),
      activeSince: momentIn(field("ActiveEnterTimestamp")),
    };
    return [
      Object.fromEntries(Object.entries(unit).filter(([, value]) => value !== undefined)) as unknown as Unit,
    ];
  });
}

function cut(line: string): [key: string, value: string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1).trim()];
}

/** `[not set]` and the largest number there is mean that systemd does not count. */
function numberIn(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) < UNKNOWN ? Number(text) : undefined;
}

/** `Sat 2026-11-28 23:00:00 UTC`; `n/a` or nothing where it never was. */
function momentIn(text: string): number | undefined {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(text) ?? [];
  // biome-ignore lint/style/noRestrictedGlobals: reads a written date, not the clock.
  const ms = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

/** The state under which a unit is counted: one that reloads its settings runs on. */
export function countedState({ state }: Unit): UnitState | undefined {
  if (state === "reloading" || state === "refreshing") return "active";
  return unitStates.find((known) => known === state);
}
