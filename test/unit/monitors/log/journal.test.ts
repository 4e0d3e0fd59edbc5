import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { counted, FollowedLog } from "../../../support/logs.ts";

/**
 * A `journalctl` over a file with one JSON entry a line, whose cursors are their numbers; it knows the arguments that we
 * use, writes down how it was called, and refuses a cursor that has been thrown away.
 */
const SCRIPT = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require("node:fs");
const folder = __dirname;
const args = process.argv.slice(2);
appendFileSync(folder + "/calls", args.join(" ") + "\\n");
const value = (name) => args.find((arg) => arg.startsWith(name + "="))?.slice(name.length + 1);
let entries = readFileSync(folder + "/journal", "utf8").split("\\n").filter(Boolean).map((line) => JSON.parse(line));
const after = value("--after-cursor");
if (after !== undefined) {
  const at = entries.findIndex((entry) => entry.__CURSOR === after);
  if (at < 0) { process.stderr.write("Failed to seek to cursor: Invalid argument\\n"); process.exit(1); }
  entries = entries.slice(at + 1);
}
const since = value("--since");
if (since !== undefined) entries = entries.filter((entry) => Number(entry.__REALTIME_TIMESTAMP) >= Number(since.slice(1)) * 1e6);
const last = value("--lines");
if (last !== undefined) entries = entries.slice(-Number(last));
for (const entry of entries) process.stdout.write(JSON.stringify(entry) + "\\n");
`;

class FakeJournal {
  readonly folder = mkdtempSync(join(tmpdir(), "gengfu-journal-"));
  entries: object[] = [];
  #number = 0;

  constructor(script = SCRIPT) {
    writeFileSync(join(this.folder, "journalctl.cjs"), script);
    chmodSync(join(this.folder, "journalctl.cjs"), 0o755);
    this.write();
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  get tool() {
    return { paths: [join(this.folder, "nowhere"), join(this.folder, "journalctl.cjs")] };
  }

  get calls(): readonly string[] {
    return readFileSync(join(this.folder, "calls"), "utf8").trim().split("\n");
  }

  write(...messages: readonly (readonly [priority: number, message: string | readonly number[]])[]): void {
    for (const [priority, message] of messages) {
      const number = ++this.#number;
      this.entries.push({
        __CURSOR: `c${number}`,
        __REALTIME_TIMESTAMP: String(Date.UTC(2026, 10, 25, 2) * 1_000 + number * 1_000),
        MESSAGE: message,
        PRIORITY: String(priority),
      });
    }
    writeFileSync(
      join(this.folder, "journal"),
      this.entries.map((one) => `${JSON.stringify(one)}\n`).join(""),
    );
  }
}

async function following(journal: FakeJournal, options: object = {}): Promise<FollowedLog> {
  const app = new FollowedLog(journal.tool);
  await app.follow({ journal: { unit: "nginx.service", priority: "info" }, ...options }, null);
  return app;
}

test("entries after the last one are counted, each once, across restarts", async () => {
  const journal = new FakeJournal();
  journal.write([3, "before"]);
  const app = await following(journal, { patterns: "order (?P<id>\\d+)" });
  expect(await app.count()).toBe(0);
  journal.write([3, "order 1 failed"], [6, "fine"], [6, "WARN slow"], [4, Array.from(Buffer.from("磁盘"))]);
  const look = await app.look();
  expect(counted(look, "log_lines_total")).toBe(4);
  expect(counted(look, "log_lines_total", { level: "error" })).toBe(1);
  expect(counted(look, "log_lines_total", { level: "warning" })).toBe(2);
  app.live();
  journal.write([2, "order 2 failed"]);
  expect(await app.count()).toBe(5);
  expect(await app.count("log_matches_total")).toBe(2);
  expect(journal.calls[0]).toBe(
    "--output=json --all --quiet --no-pager --unit=nginx.service --priority=info --lines=1",
  );
  expect(journal.calls.at(-1)).toContain("--after-cursor=c6");
});

test("a cursor that has been thrown away: it goes on by time, and nothing counts twice", async () => {
  const journal = new FakeJournal();
  const app = await following(journal, { from: "start" });
  journal.write([6, "a"], [6, "b"]);
  expect(await app.count()).toBe(2);
  journal.write([6, "c"]);
  journal.entries = journal.entries.slice(2);
  journal.write();
  expect(await app.count()).toBe(3);
});

test("more than is kept in memory at once is read in parts", async () => {
  const journal = new FakeJournal();
  const app = await following(journal, { from: "start" });
  journal.write(...Array.from({ length: 45_000 }, (_, i) => [6, `line ${i}`] as const));
  expect(await app.count()).toBe(45_000);
});

test("a host without it says so", async () => {
  const app = new FollowedLog({ paths: ["/nowhere/journalctl"] });
  await app.follow({ journal: "nginx" }, null);
  await expect(app.look()).rejects.toMatchObject({ reason: { code: "unsupported" } });
});

test("not being permitted has a reason of its own", async () => {
  const complaint = "No journal files were opened due to insufficient permissions.";
  const journal = new FakeJournal(`#!/bin/sh\necho "${complaint}" >&2\nexit 1\n`);
  const app = await following(journal);
  await expect(app.look()).rejects.toMatchObject({ reason: { code: "no_permission" } });
});

test("one that hangs is ended with the look", async () => {
  const journal = new FakeJournal("#!/bin/sh\nexec sleep 1000\n");
  const app = await following(journal);
  const end = new AbortController();
  const looking = app.look(end.signal);
  setImmediate(() => end.abort());
  await expect(looking).rejects.toThrow();
});
