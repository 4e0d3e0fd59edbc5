/** kill -9 at random moments of a flood of pushes. Every sample that was answered 200 is there in the next life. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../storage/clock.ts";
import { silentLog } from "../../storage/log.ts";
import { openSeries } from "../../storage/series-store.ts";
import { type Bot, makeDir, startBot } from "../support/bot.ts";
import { livesOr } from "../support/lives.ts";
import { seeded } from "../support/seeded.ts";

const LIVES = livesOr(4);
const SENDERS = 4;
const TOKEN = "0123456789abcdef";

test(`${LIVES} kills in a flood of pushes: what was answered is there`, {
  timeout: 60_000 + LIVES * 15_000,
}, async () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const random = seeded(20261129);
  const dir = makeDir(cleanUps);
  const hooks = [{ name: "flood", kind: "push", token: TOKEN, samples_per_second: 1_000_000 }];
  writeFileSync(join(dir, "gengfu.yml"), JSON.stringify({ hooks }));
  let bot: Bot | undefined;
  cleanUps.push(async () => void (await bot?.end("SIGKILL")));

  /** By sender: the times, which are the values, of what was answered. */
  const answered = Array.from({ length: SENDERS }, () => [] as number[]);
  let cutOff = 0;
  for (let life = 0; life < LIVES; life++) {
    const alive = await startBot({ dir, readyWithinMs: 60_000 });
    bot = alive;
    let answers = 0;
    // Times of their own, later in each life, so that each push is a sample that can be told from all others.
    const from = systemClock.now();
    const senders = answered.map(async (told, sender) => {
      for (let n = 0; ; n++) {
        const timestamp = from + n;
        const text = `flood{sender="${sender}"} ${timestamp % 1e9} ${timestamp}\n`;
        const answer = await alive
          .fetch("/api/v1/push", {
            method: "POST",
            headers: { authorization: `Bearer ${TOKEN}` },
            body: text,
          })
          .catch(() => undefined);
        if (answer === undefined) {
          cutOff++;
          return;
        }
        expect(answer.status).toBe(200);
        answers++;
        told.push(timestamp);
      }
    });
    const enough = 1 + Math.floor(random() * 300);
    while (answers < enough) await new Promise((resolve) => setImmediate(resolve));
    await alive.end("SIGKILL");
    await Promise.all(senders);
  }

  const store = await openSeries({ dir: join(dir, "data", "samples"), clock: systemClock, log: silentLog });
  cleanUps.push(() => store.close());
  answered.forEach((told, sender) => {
    const [series] = store.select([
      { name: "__name__", op: "=", value: "flood" },
      { name: "sender", op: "=", value: String(sender) },
    ]);
    const missing = told.filter((at) => {
      const i = series?.indexAt(at) ?? -1;
      return series?.at(i) !== at || series.value(i) !== at % 1e9;
    });
    expect(missing, `sender ${sender}`).toEqual([]);
  });
  expect(cutOff).toBeGreaterThan(0);
  expect(answered.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(LIVES);
});
