/** A house that stands, and one that falls while it is built. */
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openLog } from "../../../bot/log.ts";
import { silentLog } from "../../../storage/log.ts";
import { buildHouse } from "../../support/house.ts";
import { temporaryFolder } from "../../support/test-files.ts";

async function takePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

async function say(
  url: string,
  text: string,
  user = "boss",
): Promise<{ replies: { title?: string; text?: string }[] }> {
  const response = await fetch(new URL("/api/console/messages", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ conversation: "ops", user, text }),
  });
  return (await response.json()) as { replies: { title?: string; text?: string }[] };
}

test("one that cannot be finished takes down what stood, and can be built again", async () => {
  const dir = await temporaryFolder();
  const lines: string[] = [];
  const log = openLog("warn", [], (line) => lines.push(line));
  const PORT = String(await takePort());
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(buildHouse({ dir, env: { PORT }, log })).rejects.toMatchObject({ code: "EADDRINUSE" });
  // The lock is free and the samples' log is closed: the next one has the folder to itself.
  const house = await buildHouse({ dir, log });
  expect((await say(house.url, "status")).replies).toHaveLength(1);
  expect(lines).toEqual([]);
});

test("two houses cannot share a folder, and the second one leaves the first one alone", async () => {
  const dir = await temporaryFolder();
  const first = await buildHouse({ dir });
  await expect(buildHouse({ dir })).rejects.toThrow(`in use by another Gengfu process (pid ${process.pid})`);
  expect((await say(first.url, "status")).replies).toHaveLength(1);
});

test("what the file no longer has leaves with the next start; what people made stays", async () => {
  const dir = await temporaryFolder();
  const rule = (name: string): string =>
    `groups: [{ name: g, rules: [{ alert: ${name}, expr: "vector(0) > 1" }] }]\nmonitors: [{ name: m${name}, kind: system }]`;
  const before = await buildHouse({ dir, yaml: rule("One") });
  await say(before.url, "rule add mine: vector(0) > 1");
  await before.stop();
  const after = await buildHouse({ dir, yaml: rule("Two") });
  const rules = (await say(after.url, "rules")).replies[0]?.text ?? "";
  expect(rules).toContain("Two");
  expect(rules).toContain("mine");
  expect(rules).not.toContain("One");
  const monitors = (await say(after.url, "monitors")).replies[0]?.text ?? "";
  expect(monitors).toContain("mTwo");
  expect(monitors).not.toContain("mOne");
});

test("roles of the file hold on the console", async () => {
  const yaml = 'people: [{ id: "console:guest", role: viewer }]';
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml });
  await say(url, "rule add theirs: vector(0) > 1", "guest");
  await say(url, "rule add mine: vector(0) > 1", "boss");
  const rules = (await say(url, "rules")).replies[0]?.text ?? "";
  expect(rules).toContain("mine");
  expect(rules).not.toContain("theirs");
});

test("the code that makes the first admin stands until there is one, over restarts, and is logged at each start", async () => {
  const dir = await temporaryFolder();
  const warned: object[] = [];
  const log = { ...silentLog, warn: (fields: object) => warned.push(fields) };
  // Nobody listens there.
  const env = {
    DINGTALK_CLIENT_ID: "ding",
    DINGTALK_CLIENT_SECRET: "secret",
    DINGTALK_API_BASE: "http://127.0.0.1:1",
  };
  const spec = { dir, env, log };
  const first = await buildHouse(spec);
  expect(first.claimCode).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
  await first.stop();
  const second = await buildHouse(spec);
  expect(second.claimCode).toBe(first.claimCode);
  const logged = { claim: first.claimCode, platforms: ["dingtalk"] };
  expect(warned).toEqual([logged, logged]);
  await say(second.url, "people add dingtalk:7 admin");
  await second.stop();
  const third = await buildHouse(spec);
  expect(third.claimCode).toBeUndefined();
  expect((await say(third.url, "people")).replies[0]?.text).toContain("`dingtalk:7` admin");
  await say(third.url, "people remove dingtalk:7");
  await third.stop();
  const fourth = await buildHouse(spec);
  expect(fourth.claimCode).toBeDefined();
  expect(fourth.claimCode).not.toBe(first.claimCode);
});

test("no code is made where no chat platform is set up", async () => {
  const { claimCode } = await buildHouse({ dir: await temporaryFolder() });
  expect(claimCode).toBeUndefined();
});

test("a stop frees the port and the folder, and may be asked for twice", async () => {
  const dir = await temporaryFolder();
  const house = await buildHouse({ dir });
  const PORT = new URL(house.url).port;
  await Promise.all([house.stop(), house.stop()]);
  const again = await buildHouse({ dir, env: { PORT } });
  expect(new URL(again.url).port).toBe(PORT);
});
