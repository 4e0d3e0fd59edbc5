import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Bot, makeDir, startBot, until, type WireMessage } from "../support/bot.ts";
import { leftOut, missing } from "../support/databases.ts";
import { freshDatabase } from "../support/fresh-database.ts";
import { livesOr } from "../support/lives.ts";
import { seeded } from "../support/seeded.ts";

/** How often a process is killed. Each life is short, so that most deaths fall into the midst of something. */
const LIVES = livesOr(40);
/** Houses that live at the same time, each in a folder of its own: a start is half of a life, and mostly waits. */
const HOUSES = 2;

/** Fires and recovers every few seconds by itself, so that incidents open and resolve all the time. */
const BLINKING = `
groups:
  - name: blinking
    interval: 1s
    rules:
      - { alert: Blink, expr: "vector(time()) % 4 < 2" }
      - { alert: Steady, expr: "vector(1)" }
`;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** What was answered, and what may have happened because the answer never came. */
interface Ledger {
  /** Rule names that were answered as made and not asked to be removed since. */
  readonly made: Set<string>;
  /** Rule names whose removal was answered. */
  readonly removed: Set<string>;
  /** The id of every message that was answered, and its position when it was. */
  readonly answered: Map<string, number>;
  /** `#n` → who has it, as answered. */
  readonly owned: Map<number, string>;
  count: number;
}

async function work(bot: Bot, ledger: Ledger, random: () => number): Promise<void> {
  for (;;) {
    const dice = random();
    const name = `r${ledger.count++}`;
    let replies: WireMessage[];
    if (dice < 0.45) {
      replies = await bot.say(`rule add ${name}: cpu_usage_percent > ${100 + ledger.count} for 5m`);
      expect(replies[0]?.title).toContain(name);
      ledger.made.add(name);
    } else if (dice < 0.6) {
      const [victim] = ledger.made;
      if (victim === undefined) continue;
      // From here on either answer is right, until one comes.
      ledger.made.delete(victim);
      replies = await bot.say(`rule remove ${victim}`);
      ledger.removed.add(victim);
    } else if (dice < 0.75) {
      const open = (await bot.messages()).filter(
        ({ kind, status }) => kind === "incident" && status === "firing",
      );
      const card = open.at(-1);
      if (card?.incident === undefined) continue;
      replies = await bot.click(card.id, "ack", "alice").catch(ifGone);
      if (replies[0]?.status === "acknowledged") ledger.owned.set(card.incident, "alice");
    } else if (dice < 0.85) {
      replies = await bot.say(`silence foo="${name}" 1h test`);
      expect(replies[0]?.text).toContain(name);
    } else {
      replies = await bot.say("status", "bob");
    }
    for (const { id, seq } of replies) ledger.answered.set(id, seq);
  }
}

/** Everything that was answered must be there, and nothing twice. */
async function audit(bot: Bot, ledger: Ledger): Promise<void> {
  const messages = await bot.messages();
  // Only the newest 1,000 messages are kept.
  const oldest = Math.min(...messages.map(({ seq }) => seq));
  const there = new Set(messages.map(({ id }) => id));
  expect([...ledger.answered].filter(([id, seq]) => seq >= oldest && !there.has(id))).toEqual([]);

  const cards = messages.filter(({ kind }) => kind === "incident").map(({ incident }) => incident);
  expect(cards.length, "one incident, one card").toBe(new Set(cards).size);

  const open = messages.filter(({ kind, status }) => kind === "incident" && status !== "resolved");
  for (const { incident, status } of open) {
    if (incident !== undefined && ledger.owned.has(incident))
      expect([incident, status]).toEqual([incident, "acknowledged"]);
  }
}

async function ruleExists(bot: Bot, name: string): Promise<boolean> {
  const [reply] = await bot.say(`rule ${name}`);
  return reply?.title?.includes(name) === true;
}

test(`after ${LIVES} kills at random moments, everything that was answered is there and nothing is announced twice`, {
  timeout: 600_000,
}, async () => {
  await Promise.all(
    Array.from({ length: HOUSES }, (_, house) => liveAndDie(LIVES / HOUSES, 20261125 + house)),
  );
});

test.skipIf(leftOut("postgres"))(
  `the same in PostgreSQL (${missing.postgres ?? "the machine's own"})`,
  { timeout: 600_000 },
  async () => {
    const { url } = await freshDatabase("UTF8", (act) => cleanUps.push(act));
    await liveAndDie(Math.ceil(LIVES / 4), 20261129, { DATABASE_URL: url });
  },
);

async function liveAndDie(
  lives: number,
  seed: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dir = makeDir(cleanUps);
  writeFileSync(join(dir, "gengfu.yml"), BLINKING);
  const random = seeded(seed);
  const ledger: Ledger = {
    made: new Set(),
    removed: new Set(),
    answered: new Map(),
    owned: new Map(),
    count: 0,
  };
  let bot: Bot | undefined;
  cleanUps.push(async () => void (await bot?.end("SIGKILL")));

  for (let life = 0; life < lives; life++) {
    bot = await startBot({ dir, env });
    await audit(bot, ledger);
    const workers = [work(bot, ledger, random), work(bot, ledger, random), work(bot, ledger, random)];
    // A worker ends when its connection is cut; anything else it dies of is a failure of the test.
    const ended = Promise.all(workers.map((worker) => worker.catch(isCut)));
    await new Promise((resolve) => setTimeout(resolve, 20 + random() * 400));
    await bot.end("SIGKILL");
    await ended;
  }

  bot = await startBot({ dir, env });
  await audit(bot, ledger);
  for (const name of ledger.made) expect(await ruleExists(bot, name), `${name} was made`).toBe(true);
  for (const name of ledger.removed) expect(await ruleExists(bot, name), `${name} was removed`).toBe(false);
  const silences = await bot.say("silences");
  expect(silences[0]?.text).toBeDefined();
  expect(ledger.made.size + ledger.removed.size).toBeGreaterThan(lives);

  // And it still lives: the next thing said is done.
  await bot.say("rule add after: vector(1) > 0");
  const alive = bot;
  await until(async () => ((await ruleExists(alive, "after")) ? true : undefined));
}

/** The incident may have resolved between the look and the click: then the button is no longer there. */
function ifGone(error: unknown): WireMessage[] {
  if (error instanceof Error && error.message.includes("answered 404")) return [];
  throw error;
}

function isCut(error: unknown): void {
  if (error instanceof TypeError && /fetch failed|terminated|other side closed/.test(error.message)) return;
  if (error instanceof SyntaxError) return;
  throw error;
}
