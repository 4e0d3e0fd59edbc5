/** Prometheus' own checker of expositions, where the machine has it. */
import { spawnSync } from "node:child_process";

/** Whether it is installed. Every machine that runs CI has it. */
export const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

/** What `promtool check metrics` has against an exposition; "" for nothing. */
export function checkMetrics(exposition: string): string {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: exposition,
    encoding: "utf8",
  });
  return status === 0 && stderr === "" ? "" : `exit code ${status}\n${stdout}${stderr}`;
}
