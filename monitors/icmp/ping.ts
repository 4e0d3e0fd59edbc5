/**
 * Echo requests by the system's own `ping`: it may send them where an unprivileged process may not. It is started
 * directly, never by a shell, with fixed arguments and an address that has been checked.
 */
import { spawn } from "node:child_process";

/** What a machine has to send echo requests with. */
export interface PingTool {
  /** Where `ping` may be; the first that is there is used. */
  readonly paths: readonly string[];
  /** As `os.platform()` says it. */
  readonly platform: string;
}

export const systemPing = (platform: string): PingTool => ({
  platform,
  paths:
    platform === "win32"
      ? ["C:\\Windows\\System32\\PING.EXE"]
      : ["/usr/bin/ping", "/bin/ping", "/sbin/ping", "/usr/sbin/ping"],
});

/** How long each reply is waited for, in seconds. */
const WAIT_S = 3;
/** More than any `ping` says; one that says more is ended. */
const LONGEST_OUTPUT = 65_536;

/** One reply. */
export interface Echo {
  readonly rttMs: number;
  /** What is left of the packet's hops; not every `ping` tells. */
  readonly hopLimit?: number;
}

export interface Pinged {
  readonly echoes: readonly Echo[];
  /** Why there are none, in `ping`'s own words: the first line that it complains with. */
  readonly complaint: string;
}

/** Thrown where there is no `ping`. */
export class NoPing extends Error {
  constructor() {
    super("there is no ping on this machine");
    this.name = "NoPing";
  }
}

/** Sends `count` requests, a second apart. When `signal` aborts it gives what has come so far. */
export async function ping(
  tool: PingTool,
  address: string,
  count: number,
  signal: AbortSignal,
): Promise<Pinged> {
  for (const path of tool.paths) {
    const pinged = await run(path, argumentsOf(tool.platform, address, count), signal);
    if (pinged !== undefined) return pinged;
  }
  throw new NoPing();
}

/** iputils, busybox and BSD understand the same; macOS counts the wait in milliseconds, and so does Windows. */
function argumentsOf(platform: string, address: string, count: number): string[] {
  if (platform === "win32") return ["-n", String(count), "-w", String(WAIT_S * 1000), address];
  const wait = platform === "darwin" ? WAIT_S * 1000 : WAIT_S;
  return ["-c", String(count), "-W", String(wait), address];
}

/** `undefined` where there is no such program. */
function run(path: string, args: readonly string[], signal: AbortSignal): Promise<Pinged | undefined> {
  return new Promise((resolve, reject) => {
    // Without its variables the system's language cannot change what is said.
    const child = spawn(path, args, {
      env: { LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    const said = { out: "", err: "" };
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", stop);
      finish();
    };
    const stop = (): void => {
      child.kill("SIGKILL");
      settle(() => resolve(understood(said.out, said.err)));
    };
    const hear = (which: "out" | "err") => (chunk: Buffer) => {
      said[which] += chunk.toString("latin1");
      if (said.out.length + said.err.length > LONGEST_OUTPUT) stop();
    };
    child.stdout.on("data", hear("out"));
    child.stderr.on("data", hear("err"));
    child.on("error", (error: NodeJS.ErrnoException) =>
      settle(() => (error.code === "ENOENT" ? resolve(undefined) : reject(error))),
    );
    child.on("close", () => settle(() => resolve(understood(said.out, said.err))));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** Reads what any of the `ping`s prints: a line with a time is a reply, but not a second one to the same request. */
function understood(out: string, err: string): Pinged {
  const echoes = out
    .split(/\r?\n/)
    .filter((line) => !line.includes("DUP!"))
    .flatMap((line): Echo[] => {
      const rtt = /[=<](\d+(?:\.\d+)?) ?ms/.exec(line)?.[1];
      if (rtt === undefined) return [];
      const hops = /(?:ttl|hlim)=(\d+)/i.exec(line)?.[1];
      return [{ rttMs: Number(rtt), ...(hops === undefined ? {} : { hopLimit: Number(hops) }) }];
    });
  const troubled = out
    .split(/\r?\n/)
    .find((line) => /^From .*(?:unreachable|exceeded|prohibited)/i.test(line));
  const complaint = (err.trim().split(/\r?\n/)[0] ?? "") || (troubled ?? "");
  return { echoes, complaint: complaint.replace(/[^\x20-\x7e]/g, "?").slice(0, 200) };
}
