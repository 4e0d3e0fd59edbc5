/** The lines that the chat prints for a flow, run by a real shell against a real process. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { makeDir, startBot, until } from "../support/bot.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const run = promisify(execFile);

test("each runs as printed, whatever the names, and is heard", async () => {
  const bot = await startBot({ dir: makeDir(cleanUps as (() => void)[]), readyWithinMs: 60_000 });
  cleanUps.push(() => bot.end("SIGTERM"));
  const text = async (line: string): Promise<string> =>
    (await bot.say(line)).map((card) => card.text ?? "").join("\n");
  const reply = await text(
    '流程 添加 夜/间\'$(id)结算!: 拉`取` <10分钟 → 对"账" & 出表 <30分钟 工作日 02:00',
  );
  const lines = /```\n(.*)\n```/s.exec(reply)?.[1]?.split("\n") ?? [];
  const named = lines.find((line) => line.startsWith("RUN=")) ?? "";
  const curls = lines.filter((line) => line.startsWith("curl "));
  expect(curls).toHaveLength(4);
  const heard = (wanted: string): Promise<unknown> =>
    until(async () => ((await text("流程")).includes(wanted) ? true : undefined), 60_000);
  for (const [i, wanted] of ["正在跑", "等 对", "正在跑", "正常"].entries()) {
    await run("/bin/sh", ["-c", `${named}\n${curls[i]}`]);
    await heard(wanted);
  }
  // The whole block at once, as somebody pastes it; it was all told already.
  await run("/bin/sh", ["-e", "-c", lines.join("\n")]);
});
