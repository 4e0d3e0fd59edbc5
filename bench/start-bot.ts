/** A bot of its own for a measurement. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BOT } from "./command.ts";

/** Starts one in `dir`, where its `gengfu.yml` is; resolves with its address when it listens. */
export async function startBot(dir: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const env = { PATH: process.env["PATH"] ?? "", DATA_DIR: join(dir, "data"), PORT: "0" };
  const bot = spawn(process.execPath, BOT, {
    cwd: dir,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    bot.once("exit", () => reject(new Error("the bot ended before it was ready")));
    let said = "";
    bot.stdout.on("data", (chunk: Buffer) => {
      if (said.length > 1e6) return;
      said += chunk;
      const found = /"url":"(http:[^"]+)"/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  bot.removeAllListeners("exit");
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => bot.once("exit", resolve));
    bot.kill("SIGTERM");
    await gone;
  };
  return { url, stop };
}
