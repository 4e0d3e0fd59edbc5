/** Alertmanager's own tool, where the machine has it: where it would send an alert. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { Labels } from "../../storage/labels.ts";

const run = promisify(execFile);

/** Whether it is installed. Every machine that runs CI has it. */
export const hasAmtool = spawnSync("amtool", ["--version"]).status === 0;

/** The receivers that a configuration file sends an alert with these labels to, in order. */
export async function receiversByAmtool(file: string, labels: Labels): Promise<readonly string[]> {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const { stdout } = await run("amtool", ["config", "routes", "test", `--config.file=${file}`, ...words]);
  return stdout.trim().split(",");
}

/** Works through jobs, four at a time. */
export async function inFours<T>(jobs: readonly T[], work: (job: T) => Promise<void>): Promise<void> {
  const left = [...jobs].reverse();
  const worker = async (): Promise<void> => {
    for (let job = left.pop(); job !== undefined; job = left.pop()) await work(job);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
