/** Real processes: a signal reloads, a bad file does not, and `gengfu check` says so before. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { type Bot, makeDir, startBot } from "../support/bot.ts";

const main = fileURLToPath(new URL("../../dist/bot/main.js", import.meta.url));
const config = (name: string): string => fileURLToPath(new URL(`../config/${name}`, import.meta.url));

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(dir: string): Promise<Bot> {
  const bot = await startBot({ dir, env: { LOCALE: "en" } });
  cleanUps.push(async () => {
    if (bot.child.exitCode === null && bot.child.signalCode === null) await bot.end("SIGKILL");
  });
  return bot;
}

/** Waits until the log has a line with these words, more often than before. */
async function logged(bot: Bot, words: string, times = 1): Promise<void> {
  const endAt = performance.now() + 10_000;
  while (bot.lines.filter(({ msg }) => String(msg).includes(words)).length < times) {
    if (performance.now() > endAt) throw new Error(`no line says: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const rule = (name: string): string =>
  `groups: [{ name: g, rules: [{ alert: ${name}, expr: "vector(0) > 1" }] }]\n`;

describe("SIGHUP", () => {
  test("reads the file again, and .env; a bad one leaves the old one in force", async () => {
    const dir = makeDir(cleanUps);
    const file = join(dir, "gengfu.yml");
    writeFileSync(file, rule("First"));
    const bot = await start(dir);
    const rules = async (): Promise<string> => (await bot.say("rules"))[0]?.text ?? "";
    expect(await rules()).toContain("First");

    writeFileSync(join(dir, ".env"), "HOOK=https://hook.example/a-secret-path\n");
    writeFileSync(
      file,
      `${rule("Second")}route: { receiver: r }\nreceivers: [{ name: r, webhook_configs: [{ url: "\${HOOK}" }] }]\ntemplates: [x]`,
    );
    bot.child.kill("SIGHUP");
    await logged(bot, "reloaded");
    expect(await rules()).toContain("Second");
    expect(await rules()).not.toContain("First");

    writeFileSync(file, `${rule("Third")}route: { receiver: nobody }`);
    bot.child.kill("SIGHUP");
    await logged(bot, "reload refused");
    expect(await rules()).toContain("Second");
    const line = bot.lines.find(({ msg }) => String(msg).includes("reload refused"));
    expect(JSON.stringify(line)).toContain("route.receiver: there is no receiver named 'nobody'");
    expect((await bot.fetch("/readyz")).status).toBe(200);

    // Many at once are one after the other, and the last one counts.
    writeFileSync(file, rule("Fourth"));
    for (let i = 0; i < 5; i++) bot.child.kill("SIGHUP");
    await logged(bot, "reloaded", 2);
    expect(await rules()).toContain("Fourth");
    expect(JSON.stringify(bot.lines)).not.toContain("a-secret-path");
    expect(await bot.end("SIGTERM")).toBe(0);
  });

  test("is no reason to end while the process starts or stops", async () => {
    const dir = makeDir(cleanUps);
    const bot = await start(dir);
    for (let i = 0; i < 20; i++) bot.child.kill("SIGHUP");
    bot.child.kill("SIGHUP");
    expect(await bot.end("SIGTERM")).toBe(0);
  });
});

describe("gengfu check", () => {
  const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const dir = makeDir(cleanUps);
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "check", ...args], {
      cwd: dir,
      env: { PATH: process.env["PATH"] ?? "", LOCALE: "en", ...env },
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test("a good file: 0, its tree and what is worth knowing on standard output", () => {
    const { status, stdout, stderr } = check([config("good-alertmanager.yml")]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("receivers 38, inhibition rules 5, time intervals 6");
    expect(stdout).toContain(
      '  │  ├─ {env="production",severity="critical"} → dba-pager  group_wait 10s  repeat_interval 1h',
    );
    expect(stdout).toContain("templates: Gengfu's cards need no templates");
  });

  test("a bad file: 78, every problem on standard error, in the language of LOCALE", () => {
    const { status, stdout, stderr } = check([config("bad-root-route.yml")]);
    expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
    expect(stderr).toContain("5 problems");
    expect(check([config("bad-root-route.yml")], { LOCALE: "zh-CN" }).stderr).toContain("5 处问题");
  });

  test("no file, or the one that a start would read", () => {
    expect(check([]).status).toBe(78);
    expect(check([], { GENGFU_CONFIG: config("good-alertmanager.yml") }).status).toBe(0);
  });
});
