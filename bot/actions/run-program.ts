/** Runs a program for an incident: no shell, a bounded environment, a limit of time, the whole of what it started ended. */
import { spawn } from "node:child_process";
import type { Result } from "../../alerts/actions/runs.ts";
import type { Labels } from "../../storage/labels.ts";
import type { ProgramToRun } from "./config.ts";
import { keepOutput } from "./output.ts";
import { filledIn, placeholdersIn } from "./placeholders.ts";

/** From SIGTERM to SIGKILL, in milliseconds. */
const MERCY_MS = 2_000;

/** The arguments, or what is wrong with a value: nothing that a label says may become an option. */
export function argvOf(
  { argv }: Pick<ProgramToRun, "argv">,
  values: Labels,
): { readonly argv: readonly string[] } | { readonly wrong: string } {
  const filled = argv.map((argument) => ({ argument, text: filledIn(argument, values) }));
  for (const { argument, text } of filled) {
    if (placeholdersIn(argument).length === 0) continue;
    if (/\p{Cc}/u.test(text)) return { wrong: "a value holds control characters" };
    if (argument.startsWith("{{") && text.startsWith("-")) return { wrong: "a value begins with -" };
  }
  return { argv: filled.map(({ text }) => text) };
}

export interface RunAbout {
  readonly timeoutMs: number;
  /** Ends the run when Gengfu stops. */
  readonly stop: AbortSignal;
  mask(text: string): string;
}

/** Resolves with how it went; never rejects. */
export function runProgram(program: ProgramToRun, values: Labels, about: RunAbout): Promise<Result> {
  const { timeoutMs, stop, mask } = about;
  const read = argvOf(program, values);
  if ("wrong" in read) return Promise.resolve({ ending: "refused", detail: read.wrong, output: "" });
  const [file = "", ...rest] = read.argv;
  return new Promise((resolve) => {
    const output = keepOutput(mask);
    const child = spawn(file, rest, {
      cwd: program.cwd ?? "/",
      env: { ...basicEnvironment(), ...program.env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
      shell: false,
      windowsHide: true,
    });
    let why: "timeout" | "stopped" | undefined;
    let mercy: NodeJS.Timeout | undefined;
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It ended by itself.
      }
    };
    const end = (reason: "timeout" | "stopped"): void => {
      why ??= reason;
      kill("SIGTERM");
      mercy ??= setTimeout(() => kill("SIGKILL"), MERCY_MS);
    };
    const onStop = (): void => end("stopped");
    const limit = setTimeout(() => end("timeout"), timeoutMs);
    stop.addEventListener("abort", onStop, { once: true });
    if (stop.aborted) onStop();
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => output.add(chunk));
    const done = (result: Omit<Result, "output">): void => {
      clearTimeout(limit);
      clearTimeout(mercy);
      stop.removeEventListener("abort", onStop);
      // What it left behind and still holds the pipes must not keep anything open.
      if (why !== undefined) kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...result, output: output.text() });
    };
    child.once("error", (error: NodeJS.ErrnoException) =>
      done({ ending: "failed", detail: `could not be started: ${error.code ?? error.message}` }),
    );
    child.once("exit", (code, signal) => {
      // What it wrote last may still be in the pipe.
      setImmediate(() => {
        if (why === "timeout") done({ ending: "timeout", detail: `no end after ${timeoutMs / 1_000} s` });
        else if (why === "stopped") done({ ending: "failed", detail: "ended: Gengfu stops" });
        else if (code === 0) done({ ending: "ok", detail: "" });
        else done({ ending: "failed", detail: code === null ? `signal ${signal}` : `exit code ${code}` });
      });
    });
  });
}

/** Nothing of our own environment but what every program expects: it holds secrets. */
function basicEnvironment(): Record<string, string> {
  const kept = ["PATH", "LANG", "LC_ALL", "TZ", "HOME", "USER", "SystemRoot"];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
