/** kill -9 at random moments of a flood of pings. What was answered 200 is there in the next life, and is counted. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { decodeBeat } from "../../monitors/heartbeat/beat.ts";
import { openStore } from "../../storage/embedded/embedded-store.ts";
import { type Bot, makeDir, startBot } from "../support/bot.ts";
import { livesOr } from "../support/lives.ts";
import { seeded } from "../support/seeded.ts";

const LIVES = livesOr(4);
const SENDERS = 4;
const JOBS = 40;

const uuidOf = (job: number): string => `6ba7b810-9dad-41d1-80b4-${String(job).padStart(12, "0")}`;

test(`${LIVES} kills in a flood of pings: what was answered is there`, {
  timeout: 60_000 + LIVES * 15_000,
}, async () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const random = seeded(20261128);
  const dir = makeDir(cleanUps);
  const monitors = Array.from({ length: JOBS }, (_, job) => ({
    name: `job ${job}`,
    kind: "heartbeat",
    uuid: uuidOf(job),
    period: "1d",
  }));
  writeFileSync(join(dir, "gengfu.yml"), JSON.stringify({ monitors }));
  let bot: Bot | undefined;
  cleanUps.push(async () => void (await bot?.end("SIGKILL")));

  /** By job: how many were answered 200, how many were sent at all, and what came with the last that was answered. */
  const jobs = monitors.map(() => ({ answered: 0, sent: 0, last: -1 }));
  let sequence = 0;
  let cutOff = 0;
  for (let life = 0; life < LIVES; life++) {
    const alive = await startBot({ dir, readyWithinMs: 60_000 });
    bot = alive;
    let answers = 0;
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (;;) {
        // Each sender has jobs of its own, so that the order of its pings is the order of its answers.
        const job = sender + SENDERS * Math.floor((random() * JOBS) / SENDERS);
        const told = jobs[job];
        if (told === undefined) continue;
        told.sent++;
        const body = String(sequence++);
        const answer = await alive
          .fetch(`/ping/${uuidOf(job)}`, { method: "POST", body })
          .catch(() => undefined);
        if (answer === undefined) {
          cutOff++;
          return;
        }
        if (answer.status === 429) {
          told.sent--;
          continue;
        }
        expect(answer.status).toBe(200);
        answers++;
        told.answered++;
        told.last = Number(body);
      }
    });
    const enough = 1 + Math.floor(random() * 300);
    while (answers < enough) await new Promise((resolve) => setImmediate(resolve));
    await alive.end("SIGKILL");
    await Promise.all(senders);
  }

  const store = await openStore({ dir: join(dir, "data") });
  cleanUps.push(() => store.close());
  const beats = store.table("heartbeats", decodeBeat);
  jobs.forEach(({ answered, sent, last }, job) => {
    const beat = beats.get(uuidOf(job));
    // One that was cut off may be on disk or not: nobody was told.
    expect(beat?.ended ?? 0, `job ${job}`).toBeGreaterThanOrEqual(answered);
    expect(beat?.ended ?? 0, `job ${job}`).toBeLessThanOrEqual(sent);
    expect(Number(beat?.last?.body ?? -1), `the last word of job ${job}`).toBeGreaterThanOrEqual(last);
  });
  expect(cutOff).toBeGreaterThan(0);
  expect(jobs.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThanOrEqual(LIVES);
});
