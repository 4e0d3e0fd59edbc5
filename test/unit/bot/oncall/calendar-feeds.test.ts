/** Calendars that rotations are read out of: files and addresses, that change, die, and are named no more. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { humansOf } from "../../../../alerts/oncall/humans.ts";
import { type OnCall, openOnCall } from "../../../../alerts/oncall/on-call.ts";
import { oncallSchema } from "../../../../alerts/oncall/oncall-config.ts";
import { type Feeds, openFeeds } from "../../../../bot/oncall/calendar-feeds.ts";
import { silentLog } from "../../../../storage/log.ts";
import type { Store } from "../../../../storage/store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { temporaryFolder } from "../../../support/test-files.ts";
import { type Listening, serveHttp } from "../../../support/web-server.ts";

const PEOPLE = [{ id: "dingtalk:1", name: "张三" }];
const at = Date.parse("2026-11-25T02:00:00Z");
const shift = (name: string): string =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T000000Z\r\nDTEND:20261201T000000Z\r\nSUMMARY:${name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Bench {
  readonly clock: FakeClock;
  readonly journal: Journal;
  onCall: OnCall;
  feeds: Feeds;
  oncall: ReturnType<typeof oncallSchema.parse>;
  readonly warnings: object[];
  look(): Promise<void>;
  restart(): void;
  words(): string;
}

function open(ics: string): Bench {
  const clock = new FakeClock(at);
  const journal = new Journal();
  const warnings: object[] = [];
  const make = (): Pick<Bench, "onCall" | "feeds"> => {
    const store: Store = journal.open(clock);
    const humans = humansOf(PEOPLE);
    const onCall = openOnCall({
      store,
      file: () => bench.oncall,
      humans: () => humans,
      zone: "Asia/Shanghai",
    });
    const log = { ...silentLog, warn: (fields: object) => warnings.push(fields) };
    const file = () => ({ oncall: bench.oncall, people: PEOPLE });
    return { onCall, feeds: openFeeds({ store, onCall, file, clock, log }) };
  };
  const bench = {
    clock,
    journal,
    warnings,
    oncall: oncallSchema.parse([{ name: "db", ics }]),
    look: () => bench.feeds.due(clock.now()),
    restart: () => void Object.assign(bench, make()),
    words() {
      const { calendar } = bench.onCall.find("db") ?? {};
      const who = bench.onCall.holderOf("db", clock.now())?.name ?? "nobody";
      return [who, ...(calendar?.unknown ?? []), calendar?.trouble?.en]
        .filter((word) => word !== undefined)
        .join("; ");
    },
  } as unknown as Bench;
  return Object.assign(bench, make());
}

test("a file: read, read again when it is time, kept while it is gone, over a restart, and back", async () => {
  const path = join(await temporaryFolder(), "db.ics");
  writeFileSync(path, shift("张三"));
  const bench = open(path);
  expect(bench.words()).toBe("nobody");
  await bench.look();
  expect(bench.words()).toBe("张三");
  writeFileSync(path, shift("王五"));
  bench.clock.set(at + 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三");
  bench.clock.set(at + 11 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("nobody; 王五");
  writeFileSync(path, shift("张三"));
  bench.feeds.wake();
  await bench.look();
  rmSync(path);
  bench.clock.set(at + 30 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三; it could not be read (ENOENT)");
  bench.restart();
  expect(bench.words()).toBe("张三; it could not be read (ENOENT)");
  const commits = bench.journal.commits.length;
  await bench.look();
  bench.clock.set(at + 40 * 60_000);
  await bench.look();
  expect(bench.journal.commits.length).toBe(commits);
  expect(bench.warnings).toHaveLength(1);
  writeFileSync(path, shift("张三"));
  bench.clock.set(at + 50 * 60_000);
  await bench.look();
  expect(bench.words()).toBe("张三");
});

test("what is no calendar, and one that is named no more", async () => {
  const path = join(await temporaryFolder(), "db.ics");
  writeFileSync(path, "<html>");
  const bench = open(path);
  await bench.look();
  expect(bench.words()).toBe("nobody; it is no iCalendar (.ics)");
  writeFileSync(path, "x".repeat(3 * 1024 * 1024));
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toBe("nobody; it is larger than 2 MiB");
  bench.oncall = oncallSchema.parse([{ name: "db" }]);
  await bench.look();
  expect([...bench.onCall.tables.calendars.values()]).toEqual([]);
});

test("an address: answers, refusals, floods and silence, none of which tell its secret", async () => {
  let answer: { status: number; body: string } | "flood" = { status: 200, body: shift("张三") };
  const server: Listening = await serveHttp((_request, response) => {
    if (answer !== "flood") {
      response.writeHead(answer.status, { "content-type": "text/calendar" }).end(answer.body);
      return;
    }
    const pour = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      if (!response.destroyed) response.once("drain", pour);
    };
    response.writeHead(200);
    pour();
  });
  closing.push(() => server.close());
  const bench = open(`${server.url}/private-5ecret/db.ics`);
  await bench.look();
  expect(bench.words()).toBe("张三");
  for (const [next, words] of [
    [{ status: 404, body: "" }, "the answer was HTTP 404"],
    ["flood", "it is larger than 2 MiB"],
    [{ status: 200, body: "" }, "it is no iCalendar (.ics)"],
  ] as const) {
    answer = next;
    bench.feeds.wake();
    await bench.look();
    expect(bench.words()).toBe(`张三; ${words}`);
  }
  await server.close();
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toMatch(/^张三; it could not be read \((ECONNREFUSED|UND_ERR_SOCKET)\)$/);
  expect(JSON.stringify([bench.journal.commits, bench.warnings])).not.toContain("5ecret");
});

test("another source begins anew", async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "a.ics"), shift("张三"));
  const bench = open(join(folder, "a.ics"));
  await bench.look();
  bench.oncall = oncallSchema.parse([{ name: "db", ics: join(folder, "b.ics") }]);
  bench.feeds.wake();
  await bench.look();
  expect(bench.words()).toBe("nobody; it could not be read (ENOENT)");
});
