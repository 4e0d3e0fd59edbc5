/** A real Alertmanager on loopback, where the machine has it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, makeDir, until } from "./bot.ts";

/** Whether it is installed. Every machine that runs CI has it. */
export const hasAlertmanager = spawnSync("prometheus-alertmanager", ["--version"]).status === 0;

/** Starts one with a configuration; gives its address. It ends with `cleanUps`. */
export async function startAlertmanager(
  config: string,
  cleanUps: (() => void | Promise<void>)[],
): Promise<string> {
  const dir = makeDir(cleanUps);
  const port = await freePort();
  writeFileSync(join(dir, "alertmanager.yml"), config);
  const child = spawn(
    "prometheus-alertmanager",
    [
      "--config.file=alertmanager.yml",
      "--storage.path=data",
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ],
    { cwd: dir, stdio: "ignore" },
  );
  cleanUps.push(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => ((await fetch(`${url}/-/ready`).catch(() => undefined))?.ok ? true : undefined));
  return url;
}
