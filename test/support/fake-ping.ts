/** Programs that stand in for `ping`: each prints what a test wants, and one hangs, floods or is missing. */
import type { PingTool } from "../../monitors/icmp/ping.ts";
import { withProgram } from "./fake-program.ts";

/** Runs `use` with a `ping` whose body is this shell script. */
export function withPing<T>(
  script: string,
  use: (tool: PingTool) => Promise<T>,
  platform = "linux",
): Promise<T> {
  return withProgram("ping", script, (path, nowhere) => use({ paths: [nowhere, path], platform }));
}
