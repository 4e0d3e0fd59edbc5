/** The lines that the chat prints for a heartbeat, run by a real shell against a real process. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { makeDir, startBot, until } from "../support/bot.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const run = promisify(execFile);

test("each runs as printed, and is heard", async () => {
  const bot = await startBot({ dir: makeDir(cleanUps as (() => void)[]), readyWithinMs: 60_000 });
  cleanUps.push(() => bot.end("SIGTERM"));
  const text = async (line: string): Promise<string> =>
    (await bot.say(line)).map((card) => card.text ?? "").join("\n");
  const reply = await text("心跳 夜间备份 周期 1天 宽限 30分钟 没来就告警");
  const lines = reply.split("\n").filter((line) => line.startsWith("curl "));
  expect(lines).toHaveLength(3);
  const [done = "", exit = "", start = ""] = lines;
  const heard = (wanted: string): Promise<unknown> =>
    until(async () => ((await text("监控 夜间备份")).includes(wanted) ? true : undefined), 60_000);
  await run("/bin/sh", ["-c", start]);
  await heard("正在跑");
  await run("/bin/sh", ["-c", done]);
  await heard("🟢 正常");
  await run("/bin/sh", ["-c", `(exit 3); ${exit}`]);
  await heard("退出码 3");
  await until(async () => {
    const cards = await bot.messages();
    return (
      cards.some(({ kind, title }) => kind === "incident" && title?.includes("心跳 夜间备份")) || undefined
    );
  }, 90_000);
});
