import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { monitorSchema } from "../../../../monitors/index.ts";
import { log } from "../../../../monitors/log/log.ts";
import type { MatchedLine } from "../../../../monitors/monitor.ts";
import { createNetwork } from "../../../../monitors/network.ts";
import { counted, FollowedLog } from "../../../support/logs.ts";

async function following(options: object): Promise<FollowedLog> {
  const app = new FollowedLog();
  await app.follow({ from: "start", multiline: "off", ...options });
  return app;
}

describe("patterns", () => {
  test("count what they match, and their named groups become labels", async () => {
    const app = await following({
      patterns: [
        { name: "login", match: "user (?P<user>\\w+) (?<what>in|out)", exclude: "healthcheck" },
        { name: "oom", match: "OutOfMemory" },
      ],
    });
    app.write("user alice in\nuser bob in\nuser alice in\nuser alice in healthcheck\nOutOfMemoryError\n");
    const first = await app.look();
    // A counter that is new begins at 0, so that increase() sees its first event.
    expect(counted(first, "log_matches_total", { pattern: "login" })).toBe(0);
    expect(counted(first, "log_matches_total", { pattern: "oom" })).toBe(1);
    const look = await app.look();
    expect(counted(look, "log_matches_total", { pattern: "login", user: "alice", what: "in" })).toBe(2);
    expect(counted(look, "log_matches_total", { pattern: "login" })).toBe(3);
  });

  test("labels are bounded: the rest is other, and counted as too many", async () => {
    const app = await following({ patterns: "id=(?P<id>\\w+)" });
    app.write(Array.from({ length: 200 }, (_, i) => `id=x${i}\n`).join(""));
    await app.look();
    const look = await app.look();
    expect(look.readings.filter(({ name }) => name === "log_matches_total")).toHaveLength(51);
    expect(counted(look, "log_matches_total", { id: "other" })).toBe(150);
    expect(counted(look, "log_overflow_total", { what: "pattern id=(?P<id>\\w+)" })).toBe(150);
  });

  test("what a group caught is no place for secrets and line breaks", async () => {
    const app = await following({ patterns: "(?s)said (?P<what>.*)", multiline: "auto" });
    app.write("said password=hunter2\n again\nnext\n");
    await app.look();
    const labels = (await app.look()).readings.flatMap(({ labels }) => labels?.["what"] ?? []);
    expect(labels).toEqual(["password=*** again"]);
  });

  test.each([
    ["a group that is a label of the monitor", "(?P<monitor>x)", "cannot become a label"],
    ["an expression that is none", "(", "RE2 expression"],
    ["what RE2 has not", "(a)\\1", "RE2 expression"],
    ["what RE2 has not either", "a(?=b)", "RE2 expression"],
  ])("%s is refused", (_, patterns, why) => {
    const read = monitorSchema.safeParse({ name: "app", kind: "log", path: "/x", patterns });
    expect(read.error?.issues[0]?.message).toContain(why);
  });

  test.each([
    ["a relative path", { path: "app.log" }, "absolute"],
    ["neither path nor journal", {}, "is missing"],
    ["both", { path: "/x", journal: "nginx" }, "cannot stand beside"],
    ["a unit that would be an option", { journal: "--file=/etc/shadow" }, "name of a unit"],
    [
      "two patterns of one name",
      {
        path: "/x",
        patterns: [
          { name: "a", match: "x" },
          { name: "a", match: "y" },
        ],
      },
      "already",
    ],
  ])("%s is refused", (_, options, why) => {
    const { error } = monitorSchema.safeParse({ name: "app", kind: "log", ...options });
    expect(JSON.stringify(error?.issues)).toContain(why);
  });

  /** Each blows up in an engine that backtracks. */
  const EVIL = [
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*a){20}x",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "([a-zA-Z]+)*\\d",
    "(x+x+)+y",
    "a*a*a*a*a*a*a*a*b",
    "\\s+$",
    "(?:a?){50}a{50}b",
    "ERROR.*.*.*=.*x.*y$",
  ];

  test("a corpus of expressions that would never end elsewhere ends", { timeout: 20_000 }, async () => {
    const app = await following({ patterns: EVIL.map((match, i) => ({ name: `p${i}`, match })) });
    const long = "a".repeat(8_000);
    app.write(`${long}!\n${" ".repeat(8_000)}!\n${"x".repeat(8_000)}\nERROR ${"=x".repeat(4_000)}\n`);
    expect(await app.count()).toBe(4);
  });
});

describe("levels, errors and lines never seen", () => {
  test("a stack trace counts once, at the level of its first line", async () => {
    const app = await following({ multiline: "auto" });
    app.write(
      "10:00 ERROR x\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n10:01 INFO y\n10:02 WARN z\n",
    );
    await app.look();
    // The last entry might go on; it has not by the next look.
    const look = await app.look();
    const levels = Object.fromEntries(
      ["error", "info", "warning", "unknown"].map((level) => [
        level,
        counted(look, "log_lines_total", { level }),
      ]),
    );
    expect(levels).toEqual({ error: 1, info: 1, warning: 1, unknown: 0 });
    expect(counted(look, "log_errors_total", { signature: "java.lang.IllegalStateException at a.B.c" })).toBe(
      1,
    );
  });

  test("a trace that is written in two parts with a look between them is one", async () => {
    const app = await following({ multiline: "auto" });
    app.write("10:00 ERROR x\njava.lang.IllegalStateException: no\n");
    expect(await app.count()).toBe(0);
    app.write("\tat a.B.c(B.java:1)\n");
    expect(await app.count()).toBe(0);
    app.live();
    expect(await app.count()).toBe(1);
    expect(
      await app.count("log_errors_total", { signature: "java.lang.IllegalStateException at a.B.c" }),
    ).toBe(1);
  });

  test("errors are told apart by what they say, not by whom they happened to; the rest is other", async () => {
    const app = await following({});
    app.write(
      "10:00 ERROR timeout after 3ms for 17\n10:01 ERROR timeout after 9ms for 4\n10:02 ERROR no stock\n",
    );
    await app.look();
    const errors = (await app.look()).readings.filter(({ name }) => name === "log_errors_total");
    expect(errors.map(({ labels, value }) => [labels?.["signature"], value])).toEqual([
      ["timeout after for", 2],
      ["no stock", 1],
    ]);
    const letters = (i: number): string => [...String(i)].map((d) => "abcdefghij"[Number(d)]).join("");
    app.write(Array.from({ length: 300 }, (_, i) => `ERROR ${letters(i)}\n`).join(""));
    await app.look();
    const look = await app.look();
    expect(look.readings.filter(({ name }) => name === "log_errors_total")).toHaveLength(101);
    expect(counted(look, "log_errors_total", { signature: "other" })).toBe(202);
  });

  test("a kind of line that was never seen is new after it has learnt, and only once, also after a restart", async () => {
    const app = await following({ learn: "10m" });
    app.write("10:00 INFO order 1 placed\n10:00 INFO order 2 placed\n");
    expect(await app.count("log_new_templates_total")).toBe(0);
    app.clock.set(app.clock.now() + 11 * 60_000);
    app.write("10:11 INFO order 3 placed\n10:11 ERROR replica lost its leader unexpectedly\n");
    expect(await app.count("log_new_templates_total", { level: "error" })).toBe(1);
    expect(app.logs.lastLines("app").filter((line) => line.isNew)).toHaveLength(1);
    app.live();
    app.write("10:12 ERROR replica lost its leader unexpectedly\n10:12 INFO order 4 placed\n");
    expect(await app.count("log_new_templates_total")).toBe(1);
  });

  test("what was in the file before it was followed is not new", async () => {
    const app = new FollowedLog();
    app.write("begin\n10:00 INFO order 1 placed\n10:00 INFO order 2 placed\nend\n");
    await app.follow({ learn: "0s", multiline: "off" });
    await app.look();
    app.write("10:01 INFO order 3 placed\n10:01 INFO something else entirely\n");
    expect(await app.count("log_new_templates_total")).toBe(1);
  });
});

describe("those who hear of matched lines", () => {
  test("hear of each once, in the commit that moves the position", async () => {
    const app = await following({ patterns: [{ name: "order", match: "order (?P<id>\\d+)" }] });
    const heard: MatchedLine[] = [];
    const table = app.store.table<object>("heard", (raw) => raw as object);
    app.matches = {
      heard(change, lines) {
        heard.push(...lines);
        change.put(table, "all", { count: heard.length });
      },
    };
    app.write("order 1 secret=x\nnothing\norder 2\n");
    await app.look();
    await app.look();
    expect(heard).toEqual([
      {
        monitor: "app",
        pattern: "order",
        at: app.clock.now(),
        groups: { id: "1" },
        line: "order 1 secret=x",
      },
      { monitor: "app", pattern: "order", at: app.clock.now(), groups: { id: "2" }, line: "order 2" },
    ]);
    const together = app.journal.commits.filter((text) => text.includes('"heard"'));
    expect(together).toHaveLength(1);
    expect(together[0]).toContain('"logs"');
  });

  test("a listener that throws keeps the position where it was", async () => {
    const app = await following({ patterns: "order" });
    app.matches = {
      heard() {
        throw new Error("not now");
      },
    };
    app.write("order 1\n");
    await expect(app.look()).rejects.toThrow("not now");
    app.matches = undefined;
    expect(await app.count("log_matches_total")).toBe(1);
  });
});

test("a flood leaves the event loop its turns, and goes to disk in parts", async () => {
  const app = await following({ patterns: "line" });
  const text = Array.from(
    { length: 200_000 },
    (_, i) => `2026-11-25 10:00:00 INFO ${"x".repeat(40)} line ${i}\n`,
  ).join("");
  app.write(text);
  const before = app.journal.commits.length;
  let turns = 0;
  let isOver = false;
  const looking = app.look().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await turn();
    turns++;
  }
  expect(counted(await looking, "log_lines_total")).toBe(200_000);
  // One between chunks of 64 KiB at the least.
  expect(turns).toBeGreaterThan(text.length / 65_536);
  expect(app.journal.commits.length - before).toBe(2);
  // What is stored does not grow with what was read.
  expect(Math.max(...app.journal.commits.slice(before).map(({ length }) => length))).toBeLessThan(20_000);
});

describe("trying it out", () => {
  test("shows what the last lines would have matched, and leaves no trace", async () => {
    const app = new FollowedLog();
    app.write("10:00 INFO a\n10:01 ERROR order 7 failed token=abc\n10:02 ERROR order 8 failed\n");
    const options = log.options.parse({ path: app.path(), patterns: "order (?P<id>\\d+)" });
    const monitor = log.create(options, { network: createNetwork(), elapsed: () => 0, logs: app.logs });
    const look = await monitor.look(new AbortController().signal);
    expect(counted(look, "log_lines_total", { level: "error" })).toBe(2);
    expect(counted(look, "log_matches_total", { id: "7" })).toBe(1);
    expect(look.excerpt).toEqual([
      "order (?P<id>\\d+): 10:01 ERROR order 7 failed token=***",
      "order (?P<id>\\d+): 10:02 ERROR order 8 failed",
    ]);
    expect(app.journal.commits).toEqual([]);
  });

  test("says what stands in the way", async () => {
    const app = new FollowedLog();
    const options = log.options.parse({ path: app.path("nowhere.log") });
    const monitor = log.create(options, { network: createNetwork(), elapsed: () => 0 });
    expect((await monitor.look(new AbortController().signal)).failure?.code).toBe("no_file");
  });
});
