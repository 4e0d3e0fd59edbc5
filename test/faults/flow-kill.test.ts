/** kill -9 at random moments of a flood of events. What was answered 200 is there in the next life. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { decodeRun } from "../../monitors/flow/run.ts";
import { decodeFlow } from "../../monitors/flow/state.ts";
import { openStore } from "../../storage/embedded/embedded-store.ts";
import { type Bot, makeDir, startBot } from "../support/bot.ts";
import { seeded } from "../support/seeded.ts";

/** How often the process is killed; `LIVES` says otherwise. */
const LIVES = Number(process.env["LIVES"] ?? 2);
const SENDERS = 4;
const FLOWS = 12;
const STEPS = ["a", "b", "c"];

const tokenOf = (flow: number): string => `token-${String(flow).padStart(12, "0")}`;

test(`${LIVES} kills in a flood of events: what was answered is there`, {
  timeout: 60_000 + LIVES * 15_000,
}, async () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const random = seeded(20261128);
  const dir = makeDir(cleanUps);
  const monitors = Array.from({ length: FLOWS }, (_, flow) => ({
    name: `flow ${flow}`,
    kind: "flow",
    token: tokenOf(flow),
    steps: STEPS.map((name) => ({ name })),
  }));
  writeFileSync(join(dir, "gengfu.yml"), JSON.stringify({ monitors }));
  let bot: Bot | undefined;
  cleanUps.push(async () => void (await bot?.end("SIGKILL")));

  /** By flow: the run it is at, how many of its events were answered, and how many runs have certainly ended. */
  const flows = monitors.map(() => ({ run: 0, next: 0, answered: 0, ended: 0 }));
  let cutOff = 0;
  for (let life = 0; life < LIVES; life++) {
    const alive = await startBot({ dir, readyWithinMs: 60_000 });
    bot = alive;
    let answers = 0;
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (;;) {
        // Each sender has flows of its own, and sends again what was cut off, as curl does.
        const flow = sender + SENDERS * Math.floor((random() * FLOWS) / SENDERS);
        const told = flows[flow];
        if (told === undefined) continue;
        const step = STEPS[Math.floor(told.next / 2)] ?? "";
        const state = told.next % 2 === 0 ? "start" : "done";
        const path = `/api/v1/flows/flow%20${flow}/runs/${told.run}?token=${tokenOf(flow)}&step=${step}&state=${state}`;
        const answer = await alive.fetch(path, { method: "POST" }).catch(() => undefined);
        if (answer === undefined) {
          cutOff++;
          return;
        }
        if (answer.status === 429) continue;
        expect(answer.status).toBe(200);
        answers++;
        told.answered++;
        told.next++;
        if (told.next < 2 * STEPS.length) continue;
        told.ended++;
        told.run++;
        told.next = 0;
      }
    });
    const enough = 1 + Math.floor(random() * 300);
    while (answers < enough) await new Promise((resolve) => setImmediate(resolve));
    await alive.end("SIGKILL");
    await Promise.all(senders);
  }

  const store = await openStore({ dir: join(dir, "data") });
  cleanUps.push(() => store.close());
  const states = store.table("flows", decodeFlow);
  const runs = store.table("flow_runs", decodeRun);
  flows.forEach(({ run, next, ended }, flow) => {
    const token = tokenOf(flow);
    // The event that was cut off may be on disk or not: nobody was told.
    const counted = states.get(token)?.ended ?? 0;
    expect(counted - ended, `flow ${flow}`).toBeGreaterThanOrEqual(0);
    expect(counted - ended, `flow ${flow}`).toBeLessThanOrEqual(1);
    const last = runs.get(`${token}/${run}`);
    STEPS.forEach((step, i) => {
      const state = last?.steps[step]?.state;
      if (next > 2 * i + 1) expect(state, `flow ${flow} run ${run} ${step}`).toBe("done");
      else if (next > 2 * i) expect(["running", "done"], `flow ${flow} run ${run} ${step}`).toContain(state);
    });
    // Every run that is named is there.
    for (const id of states.get(token)?.runs ?? []) expect(runs.get(`${token}/${id}`)?.id).toBe(id);
  });
  expect(cutOff).toBeGreaterThan(0);
  expect(flows.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThanOrEqual(LIVES);
});
