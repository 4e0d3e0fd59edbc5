/** Real processes that must not come up, or must go down well. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { failToStart, makeDir, startBot, until } from "../support/bot.ts";

const main = fileURLToPath(new URL("../../dist/bot/main.js", import.meta.url));
const EX_CONFIG = 78;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Starts a bot that is killed with the test, if it still lives. */
async function start(options: Parameters<typeof startBot>[0]): ReturnType<typeof startBot> {
  const bot = await startBot(options);
  cleanUps.push(async () => {
    if (bot.child.exitCode === null && bot.child.signalCode === null) await bot.end("SIGKILL");
  });
  return bot;
}

async function takePort(): Promise<{ port: number; free(): Promise<void> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const free = async (): Promise<void> => {
    if (server.listening) await once(server.close(), "close");
  };
  cleanUps.push(free);
  return { port: (server.address() as AddressInfo).port, free };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

describe("settings that cannot be used", () => {
  test("a broken gengfu.yml: every error, with its path, and nothing is begun", async () => {
    const dir = makeDir(cleanUps);
    const { port, free } = await takePort();
    await free();
    writeFileSync(
      join(dir, "gengfu.yml"),
      `monitors: [{ name: a, kind: http, url: "nowhere", tiemout: 3s }]
people: [{ id: boss, role: king }]
groups: [{ name: g, rules: [{ alert: A, expr: "up >" }] }]
retention: soon
`,
    );
    const { code, errors } = await failToStart({ dir, env: { LOCALE: "en", PORT: String(port) } });
    expect(code).toBe(EX_CONFIG);
    for (const path of [
      "monitors[0].url",
      "monitors[0].tiemout",
      "people[0].id",
      "people[0].role",
      "groups[0].rules[0].expr",
      "retention",
    ])
      expect(errors).toContain(`\n  ${path}: `);
    expect(errors).toMatch(/^gengfu: gengfu\.yml: 6 problems\n/);
    expect(errors).not.toContain("    at ");
    expect(await isListening(port)).toBe(false);
    expect(existsSync(join(dir, "data"))).toBe(false);
  });

  test("a file that GENGFU_CONFIG names and is not there", async () => {
    const dir = makeDir(cleanUps);
    const { code, errors } = await failToStart({ dir, env: { GENGFU_CONFIG: "etc/gengfu.yml" } });
    expect(code).toBe(EX_CONFIG);
    expect(errors).toBe("gengfu: etc/gengfu.yml：1 处问题\n  无法读取：文件或目录不存在 (ENOENT)\n");
  });

  test("the environment and the file are both told, at once", async () => {
    const dir = makeDir(cleanUps);
    writeFileSync(join(dir, "gengfu.yml"), "nonsense: 1\n");
    const env = { PORT: "http", TIMEZONE: "Mars/Olympus", LOCALE: "fr", HOST: "0.0.0.0" };
    const { code, errors } = await failToStart({ dir, env });
    expect(code).toBe(EX_CONFIG);
    for (const path of ["PORT", "TIMEZONE", "LOCALE", "API_TOKEN", "nonsense"])
      expect(errors).toContain(`\n  ${path}: `);
  });

  test("a puppet of WeChat that is not installed, with the line that installs it", async () => {
    const dir = makeDir(cleanUps);
    const env = { WECHATY_PUPPET: "wechaty-puppet-nowhere", WECHATY_PUPPET_OPTIONS: "{}", LOCALE: "en" };
    const { code, errors } = await failToStart({ dir, env });
    expect(code).toBe(EX_CONFIG);
    expect(errors).toBe(
      "gengfu: environment: 1 problem\n  WECHATY_PUPPET: is wechaty-puppet-nowhere, which is not installed; in Gengfu's directory run: npm install --no-save wechaty wechaty-puppet-nowhere\n",
    );
  });

  test("HOST that others can reach, without API_TOKEN", async () => {
    const dir = makeDir(cleanUps);
    const { code, errors } = await failToStart({ dir, env: { HOST: "0.0.0.0", LOCALE: "en" } });
    expect(code).toBe(EX_CONFIG);
    expect(errors).toContain("API_TOKEN: required, because HOST=0.0.0.0 can be reached from other machines");
  });

  test("a .env that cannot be read", async () => {
    const dir = makeDir(cleanUps);
    mkdirSync(join(dir, ".env"));
    const { code, errors } = await failToStart({ dir, env: { LOCALE: "en" } });
    expect(code).toBe(EX_CONFIG);
    expect(errors).toMatch(/^gengfu: \.env: .*EISDIR/);
    expect(errors).not.toContain("    at ");
  });
});

test(".env is read, and the environment wins over it", async () => {
  const dir = makeDir(cleanUps);
  writeFileSync(join(dir, ".env"), "# said\nLOCALE=en\nexport TIMEZONE=Mars/Olympus\nDATA_DIR=elsewhere\n");
  const bot = await start({ dir, env: { LOCALE: "zh-CN" } });
  await until(async () => (bot.errors().includes("Ctrl+C") ? true : undefined));
  expect(bot.errors()).toContain("更夫已上岗");
  expect(bot.errors()).toContain(`数据目录  ${join(dir, "data")}\n`);
});

test("gengfu.example.yml runs", async () => {
  const dir = makeDir(cleanUps);
  const example = fileURLToPath(new URL("../../gengfu.example.yml", import.meta.url));
  const bot = await start({ dir, env: { GENGFU_CONFIG: example, LOCALE: "en" } });
  await until(async () => (bot.errors().includes(`Configuration   ${example}\n`) ? true : undefined));
  const [rules] = await bot.say("rules");
  for (const name of ["DiskAlmostFull", "ShopDown"]) expect(rules?.text).toContain(name);
  const [monitors] = await bot.say("monitors");
  expect(monitors?.text).toContain("shop");
  expect(bot.lines.filter(({ level }) => level === "error")).toEqual([]);
});

describe("what is in the way of a start", () => {
  test("a word that it does not know, such as a mistyped one: nothing is started, nothing made", async () => {
    const dir = makeDir(cleanUps);
    const { code, errors } = await failToStart({ dir, args: ["chekc", "gengfu.yml"] });
    expect(code).toBe(64);
    expect(errors).toContain("unknown word 'chekc': say 'check FILE'");
    expect(errors).toContain("不认识 'chekc'");
    expect(existsSync(join(dir, "data"))).toBe(false);
  });

  test("a port that is taken is named; the folder is free again afterwards", async () => {
    const dir = makeDir(cleanUps);
    const { port } = await takePort();
    const env = { PORT: String(port) };
    const english = await failToStart({ dir, env: { ...env, LOCALE: "en" } });
    expect(english.code).toBe(1);
    expect(english.errors).toBe(
      `gengfu: port ${port} of 127.0.0.1 is in use by another program. Stop that one, or choose another PORT.\n`,
    );
    const chinese = await failToStart({ dir, env });
    expect(chinese.errors).toContain(`端口 ${port} 已被别的程序占用`);
    await start({ dir });
  });

  test("an address that is not of this machine", async () => {
    const dir = makeDir(cleanUps);
    const env = { HOST: "192.0.2.1", API_TOKEN: "t0ken", LOCALE: "en" };
    const { code, errors } = await failToStart({ dir, env });
    expect(code).toBe(1);
    expect(errors).toBe("gengfu: HOST=192.0.2.1 is not an address of this machine (EADDRNOTAVAIL).\n");
  });

  test("another process in the folder is named, and goes on", async () => {
    const dir = makeDir(cleanUps);
    const first = await start({ dir });
    const { code, errors } = await failToStart({ dir, env: { LOCALE: "en" } });
    expect(code).toBe(1);
    expect(errors).toContain(`is in use by another Gengfu process (pid ${first.child.pid})`);
    expect(errors).toContain(join(dir, "data"));
    expect(await first.say("status")).toHaveLength(1);
    await first.end("SIGKILL");
    await start({ dir });
  });

  test("DATA_DIR is a file", async () => {
    const dir = makeDir(cleanUps);
    writeFileSync(join(dir, "data"), "not a folder");
    const { code, errors } = await failToStart({ dir, env: { LOCALE: "en" } });
    expect(code).toBe(1);
    expect(errors).toContain(`gengfu: cannot use the data folder ${join(dir, "data")}: `);
    expect(errors).not.toContain("    at ");
    expect(readFileSync(join(dir, "data"), "utf8")).toBe("not a folder");
  });

  const isRoot = process.getuid?.() === 0;
  // Root may write everywhere: it starts the process as nobody, who may not.
  test.skipIf(process.platform === "win32")("DATA_DIR cannot be written", async () => {
    const dir = makeDir(cleanUps);
    const data = join(dir, "data");
    mkdirSync(data);
    chmodSync(data, 0o555);
    chmodSync(dir, 0o755);
    const child = spawn(process.execPath, [main], {
      cwd: dir,
      env: { PATH: process.env["PATH"] ?? "", DATA_DIR: data, PORT: "0", LOCALE: "en" },
      stdio: ["ignore", "ignore", "pipe"],
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
    });
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(errors).toContain(`gengfu: cannot use the data folder ${data}: permission denied (EACCES)`);
    chmodSync(data, 0o755);
  });

  test("a journal that is damaged in its middle is refused with its place, and not touched", async () => {
    const dir = makeDir(cleanUps);
    const first = await start({ dir });
    for (let i = 0; i < 20; i++) await first.say(`rule add r${i}: vector(0) > 1`);
    await first.end("SIGKILL");
    const name = readdirSync(join(dir, "data")).find((file) => file.startsWith("journal")) ?? "";
    const path = join(dir, "data", name);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { code, errors } = await failToStart({ dir, env: { LOCALE: "en" } });
    expect(code).toBe(1);
    expect(errors).toContain(path);
    expect(errors).toMatch(/line \d+/);
    expect(errors).not.toContain("    at ");
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe("a stop", () => {
  test("SIGTERM ends it well and soon, with what is under way brought to its end", async () => {
    const dir = makeDir(cleanUps);
    const bot = await start({ dir });
    const lines = Array.from({ length: 50 }, (_, i) =>
      bot.say(`rule add r${i}: vector(0) > 1`).catch(() => undefined),
    );
    await Promise.race(lines);
    const began = performance.now();
    expect(await bot.end("SIGTERM")).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    const answered = (await Promise.all(lines)).flatMap((replies) => replies ?? []);
    expect(answered.length).toBeGreaterThan(0);
    expect(bot.lines.at(-1)).toMatchObject({ msg: "stopped" });
    expect(bot.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);

    const again = await start({ dir });
    const there = new Set((await again.messages()).map(({ id }) => id));
    expect(answered.filter(({ id }) => !there.has(id))).toEqual([]);
  });

  test("it does not wait for whoever only listens, nor for a site that does not answer", async () => {
    const site = createHttpServer(() => {}).listen(0, "127.0.0.1");
    cleanUps.push(() => {
      site.closeAllConnections();
      site.close();
    });
    await once(site, "listening");
    const dir = makeDir(cleanUps);
    writeFileSync(
      join(dir, "gengfu.yml"),
      `network: { allow: [127.0.0.0/8] }
monitors: [{ name: hung, kind: http, url: "http://127.0.0.1:${(site.address() as AddressInfo).port}/", interval: 5s, timeout: 5s }]
`,
    );
    const bot = await start({ dir });
    await once(site, "request");
    const events = await bot.fetch("/api/console/events?conversation=ops");
    expect(events.status).toBe(200);
    const began = performance.now();
    expect(await bot.end("SIGTERM")).toBe(0);
    // Open connections are given 2 s; these need none of it.
    expect(performance.now() - began).toBeLessThan(2_000);
    await events.body?.cancel().catch(() => {});
  });

  test("SIGINT too; twice at once, as npm and a terminal send it, is once", async () => {
    const bot = await start({ dir: makeDir(cleanUps) });
    bot.child.kill("SIGINT");
    expect(await bot.end("SIGINT")).toBe(0);
    expect(bot.lines.filter(({ msg }) => msg === "stopping")).toHaveLength(1);
    expect(bot.lines.at(-1)).toMatchObject({ msg: "stopped" });
  });

  test("Ctrl+C in a terminal reaches the whole group, and ends npm start well", {
    timeout: 60_000,
  }, async () => {
    const dir = makeDir(cleanUps);
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const child = spawn("npm", ["start", "--silent"], {
      cwd: root,
      env: { ...process.env, DATA_DIR: join(dir, "data"), PORT: "0", LOCALE: "en", GENGFU_CONFIG: "" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    const closed = once(child, "close");
    cleanUps.push(() => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
        process.kill(-child.pid, "SIGKILL");
    });
    await until(async () => (output.includes('"listening"') ? true : undefined), 40_000);
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await closed;
    expect(output).toContain('"msg":"stopped"');
  });
});

test("no secret is in any line of the log, nor shown, and the data folder is for its owner alone", async () => {
  const dir = makeDir(cleanUps);
  const secrets = { API_TOKEN: "tok-3f9a-very-secret", SHOP_TOKEN: "hunter2-bearer" };
  writeFileSync(
    join(dir, "gengfu.yml"),
    `monitors:
  - name: shop
    kind: http
    url: http://127.0.0.1:9/
    interval: 1s
    headers: { authorization: "Bearer \${SHOP_TOKEN}" }
`,
  );
  const bot = await start({
    dir,
    env: {
      ...secrets,
      LOG_LEVEL: "trace",
      DINGTALK_CLIENT_ID: "ding",
      DINGTALK_CLIENT_SECRET: "ding-secret-1",
      // Nobody is there.
      DINGTALK_API_BASE: "http://127.0.0.1:9",
    },
  });
  const authorization = `Bearer ${secrets.API_TOKEN}`;
  for (const headers of [{ authorization }, { authorization: `Bearer x${secrets.API_TOKEN}` }, undefined]) {
    for (const path of ["/metrics", "/api/console/board", `/nowhere/${secrets.API_TOKEN}`])
      await bot.fetch(path, headers === undefined ? {} : { headers });
    for (const text of ["monitors", "monitor shop", "why shop", secrets.API_TOKEN]) {
      const said = JSON.stringify({ conversation: "ops", user: "boss", text });
      await bot.fetch("/api/console/messages", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: said,
      });
    }
  }
  await until(async () => (bot.lines.some(({ msg }) => msg === "monitor is down") ? true : undefined));
  const shown = await (await bot.fetch("/api/console/board", { headers: { authorization } })).text();
  expect(shown).toContain("shop");
  const messages = "/api/console/messages?conversation=ops&after=0";
  const replies = await (await bot.fetch(messages, { headers: { authorization } })).text();
  expect(replies).toContain("shop");
  expect(await bot.end("SIGTERM")).toBe(0);
  const everything = JSON.stringify(bot.lines) + bot.errors();
  for (const secret of [...Object.values(secrets), "ding-secret-1"]) {
    expect(everything).not.toContain(secret);
    // The token was said in the chat by a person; nobody can have said the other.
    if (secret !== secrets.API_TOKEN) expect(shown + replies).not.toContain(secret);
  }
  // What is on disk is for the owner alone.
  if (process.platform !== "win32") expect(statSync(join(dir, "data")).mode & 0o077).toBe(0);
});
