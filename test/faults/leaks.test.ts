/** A process that is talked to much keeps nothing of it but what it should. */
import { afterEach, expect, test } from "vitest";
import { type Bot, makeDir, startBot, until } from "../support/bot.ts";

const LINES = 2_000;
const READERS = 200;
/** What the conversations, the audit trail and a warm heap may take; a kilobyte a line would be seen. */
const MOST_GROWTH_MB = 40;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Figures {
  readonly megabytes: number;
  readonly files: number;
}

async function figuresOf(bot: Bot): Promise<Figures> {
  const text = await (await bot.fetch("/metrics")).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  return { megabytes: read("process_resident_memory_bytes") / 2 ** 20, files: read("process_open_fds") };
}

async function talk(bot: Bot, lines: number, from: number): Promise<void> {
  const said = ["status", "rules", "help silence", "alert when cpu > 80% for 5m and something else", "告警"];
  let next = from;
  const speaker = async (): Promise<void> => {
    while (next < from + lines) {
      const i = next++;
      const replies = await bot.say(`${said[i % said.length]}`, `person${i % 50}`);
      expect(replies.length).toBeGreaterThan(0);
    }
  };
  await Promise.all([speaker(), speaker(), speaker(), speaker()]);
}

/** Connects, reads until the first events have come, and goes away without a word. */
async function readOnce(bot: Bot): Promise<void> {
  const leave = new AbortController();
  const response = await bot.fetch("/api/console/events?conversation=ops", { signal: leave.signal });
  expect(response.status).toBe(200);
  await response.body?.getReader().read();
  leave.abort();
}

test(`${LINES} lines and ${READERS} readers who came and went leave memory and files as they were`, {
  timeout: 120_000,
}, async () => {
  const bot = await startBot({ dir: makeDir(cleanUps), env: { LOCALE: "en" } });
  cleanUps.push(async () => void (await bot.end("SIGKILL")));
  // Warm: code is compiled, and the conversation has as many messages as it keeps.
  await talk(bot, 600, 0);
  await Promise.all(Array.from({ length: 20 }, () => readOnce(bot)));
  const before = await figuresOf(bot);

  await talk(bot, LINES, 600);
  for (let i = 0; i < READERS; i += 20) await Promise.all(Array.from({ length: 20 }, () => readOnce(bot)));

  // Connections end a moment after their reader has; a few are kept open for the next request.
  const few = before.files + 20;
  await until(async () => ((await figuresOf(bot)).files <= few ? true : undefined));
  const after = await figuresOf(bot);
  expect(after.megabytes - before.megabytes).toBeLessThan(MOST_GROWTH_MB);
  expect(bot.lines.filter(({ level }) => level !== "info")).toEqual([]);
  // Node complains there about listeners that only grow.
  expect(bot.errors()).not.toContain("Warning");
  // 1,000 are kept, and what must not be lost besides.
  expect((await bot.messages()).length).toBeLessThan(1_100);
  expect(await bot.end("SIGTERM")).toBe(0);
});
