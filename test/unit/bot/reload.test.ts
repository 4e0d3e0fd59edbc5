/** A reload: all that can fail comes first, a bad file leaves the old one in force, and everything is swapped at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../bot/config/error.ts";
import { emptyConfig, parseConfig } from "../../../bot/config.ts";
import type { House } from "../../../bot/house.ts";
import { openLog } from "../../../bot/log.ts";
import { openReload } from "../../../bot/reload.ts";
import { silentLog } from "../../../storage/log.ts";
import { NotSaved } from "../../../storage/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { buildHouse } from "../../support/house.ts";
import { temporaryFolder } from "../../support/test-files.ts";

interface Wire {
  readonly title?: string;
  readonly text?: string;
  readonly status?: string;
}

async function say({ url }: House, text: string, user = "boss"): Promise<string> {
  const response = await fetch(new URL("/api/console/messages", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ conversation: "ops", user, text }),
  });
  const { replies } = (await response.json()) as { replies: Wire[] };
  return replies.map(({ title = "", text = "" }) => `${title}\n${text}`).join("\n");
}

async function heard({ url }: House, conversation: string): Promise<readonly Wire[]> {
  const response = await fetch(new URL(`/api/console/messages?conversation=${conversation}&after=0`, url));
  return ((await response.json()) as { messages: Wire[] }).messages;
}

/** Waits for something that another loop of the house does. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 500) throw new Error("it did not happen");
    await sleep(20);
  }
}

const reload = ({ url }: House): Promise<Response> => fetch(new URL("/-/reload", url), { method: "POST" });

/** A house over a text that the test changes. */
async function housed(text: string, env: Readonly<Record<string, string>> = {}) {
  const file = { text };
  const lines: string[] = [];
  const log = openLog("info", [], (line) => lines.push(line));
  const house = await buildHouse({
    dir: await temporaryFolder(),
    yaml: text,
    rewritten: () => file.text,
    env,
    log,
  });
  return { house, file, lines };
}

const rule = (name: string, expr = "vector(1) > 0"): string =>
  `groups: [{ name: g, interval: 1s, rules: [{ alert: ${name}, expr: "${expr}" }] }]`;
const routeTo = (conversation: string): string =>
  `route: { receiver: r, group_wait: 0s }\nreceivers: [{ name: r, console_configs: [{ conversation: ${conversation} }] }]`;

describe("POST /-/reload", () => {
  test("puts rules, monitors, people and routes of the new file in force together", async () => {
    const { house, file, lines } = await housed(
      `${rule("Old")}\n${routeTo("before")}\nmonitors: [{ name: one, kind: system }]`,
    );
    await until(async () => (await heard(house, "before")).some(({ title }) => title?.includes("Old")));
    file.text = `${rule("New")}\n${routeTo("after")}\nmonitors: [{ name: two, kind: system }]\npeople: [{ id: "console:guest", role: viewer }]\ntemplates: ["x.tmpl"]`;
    const answer = await reload(house);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: "reloaded",
      notes: [{ path: "templates", text: "Gengfu's cards need no templates; these files are not read" }],
    });
    // The alert of the rule that is gone has ended, and whoever was told of it hears so.
    await until(async () =>
      (await heard(house, "before")).some(
        ({ title, status }) => title?.includes("Old") && status === "resolved",
      ),
    );
    await until(async () => (await heard(house, "after")).some(({ title }) => title?.includes("New")));
    expect((await heard(house, "before")).some(({ title }) => title?.includes("New"))).toBe(false);
    const rules = await say(house, "rules");
    expect([rules.includes("New"), rules.includes("Old")]).toEqual([true, false]);
    const monitors = await say(house, "monitors");
    expect([monitors.includes("two"), monitors.includes("one")]).toEqual([true, false]);
    expect(await say(house, "rule pause 1", "guest")).toContain("needs the role operator");
    expect(await say(house, "audit")).toContain("POST /-/reload");
    expect(lines.some((line) => line.includes('"msg":"reloaded"'))).toBe(true);
  });

  test("a bad file leaves the running one standing and says every path; readiness shows it until a good one comes", async () => {
    const { house, file, lines } = await housed(`${rule("Old", "vector(0) > 1")}\n${routeTo("ops")}`);
    file.text = `${rule("New")}\nroute: { receiver: nobody, routes: [{ receiver: also }] }`;
    const answer = await reload(house);
    expect(answer.status).toBe(500);
    const { error, problems } = (await answer.json()) as { error: string; problems: { path: string }[] };
    expect(problems.map(({ path }) => path)).toEqual(["route.receiver", "route.routes[0].receiver"]);
    expect(error).toContain("there is no receiver named 'nobody'");
    expect(await say(house, "rules")).toContain("Old");
    expect(await say(house, "routes")).toContain("default → r");
    expect(lines.some((line) => line.includes("reload refused") && line.includes("route.receiver"))).toBe(
      true,
    );

    const ready = await fetch(new URL("/readyz", house.url));
    // The old configuration is in force and does its work.
    expect(ready.status).toBe(200);
    const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
    expect(checks.find(({ name }) => name === "reload")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("route.receiver"),
    });
    file.text = routeTo("ops");
    expect((await reload(house)).status).toBe(200);
    const after = (await (await fetch(new URL("/readyz", house.url))).json()) as typeof ready & {
      checks: { name: string }[];
    };
    expect(after.checks.map(({ name }) => name)).not.toContain("reload");
  });

  test("is behind the same guards as every other door", async () => {
    const { house } = await housed("", { API_TOKEN: "t0ken" });
    expect((await reload(house)).status).toBe(401);
    const post = (headers: Record<string, string>) =>
      fetch(new URL("/-/reload", house.url), { method: "POST", headers });
    expect((await post({ authorization: "Bearer t0ken" })).status).toBe(200);
    const foreign = await post({ authorization: "Bearer t0ken", origin: "http://evil.example" });
    expect(foreign.status).toBe(403);
    expect(
      (await fetch(new URL("/-/reload", house.url), { headers: { authorization: "Bearer t0ken" } })).status,
    ).toBe(405);
  });

  test("without a file to read again it says so", async () => {
    const house = await buildHouse({ dir: await temporaryFolder() });
    const answer = await reload(house);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain("there is no file to read again");
  });

  test("who may reach what is swapped too, and what needs a restart is said", async () => {
    const { house, file } = await housed("retention: 1h");
    expect(await say(house, "monitor add intra http://10.1.2.3/")).toContain("may not be reached");
    file.text = "network: { allow: [10.0.0.0/8] }\nretention: 2h\ndingtalk: { quota: { api_calls: 9 } }";
    expect(await (await reload(house)).json()).toMatchObject({
      notes: [
        { path: "retention", text: "takes effect with the next start" },
        { path: "dingtalk.quota", text: "takes effect with the next start" },
      ],
    });
    expect(await say(house, "monitor add intra http://10.1.2.3/")).not.toContain("may not be reached");
  });
});

describe("in the chat", () => {
  test("an admin reloads; others are told what they lack", async () => {
    const { house, file } = await housed('people: [{ id: "console:guest", role: operator }]');
    file.text = `people: [{ id: "console:guest", role: operator }]\n${routeTo("dev")}`;
    expect(await say(house, "reload", "guest")).toContain("needs the role admin");
    expect(await say(house, "routes")).toContain("console:ops");
    expect(await say(house, "reload")).toContain("Reloaded.");
    expect(await say(house, "routes")).toContain("default → r");
    file.text = "route: { receiver: nobody }";
    const refused = await say(house, "重新加载");
    expect(refused).toContain("原来的配置继续有效");
    expect(refused).toContain("route.receiver");
    expect(await say(house, "routes")).toContain("default → r");
  });
});

describe("by a signal", () => {
  test("the house reads again and never rejects", async () => {
    const { house, file, lines } = await housed("");
    file.text = rule("Signalled", "vector(0) > 1");
    await house.reload("SIGHUP");
    expect(await say(house, "rules")).toContain("Signalled");
    file.text = "x: 1";
    await house.reload("SIGHUP");
    expect(lines.filter((line) => line.includes("reload refused"))).toHaveLength(1);
    expect(await say(house, "audit")).toContain("SIGHUP");
  });
});

describe("one step after the other", () => {
  const parts = (log: string[], config = emptyConfig) =>
    openReload({
      read: () => {
        log.push("read");
        return config;
      },
      prepare: () => {
        log.push("prepare");
        return { notes: [], store: () => log.push("store"), swap: () => log.push("swap") };
      },
      clock: new FakeClock(),
      log: silentLog,
      locale: "en",
    });
  const commit = async <R>(edit: (change: never) => R): Promise<R> => edit(undefined as never);

  test("what is kept in memory is swapped after the commit is on disk", async () => {
    const log: string[] = [];
    const { run, last } = parts(log);
    const outcome = await run(async (edit) => {
      const result = edit(undefined as never);
      await sleep(1);
      log.push("saved");
      return result;
    }, "test");
    expect(outcome).toEqual({ ok: true, problems: [] });
    expect(log).toEqual(["read", "prepare", "store", "saved", "swap"]);
    expect(last()?.error).toBeUndefined();
  });

  test("a disk that refuses changes nothing, and the next reload may succeed", async () => {
    const log: string[] = [];
    const { run } = parts(log);
    const refused = run(() => Promise.reject(new NotSaved("the disk is full")), "test");
    await expect(refused).rejects.toThrow(NotSaved);
    expect(log).not.toContain("swap");
    await run(commit, "test");
    expect(log.at(-1)).toBe("swap");
  });

  test("two at once do not overlap", async () => {
    const log: string[] = [];
    const { run } = parts(log);
    const slow = async <R>(edit: (change: never) => R): Promise<R> => {
      await sleep(5);
      return edit(undefined as never);
    };
    await Promise.all([run(slow as typeof commit, "a"), run(commit, "b")]);
    expect(log).toEqual(["read", "prepare", "store", "swap", "read", "prepare", "store", "swap"]);
  });

  test("a file that cannot be made ready is refused before anything is stored", async () => {
    const log: string[] = [];
    const { run, last } = openReload({
      read: () => parseConfig("f.yml", "nonsense: 1", {}),
      prepare: () => {
        throw new Error("it is not asked");
      },
      clock: new FakeClock(),
      log: silentLog,
      locale: "en",
    });
    const outcome = await run(async (edit) => {
      log.push("commit");
      return edit(undefined as never);
    }, "test");
    expect(outcome).toMatchObject({ ok: false, problems: [{ path: "nonsense" }] });
    expect(log).toEqual([]);
    expect(last()?.error).toBeInstanceOf(ConfigError);
  });
});
