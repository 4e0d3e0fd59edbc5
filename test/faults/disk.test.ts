/** A real process on a real disk that is full, or has become read-only, and is well again later. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Bot,
  failToStart,
  freePort,
  makeDir,
  startBot,
  until,
  type WireMessage,
} from "../support/bot.ts";
import { mountBreakingDisk, mountSmallDisk, noBreakingDisk, noSmallDisk } from "../support/small-disk.ts";

const MIB = 1024 * 1024;
const why = (reason: string | undefined): string => (reason === undefined ? "" : ` (skipped: ${reason})`);

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(disk: { readonly dir: string }): Promise<Bot> {
  const dir = makeDir(cleanUps);
  // Samples every second, so that their log is written to all the time.
  writeFileSync(
    join(dir, "gengfu.yml"),
    "monitors: [{ name: often, kind: system, interval: 1s, timeout: 1s }]\n",
  );
  const bot = await startBot({ dir, env: { DATA_DIR: disk.dir, LOCALE: "en" } });
  cleanUps.push(async () => void (await bot.end("SIGKILL")));
  return bot;
}

async function trySay(
  bot: Bot,
  text: string,
): Promise<{ status: number; error?: string; replies?: WireMessage[] }> {
  const response = await bot.fetch("/api/console/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ conversation: "ops", user: "boss", text }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function checks(bot: Bot): Promise<{ status: number; broken: { name: string; detail: string }[] }> {
  const response = await bot.fetch("/readyz");
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
  return { status: response.status, broken: checks.filter(({ ok }) => !ok) };
}

/** Says things until the disk takes no more: pages that are half full still have room after the last block is gone. */
async function untilRefused(bot: Bot, answered: string[]): Promise<{ status: number; error?: string }> {
  for (let i = 0; i < 1_000; i++) {
    const name = `full${i}`;
    const said = await trySay(bot, `rule add ${name}: vector(0) > ${i}`);
    if (said.status !== 200) return said;
    // The refusal itself may be small enough to be kept, as a reply.
    if (!JSON.stringify(said.replies).includes("Not saved")) answered.push(name);
  }
  throw new Error("the disk never refused");
}

/** What must hold while the disk refuses, for the reason that `why` matches. */
async function liveWithout(bot: Bot, why: RegExp, answered: string[]): Promise<void> {
  const before = await bot.messages();
  const refused = await untilRefused(bot, answered);
  expect(refused.status).toBe(503);
  expect(refused.error).toMatch(/not saved/i);
  // Not only the first time.
  const again = await trySay(bot, "rule add lost: vector(0) > 1");
  expect([again.status, again.error]).toEqual([503, expect.stringMatching(/not saved/i)]);

  // The process lives, says what is wrong with it, and everything can be read.
  const ill = await checks(bot);
  expect(ill.status).toBe(503);
  expect(ill.broken.map(({ name }) => name)).toContain("store");
  for (const { detail } of ill.broken) expect(detail).toMatch(why);
  expect((await bot.fetch("/healthz")).status).toBe(200);
  expect(await (await bot.fetch("/metrics")).text()).toContain("gengfu_store_writable 0\n");
  const during = new Set((await bot.messages()).map(({ id }) => id));
  expect(before.filter(({ id }) => !during.has(id))).toEqual([]);
  // Said once for each time that it begins: a page that is half full may take something small in between.
  const said = bot.lines.filter(({ msg }) => String(msg).startsWith("commits are not saved")).length;
  expect(said).toBeGreaterThan(0);
  expect(said).toBeLessThan(10);

  // The samples are refused too, when their turn comes.
  const isIll = async (): Promise<true | undefined> =>
    (await checks(bot)).broken.some(({ name, detail }) => name === "samples" && why.test(detail))
      ? true
      : undefined;
  await until(isIll);
}

/** Rules in the store, and samples in their log. */
async function makeRules(bot: Bot): Promise<string[]> {
  const names = Array.from({ length: 20 }, (_, i) => `before${i}`);
  for (const name of names) await bot.say(`rule add ${name}: vector(0) > 1`);
  const figures = async (): Promise<string> => (await bot.fetch("/metrics")).text();
  await until(
    async () => (/^gengfu_sample_log_bytes [1-9]/m.test(await figures()) ? true : undefined),
    20_000,
  );
  return names;
}

async function rulesAre(bot: Bot, answered: readonly string[]): Promise<void> {
  for (const name of answered) {
    const [reply] = await bot.say(`rule ${name}`);
    expect(reply?.title, name).toContain(name);
  }
  const [lost] = await bot.say("rule lost");
  expect(JSON.stringify(lost)).not.toContain("vector(0)");
}

async function everythingIsThere(bot: Bot, messages: readonly WireMessage[]): Promise<void> {
  const there = new Set((await bot.messages()).map(({ id }) => id));
  expect(messages.filter(({ id }) => !there.has(id))).toEqual([]);
}

const inCi = process.env["CI"] === "true";

describe.skipIf(noBreakingDisk !== undefined && !inCi)(`a disk that breaks${why(noBreakingDisk)}`, () => {
  test("and becomes read-only under the process loses nothing that was answered", {
    timeout: 60_000,
  }, async () => {
    const disk = mountBreakingDisk(cleanUps);
    const bot = await start(disk);
    const answered = await makeRules(bot);
    const before = await bot.messages();
    disk.break();
    await liveWithout(bot, /the file system is read-only \(EROFS\)|the disk failed \(EIO\)/, answered);
    const began = performance.now();
    expect(await bot.end("SIGTERM")).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);

    disk.repair();
    const next = await start(disk);
    await everythingIsThere(next, before);
    await rulesAre(next, answered);
    expect((await checks(next)).status).toBe(200);
  });
});

describe.skipIf(noSmallDisk !== undefined && !inCi)(`a disk${why(noSmallDisk)}`, () => {
  test("that is full is said to be, and loses nothing that was answered", { timeout: 60_000 }, async () => {
    const disk = mountSmallDisk(8 * MIB, cleanUps);
    const bot = await start(disk);
    const answered = await makeRules(bot);
    const before = await bot.messages();
    disk.fill();
    await liveWithout(bot, /no space left on the disk \(ENOSPC\)/, answered);

    disk.free();
    expect(await bot.say("rule add after: vector(0) > 1")).toHaveLength(1);
    answered.push("after");
    await until(async () => ((await checks(bot)).status === 200 ? true : undefined));
    expect(bot.lines.some(({ msg }) => msg === "commits are saved again")).toBe(true);
    await rulesAre(bot, answered);

    // It is on that disk, also for another process after a sudden end.
    expect(await bot.end("SIGKILL")).toBe("SIGKILL");
    const next = await start(disk);
    await everythingIsThere(next, before);
    await rulesAre(next, answered);
    expect(await next.end("SIGTERM")).toBe(0);
  });

  test("that is read-only is no place to start on", async () => {
    const disk = mountSmallDisk(MIB, cleanUps);
    disk.makeReadOnly();
    const { code, errors } = await failToStart({
      dir: makeDir(cleanUps),
      env: { DATA_DIR: disk.dir, LOCALE: "en" },
    });
    expect(code).toBe(1);
    expect(errors).toContain(
      `gengfu: cannot use the data folder ${disk.dir}: the file system is read-only (EROFS)`,
    );
    expect(errors).not.toContain("    at ");
  });

  test("that is full is no place for a new store", async () => {
    const disk = mountSmallDisk(MIB, cleanUps);
    disk.fill();
    const { code, errors } = await failToStart({
      dir: makeDir(cleanUps),
      env: { DATA_DIR: disk.dir, LOCALE: "en" },
    });
    expect(code).toBe(1);
    expect(errors).toMatch(/^gengfu: cannot use the data folder .*: no space left on the disk \(ENOSPC\)\n$/);
  });

  test("that is full can be started on again: what is there is read, and nothing new is said to be saved", {
    timeout: 60_000,
  }, async () => {
    const disk = mountSmallDisk(8 * MIB, cleanUps);
    const first = await start(disk);
    const answered = await makeRules(first);
    const before = await first.messages();
    await first.end("SIGKILL");
    disk.fill();
    const second = await start(disk);
    await everythingIsThere(second, before);
    await liveWithout(second, /no space left on the disk \(ENOSPC\)/, answered);
    disk.free();
    await rulesAre(second, answered);
  });

  test("whose log file is full does not end the watch", { timeout: 30_000 }, async () => {
    const disk = mountSmallDisk(MIB, cleanUps);
    const dir = makeDir(cleanUps);
    const file = openSync(join(disk.dir, "log"), "a");
    cleanUps.push(() => closeSync(file));
    mkdirSync(join(dir, "data"));
    disk.fill();
    const main = fileURLToPath(new URL("../../dist/bot/main.js", import.meta.url));
    const port = await freePort();
    const child = spawn(process.execPath, [main], {
      cwd: dir,
      env: { PATH: process.env["PATH"] ?? "", PORT: String(port), LOCALE: "en", LOG_LEVEL: "debug" },
      stdio: ["ignore", file, file],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    cleanUps.push(() => void child.kill("SIGKILL"));
    const url = `http://127.0.0.1:${port}`;
    await until(async () => ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok ? true : undefined));
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});
